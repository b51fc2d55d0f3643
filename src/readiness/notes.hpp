#pragma once

#include <string>
#include <vector>

#include "readiness/world.hpp"

namespace ruagate::readiness {

/// The verdict in one sentence; everything else of `verdict` is filled in already.
std::string reason_for(const World& world, const DomainVerdict& verdict);

/// What is not known, what remains at risk, what to watch.
std::vector<std::string> notes_for(const World& world, const DomainVerdict& verdict);

}  // namespace ruagate::readiness
