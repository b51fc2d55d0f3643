#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ruagate {

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 (::ffff:a.b.c.d) is folded to IPv4, so one host has one value.
class IpAddress {
 public:
  /// 0.0.0.0
  IpAddress() = default;

  /// Dotted quad or any RFC 4291 text form, without brackets, port, zone or white space; nothing otherwise.
  static std::optional<IpAddress> parse(std::string_view text);
  /// 4 or 16 bytes in network order, the form in which addresses are stored; nothing for another length.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes);

  bool is_v4() const { return v4_; }
  /// 4 or 16 bytes in network order.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), v4_ ? 4U : 16U}; }
  /// Canonical text (RFC 5952 for IPv6).
  std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

/// A block of addresses, "192.0.2.0/24" or "2001:db8::/32". Host bits are cleared.
class IpNetwork {
 public:
  /// The block of `bits` leading bits around `address`; bits above the address length mean the single address.
  IpNetwork(const IpAddress& address, unsigned bits);
  /// An address with "/bits", or without (the single address); nothing for anything else.
  static std::optional<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  std::string to_string() const;
  unsigned bits() const { return bits_; }
  auto operator<=>(const IpNetwork&) const = default;

 private:
  IpAddress base_;
  unsigned bits_ = 0;
};

}  // namespace ruagate

template <>
struct std::hash<ruagate::IpAddress> {
  std::size_t operator()(const ruagate::IpAddress& address) const noexcept {
    const auto bytes = address.bytes();
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
};
