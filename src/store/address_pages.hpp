#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/ip_address.hpp"

namespace ruagate::store {

/// Addresses by key, of runs of neighbouring keys that were read as a whole: a busy domain, or many domains one after
/// the other, ask for most addresses of a database. Five bytes for each IPv4 address, bounded as a whole. An address
/// never gets another key, nor a key another address, but by a rollback: then clear().
class AddressPages {
 public:
  static constexpr std::int64_t kKeys = 1024;  ///< Of a page, from a multiple of it on.

  static std::int64_t page_of(std::int64_t key) { return key / kKeys; }
  bool has(std::int64_t page) const { return pages_.contains(page); }

  /// `bytes` as stored, 4 or 16; others are left out, as is all that is added to no page. Starts the page anew.
  void begin(std::int64_t page);
  void add(std::int64_t key, std::span<const std::uint8_t> bytes);

  /// Nothing when the key is in no page, or was not there yet when its page was read.
  std::optional<IpAddress> find(std::int64_t key);
  void clear();

 private:
  static constexpr std::size_t kMostPages = 1024;
  static constexpr std::size_t kMostLong = 65'536;  ///< IPv6 addresses, of all pages.
  enum class Kind : std::uint8_t { none, v4, v6 };
  struct Page {
    std::vector<Kind> kinds = std::vector<Kind>(kKeys, Kind::none);
    std::vector<std::uint32_t> values = std::vector<std::uint32_t>(kKeys, 0);  ///< IPv4, or a place in `long_`.
    std::vector<IpAddress> long_;
  };
  std::unordered_map<std::int64_t, Page> pages_;
  std::int64_t last_ = -1;  ///< The page that was found last: neighbours are asked for one after the other.
  const Page* last_page_ = nullptr;
  std::int64_t open_ = -1;
  std::size_t long_count_ = 0;
};

}  // namespace ruagate::store
