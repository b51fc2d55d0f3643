#include "readiness/impact.hpp"

#include <algorithm>
#include <cmath>

#include "readiness/gates.hpp"

namespace ruagate::readiness {

namespace {

constexpr int kMonth = 28;
constexpr double kMostRelief = 0.9;

/// Failing forwarded mail of one reporter, and how much of it the reporter lets through in spite of the policy.
struct Forwarded {
  std::uint64_t failing = 0;
  std::uint64_t spared = 0;
};

std::uint64_t rounded(double value) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, value)));
}

double forwarded_affected(const World& world) {
  std::vector<Forwarded> reporters(world.reporters.size());
  const auto month =
      report::cells_of_days(world.facts, day_from_number(world.end - kMonth + 1), day_from_number(world.end));
  for (std::size_t i = month.begin; i < month.end; ++i) {
    const auto& cell = world.facts.cells[i];
    if (world.classified.flows[i] != source::Flow::indirect_fail || !world.counted[world.classified.source_of[i]])
      continue;
    auto& reporter = reporters[world.canonical[cell.reporter]];
    reporter.failing += cell.messages;
    // An override shows what a receiver does only where there was something to override.
    const auto& reasons = world.facts.evidence[cell.evidence].reasons;
    if (world.current > 0 && !reasons.empty()) reporter.spared += cell.messages;
  }
  double affected = 0;
  for (const auto& reporter : reporters) {
    if (reporter.failing == 0) continue;
    const double relief =
        std::min(kMostRelief, static_cast<double>(reporter.spared) / static_cast<double>(reporter.failing));
    affected += static_cast<double>(reporter.failing) * (1 - relief);
  }
  return affected;
}

}  // namespace

Impact impact_of(const World& world, const Step& step) {
  Impact impact;
  impact.window_days = kMonth;
  impact.legitimate_failing = world.month.direct_fail;
  std::uint64_t failing = 0;  // Without what has been fixed since.
  double expected = 0;
  for (const auto& stats : world.stats) {
    for (const auto& cell : stats.cells) {
      if (cell.day <= world.end - kMonth || (stats.fixed_from && cell.day < *stats.fixed_from)) continue;
      if (cell.n == cell.passed) continue;
      failing += cell.n - cell.passed;
      expected += touched_share(world, cell.reporter, step.fraction) * static_cast<double>(cell.n - cell.passed);
    }
  }
  const double fraction = step.fraction;
  impact.legitimate_affected_expected = rounded(expected);
  impact.legitimate_affected_worst =
      world.question.ladder == Ladder::testing ? impact.legitimate_affected_expected : failing;
  impact.candidate_affected = rounded(fraction * static_cast<double>(world.month.candidate));
  impact.forwarded_affected = rounded(fraction * forwarded_affected(world));
  impact.unauthorized_stopped = rounded(fraction * static_cast<double>(world.month.spoof));
  return impact;
}

}  // namespace ruagate::readiness
