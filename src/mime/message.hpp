#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// Message bytes -> leaf parts with their transfer encoding removed (RFC 5322, 2045-2047, 2183, 2231).
// Our own scanner: one pass, no recursion, linear in the size of the message whatever it contains.
namespace ruagate::mime {

struct Limits {
  std::size_t max_message_bytes = 64U << 20;
  std::size_t max_header_bytes = 1U << 20;  ///< Of one header block; what lies beyond is skipped, not stored.
  unsigned max_depth = 32;                  ///< Nested multiparts and message/rfc822 together.
  unsigned max_parts = 1000;
};

struct HeaderField {
  std::string name;   ///< As sent.
  std::string value;  ///< Unfolded, trimmed, encoded words left as they are; raw bytes.
};

/// A leaf of the message.
struct Part {
  std::string path;        ///< "1", "2.1", ...: position at each level, counted from 1; "" for a message without parts.
  std::string media_type;  ///< Lower-case "type/subtype"; "text/plain" when absent.
  std::string report_type;  ///< report-type parameter of the nearest enclosing multipart/report, lower-case.
  std::string file_name;    ///< From Content-Disposition or Content-Type, RFC 2231 and 2047 decoded; may be empty.
  std::string content;      ///< Transfer encoding removed.
};

struct Message {
  std::vector<HeaderField> headers;     ///< Of the outermost message, in order.
  std::vector<Part> parts;              ///< Leaves in order, also those inside message/rfc822.
  std::vector<std::string> tolerances;  ///< Names of what was forgiven, sorted, each once.

  /// Value of the first header of that name (case ignored), "" when there is none.
  std::string_view header(std::string_view name) const;
  /// Subject with encoded words decoded to UTF-8.
  std::string subject() const;
  /// Date header (RFC 5322 3.3, forgiving), if readable.
  std::optional<Instant> date() const;
};

/// True if `bytes` begin like a mail message: a header field name and a colon within the first lines
/// (an mbox "From " line before it is allowed).
bool looks_like_message(std::string_view bytes);

/// Reads a message. Errors: too_large (message_too_large, mime_too_deep, mime_too_many_parts). Everything else that is
/// broken is forgiven and named in `tolerances`.
Result<Message> parse_message(std::string_view bytes, const Limits& limits);

/// RFC 2047 encoded words to UTF-8; the rest unchanged. Unknown charsets keep the encoded word.
std::string decode_encoded_words(std::string_view text);

}  // namespace ruagate::mime
