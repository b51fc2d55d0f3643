#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include "base/format.hpp"
#include "sim/samples.hpp"

// ruagate_sim samples OUT_DIR: writes the generated part of samples/ anew.
int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "samples") {
    std::fputs("usage: ruagate_sim samples OUT_DIR\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[2];
    const ruagate::sim::Samples samples = ruagate::sim::make_samples();
    // What an older generator wrote must not stay beside the new files.
    std::filesystem::remove_all(folder / "maildir");
    std::filesystem::remove_all(folder / "reports");
    ruagate::sim::write_files(samples.files, folder);
    std::size_t bytes = 0;
    for (const auto& file : samples.files) bytes += file.bytes.size();
    std::fputs(
        ruagate::format("{} files, {} bytes, {} reports\n", samples.files.size(), bytes, samples.deliveries.size())
            .c_str(),
        stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fputs(ruagate::format("ruagate_sim: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}
