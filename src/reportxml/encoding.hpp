#pragma once

#include <string>
#include <string_view>

#include "reportxml/tolerance.hpp"

namespace ruagate::reportxml {

/// The document as UTF-8 without byte order mark and without C0 controls (tab, line feed and carriage return stay).
/// A byte order mark beats the declaration, valid UTF-8 beats a declared 8-bit encoding, and bytes that are no UTF-8
/// although nothing else was declared are read as windows-1252. Works in place where the bytes allow it; otherwise
/// needs as much memory again as the result. The answer is always valid UTF-8.
std::string to_utf8(std::string document, Tolerances& tolerances);

/// True if all of `text` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace ruagate::reportxml
