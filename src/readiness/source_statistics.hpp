#pragma once

#include "readiness/world.hpp"

namespace ruagate::readiness {

/// Fills everything of `stats` from its cells, except the weight and what follows from it.
void work_out(SourceStats& stats, const World& world);

/// Material or critical, and how it stands against the thresholds.
void judge(SourceStats& stats, const World& world);

/// How a tally stands against the thresholds of the next step.
Standing standing_of(const Tally& tally, int active_days, const World& world);

}  // namespace ruagate::readiness
