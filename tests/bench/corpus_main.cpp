#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "base/format.hpp"
#include "bench/corpus.hpp"

// ruagate_bench_corpus OUT_DIR: a maildir of report mails, and their totals beside it.
namespace {

constexpr const char* kUsage =
    "usage: ruagate_bench_corpus OUT_DIR [--messages N] [--seed S] [--records N] [--large] [--totals FILE]\n"
    "  --records N   records of every report; otherwise log-normal, median 4\n"
    "  --large       one report of 200,000 records\n"
    "  --totals FILE where the known totals go; default OUT_DIR/../totals.json\n";

struct Arguments {
  std::filesystem::path folder;
  std::filesystem::path totals;
  ruagate::bench::CorpusOptions options;
};

std::uint64_t number(std::string_view option, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument(ruagate::format("{} needs a number, not \"{}\"", option, text));
  }
  return value;
}

Arguments read(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (!option.starts_with("--")) {
      arguments.folder = option;
      continue;
    }
    if (option == "--large") {
      arguments.options.messages = 1;
      arguments.options.records = 200'000;
      continue;
    }
    if (i + 1 == argc) throw std::invalid_argument(ruagate::format("{} needs a value", option));
    const std::string_view value = argv[++i];
    if (option == "--messages") {
      arguments.options.messages = number(option, value);
    } else if (option == "--seed") {
      arguments.options.seed = number(option, value);
    } else if (option == "--records") {
      arguments.options.records = number(option, value);
    } else if (option == "--totals") {
      arguments.totals = value;
    } else {
      throw std::invalid_argument(ruagate::format("unknown option {}", option));
    }
  }
  if (arguments.folder.empty()) throw std::invalid_argument("no OUT_DIR");
  if (arguments.totals.empty()) {
    arguments.totals = std::filesystem::absolute(arguments.folder).lexically_normal().parent_path() / "totals.json";
  }
  return arguments;
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

int main(int argc, char** argv) {
  using ruagate::format;
  try {
    const Arguments arguments = read(argc, argv);
    for (const char* part : {"cur", "new", "tmp"}) std::filesystem::create_directories(arguments.folder / part);
    std::uint64_t count = 0;
    const auto totals = ruagate::bench::make_corpus(arguments.options, [&](ruagate::Instant arrived,
                                                                           const std::string& message) {
      write(arguments.folder / "new" / format("{}.M{:07}.bench", ruagate::epoch_seconds(arrived), ++count), message);
    });
    write(arguments.totals, to_json(totals));
    std::fputs(to_json(totals).c_str(), stdout);
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fputs(format("ruagate_bench_corpus: {}\n{}", error.what(), kUsage).c_str(), stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fputs(format("ruagate_bench_corpus: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}
