#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "report/report.hpp"

namespace ruagate::source {

/// What DNS says, as far as sources and verdicts look at it. Whoever has a resolver implements this and keeps its
/// answers the same during one evaluation; without one, all that needs DNS is "not checked". An absent answer means the
/// same for that one question: it was not asked, or nobody answered.
class Dns {
 public:
  Dns() = default;
  Dns(const Dns&) = delete;
  Dns& operator=(const Dns&) = delete;
  virtual ~Dns() = default;

  struct Record {
    bool valid = true;                ///< One record that can be read.
    std::optional<report::Policy> p;  ///< Of a valid one.
    bool has_rua = true;              ///< Reports are asked for, and where the address is another domain's, it agrees.
  };
  struct Spf {
    int records = 1;
    bool plus_all = false;
    bool permerror = false;  ///< For any reason.
    int lookups = 0;
    int void_lookups = 0;
  };
  struct Key {
    bool present = true;
    int bits = 0;  ///< Of an RSA key; 0: another kind.
  };
  /// The DMARC record of exactly this domain.
  virtual std::optional<Record> dmarc(std::string_view domain) const = 0;
  virtual std::optional<Spf> spf(std::string_view domain) const = 0;
  virtual std::optional<Key> dkim_key(std::string_view domain, std::string_view selector) const = 0;
  /// The host name of an address, confirmed by the look-up back to it; empty: it has none.
  virtual std::optional<std::string> host_name(const IpAddress& address) const = 0;
  /// The number of the autonomous system that announces it.
  virtual std::optional<std::uint32_t> network_owner(const IpAddress& address) const = 0;
};

}  // namespace ruagate::source
