#pragma once

#include "readiness/world.hpp"

namespace ruagate::readiness {

/// What `step` would do, in whole messages of 28 days.
Impact impact_of(const World& world, const Step& step);

}  // namespace ruagate::readiness
