#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mime/tolerances.hpp"

// What a header block says about the body below it.
namespace ruagate::mime {

/// The fields that matter here.
enum class FieldKind : std::uint8_t { other, content_type, content_transfer_encoding, content_disposition };

/// Where the name of a header field ends.
struct FieldStart {
  std::size_t name_length = 0;  ///< 0: the line is not the start of a field.
  std::size_t value_at = 0;     ///< After the colon.
  FieldKind kind = FieldKind::other;
  bool misspelt = false;            ///< Not the name of RFC 2045, but meant to be.
  bool space_before_colon = false;  ///< RFC 5322 4.5, obsolete.
};
/// Reads "Name:" at the start of `line`. "ContentType" and "content transfer encoding" are known as well.
FieldStart field_start(std::string_view line);

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable, uuencode };
/// Value of Content-Transfer-Encoding: comments, quotes, other cases and spellings are forgiven.
TransferEncoding transfer_encoding(std::string_view value, Tolerances& tolerances);

/// Content-Type (RFC 2045 section 5), as far as it matters here.
struct ContentType {
  std::string media_type;   ///< Lower-case "type/subtype"; empty when the field is absent.
  std::string boundary;     ///< As sent; may be empty.
  std::string report_type;  ///< Lower-case.
  std::string name;         ///< Decoded to UTF-8.
};
ContentType content_type(std::string_view value, Tolerances& tolerances);

/// The filename parameter of a Content-Disposition (RFC 2183), decoded to UTF-8; may be empty.
std::string disposition_file_name(std::string_view value, Tolerances& tolerances);

}  // namespace ruagate::mime
