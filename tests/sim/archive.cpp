#include "sim/archive.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace ruagate::sim {
namespace {

/// Bits of a deflate stream, least significant first.
class BitWriter {
 public:
  void bits(std::uint32_t value, unsigned count) {
    pending_ |= static_cast<std::uint64_t>(value) << filled_;
    filled_ += count;
    while (filled_ >= 8) flush_byte();
  }
  /// Huffman codes go most significant bit first.
  void code(std::uint32_t value, unsigned count) {
    std::uint32_t reversed = 0;
    for (unsigned i = 0; i < count; ++i) reversed |= ((value >> i) & 1U) << (count - 1 - i);
    bits(reversed, count);
  }
  std::string finish() {
    if (filled_ > 0) {
      filled_ = std::max(filled_, 8U);
      flush_byte();
    }
    return std::move(out_);
  }

 private:
  void flush_byte() {
    out_.push_back(static_cast<char>(pending_ & 0xffU));
    pending_ >>= 8U;
    filled_ -= 8;
  }
  std::string out_;
  std::uint64_t pending_ = 0;
  unsigned filled_ = 0;
};

/// RFC 1951 3.2.6
void write_symbol(BitWriter& out, unsigned symbol) {
  if (symbol < 144) {
    out.code(0x30 + symbol, 8);
  } else if (symbol < 256) {
    out.code(0x190 + symbol - 144, 9);
  } else if (symbol < 280) {
    out.code(symbol - 256, 7);
  } else {
    out.code(0xc0 + symbol - 280, 8);
  }
}

/// Largest entry of an RFC 1951 3.2.5 table that is not above `value`.
template <std::size_t N>
unsigned slot_of(const std::array<std::uint16_t, N>& table, std::size_t value) {
  return static_cast<unsigned>(std::upper_bound(table.begin(), table.end(), value) - table.begin()) - 1;
}

constexpr std::array<std::uint16_t, 29> kLengths = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint16_t, 30> kDistances = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                      33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                      1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

void write_match(BitWriter& out, std::size_t length, std::size_t distance) {
  const unsigned length_slot = slot_of(kLengths, length);
  write_symbol(out, 257 + length_slot);
  const unsigned length_bits = length_slot < 8 || length_slot == 28 ? 0 : (length_slot - 4) / 4;
  out.bits(static_cast<std::uint32_t>(length - kLengths[length_slot]), length_bits);
  const unsigned distance_slot = slot_of(kDistances, distance);
  out.code(distance_slot, 5);
  const unsigned distance_bits = distance_slot < 4 ? 0 : (distance_slot - 2) / 2;
  out.bits(static_cast<std::uint32_t>(distance - kDistances[distance_slot]), distance_bits);
}

constexpr std::size_t kMinMatch = 3;
constexpr std::size_t kMaxMatch = 258;
constexpr std::size_t kWindow = 32768;
constexpr int kMaxChain = 64;

std::uint32_t hash_at(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]));
  };
  return ((byte(0) << 16U | byte(1) << 8U | byte(2)) * 0x9e3779b1U) >> 17U;
}

void little(std::string& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0xedb88320U : value >> 1U;
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) crc = crc >> 8U ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xffU];
  return crc ^ 0xffffffffU;
}

std::string deflate(std::string_view bytes) {
  BitWriter out;
  out.bits(1, 1);  // last block
  out.bits(1, 2);  // fixed codes
  constexpr std::uint32_t kNone = 0xffffffffU;
  std::vector<std::uint32_t> newest(1U << 15U, kNone);
  std::vector<std::uint32_t> before(bytes.size(), kNone);
  const auto remember = [&](std::size_t at) {
    if (at + kMinMatch > bytes.size()) return;
    std::uint32_t& head = newest[hash_at(bytes, at)];
    before[at] = head;
    head = static_cast<std::uint32_t>(at);
  };
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::size_t best_length = 0;
    std::size_t best_distance = 0;
    if (at + kMinMatch <= bytes.size()) {
      const std::size_t longest = std::min(kMaxMatch, bytes.size() - at);
      std::uint32_t candidate = newest[hash_at(bytes, at)];
      for (int chain = 0; candidate != kNone && at - candidate <= kWindow && chain < kMaxChain; ++chain) {
        std::size_t length = 0;
        while (length < longest && bytes[candidate + length] == bytes[at + length]) ++length;
        if (length > best_length) {
          best_length = length;
          best_distance = at - candidate;
        }
        candidate = before[candidate];
      }
    }
    if (best_length >= kMinMatch) {
      write_match(out, best_length, best_distance);
    } else {
      best_length = 1;
      write_symbol(out, static_cast<unsigned char>(bytes[at]));
    }
    for (std::size_t i = 0; i < best_length; ++i) remember(at + i);
    at += best_length;
  }
  write_symbol(out, 256);
  return out.finish();
}

std::string gzip(std::string_view bytes, std::string_view deflated) {
  std::string out{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10};
  out += deflated;
  little(out, crc32(bytes), 4);
  little(out, static_cast<std::uint32_t>(bytes.size()), 4);
  return out;
}

std::string zip(std::string_view member_name, std::string_view bytes, std::string_view deflated) {
  constexpr std::uint32_t kDate1980 = 0x21;
  std::string entry;  // the fields that the local and the central header share
  little(entry, 20, 2);
  little(entry, 0, 2);
  little(entry, 8, 2);
  little(entry, 0, 2);
  little(entry, kDate1980, 2);
  little(entry, crc32(bytes), 4);
  little(entry, static_cast<std::uint32_t>(deflated.size()), 4);
  little(entry, static_cast<std::uint32_t>(bytes.size()), 4);
  little(entry, static_cast<std::uint32_t>(member_name.size()), 2);
  little(entry, 0, 2);

  std::string out = "PK\x03\x04" + entry;
  out += member_name;
  out += deflated;
  const std::size_t directory = out.size();
  out += "PK\x01\x02";
  little(out, 20, 2);
  out += entry;
  little(out, 0, 2);
  little(out, 0, 2);
  little(out, 0, 2);
  little(out, 0, 4);
  little(out, 0, 4);
  out += member_name;
  const std::size_t directory_size = out.size() - directory;
  out += "PK\x05\x06";
  little(out, 0, 4);
  little(out, 1, 2);
  little(out, 1, 2);
  little(out, static_cast<std::uint32_t>(directory_size), 4);
  little(out, static_cast<std::uint32_t>(directory), 4);
  little(out, 0, 2);
  return out;
}

std::string base64(std::string_view bytes, std::size_t width) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(bytes.size() * 4 / 3 + bytes.size() / 28 + 8);
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < here ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= here ? kAlphabet[group >> (18 - 6 * k) & 63U] : '=');
    }
    column += 4;
    if (column >= width) {
      out += "\r\n";
      column = 0;
    }
  }
  if (column > 0) out += "\r\n";
  return out;
}

}  // namespace ruagate::sim
