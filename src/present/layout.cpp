#include "present/layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::present {

namespace {

/// Longest paragraph that is shown; advice is far below it, only hostile text comes near.
constexpr std::size_t kMaxParagraphBytes = 4000;
constexpr std::size_t kNarrowest = 40;

std::string percent_of(double rate, bool something, bool everything) {
  if (everything) return "100.0 %";
  if (!something) return "0.0 %";
  const double tenths = std::round(rate * 1000.0);
  if (tenths >= 1000) return "99.9 %";
  if (tenths < 1) return "<0.1 %";
  return format("{:.1f} %", tenths / 10.0);
}

struct Range {
  std::uint32_t from;
  std::uint32_t to;
};

// The blocks that matter in practice (Unicode 15, EastAsianWidth W and F, general categories Mn and Me).
constexpr std::array kWide = {Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
                              Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
                              Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE4F},
                              Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
                              Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}, Range{0x1F680, 0x1F6FF}};
constexpr std::array kCombining = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200D}, Range{0x20D0, 0x20FF},
    Range{0x2060, 0x2064}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xE0000, 0xE01EF}};

template <std::size_t N>
bool is_in(std::uint32_t c, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& r) { return c >= r.from && c <= r.to; });
}

std::size_t width_of(std::string_view character) {
  const std::uint32_t c = code_point(character);
  if (c < 0x0300) return 1;
  if (is_in(c, kCombining)) return 0;
  return is_in(c, kWide) ? 2 : 1;
}

/// Length in bytes of the next character; a byte that is no UTF-8 counts as one.
std::size_t step(std::string_view text) {
  return std::max<std::size_t>(utf8_length(text), 1);
}

std::string_view ansi(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::blue:
      return "\x1b[34m";
  }
  return "";
}

}  // namespace

std::string thousands(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  out.reserve(digits.size() + digits.size() / 3);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string percent(std::uint64_t part, std::uint64_t total) {
  if (total == 0) return "-";
  return percent_of(static_cast<double>(part) / static_cast<double>(total), part > 0, part >= total);
}

std::string percent(const std::optional<double>& rate) {
  if (!rate || std::isnan(*rate)) return "-";
  return percent_of(*rate, *rate > 0, *rate >= 1);
}

std::string change(std::uint64_t now, std::uint64_t before) {
  if (now == before) return now == 0 ? "-" : "same";
  if (before == 0) return "new";
  if (now == 0) return "gone";
  const double ratio = static_cast<double>(now) / static_cast<double>(before);
  if (ratio >= 3)
    return ratio >= 1000 ? "x " + thousands(static_cast<std::uint64_t>(ratio)) : format("x {:.1f}", ratio);
  const double points = (ratio - 1) * 100;
  if (std::abs(points) < 0.05) return points > 0 ? "+<0.1 %" : "-<0.1 %";
  return format("{:+.1f} %", points);
}

std::string bytes(std::uint64_t value) {
  if (value < 1000) return format("{} bytes", value);
  constexpr std::array<std::string_view, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double scaled = static_cast<double>(value) / 1000;
  std::size_t unit = 0;
  while (scaled >= 999.95 && unit + 1 < kUnits.size()) {
    scaled /= 1000;
    ++unit;
  }
  return format("{:.1f} {}", scaled, kUnits.at(unit));
}

std::string count(std::uint64_t value, std::string_view one, std::string_view many) {
  return thousands(value) + " " + std::string(value == 1 ? one : many);
}

std::string minute(Instant instant) {
  const std::string iso = to_iso(instant);
  // The seconds and the Z are the last four characters of every ISO time.
  std::string text = iso.size() > 4 ? iso.substr(0, iso.size() - 4) : iso;
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += separator;
    out += item;
  }
  return out;
}

std::string some_of(const std::vector<std::string>& items, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < limit; ++i) {
    if (i != 0) out += ", ";
    out += items[i];
  }
  if (items.size() > limit) out += format(" and {} more", thousands(items.size() - limit));
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t length = step(text);
    width += width_of(text.substr(0, length));
    text.remove_prefix(length);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view dots = std::string_view("...").substr(0, std::min<std::size_t>(width, 3));
  const std::size_t room = width - dots.size();
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t length = step(text.substr(end));
    const std::size_t columns = width_of(text.substr(end, length));
    if (used + columns > room) break;
    used += columns;
    end += length;
  }
  return std::string(text.substr(0, end)) + std::string(dots);
}

std::string coloured(std::string_view text, Colour colour, const Style& style) {
  if (!style.colour || colour == Colour::none || text.empty()) return std::string(text);
  return std::string(ansi(colour)) + std::string(text) + "\x1b[0m";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  const std::string safe = printable(text, kMaxParagraphBytes);
  std::vector<std::string> lines;
  std::string line;
  std::size_t line_width = 0;
  for (std::size_t at = 0; at < safe.size();) {
    const std::size_t end = std::min(safe.find(' ', at), safe.size());
    const std::string_view word = std::string_view(safe).substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const std::size_t columns = display_width(word);
    if (!line.empty() && line_width + 1 + columns > width) {
      lines.push_back(std::move(line));
      line.clear();
      line_width = 0;
    }
    if (!line.empty()) {
      line += ' ';
      ++line_width;
    }
    line += word;
    line_width += columns;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

void paragraph(std::ostream& out, std::string_view text, const Style& style, std::string_view first) {
  const std::size_t indent = display_width(first);
  const std::size_t width = std::max(static_cast<std::size_t>(std::max(style.width, 0)), kNarrowest);
  const std::vector<std::string> lines = wrap(text, width > indent + 20 ? width - indent : 20);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out << (i == 0 ? std::string(first) : std::string(indent, ' ')) << lines[i] << '\n';
  }
}

void heading(std::ostream& out, std::string_view text, char rule, const Style& style) {
  const std::string safe = printable(text);
  out << coloured(safe, Colour::bold, style) << '\n' << std::string(display_width(safe), rule) << '\n';
}

}  // namespace ruagate::present
