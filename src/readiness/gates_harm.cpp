#include <algorithm>

#include "base/format.hpp"
#include "readiness/blocking.hpp"

namespace ruagate::readiness {

double touched_share(const World& world, std::uint32_t reporter, double fraction) {
  const Observed& seen = world.observed[reporter];
  const Step& in_force = world.step(world.current);
  if (seen.failed < world.settings.reporter_min || in_force.fraction <= 0) return fraction;
  if (seen.newer && in_force.testing) return fraction;  // It holds the policy one level lower now, and will not then.
  const auto failed = static_cast<double>(seen.failed);
  const Bounds does = wilson(static_cast<double>(seen.harmed) / failed, failed, world.settings.z_strict);
  const double likely = std::clamp(in_force.fraction, does.low, does.high);
  return std::min(1.0, fraction * likely / in_force.fraction);
}

Harm projected_harm(const World& world, const Thresholds& th) {
  Harm harm;
  Tally few;  // All sources with few messages together: each alone would be given far too much doubt.
  double few_weekly = 0;
  for (const auto& stats : world.stats) {
    if (stats.tally.n() == 0) continue;
    const bool minor = stats.weight == Weight::minor && stats.standing == Standing::unproven;
    if (stats.standing == Standing::provisional || minor) {
      const Tally& shown = stats.season ? *stats.season : stats.tally;
      few.add(shown.n(), shown.passed());
      few_weekly += stats.weekly;
    } else if (stats.season) {
      const double failing = (1 - stats.season->rate()) * stats.weekly;
      harm.failing += failing;
      for (const auto& [reporter, tally] : stats.reporters) {
        const double part = static_cast<double>(tally.n()) / static_cast<double>(stats.tally.n());
        harm.expected += touched_share(world, reporter, th.fraction) * part * failing;
      }
    } else {
      harm.failing += (1 - stats.tally.rate()) * stats.weekly;
      const double weekly_each = stats.weekly / static_cast<double>(stats.tally.n());
      for (const auto& [reporter, tally] : stats.reporters) {
        harm.expected +=
            touched_share(world, reporter, th.fraction) * static_cast<double>(tally.failed()) * weekly_each;
      }
    }
  }
  if (few.n() > 0) {
    // As if each message were its own trial: the tally's lumps are whole sources here.
    const double doubt = wilson(1 - few.rate(), static_cast<double>(few.n()), world.settings.z).high;
    harm.failing += doubt * few_weekly;
    harm.expected += th.fraction * doubt * few_weekly;
  }
  harm.worst = th.worst_fraction * harm.failing;
  const double weekly = std::max(world.legitimate_weekly, 1e-9);
  harm.expected_share = harm.failing > 0 ? std::min(1.0, harm.expected / weekly) : 0;
  harm.worst_share = harm.failing > 0 ? std::min(1.0, harm.worst / weekly) : 0;
  return harm;
}

void harm(const World& world, Findings& findings) {  // B4
  const Harm projected = projected_harm(world, world.th);
  const bool tiny = 4 * projected.failing < world.settings.harm_floor;
  const bool ok =
      tiny || (projected.expected_share <= world.th.harm_max && projected.worst_share <= world.th.worst_max);
  findings.add(blocking_gate(
      "projected_harm", ok, projected.expected_share, world.th.harm_max,
      format("about {:.1f} legitimate messages a week would be hit ({} of them; at worst {}), at most {} (at worst {})",
             projected.expected, percent(projected.expected_share), percent(projected.worst_share),
             percent(world.th.harm_max), percent(world.th.worst_max))));
  if (ok) return;
  // To blame are those shown to be below the step's rate who do a fair part of it: a stray message of a small sender is
  // not the cause.
  constexpr double kFairPart = 0.1;
  std::uint64_t seen = 0;
  for (const auto& stats : world.stats) {
    seen += stats.tally.failed();
    if (!stats.below) continue;
    const double failing = (1 - stats.tally.rate()) * stats.weekly;
    if (failing >= kFairPart * projected.failing) findings.blame(stats.source);
  }
  findings.proven |= seen > 0;
}

void harm_cap(const World& world, Findings& findings) {
  const double weekly = projected_harm(world, world.th).expected;
  findings.add(blocking_gate("harm_cap", weekly <= world.settings.harm_cap_note, weekly, world.settings.harm_cap_note,
                             format("{:.0f} legitimate messages a week would be hit, at most {:.0f} in profile strict",
                                    weekly, world.settings.harm_cap_note)));
}

}  // namespace ruagate::readiness
