#include <algorithm>
#include <vector>

#include "base/format.hpp"
#include "readiness/blocking.hpp"
#include "readiness/source_statistics.hpp"

namespace ruagate::readiness {

namespace {

/// The days of a source's newest burst, from its fix on where it was fixed meanwhile.
std::vector<DaySum> last_burst(const SourceStats& stats) {
  int first = stats.last;
  for (auto cell = stats.cells.rbegin(); cell != stats.cells.rend() && first - cell->day <= 7; ++cell)
    first = cell->day;
  return by_day(stats.cells, std::max(first, stats.fixed_from.value_or(first)), stats.last);
}

/// Candidates that send in long intervals and are silent now.
std::vector<std::uint32_t> dormant_candidates(const World& world) {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::candidate || !world.counted[i] || world.candidate[i] > 0) continue;
    std::vector<int> active;
    std::uint64_t failing = 0;
    for (const auto index : source.cells) {
      const int day = day_number(world.facts.cells[index].day);
      if (day > world.end) break;
      if (active.empty() || active.back() != day) active.push_back(day);
      if (world.classified.flows[index] == source::Flow::candidate_fail) failing += world.facts.cells[index].messages;
    }
    if (active.empty() || failing < world.settings.cand_min) continue;
    const Cadence cadence = cadence_of(active);
    const bool rare = cadence == Cadence::monthly || cadence == Cadence::quarterly;
    if (rare && world.end - active.back() <= dormant_days(cadence, world.settings)) result.push_back(i);
  }
  return result;
}

}  // namespace

void dormant_failures(const World& world, Findings& findings) {  // B6
  Culprits culprits(world);
  for (const auto& stats : world.stats) {
    const auto& source = world.source(stats);
    const int silent = world.end - stats.last;
    if (stats.last >= world.from || source.retired) continue;
    if (silent > dormant_days(stats.cadence, world.settings)) continue;
    const auto run = last_burst(stats);
    const Tally burst = tally_of(run);
    if (burst.failed() == 0 || burst.rate() >= world.th.p_min) continue;
    if (burst.failed() <= world.settings.fail_floor && stats.weight == Weight::minor) continue;
    if (is_below(run, world.th.p_min, world.settings.rho, world.settings.z)) findings.blame(stats.source);
    culprits.add_words(format("{} ({} sender, last seen {}, {} of {} passed)", source.name, to_string(stats.cadence),
                              to_iso(day_from_number(stats.last)), thousands(burst.passed()), thousands(burst.n())));
  }
  for (const auto i : dormant_candidates(world)) {
    findings.blame(i);
    culprits.add_words(format("{} (undecided, silent now)", world.classified.sources[i].name));
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("dormant_failures", culprits.count() == 0, culprits.count(), 0,
                             culprits.count() == 0
                                 ? std::string("no silent source failed when it was last seen")
                                 : format("silent now, but failed when last seen: {}", culprits.text())));
}

void periodic_senders(const World& world, Findings& findings) {  // B7
  Culprits culprits(world);
  for (const auto& stats : world.stats) {
    const auto& source = world.source(stats);
    if (!source.periodic || source.retired) continue;
    const Tally burst = tally_of(last_burst(stats));
    if (burst.n() > 0 && burst.rate() >= world.th.p_min) continue;
    culprits.add(stats, findings);
  }
  const bool only_warns = !world.th.rejects;
  const bool seen = culprits.count() == 0;
  findings.proven |= !seen && !only_warns;
  findings.add(blocking_gate("periodic_senders", seen || only_warns, culprits.count(), 0,
                             seen ? std::string("every declared periodic sender passed when it was last seen")
                                  : format("a declared periodic sender has not been seen passing{}: {}",
                                           only_warns ? " (blocks only before reject)" : "", culprits.text())));
}

}  // namespace ruagate::readiness
