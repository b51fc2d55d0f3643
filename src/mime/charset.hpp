#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ruagate::mime {

/// `bytes` in `charset` as UTF-8. Nothing when the charset is not one we read: the list is fixed, so that mail cannot
/// make libc load whichever converter it names. Bytes that are invalid in the charset become U+FFFD.
std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset);

/// `bytes` unchanged if they are UTF-8, else read as windows-1252.
std::string as_utf8(std::string_view bytes);

}  // namespace ruagate::mime
