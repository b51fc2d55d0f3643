#pragma once

#include "readiness/world.hpp"

namespace ruagate::readiness {

/// Fills everything of `stats` from its cells, except the weight and what follows from it.
void work_out(SourceStats& stats, const World& world);

/// Material or critical, and how it stands against the thresholds.
void judge(SourceStats& stats, const World& world);

/// The cells' messages by day, from..to; with `by_dkim`, those pass that carry the domain's own signature.
std::vector<DaySum> by_day(const std::vector<DirectCell>& cells, int from, int to, bool by_dkim = false);

/// How a tally stands against the thresholds of the next step.
Standing standing_of(const Tally& tally, int active_days, const World& world);

}  // namespace ruagate::readiness
