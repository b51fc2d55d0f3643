#include "mime/authentication_results.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace ruagate::mime {
namespace {

constexpr bool is_keyword_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  return to_lower(text);
}

/// Walks the value of a structured field (RFC 5322 3.2): words, quoted strings, comments. Every step moves on.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip() { ++at_; }

  /// Takes `c` if it comes next.
  bool take(char c) {
    skip_space();
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Passes over white space and comments, which nest; the comments are kept in `comments`, where given.
  void skip_space() {
    while (!at_end()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '(') {
        read_comment();
      } else {
        return;
      }
    }
  }

  /// Letters, digits, "-" and "_", in lower case.
  std::string keyword() {
    skip_space();
    const std::size_t begin = at_;
    while (!at_end() && is_keyword_char(text_[at_])) ++at_;
    return to_lower(text_.substr(begin, at_ - begin));
  }

  /// A token, a quoted string, or an address with a quoted local part: up to white space, ";" or a comment.
  std::string value() {
    skip_space();
    std::string out;
    while (!at_end()) {
      const char c = text_[at_];
      if (is_space(c) || c == ';' || c == '(') break;
      if (c == '"') {
        read_quoted(out);
      } else {
        out.push_back(c);
        ++at_;
      }
    }
    return out;
  }

  std::size_t position() const { return at_; }
  std::size_t comments() const { return comments_.size(); }
  /// To where position() and comments() stood.
  void go_back(std::size_t position, std::size_t comments) {
    at_ = position;
    comments_.resize(comments);
  }
  std::vector<std::string> take_comments() { return std::exchange(comments_, {}); }

 private:
  void read_comment() {
    std::size_t depth = 0;
    std::string comment;
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        comment.push_back(text_[++at_]);
        continue;
      }
      if (c == '(' && ++depth == 1) continue;
      if (c == ')' && --depth == 0) {
        ++at_;
        break;
      }
      comment.push_back(c);
    }
    if (comments_.size() < kMaxAuthenticationResults) comments_.push_back(std::move(comment));
  }

  void read_quoted(std::string& out) {
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      if (c == '\\' && at_ + 1 < text_.size()) ++at_;
      out.push_back(text_[at_]);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> comments_;
};

/// `reason=value` or `type.name=value`; when there is neither, what stands there is passed over.
void read_property(Tokens& tokens, AuthenticationResult& into) {
  const std::size_t begin = tokens.position();
  const std::size_t comments = tokens.comments();
  AuthenticationProperty property;
  property.name = tokens.keyword();
  if (tokens.take('.')) {
    property.type = std::move(property.name);
    property.name = tokens.keyword();
  }
  if (property.name.empty() || !tokens.take('=')) {
    tokens.go_back(begin, comments);
    if (tokens.value().empty() && tokens.position() == begin) tokens.skip();
    return;
  }
  property.value = tokens.value();
  if (property.type.empty() && property.name == "reason") {
    if (into.reason.empty()) into.reason = std::move(property.value);
  } else if (into.properties.size() < kMaxAuthenticationResults) {
    into.properties.push_back(std::move(property));
  }
}

/// One segment between semicolons: `method[/version]=result` and what belongs to it. False when it is no result.
bool read_result(Tokens& tokens, AuthenticationResult& result) {
  result.method = tokens.keyword();
  if (tokens.take('/')) tokens.keyword();
  const bool is_result = !result.method.empty() && tokens.take('=');
  if (is_result) result.result = tokens.keyword();
  for (tokens.skip_space(); !tokens.at_end() && tokens.peek() != ';'; tokens.skip_space()) {
    read_property(tokens, result);
  }
  result.comments = tokens.take_comments();
  return is_result && !result.result.empty();
}

/// True if the first segment is a result already: Microsoft names no authserv-id.
bool begins_with_result(Tokens tokens) {
  return !tokens.keyword().empty() && tokens.take('=');
}

}  // namespace

std::string_view AuthenticationResult::property(std::string_view type, std::string_view name) const {
  const auto hit = std::find_if(properties.begin(), properties.end(),
                                [&](const auto& one) { return one.type == type && one.name == name; });
  return hit == properties.end() ? std::string_view() : std::string_view(hit->value);
}

AuthenticationResults parse_authentication_results(std::string_view value) {
  AuthenticationResults field;
  Tokens tokens(value);
  if (!begins_with_result(tokens)) {
    field.authserv_id = host_name(tokens.value());
    tokens.skip_space();
    if (!tokens.at_end() && tokens.peek() != ';') field.version = tokens.value();
    for (tokens.skip_space(); !tokens.at_end() && tokens.peek() != ';'; tokens.skip_space()) {
      const std::size_t begin = tokens.position();  // Nothing else belongs here.
      if (tokens.value().empty() && tokens.position() == begin) tokens.skip();
    }
    tokens.take_comments();
    tokens.take(';');
  }
  while (!tokens.at_end() && field.results.size() < kMaxAuthenticationResults) {
    AuthenticationResult result;
    if (read_result(tokens, result)) field.results.push_back(std::move(result));
    tokens.take(';');
  }
  return field;
}

ReceivedHop parse_received(std::string_view value) {
  ReceivedHop hop;
  Tokens tokens(value);
  bool is_first = true;
  for (tokens.skip_space(); !tokens.at_end() && tokens.peek() != ';'; tokens.skip_space()) {
    const std::size_t begin = tokens.position();
    const std::string word = to_lower(tokens.value());
    if (word.empty() && tokens.position() == begin) tokens.skip();
    if (is_first && word == "from") {
      hop.from = host_name(tokens.value());
    } else if (word == "by") {
      hop.by = host_name(tokens.value());
      break;
    }
    is_first = false;
  }
  return hop;
}

}  // namespace ruagate::mime
