#include "mailbox/imap_response.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"

namespace ruagate::mailbox::imap {
namespace {

constexpr std::uint64_t kAbsurdLiteral = std::uint64_t{16} << 30U;

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

bool is_status_word(std::string_view word) {
  static constexpr std::string_view kWords[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view name) { return equals_ignoring_case(word, name); });
}

}  // namespace

std::optional<std::uint32_t> read_number(std::string_view text) {
  const auto number = whole_number<std::uint32_t>(text);
  return number && *number != 0 ? number : std::nullopt;
}

std::optional<std::uint64_t> read_size(std::string_view text) {
  return whole_number<std::uint64_t>(text);
}

void Framer::feed(std::string_view bytes) {
  if (position_ == buffer_.size()) {
    buffer_.clear();
    position_ = 0;
  }
  buffer_.append(bytes);
}

/// True when the line at hand ends by announcing a literal, which is begun. The text of a status response is for
/// people and may end like that.
Result<bool> Framer::begin_literal() {
  const auto& line = response_.line;
  const auto behind_last = response_.literal_ends.empty() ? 0 : response_.literal_ends.back();
  if (line.size() <= behind_last || line.back() != '}') return false;
  const auto open = line.rfind('{');
  if (open == std::string::npos || open < behind_last) return false;
  auto digits = std::string_view(line).substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+')) digits.remove_suffix(1);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  const auto head = head_of(response_);
  if (head.kind == Kind::continuation) return false;
  if (is_status(head)) {
    const auto data = std::string_view(line).substr(std::min(head.data_at, line.size()));
    if (!data.starts_with('[') || data.find(']') != std::string_view::npos) return false;
  }
  const auto size = whole_number<std::uint64_t>(digits);
  if (!size || *size > kAbsurdLiteral) {
    return fail(ErrorKind::temporary, "bad_reply",
                format("the server announced a literal of {} bytes", digits.substr(0, 40)));
  }
  if (response_.literals.size() == limits_.literals) {
    return fail(ErrorKind::temporary, "bad_reply",
                format("the server sent more than {} literals at once", limits_.literals));
  }
  response_.literal_ends.push_back(line.size());
  auto& literal = response_.literals.emplace_back();
  literal.size = *size;
  if (*size <= limits_.literal_bytes) literal.bytes.reserve(*size);
  literal_left_ = *size;
  in_literal_ = true;
  return true;
}

void Framer::take_literal() {
  const auto take = std::min<std::uint64_t>(literal_left_, buffer_.size() - position_);
  auto& literal = response_.literals.back();
  if (literal.size <= limits_.literal_bytes) {
    literal.bytes.append(buffer_, position_, take);
    held_literals_ += take;
  }
  position_ += take;
  literal_left_ -= take;
}

Result<std::optional<Response>> Framer::next() {
  while (true) {
    if (in_literal_) {
      take_literal();
      if (literal_left_ > 0) return std::nullopt;
      in_literal_ = false;
    }
    const auto end = buffer_.find('\n', position_);
    const auto stop = end == std::string::npos ? buffer_.size() : end;
    if (response_.line.size() + (stop - position_) > limits_.line_bytes) {
      return fail(ErrorKind::temporary, "bad_reply",
                  format("the server sent a line of more than {} bytes", limits_.line_bytes));
    }
    response_.line.append(buffer_, position_, stop - position_);
    if (end == std::string::npos) {
      position_ = buffer_.size();
      return std::nullopt;
    }
    position_ = end + 1;
    const auto behind_last = response_.literal_ends.empty() ? 0 : response_.literal_ends.back();
    if (response_.line.size() > behind_last && response_.line.back() == '\r') response_.line.pop_back();
    auto literal = begin_literal();
    if (!literal) return tl::unexpected(literal.error());
    if (*literal || response_.line.empty()) continue;
    held_literals_ = 0;
    return std::exchange(response_, {});
  }
}

bool Head::is(std::string_view name) const {
  return equals_ignoring_case(word, name);
}

Head head_of(const Response& response) {
  const std::string_view line = response.line;
  std::size_t at = 0;
  const auto word = [&] {
    while (at < line.size() && line[at] == ' ') ++at;
    const auto begin = at;
    while (at < line.size() && line[at] != ' ') ++at;
    return line.substr(begin, at - begin);
  };
  Head head;
  head.tag = word();
  if (head.tag == "+") {
    head.kind = Kind::continuation;
  } else if (head.tag != "*") {
    head.kind = Kind::tagged;
  }
  if (head.kind != Kind::continuation) {
    head.word = word();
    if (head.kind == Kind::untagged) {
      if (const auto number = whole_number<std::uint32_t>(head.word)) {
        head.number = number;
        head.word = word();
      }
    }
  }
  while (at < line.size() && line[at] == ' ') ++at;
  head.data_at = at;
  return head;
}

bool is_status(const Head& head) {
  return !head.number && is_status_word(head.word);
}

Status status_of(const Response& response, const Head& head) {
  Status status;
  auto rest = std::string_view(response.line).substr(std::min(head.data_at, response.line.size()));
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    const auto inner = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    const auto space = inner.find(' ');
    status.code = inner.substr(0, space);
    if (space != std::string_view::npos) status.arguments = inner.substr(space + 1);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  status.text = trim(rest);
  return status;
}

Token Tokens::next() {
  const std::string_view line = response_.line;
  while (position_ < line.size() && (line[position_] == ' ' || line[position_] == '\t')) ++position_;
  if (position_ >= line.size()) return {};
  switch (line[position_]) {
    case '(':
      ++position_;
      return {Token::Type::open, {}};
    case ')':
      ++position_;
      return {Token::Type::close, {}};
    case '"':
      return quoted();
    case '~':
      if (position_ + 1 < line.size() && line[position_ + 1] == '{') ++position_;
      [[fallthrough]];
    case '{':
      if (line[position_] == '{') return literal();
      return atom();
    default:
      return atom();
  }
}

Token Tokens::quoted() {
  const std::string_view line = response_.line;
  scratch_.clear();
  for (++position_; position_ < line.size() && line[position_] != '"'; ++position_) {
    if (line[position_] == '\\' && position_ + 1 < line.size()) ++position_;
    scratch_ += line[position_];
  }
  if (position_ < line.size()) ++position_;
  return {Token::Type::text, scratch_};
}

Token Tokens::literal() {
  const auto& ends = response_.literal_ends;
  const auto hit = std::upper_bound(ends.begin(), ends.end(), position_);
  if (hit == ends.end() || response_.line.find('}', position_) + 1 != *hit) return atom();
  const auto index = static_cast<std::size_t>(hit - ends.begin());
  position_ = *hit;
  return {Token::Type::text, response_.literals[index].bytes, index};
}

/// An atom; "BODY[HEADER.FIELDS (A B)]<0>" is one.
Token Tokens::atom() {
  const std::string_view line = response_.line;
  const auto begin = position_;
  bool in_brackets = false;
  for (; position_ < line.size(); ++position_) {
    const char c = line[position_];
    if (c == '[') in_brackets = true;
    if (c == ']') in_brackets = false;
    if (!in_brackets && (c == ' ' || c == '(' || c == ')' || c == '"') && position_ > begin) break;
  }
  const auto text = line.substr(begin, position_ - begin);
  if (equals_ignoring_case(text, "NIL")) return {Token::Type::nil, {}};
  return {Token::Type::atom, text};
}

void Tokens::skip_list() {
  for (std::size_t depth = 1; depth > 0;) {
    const auto token = next();
    if (token.type == Token::Type::end) return;
    if (token.type == Token::Type::open) ++depth;
    if (token.type == Token::Type::close) --depth;
  }
}

FetchData read_fetch(const Response& response, const Head& head) {
  using Type = Token::Type;
  FetchData data;
  Tokens tokens(response, head.data_at);
  if (tokens.next().type != Type::open) return data;
  while (true) {
    const auto key = tokens.next();
    if (key.type == Type::end || key.type == Type::close) return data;
    const std::string name(key.text.substr(0, 64));
    const auto value = tokens.next();
    if (value.type == Type::end || value.type == Type::close) return data;
    const bool is_string = value.type == Type::text || value.type == Type::atom;
    if (equals_ignoring_case(name, "UID")) {
      if (const auto uid = read_number(value.text)) data.uid = uid;
    } else if (equals_ignoring_case(name, "RFC822.SIZE")) {
      data.size = read_size(value.text);
    } else if (equals_ignoring_case(name, "INTERNALDATE")) {
      data.internal_date = value.text;
    } else if (equals_ignoring_case(name, "FLAGS") && value.type == Type::open) {
      data.has_flags = true;
      for (auto flag = tokens.next(); flag.type == Type::atom; flag = tokens.next()) data.flags.emplace_back(flag.text);
      continue;
    } else if ((starts_with_ignoring_case(name, "BODY[") || equals_ignoring_case(name, "RFC822")) && is_string) {
      data.has_body = true;
      if (value.literal == Token::kNoIndex) {
        data.body = value.text;
      } else if (response.literals[value.literal].is_left_out()) {
        data.body_left_out = response.literals[value.literal].size;
      } else {
        data.body_literal = value.literal;
      }
    }
    if (value.type == Type::open) tokens.skip_list();
  }
}

std::string take_body(Response& response, FetchData data) {
  if (data.body_literal == Token::kNoIndex) return std::move(data.body);
  auto& literal = response.literals[data.body_literal];
  literal.size = 0;
  return std::exchange(literal.bytes, {});
}

std::vector<std::uint32_t> read_search(const Response& response, const Head& head) {
  std::vector<std::uint32_t> uids;
  Tokens tokens(response, head.data_at);
  for (auto token = tokens.next(); token.type != Token::Type::end; token = tokens.next()) {
    if (token.type == Token::Type::open) {
      tokens.skip_list();  // "(MODSEQ 917162500)"
    } else if (token.type == Token::Type::atom) {
      if (const auto uid = read_number(token.text)) uids.push_back(*uid);
    }
  }
  return uids;
}

}  // namespace ruagate::mailbox::imap
