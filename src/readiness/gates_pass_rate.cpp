#include <algorithm>
#include <iterator>

#include "base/format.hpp"
#include "readiness/blocking.hpp"
#include "readiness/source_statistics.hpp"

namespace ruagate::readiness {

namespace {

/// Is a bad week more than some bad days? It is where something was broken on several, or on the newest and perhaps
/// still is, and where all days are alike. A fault of one day that is over is nobody's to repair.
bool lasts(std::span<const DaySum> days, bool up_to_date, const World& world) {
  const auto& settings = world.settings;
  const auto broken = [&](const DaySum& day) {
    return day.rate() < kBadRate && is_below({&day, 1}, world.th.p_min, settings.rho, settings.z);
  };
  if (up_to_date && broken(days.back())) return true;
  return std::count_if(days.begin(), days.end(), broken) > 1 ||
         is_below(days, world.th.p_min, settings.rho, settings.z_strict);
}

/// At how many receivers the sources that matter are looked at: the more, the more often one of them shows three stray
/// messages of sixty by chance.
std::size_t receivers_looked_at(const World& world) {
  std::size_t count = 0;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    for (const auto& [reporter, tally] : stats.reporters) count += tally.n() >= world.settings.reporter_min ? 1 : 0;
  }
  return count;
}

}  // namespace

void source_pass_rate(const World& world, Findings& findings) {  // B1
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    worst = std::min(worst, stats.tally.rate());
    if (stats.standing == Standing::fine || stats.standing == Standing::provisional) continue;
    stats.below ? culprits.add(stats, findings) : culprits.mention(stats);
    findings.proven |= stats.standing == Standing::failing;
  }
  findings.add(blocking_gate("source_pass_rate", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? format("every source that matters passes {} or more", percent(world.th.p_min))
                                 : format("not shown to pass {}: {}", percent(world.th.p_min), culprits.text())));
}

void reporter_pass_rate(const World& world, Findings& findings) {  // B2
  Culprits culprits(world);
  double worst = 1;
  const double z = z_for_each(world.settings.z_strict, receivers_looked_at(world));
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    bool blamed = false;
    for (const auto& [reporter, tally] : stats.reporters) {
      if (tally.n() < world.settings.reporter_min) continue;
      worst = std::min(worst, tally.rate());
      if (tally.bounds(world.settings.rho, z).high >= world.th.p_min) continue;
      culprits.add_words(format("{} at {} ({} of {} pass)", world.source(stats).name, world.reporters[reporter],
                                thousands(tally.passed()), thousands(tally.n())));
      std::vector<DirectCell> there;
      std::copy_if(stats.cells.begin(), stats.cells.end(), std::back_inserter(there),
                   [seen_by = reporter](const DirectCell& cell) { return cell.reporter == seen_by; });
      blamed |= is_below(by_day(there, stats.from, stats.to), world.th.p_min, world.settings.rho, z);
    }
    if (blamed) findings.blame(stats.source);
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("reporter_pass_rate", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? std::string("no receiver sees a source significantly worse")
                                 : format("below {} at one receiver: {}", percent(world.th.p_min), culprits.text())));
}

void stability(const World& world, Findings& findings) {  // B3
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    bool unstable = false;
    bool lasting = false;
    for (int part = 0; part < 2; ++part) {
      const int to = world.end - 7 * part;
      const auto days = by_day(stats.cells, std::max(to - 6, stats.from), to);
      const Tally week = tally_of(days);
      if (week.n() < world.settings.reporter_min) continue;
      worst = std::min(worst, week.rate());
      if (week.bounds(world.settings.rho, world.settings.z_strict).high >= world.th.p_min) continue;
      unstable = true;
      lasting |= lasts(days, days.back().day == stats.last, world);
    }
    if (!unstable) continue;
    lasting ? culprits.add(stats, findings) : culprits.mention(stats);
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("stability", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? std::string("no source got worse in the last two weeks")
                                 : format("worse in one of the last two weeks: {}", culprits.text())));
}

void dkim(const World& world, Findings& findings) {  // B10
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    worst = std::min(worst, stats.dkim.rate());
    if (stats.dkim_bounds.low >= world.settings.dkim_min) continue;
    const bool few_failures = stats.tally.n() < world.settings.small_n &&
                              stats.dkim.failed() <= world.settings.fail_floor &&
                              stats.dkim_bounds.low >= world.settings.dkim_min - world.settings.small_slack;
    const bool provisional = stats.standing == Standing::provisional && stats.dkim.failed() == 0;
    if (few_failures || provisional) continue;
    if (world.th.rejects && stats.dkim.rate() < world.settings.dkim_min) findings.blame(stats.source);
    culprits.add_words(format("{} ({} of {} with aligned DKIM)", world.source(stats).name,
                              thousands(stats.dkim.passed()), thousands(stats.dkim.n())));
    findings.proven |= world.th.rejects && stats.dkim.failed() > 0;
  }
  const bool ok = culprits.count() == 0;
  findings.add(blocking_gate("dkim", ok || !world.th.rejects, worst, world.settings.dkim_min,
                             ok ? std::string("every source that matters signs with the domain's own DKIM")
                                : format("SPF alone breaks when mail is forwarded{}: {}",
                                         world.th.rejects ? "" : " (blocks only before reject)", culprits.text())));
}

}  // namespace ruagate::readiness
