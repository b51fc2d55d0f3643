#include "mime/header.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/message.hpp"

namespace ruagate::mime {
namespace {

constexpr std::size_t kMaxFieldName = 256;
constexpr std::size_t kMaxBoundary = 1000;  // RFC 2046 allows 70.
constexpr std::size_t kMaxMediaType = 200;
constexpr unsigned kMaxSegments = 1000;  // Of one RFC 2231 value.

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr bool is_name_char(char c) {
  return c > ' ' && c < '\x7f' && c != ':';
}

/// Which field a name means when hyphens, underscores and spaces are left out.
FieldKind loose_kind(std::string_view name) {
  constexpr std::size_t kLongest = std::string_view("contenttransferencoding").size();
  std::array<char, kLongest> letters{};
  std::size_t count = 0;
  for (const char c : name) {
    if (c == '-' || c == '_' || is_blank(c)) continue;
    if (count == letters.size()) return FieldKind::other;
    letters[count++] = to_lower(c);
  }
  const std::string_view loose(letters.data(), count);
  if (loose == "contenttype") return FieldKind::content_type;
  if (loose == "contenttransferencoding" || loose == "contenttransferencodng" || loose == "contenttransfertencoding") {
    return FieldKind::content_transfer_encoding;
  }
  if (loose == "contentdisposition") return FieldKind::content_disposition;
  return FieldKind::other;
}

std::string_view proper_name(FieldKind kind) {
  switch (kind) {
    case FieldKind::content_type:
      return "content-type";
    case FieldKind::content_transfer_encoding:
      return "content-transfer-encoding";
    case FieldKind::content_disposition:
      return "content-disposition";
    case FieldKind::other:
      break;
  }
  return {};
}

/// Position after white space and comments (RFC 5322 3.2.2; they nest). An open comment reaches to the end.
std::size_t skip_comments(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(') {
      ++depth;
    } else if (depth > 0) {
      if (c == '\\') ++at;
      if (c == ')') --depth;
    } else if (!is_space(c)) {
      break;
    }
  }
  return std::min(at, text.size());
}

/// True if `text` goes on with `name=`, that is, if a semicolon before it really separated parameters.
bool parameter_follows(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  const std::size_t begin = at;
  while (at < text.size() && at - begin < 64 && is_name_char(text[at]) && text[at] != '=' && text[at] != ';') ++at;
  const bool name = at > begin;
  while (at < text.size() && is_space(text[at])) ++at;
  if (at == text.size()) return true;
  return name ? text[at] == '=' : text[at] == '(' || text[at] == ';';
}

/// One `name=value`, the value without quotes.
struct Parameter {
  std::string name;  ///< Lower-case.
  std::string value;
};

/// Walks the parameters of a structured field, one pass.
class ParameterReader {
 public:
  ParameterReader(std::string_view text, Tolerances& tolerances) : text_(text), tolerances_(tolerances) {}

  bool next(Parameter& parameter) {
    for (;;) {
      at_ = skip_comments(text_, at_);
      while (at_ < text_.size() && (text_[at_] == ';' || text_[at_] == ',')) at_ = skip_comments(text_, at_ + 1);
      if (at_ >= text_.size()) return false;
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_name_char(text_[at_]) && text_[at_] != '=' && text_[at_] != ';') ++at_;
      const std::string_view name = text_.substr(begin, at_ - begin);
      at_ = skip_comments(text_, at_);
      if (at_ < text_.size() && text_[at_] == '=' && !name.empty()) {
        at_ = skip_comments(text_, at_ + 1);
        parameter.name = to_lower(name);
        read_value(parameter);
        return true;
      }
      // Junk between parameters: passed over, at least one character of it.
      tolerances_.add("mail_odd_parameter");
      if (at_ == begin || (at_ < text_.size() && text_[at_] == '=')) ++at_;
    }
  }

 private:
  void read_value(Parameter& parameter) {
    parameter.value.clear();
    if (at_ < text_.size() && (text_[at_] == '"')) {
      read_quoted(parameter.value);
      return;
    }
    const bool is_file_name = parameter.name.starts_with("name") || parameter.name.starts_with("filename");
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ';') {
        if (!is_file_name || parameter_follows(text_.substr(at_ + 1))) break;
        tolerances_.add("mail_odd_parameter");
      } else if (!is_file_name && (is_space(c) || c == ',')) {
        break;  // A token (RFC 2045 5.1) ends here; a comment or a lost semicolon may follow.
      }
    }
    const std::string_view value = trim(text_.substr(begin, at_ - begin));
    if (is_file_name && std::any_of(value.begin(), value.end(), is_blank)) tolerances_.add("mail_odd_parameter");
    parameter.value = value;
  }

  void read_quoted(std::string& value) {
    const std::size_t begin = ++at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      // Only what needs it is unescaped: C:\new.zip was not meant as an escape.
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
      value.push_back(text_[at_]);
    }
    if (at_ < text_.size()) {
      ++at_;
      return;
    }
    // The closing quote is missing: the value ends where the next parameter seems to begin.
    tolerances_.add("mail_odd_parameter");
    const std::size_t end = text_.find(';', begin);
    if (end == std::string_view::npos) return;
    value = trim(text_.substr(begin, end - begin));
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Tolerances& tolerances_;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        bytes.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    bytes.push_back(text[i]);
  }
  return bytes;
}

/// A value that may come in pieces and in another charset (RFC 2231): name, name*, name*0, name*0*, ...
class ExtendedValue {
 public:
  explicit ExtendedValue(std::string_view name) : name_(name) {}

  /// Takes the parameter if it belongs to this value.
  bool take(const Parameter& parameter) {
    std::string_view rest = parameter.name;
    if (!rest.starts_with(name_)) return false;
    rest.remove_prefix(name_.size());
    if (rest.empty()) {
      if (plain_.empty()) plain_ = parameter.value;
      return true;
    }
    if (rest.front() != '*') return false;
    rest.remove_prefix(1);
    const bool encoded = rest.empty() || rest.back() == '*';
    if (!rest.empty() && rest.back() == '*') rest.remove_suffix(1);
    unsigned number = 0;
    for (const char c : rest) {
      if (c < '0' || c > '9' || number > kMaxSegments) return false;
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (segments_.size() < kMaxSegments) segments_.push_back({number, encoded, parameter.value});
    return true;
  }

  /// Decoded to UTF-8.
  std::string text() {
    std::string charset;
    const std::string bytes = joined(charset);
    if (!charset.empty()) {
      if (auto utf8 = to_utf8(bytes, charset)) return *std::move(utf8);
    }
    return decode_encoded_words(as_utf8(bytes));
  }

  /// The bytes as they are, for what is compared and not shown.
  std::string raw() {
    std::string charset;
    return joined(charset);
  }

 private:
  struct Segment {
    unsigned number;
    bool encoded;
    std::string value;
  };

  std::string joined(std::string& charset) {
    if (segments_.empty()) return plain_;
    std::stable_sort(segments_.begin(), segments_.end(),
                     [](const Segment& a, const Segment& b) { return a.number < b.number; });
    std::string bytes;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      std::string_view value = segments_[i].value;
      if (!segments_[i].encoded) {
        bytes += value;
        continue;
      }
      if (i == 0) {  // charset'language'text
        const std::size_t first = value.find('\'');
        const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
        if (second != std::string_view::npos) {
          charset = value.substr(0, first);
          value.remove_prefix(second + 1);
        }
      }
      bytes += percent_decoded(value);
    }
    return bytes;
  }

  std::string_view name_;
  std::string plain_;
  std::vector<Segment> segments_;
};

}  // namespace

FieldStart field_start(std::string_view line) {
  FieldStart start;
  const std::size_t colon = line.substr(0, kMaxFieldName).find(':');
  if (colon == std::string_view::npos || colon == 0) return start;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  if (name.empty()) return start;
  const bool clean = std::all_of(name.begin(), name.end(), is_name_char);
  if (to_lower(name.front()) == 'c') {
    start.kind = loose_kind(name);
    start.misspelt = start.kind != FieldKind::other && !equals_ignoring_case(name, proper_name(start.kind));
  }
  if (!clean && start.kind == FieldKind::other) return start;
  start.name_length = name.size();
  start.space_before_colon = name.size() != colon;
  start.value_at = colon + 1;
  return start;
}

TransferEncoding transfer_encoding(std::string_view value, Tolerances& tolerances) {
  const std::size_t begin = skip_comments(value, 0);
  std::size_t end = begin;
  while (end < value.size() && !is_space(value[end]) && value[end] != '(' && value[end] != ';' && value[end] != ',') {
    ++end;
  }
  const std::string_view token = value.substr(begin, end - begin);
  if (token.empty()) return TransferEncoding::identity;
  if (skip_comments(value, end) != value.size() || end != value.size() || begin != 0) {
    tolerances.add("mail_odd_transfer_encoding");
  }
  std::string name;  // Letters and digits only: "Base-64", "\"base64\"", "x-uuencode".
  for (const char c : token.substr(0, 40)) {
    if ((to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9')) name.push_back(to_lower(c));
  }
  const auto known = [&](std::string_view proper, TransferEncoding encoding) {
    if (!equals_ignoring_case(token, proper)) tolerances.add("mail_odd_transfer_encoding");
    return encoding;
  };
  if (name == "base64" || name == "b64") return known("base64", TransferEncoding::base64);
  if (name == "quotedprintable" || name == "quotedprintible") {
    return known("quoted-printable", TransferEncoding::quoted_printable);
  }
  if (name == "xuuencode" || name == "uuencode" || name == "xuue" || name == "uue") return TransferEncoding::uuencode;
  if (name != "7bit" && name != "8bit" && name != "binary") tolerances.add("mail_odd_transfer_encoding");
  return TransferEncoding::identity;
}

ContentType content_type(std::string_view value, Tolerances& tolerances) {
  ContentType type;
  const std::size_t begin = skip_comments(value, 0);
  std::size_t end = begin;
  const auto ends_type = [](char c) { return is_space(c) || c == ';' || c == ',' || c == '(' || c == '='; };
  while (end < value.size() && !ends_type(value[end])) ++end;
  std::string_view token = value.substr(begin, end - begin);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') token = token.substr(1, token.size() - 2);
  const std::size_t slash = token.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == token.size() || token.size() > kMaxMediaType) {
    if (skip_comments(value, 0) == value.size()) return type;  // An empty field is an absent one.
    tolerances.add("mail_odd_content_type");
    type.media_type = "application/octet-stream";
    // "boundary=..." without a type is read as parameters from its beginning.
    if (end < value.size() && value[end] == '=') end = begin;
  } else {
    type.media_type = to_lower(token);
  }
  ExtendedValue name("name");
  ExtendedValue boundary("boundary");
  Parameter parameter;
  ParameterReader reader(value.substr(end), tolerances);
  while (reader.next(parameter)) {
    if (name.take(parameter) || boundary.take(parameter)) continue;
    if (parameter.name == "report-type" && type.report_type.empty()) type.report_type = to_lower(parameter.value);
  }
  type.name = name.text();
  type.boundary = boundary.raw();
  if (type.boundary.size() > kMaxBoundary) type.boundary.clear();
  while (!type.boundary.empty() && is_space(type.boundary.back())) type.boundary.pop_back();
  return type;
}

std::string disposition_file_name(std::string_view value, Tolerances& tolerances) {
  std::size_t at = skip_comments(value, 0);
  const std::size_t begin = at;
  while (at < value.size() && is_name_char(value[at]) && value[at] != ';' && value[at] != '=') ++at;
  if (at < value.size() && value[at] == '=') at = begin;  // The type is missing: "filename=x.zip".
  ExtendedValue file_name("filename");
  ExtendedValue name("name");  // Not of this field, yet seen in it.
  Parameter parameter;
  ParameterReader reader(value.substr(at), tolerances);
  while (reader.next(parameter)) {
    if (!file_name.take(parameter)) name.take(parameter);
  }
  std::string text = file_name.text();
  return text.empty() ? name.text() : text;
}

}  // namespace ruagate::mime
