#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ruagate {

/// A SHA-256 digest (FIPS 180-4).
using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
/// 64 lower-case hex digits.
std::string to_hex(const Sha256& digest);

}  // namespace ruagate
