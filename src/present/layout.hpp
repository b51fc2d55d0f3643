#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "present/present.hpp"

// Numbers and words as people read them, measured in columns of a terminal.
namespace ruagate::present {

/// "1,234,567".
std::string thousands(std::uint64_t value);
/// "98.2 %"; "-" when `total` is 0. Never rounds a failure away: all but one of a million is "99.9 %", and one of a
/// million "<0.1 %".
std::string percent(std::uint64_t part, std::uint64_t total);
std::string percent(const std::optional<double>& rate);
/// The change of a volume: "+12.3 %", "-4.0 %", "x 3.2" from three times on, "new", "gone", "same"; "-" when both are
/// 0.
std::string change(std::uint64_t now, std::uint64_t before);
/// "1.4 MB", in powers of 1000.
std::string bytes(std::uint64_t value);
/// "3 messages", "1 message".
std::string count(std::uint64_t value, std::string_view one, std::string_view many);
/// "2026-11-20 07:05 UTC".
std::string minute(Instant instant);
std::string join(const std::vector<std::string>& items, std::string_view separator);
/// The first `limit` items and "and N more".
std::string some_of(const std::vector<std::string>& items, std::size_t limit);

/// Columns that `text` takes: one for each character, two for East Asian wide ones and emoji, none for combining ones.
std::size_t display_width(std::string_view text);
/// `text` in at most `width` columns, ending in "..." when something is left out.
std::string shorten(std::string_view text, std::size_t width);

enum class Colour : std::uint8_t { none, bold, dim, green, yellow, red, blue };
/// With ANSI sequences if the style wants colours.
std::string coloured(std::string_view text, Colour colour, const Style& style);

/// Lines of at most `width` columns, broken at spaces; `text` is made printable first. A word that is longer than a
/// line stands on its own and is not broken, so that it can be copied.
std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// Wrapped to the style's width behind `first` on the first line and as many spaces on the others.
void paragraph(std::ostream& out, std::string_view text, const Style& style, std::string_view first = "");
/// A line of its own with a rule below.
void heading(std::ostream& out, std::string_view text, char rule, const Style& style);

}  // namespace ruagate::present
