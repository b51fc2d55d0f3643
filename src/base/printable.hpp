#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ruagate {

/// Outside text made safe for a terminal or a log line: C0 and C1 controls, DEL, bidirectional controls and
/// invalid UTF-8 appear as \xNN (or \n, \r, \t); longer than `max_bytes` is cut at a character and ends in "...".
std::string printable(std::string_view text, std::size_t max_bytes = 200);

/// `text` with every invalid UTF-8 sequence replaced by U+FFFD; valid text comes back unchanged.
std::string valid_utf8(std::string_view text);

/// Length in bytes of the well-formed UTF-8 character at the start of `text` (RFC 3629), 0 when there is none.
std::size_t utf8_length(std::string_view text);
/// The code point of one well-formed UTF-8 character of one to four bytes.
std::uint32_t code_point(std::string_view character);

}  // namespace ruagate
