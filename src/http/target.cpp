#include "http/target.hpp"

#include <algorithm>
#include <charconv>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::http {

namespace {

/// A question with more parameters than this is none of ours.
constexpr std::size_t kMaxParameters = 64;

tl::unexpected<Error> bad_target(std::string message) {
  return fail(ErrorKind::malformed, "bad_target", std::move(message));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Text that may name something: UTF-8 without control characters.
bool is_clean(std::string_view text) {
  const bool controls =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
  return !controls && valid_utf8(text) == text;
}

std::optional<std::string> decoded(std::string_view text) {
  auto plain = percent_decoded(text);
  if (!plain || !is_clean(*plain)) return std::nullopt;
  return plain;
}

/// In a query a plus is a space (as forms write it).
std::optional<std::string> decoded_query(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decoded(spaced);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target[0] != '/') return bad_target("the target does not begin with a slash");
  Target parsed;
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(1, mark - 1);
  while (mark > 1) {
    const std::size_t slash = path.find('/');
    auto segment = decoded(path.substr(0, slash));
    if (!segment) return bad_target("the path holds a broken escape or characters that cannot be");
    parsed.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::string_view query = target.substr(std::min(mark + 1, target.size()));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (parsed.query.size() == kMaxParameters) return bad_target("too many parameters");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decoded_query(pair.substr(0, equals));
    auto value = decoded_query(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return bad_target("the query holds a broken escape or characters that cannot be");
    parsed.query.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

Params::Params(const std::vector<std::pair<std::string, std::string>>& query)
    : query_(query), taken_(query.size(), false) {}

void Params::wrong(std::string message) {
  if (wrong_.empty()) wrong_ = std::move(message);
}

std::optional<std::string> Params::text(std::string_view name) {
  std::optional<std::string> value;
  for (std::size_t i = 0; i < query_.size(); ++i) {
    if (query_[i].first != name) continue;
    if (value) wrong(format("{} is given twice", name));
    taken_[i] = true;
    value = query_[i].second;
  }
  if (value && value->empty()) wrong(format("{} is empty", name));
  return value;
}

std::optional<Day> Params::day(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto parsed = parse_day(*given);
  if (!parsed) wrong(format("{} \"{}\": not a date; write it as YYYY-MM-DD", name, printable(*given)));
  return parsed;
}

std::optional<std::int64_t> Params::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = whole_number(*given);
  if (value && *value >= least && *value <= most) return value;
  wrong(format("{} \"{}\": must be a whole number from {} to {}", name, printable(*given), least, most));
  return std::nullopt;
}

std::optional<std::string> Params::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) {
  auto given = text(name);
  if (!given || std::find(allowed.begin(), allowed.end(), *given) != allowed.end()) return given;
  std::string list;
  for (const std::string_view one : allowed) list += (list.empty() ? "" : ", ") + std::string(one);
  wrong(format("{} \"{}\": must be one of {}", name, printable(*given), list));
  return std::nullopt;
}

Result<void> Params::finish() const {
  if (!wrong_.empty()) return fail(ErrorKind::malformed, "bad_parameter", wrong_);
  for (std::size_t i = 0; i < query_.size(); ++i) {
    if (taken_[i]) continue;
    return fail(ErrorKind::malformed, "bad_parameter",
                format("there is no parameter {} here", printable(query_[i].first, 80)));
  }
  return {};
}

std::string Params::canonical() const {
  std::vector<std::pair<std::string, std::string>> sorted = query_;
  std::sort(sorted.begin(), sorted.end());
  std::string out;
  for (const auto& [name, value] : sorted) {
    // Neither can hold a control character.
    out += '\x1F';
    out += name;
    out += '\x1E';
    out += value;
  }
  return out;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace ruagate::http
