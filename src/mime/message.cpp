#include "mime/message.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "mime/charset.hpp"
#include "mime/header.hpp"
#include "mime/lines.hpp"
#include "mime/scanner.hpp"

namespace ruagate::mime {
namespace {

constexpr std::size_t kMaxLinesLookedAt = 200;

/// Names that mail carries. One of them has to stand in the header block: prose has colons too.
bool is_mail_field(std::string_view name) {
  constexpr std::array<std::string_view, 26> kNames = {"received",
                                                       "return-path",
                                                       "from",
                                                       "to",
                                                       "cc",
                                                       "subject",
                                                       "date",
                                                       "message-id",
                                                       "reply-to",
                                                       "sender",
                                                       "delivered-to",
                                                       "mime-version",
                                                       "dkim-signature",
                                                       "authentication-results",
                                                       "envelope-to",
                                                       "delivery-date",
                                                       "in-reply-to",
                                                       "references",
                                                       "bcc",
                                                       "importance",
                                                       "precedence",
                                                       "auto-submitted",
                                                       "status",
                                                       "domainkey-signature",
                                                       "errors-to",
                                                       "apparently-to"};
  constexpr std::array<std::string_view, 8> kPrefixes = {"x-",       "arc-",      "list-",       "resent-",
                                                         "content-", "received-", "tls-report-", "authentication-"};
  return std::any_of(kNames.begin(), kNames.end(), [&](auto known) { return equals_ignoring_case(name, known); }) ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) {
           return name.size() > prefix.size() && starts_with_ignoring_case(name, prefix);
         });
}

}  // namespace

std::string_view Message::header(std::string_view name) const {
  for (const HeaderField& field : headers) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

std::string Message::subject() const {
  return decode_encoded_words(as_utf8(header("subject")));
}

bool looks_like_message(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Lines lines(bytes.substr(0, 64U << 10));
  const std::string_view text = lines.text();
  std::size_t at = 0;
  bool in_header = false;
  bool mail_field = false;
  for (std::size_t i = 0; i < kMaxLinesLookedAt && at < text.size(); ++i) {
    const Line line = lines.at(at);
    at = line.next;
    if (!in_header) {
      const bool blank = line.text.find_first_not_of(std::string_view(" \t\0", 3)) == std::string_view::npos;
      if (blank || line.text.starts_with("From ") || line.text.starts_with(">From ")) continue;
    }
    if (line.text.empty()) break;
    if (in_header && (line.text.front() == ' ' || line.text.front() == '\t')) continue;
    const FieldStart start = field_start(line.text);
    if (start.name_length == 0) {
      // One unreadable line among fields is forgiven by the reader; at the top it means that this is no header.
      if (!in_header) return false;
      break;
    }
    in_header = true;
    mail_field = mail_field || start.kind != FieldKind::other || is_mail_field(line.text.substr(0, start.name_length));
    if (mail_field) return true;
  }
  return mail_field;
}

Result<Message> parse_message(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.max_message_bytes) {
    return fail(ErrorKind::too_large, "message_too_large",
                format("the message has {} bytes, more than {}", bytes.size(), limits.max_message_bytes));
  }
  Message message;
  Scanner scanner(limits, message);
  if (auto done = scanner.scan(bytes); !done) return tl::unexpected<Error>(done.error());
  return message;
}

}  // namespace ruagate::mime
