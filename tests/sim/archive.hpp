#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Containers of report mails, written without any library: another version of zlib gives other bytes, and the samples
// must come out the same everywhere.
namespace ruagate::sim {

/// CRC-32 (ISO 3309), as gzip and zip use it.
std::uint32_t crc32(std::string_view bytes);
/// `bytes` as one raw deflate stream (RFC 1951), fixed codes.
std::string deflate(std::string_view bytes);
/// One gzip member (RFC 1952) around a raw deflate stream of `bytes`, without a name, time stamp zero.
std::string gzip(std::string_view bytes, std::string_view deflated);
/// A zip archive of one member, dated 1980-01-01.
std::string zip(std::string_view member_name, std::string_view bytes, std::string_view deflated);
/// Lines of `width` characters ended by CRLF (RFC 2045 6.8).
std::string base64(std::string_view bytes, std::size_t width = 76);

}  // namespace ruagate::sim
