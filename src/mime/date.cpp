#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "mime/message.hpp"

// RFC 5322 section 3.3 and what stands in Date fields besides: names of zones, two-digit years, ISO 8601, asctime().
namespace ruagate::mime {
namespace {

constexpr std::size_t kMaxDateLength = 200;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text.size() > 6) return std::nullopt;
  return value;
}

std::optional<unsigned> month_number(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  if (text.size() < 3) return std::nullopt;
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (equals_ignoring_case(text.substr(0, 3), kMonths[i])) return i + 1;
  }
  return std::nullopt;
}

/// Minutes east of Greenwich. Unknown letters mean UTC (RFC 5322 4.3).
std::optional<int> zone_minutes(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.front() == '+' || text.front() == '-') {
    const std::string_view digits = text.substr(1);
    std::optional<int> hours;
    std::optional<int> minutes;
    if (digits.size() == 4) {
      hours = number(digits.substr(0, 2));
      minutes = number(digits.substr(2));
    } else if (digits.size() == 5 && digits[2] == ':') {
      hours = number(digits.substr(0, 2));
      minutes = number(digits.substr(3));
    }
    if (!hours || !minutes || *hours < 0 || *hours > 15 || *minutes < 0 || *minutes > 59) return std::nullopt;
    const int east = *hours * 60 + *minutes;
    return text.front() == '-' ? -east : east;
  }
  struct Zone {
    std::string_view name;
    int hours;
  };
  constexpr std::array<Zone, 10> kZones = {{{"est", -5},
                                            {"edt", -4},
                                            {"cst", -6},
                                            {"cdt", -5},
                                            {"mst", -7},
                                            {"mdt", -6},
                                            {"pst", -8},
                                            {"pdt", -7},
                                            {"cet", 1},
                                            {"cest", 2}}};
  for (const Zone& zone : kZones) {
    if (equals_ignoring_case(text, zone.name)) return zone.hours * 60;
  }
  for (const char c : text) {
    if (to_lower(c) < 'a' || to_lower(c) > 'z') return std::nullopt;
  }
  return 0;
}

/// Words between spaces, commas and comments; "2024-01-02T03:04:05Z" gives date and time.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t depth = 0;
  std::size_t begin = 0;
  const auto end_word = [&](std::size_t at) {
    if (at > begin) words.push_back(text.substr(begin, at - begin));
    begin = at + 1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(') {
      if (depth++ == 0) end_word(i);
    } else if (depth > 0) {
      if (c == ')') --depth;
      begin = i + 1;
    } else if (is_space(c) || c == ',') {
      end_word(i);
    } else if (c == 'T' && i >= begin + 10 && text[begin + 4] == '-') {
      end_word(i);
    } else if ((c == 'Z' || c == '+' || c == '-') && i > begin && text.substr(begin, i - begin).find(':') < 3) {
      if (i > begin) words.push_back(text.substr(begin, i - begin));
      begin = i;
    }
  }
  if (depth == 0) end_word(text.size());
  return words;
}

struct Parts {
  std::optional<int> year;
  std::optional<unsigned> month;
  std::optional<unsigned> day;
  std::optional<std::chrono::seconds> time;
  int zone = 0;
};

bool read_time(std::string_view word, Parts& parts) {
  const std::size_t first = word.find(':');
  if (first == std::string_view::npos) return false;
  const std::size_t second = word.find(':', first + 1);
  const auto hours = number(word.substr(0, first));
  const auto minutes = number(word.substr(first + 1, second == std::string_view::npos ? second : second - first - 1));
  std::optional<int> seconds = 0;
  if (second != std::string_view::npos) {
    std::string_view text = word.substr(second + 1);
    seconds = number(text.substr(0, text.find('.')));
  }
  if (!hours || !minutes || !seconds) return false;
  if (*hours < 0 || *hours > 24 || *minutes < 0 || *minutes > 59 || *seconds < 0 || *seconds > 60) return false;
  parts.time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
  return true;
}

bool read_iso_day(std::string_view word, Parts& parts) {
  if (word.size() != 10 || word[4] != '-' || word[7] != '-') return false;
  const auto year = number(word.substr(0, 4));
  const auto month = number(word.substr(5, 2));
  const auto day = number(word.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) return false;
  parts.year = year;
  parts.month = static_cast<unsigned>(*month);
  parts.day = static_cast<unsigned>(*day);
  return true;
}

}  // namespace

std::optional<Instant> Message::date() const {
  const std::string_view text = header("date").substr(0, kMaxDateLength);
  Parts read;
  for (const std::string_view word : words_of(text)) {
    if (read_iso_day(word, read)) continue;
    if (!read.time && word.find(':') != std::string_view::npos && word.front() != '+' && word.front() != '-') {
      if (!read_time(word, read)) return std::nullopt;
    } else if (!read.month && month_number(word)) {
      read.month = month_number(word);
    } else if (const auto value = number(word); value && *value >= 0 && word.front() != '+') {
      if (!read.day && *value >= 1 && *value <= 31 && word.size() <= 2) {
        read.day = static_cast<unsigned>(*value);
      } else if (!read.year) {
        read.year = *value;
        if (word.size() == 2) *read.year += *value < 50 ? 2000 : 1900;  // RFC 5322 4.3
        if (word.size() == 3) *read.year += 1900;
      }
    } else if (read.time) {
      if (const auto zone = zone_minutes(word)) read.zone = *zone;
    }
  }
  if (!read.year || !read.month || !read.day) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(*read.year), std::chrono::month(*read.month),
                                        std::chrono::day(*read.day)};
  if (!day.ok() || *read.year < 1970 || *read.year > 9999) return std::nullopt;
  return Instant{std::chrono::sys_days(day)} + read.time.value_or(std::chrono::seconds(0)) -
         std::chrono::minutes(read.zone);
}

}  // namespace ruagate::mime
