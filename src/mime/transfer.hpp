#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Content transfer encodings (RFC 2045 section 6, and uuencode). All are linear and never fail: what cannot be decoded
// is left out and said.
namespace ruagate::mime {

struct Base64Bytes {
  std::string bytes;
  bool junk = false;           ///< Characters outside the alphabet were passed over (white space is none).
  bool no_padding = false;     ///< The last group was not filled up.
  bool concatenated = false;   ///< Padding inside; what followed was base64 again.
  bool trailing_text = false;  ///< Text behind the padding was left out.
};
Base64Bytes decode_base64(std::string_view text);

struct QuotedPrintableBytes {
  std::string bytes;
  bool junk = false;  ///< A "=" that is neither a byte nor a soft line break was kept as it is.
};
QuotedPrintableBytes decode_quoted_printable(std::string_view text);

struct UuencodedFile {
  std::string name;  ///< From the begin line.
  std::string bytes;
  bool no_end = false;  ///< The end line is missing or a line was malformed.
};
/// The first uuencoded file in `text`, if there is a begin line.
std::optional<UuencodedFile> decode_uuencode(std::string_view text);

/// True if bytes begin as gzip or zip do.
bool has_archive_magic(std::string_view bytes);

/// If `content` is, from its first to its last line, base64 of a gzip stream, a zip archive or an XML document, its
/// bytes.
std::optional<Base64Bytes> hidden_base64(std::string_view content);

/// If lines of base64 inside `text` hold a gzip stream or a zip archive, the bytes of the first such run.
std::optional<Base64Bytes> embedded_base64(std::string_view text);

}  // namespace ruagate::mime
