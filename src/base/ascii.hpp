#pragma once

#include <string>
#include <string_view>

namespace ruagate {

/// ASCII letters only; protocol keywords and domain names are compared this way, whatever the locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// Position of `needle` in `text` without regard to ASCII case, or npos.
std::size_t find_ignoring_case(std::string_view text, std::string_view needle, std::size_t from = 0);

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}
/// Without leading and trailing white space.
std::string_view trim(std::string_view text);

}  // namespace ruagate
