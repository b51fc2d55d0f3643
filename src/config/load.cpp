#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/format.hpp"
#include "config/config.hpp"

namespace ruagate::config {

Result<Config> load(const std::string& path, NormalizeDomain normalize) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in && in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (!in || in.bad() || std::filesystem::is_directory(path)) {
    const std::string cause = errno != 0 ? std::generic_category().message(errno) : "cannot be read";
    return fail(ErrorKind::usage, "config", format("{}: {}", path, cause));
  }
  return parse(text.str(), path, normalize);
}

}  // namespace ruagate::config
