#pragma once

#include <cstdint>
#include <string_view>

// The process's log, on standard error. Threads may log at once. Text from outside goes through printable() first.
namespace ruagate::log {

enum class Level : std::uint8_t { debug, info, warning, error };

/// Lines below `level` are dropped. Called once, before threads are started; the default is `warning`.
void set_level(Level level);
void debug(std::string_view line);
void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

}  // namespace ruagate::log
