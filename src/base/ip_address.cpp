#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ruagate {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), buffer.begin());
  if (std::memchr(buffer.data(), '\0', text.size()) != nullptr) return std::nullopt;

  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, buffer.data(), bytes.data()) == 1) return from_bytes({bytes.data(), 4});
  if (inet_pton(AF_INET6, buffer.data(), bytes.data()) == 1) return from_bytes({bytes.data(), 16});
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  IpAddress address;
  if (bytes.size() == 16 && std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) bytes = bytes.subspan(12);
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  address.v4_ = bytes.size() == 4;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (v4_) {  // Lists of addresses are long.
    char* end = buffer.data();
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) *end++ = '.';
      end = std::to_chars(end, buffer.data() + buffer.size(), static_cast<unsigned>(bytes_[i])).ptr;
    }
    return {buffer.data(), end};
  }
  inet_ntop(AF_INET6, bytes_.data(), buffer.data(), buffer.size());
  return buffer.data();
}

IpNetwork::IpNetwork(const IpAddress& address, unsigned bits) {
  const auto bytes = address.bytes();
  bits_ = std::min(bits, static_cast<unsigned>(bytes.size() * 8));
  std::array<std::uint8_t, 16> cleared{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned kept = bits_ > i * 8 ? std::min(8U, bits_ - static_cast<unsigned>(i) * 8) : 0;
    cleared[i] = static_cast<std::uint8_t>(bytes[i] & static_cast<std::uint8_t>(0xFF00U >> kept));
  }
  // Every IPv6 network that folds to IPv4 is a mapped one; its bits already count from the IPv4 form.
  base_ = *IpAddress::from_bytes({cleared.data(), bytes.size()});
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned width = static_cast<unsigned>(address->bytes().size() * 8);
  if (slash == std::string_view::npos) return IpNetwork(*address, width);
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits > width) return std::nullopt;
  return IpNetwork(*address, bits);
}

bool IpNetwork::contains(const IpAddress& address) const {
  return address.is_v4() == base_.is_v4() && IpNetwork(address, bits_).base_ == base_;
}

std::string IpNetwork::to_string() const {
  return base_.to_string() + "/" + std::to_string(bits_);
}

}  // namespace ruagate
