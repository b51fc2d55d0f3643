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

}  // namespace ruagate::readiness
