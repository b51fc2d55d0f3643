#include "reportxml/hints.hpp"

#include <charconv>
#include <vector>

#include "base/ascii.hpp"

namespace ruagate::reportxml {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// Digits at the start of `text`, up to the '.' of an ending.
std::optional<std::int64_t> stamp(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto used = static_cast<std::size_t>(end - text.data());
  if (code != std::errc() || (used < text.size() && text[used] != '.')) return std::nullopt;
  while (value > 100'000'000'000) value /= 1000;
  return value > 0 ? std::optional(value) : std::nullopt;
}

// The word after `keyword` and a colon; empty when there is none.
std::string_view word_after(std::string_view subject, std::string_view first, std::string_view second) {
  for (std::size_t at = find_ignoring_case(subject, first); at != npos;
       at = find_ignoring_case(subject, first, at + 1)) {
    std::size_t i = at + first.size();
    if (!second.empty()) {
      const std::size_t before = i;
      while (i < subject.size() && is_space(subject[i])) ++i;
      if (i == before || !starts_with_ignoring_case(subject.substr(i), second)) continue;
      i += second.size();
    }
    while (i < subject.size() && is_space(subject[i])) ++i;
    if (i >= subject.size() || subject[i] != ':') continue;
    ++i;
    while (i < subject.size() && is_space(subject[i])) ++i;
    std::size_t end = i;
    while (end < subject.size() && !is_space(subject[end])) ++end;
    std::string_view word = subject.substr(i, end - i);
    while (!word.empty() && (word.front() == '<' || word.front() == '"')) word.remove_prefix(1);
    while (!word.empty() && (word.back() == '>' || word.back() == '"' || word.back() == ',' || word.back() == ';')) {
      word.remove_suffix(1);
    }
    return word.ends_with(':') ? std::string_view() : word;
  }
  return {};
}

}  // namespace

std::optional<FileNameHints> hints_of_file_name(std::string_view file_name) {
  if (const std::size_t slash = file_name.find_last_of("/\\"); slash != npos) file_name = file_name.substr(slash + 1);
  std::vector<std::string_view> parts;
  while (parts.size() < 5) {
    const std::size_t mark = file_name.find('!');
    parts.push_back(file_name.substr(0, mark));
    if (mark == npos) break;
    file_name = file_name.substr(mark + 1);
  }
  if (parts.size() < 4) return std::nullopt;
  return FileNameHints{std::string(trim(parts[0])), std::string(trim(parts[1])), stamp(parts[2]), stamp(parts[3])};
}

SubjectHints hints_of_subject(std::string_view subject) {
  return {std::string(word_after(subject, "report", "domain")), std::string(word_after(subject, "submitter", ""))};
}

}  // namespace ruagate::reportxml
