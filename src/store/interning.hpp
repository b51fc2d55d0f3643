#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "report/report.hpp"
#include "store/address_pages.hpp"
#include "store/connection.hpp"

// Values that are kept once and referred to by key: texts, addresses, evidence, policies. In front of each table
// stands a map of bounded size in memory, in both directions; what is not in it is looked up. The writing half may
// only be used inside a write transaction, and forget() must follow a rollback, because keys may be gone.
namespace ruagate::store {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// A map that starts anew when it has grown to its bound. What it gives is valid until the next remember().
template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  template <class Wanted>
  const Value* find(const Wanted& key) const {
    const auto at = map_.find(key);
    return at == map_.end() ? nullptr : &at->second;
  }
  /// `bytes`: what key and value own outside the map.
  const Value& remember(Key key, Value value, std::size_t bytes) {
    constexpr std::size_t kPlaceBytes =
        2 * (sizeof(Key) + sizeof(Value) + 1);  // Places are a half to seven eighths full.
    bytes += kPlaceBytes;
    if (bytes_ + bytes > max_bytes_) clear();
    bytes_ += bytes;
    return map_.insert_or_assign(std::move(key), std::move(value)).first->second;
  }
  void clear() {
    map_.clear();
    bytes_ = 0;
  }

 private:
  // The standard's map would work out the hash of each key anew that it passes in a bucket.
  boost::unordered_flat_map<Key, Value, Hash, std::equal_to<>> map_;
  std::size_t bytes_ = 0;
  std::size_t max_bytes_;
};

/// Keys of one evidence.
struct EvidenceKeys {
  std::int64_t full = 0;
  std::int64_t bare = 0;  ///< Without the receiver's free texts; the same key when there are none.
  std::int64_t author_domain = 0;
};

class Interning {
 public:
  explicit Interning(Connection& connection) : connection_(connection) {}

  // Writing: the key of a value, made when it is new.
  std::int64_t text_key(std::string_view value);
  std::int64_t address_key(const std::optional<IpAddress>& address);
  /// `canonical` is that of report::CanonicalRecords.
  EvidenceKeys evidence_keys(const report::Evidence& evidence, std::string_view canonical);
  std::int64_t policy_key(const report::PublishedPolicy& policy);

  // Reading.
  std::optional<std::int64_t> find_text(std::string_view value);
  /// Valid until the next call of any function here. Throws StoreError when the key is not there (damage).
  std::string_view text(std::int64_t key);
  std::optional<IpAddress> address(std::int64_t key);
  /// Very many at once, past the map in memory: of each (key, index) in `wanted`, which ascend by key, the address to
  /// out[index].
  void addresses(const std::vector<std::pair<std::int64_t, std::uint32_t>>& wanted,
                 std::vector<std::optional<IpAddress>>& out);
  const report::Evidence& evidence(std::int64_t key);
  /// The same for evidence.
  void evidence(const std::vector<std::pair<std::int64_t, std::uint32_t>>& wanted, std::vector<report::Evidence>& out);
  /// The key of the same evidence without the receiver's free texts. Throws StoreError as above.
  std::int64_t bare_key(std::int64_t evidence_key);
  /// Without its domain.
  const report::PublishedPolicy& policy(std::int64_t key);

  void forget();

 private:
  using Wanted = std::pair<std::int64_t, std::uint32_t>;
  void read_page(std::int64_t page);
  void look_up_addresses(std::span<const Wanted> wanted, std::vector<std::optional<IpAddress>>& out);
  EvidenceKeys add_evidence_keys(const report::Evidence& evidence, std::string_view canonical, std::string spelt);
  std::int64_t add_evidence(const report::Evidence& evidence, std::optional<std::int64_t> bare);

  Connection& connection_;
  std::string scratch_;
  BoundedMap<std::string, std::int64_t, TextHash> text_keys_{8U << 20};
  BoundedMap<IpAddress, std::int64_t> address_keys_{8U << 20};
  BoundedMap<std::string, EvidenceKeys, TextHash> evidence_keys_{16U << 20};
  BoundedMap<std::string, std::int64_t, TextHash> policy_keys_{1U << 20};
  BoundedMap<std::int64_t, std::string> texts_{8U << 20};
  BoundedMap<std::int64_t, std::optional<IpAddress>> addresses_{8U << 20};
  AddressPages address_pages_;
  BoundedMap<std::int64_t, report::Evidence> evidence_{16U << 20};
  BoundedMap<std::int64_t, std::int64_t> bare_keys_{4U << 20};
  BoundedMap<std::int64_t, report::PublishedPolicy> policies_{1U << 20};
};

}  // namespace ruagate::store
