#pragma once

#include <string>
#include <vector>

#include "readiness/world.hpp"

namespace ruagate::readiness {

/// What DNS shows of the domain's SPF record and of the keys that its mail is signed with.
struct DnsHealth {
  bool checked = false;             ///< False without a resolver, or where it knew nothing.
  std::vector<std::string> faults;  ///< What is wrong and what to do, in sentences.
  double broken_share = 0;          ///< Of the legitimate mail, what relies on something that is broken.
};
DnsHealth dns_health(const World& world);

/// Does the domain's own SPF record ask for more than receivers look up? As DNS shows it, or as receivers say who give
/// up on it (permerror).
bool spf_is_full(const World& world);

}  // namespace ruagate::readiness
