#pragma once

#include <cstdint>
#include <string_view>

// The process's log, on standard error. Threads may log at once. Text from outside goes through printable() first.
namespace ruagate::log {

enum class Level : std::uint8_t { debug, info, warning, error };
/// `text`: "ruagate: warning: ..."; `json`: {"time":"2026-11-20T07:05:00.123Z","level":"warning","message":"..."}.
enum class Form : std::uint8_t { text, json };

/// Lines below `level` are dropped. The default is `warning`.
void set_level(Level level);
bool is_on(Level level);
/// Called once, before threads are started; the default is text.
void set_form(Form form);
void debug(std::string_view line);
void info(std::string_view line);
void warning(std::string_view line);
void error(std::string_view line);

}  // namespace ruagate::log
