#include "base/log.hpp"

#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::log {

namespace {

bool as_json = false;

spdlog::level::level_enum in_library(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("ruagate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("ruagate: %l: %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

/// The line inside a JSON string; what is no UTF-8 becomes U+FFFD.
std::string escaped(std::string_view line) {
  std::string out;
  for (const char c : valid_utf8(line)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7F') {
      out += format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

void write(Level level, std::string_view line) {
  const auto library_level = in_library(level);
  if (!logger().should_log(library_level)) return;
  if (as_json) {
    logger().log(library_level, "{}", escaped(line));
  } else {
    logger().log(library_level, "{}", line);
  }
}

}  // namespace

void set_level(Level level) {
  logger().set_level(in_library(level));
}

bool is_on(Level level) {
  return logger().should_log(in_library(level));
}

void set_form(Form form) {
  as_json = form == Form::json;
  if (as_json) {
    logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
                         spdlog::pattern_time_type::utc);
  } else {
    logger().set_pattern("ruagate: %l: %v");
  }
}

void debug(std::string_view line) {
  write(Level::debug, line);
}
void info(std::string_view line) {
  write(Level::info, line);
}
void warning(std::string_view line) {
  write(Level::warning, line);
}
void error(std::string_view line) {
  write(Level::error, line);
}

}  // namespace ruagate::log
