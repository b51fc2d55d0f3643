#include "readiness/regress.hpp"

#include <algorithm>
#include <map>

#include "base/format.hpp"
#include "readiness/blocking.hpp"
#include "readiness/dns_health.hpp"
#include "readiness/gates.hpp"

namespace ruagate::readiness {

namespace {

constexpr int kRecent = 3;  // Days of R1.
constexpr int kWeek = 7;
constexpr double kFairPart = 0.10;  // Of what was quarantined or rejected.
constexpr double kRelies = 0.20;    // Share of the mail that must rely on what is broken in DNS.

/// A source's direct mail of the newest `days_back` days, those included whose reports are still coming.
template <class Use>
void each_recent(const World& world, const SourceStats& stats, int days_back, Use&& use) {
  const int after = day_number(world.question.as_of) - days_back - 1;  // Today's reports come tomorrow.
  for (const auto& cell : stats.newest) {
    if (cell.day > after) use(cell);
  }
  for (auto cell = stats.cells.rbegin(); cell != stats.cells.rend() && cell->day > after; ++cell) use(*cell);
}

/// R1: has the source got significantly worse than the step in force allows, in the newest days?
bool got_worse(const SourceStats& stats, const Thresholds& in_force, const World& world) {
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> by_day;  // A bad day is bad everywhere: one lump.
  std::map<std::uint32_t, std::uint64_t> failing_at;
  std::map<std::uint32_t, std::uint64_t> carries;
  each_recent(world, stats, 28, [&](const DirectCell& cell) { carries[cell.reporter] += cell.n; });
  each_recent(world, stats, kRecent, [&](const DirectCell& cell) {
    by_day[cell.day].first += cell.n;
    by_day[cell.day].second += cell.passed;
    if (cell.passed < cell.n) failing_at[cell.reporter] += cell.n - cell.passed;
  });
  Tally recent;
  for (const auto& [day, sums] : by_day) recent.add(sums.first, sums.second);
  if (recent.n() < 20 || recent.effective(world.settings.rho) < 10) return false;
  if (recent.bounds(world.settings.rho, world.settings.z).high >= in_force.p_min - 0.02) return false;
  if (failing_at.size() >= 2) return true;
  std::uint64_t all = 0;
  for (const auto& [reporter, n] : carries) all += n;
  return std::any_of(failing_at.begin(), failing_at.end(), [&](const auto& seen) {
    return static_cast<double>(carries[seen.first]) >= 0.8 * static_cast<double>(all);
  });
}

struct Recent {
  std::uint64_t n = 0;
  std::uint64_t failed = 0;
  std::uint64_t harmed = 0;
  double failing_share() const { return n == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(n); }
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> by_day;  ///< Messages, and those not harmed.
  /// What the harmed share is at least: one bad day must not do.
  double harmed_low(const config::ReadinessSettings& settings) const {
    Tally tally;
    for (const auto& [day, sums] : by_day) tally.add(sums.first, sums.second);
    return 1 - tally.bounds(settings.rho, settings.z).high;
  }
  double harmed_share() const { return n == 0 ? 0 : static_cast<double>(harmed) / static_cast<double>(n); }
};

Recent recent_mail(const World& world, int days_back) {
  Recent recent;
  for (const auto& stats : world.stats) {
    each_recent(world, stats, days_back, [&](const DirectCell& cell) {
      recent.n += cell.n;
      recent.failed += cell.n - cell.passed;
      recent.harmed += cell.harmed;
      recent.by_day[cell.day].first += cell.n;
      recent.by_day[cell.day].second += cell.n - cell.harmed;
    });
  }
  return recent;
}

/// The highest lower step that would do no more harm than allowed, at the rate mail fails now.
std::size_t lower_step(const World& world, double failing_share, const config::ReadinessSettings& settings) {
  if (failing_share > 0.05) return 0;
  const auto& in_force = world.step(world.current);
  if (in_force.p == report::Policy::reject && world.question.ladder == Ladder::pct) {
    return world.current - 1;  // The spam folder first: what lands there can be found again.
  }
  for (std::size_t step = world.current - 1; step > 0; --step) {
    const auto th = thresholds_for(step, world.question.ladder, settings);
    if (th.fraction * failing_share <= th.harm_max && th.worst_fraction * failing_share <= th.worst_max) return step;
  }
  return 0;
}

void blame(std::vector<std::uint32_t>& culprits, std::uint32_t source) {
  if (std::find(culprits.begin(), culprits.end(), source) == culprits.end()) culprits.push_back(source);
}

}  // namespace

Regression regress(const World& world, const config::ReadinessSettings& settings) {
  Regression result;
  if (world.current == 0) return result;  // At none the gates of the next step say it all.
  const auto in_force = thresholds_for(world.current, world.question.ladder, settings);
  bool critical = false;
  std::string worst;
  for (const auto& stats : world.stats) {  // R1
    if (stats.weight == Weight::minor || !got_worse(stats, in_force, world)) continue;
    blame(result.culprits, stats.source);
    critical |= stats.weight == Weight::critical;
    if (worst.empty()) worst = world.source(stats).name;
  }
  const auto worse = result.culprits.size();
  result.gates.push_back(blocking_gate(
      "regression", worse == 0, static_cast<double>(worse), 0,
      worse == 0 ? std::string("no source fell below what the step in force needs")
                 : format("{}{} fell below {} in the last {} days", worst,
                          worse > 1 ? format(" and {} more", worse - 1) : "", percent(in_force.p_min), kRecent)));

  const Recent week = recent_mail(world, kWeek);  // R2
  const bool harmed = week.harmed >= 3 && week.harmed_low(settings) > 2 * in_force.harm_max;
  result.gates.push_back(blocking_gate(
      "observed_harm", !harmed, week.harmed_share(), 2 * in_force.harm_max,
      format("{} from legitimate sources were quarantined or rejected in {} days", messages(week.harmed), kWeek)));
  if (harmed) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> by_harm;
    for (const auto& stats : world.stats) {
      std::uint64_t count = 0;
      each_recent(world, stats, kWeek, [&](const DirectCell& cell) { count += cell.harmed; });
      if (count > 0) by_harm.emplace_back(count, stats.source);
    }
    std::sort(by_harm.rbegin(), by_harm.rend());
    for (const auto& [count, source] : by_harm) {  // Who loses a stray message beside them is not the cause.
      const bool fair = static_cast<double>(count) >= kFairPart * static_cast<double>(week.harmed);
      if (fair || source == by_harm.front().second) blame(result.culprits, source);
    }
  }

  std::uint64_t new_candidates = 0;  // R4
  for (std::uint32_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::candidate || !world.counted[i]) continue;
    const Day first = world.facts.cells[source.cells.front()].day;
    if (first + days{28} <= world.question.as_of) continue;
    std::uint64_t failing = 0;
    for (const auto cell : source.cells) {
      if (world.classified.flows[cell] == source::Flow::candidate_fail) failing += world.facts.cells[cell].messages;
    }
    const double weeks = std::max(1.0, static_cast<double>((world.question.as_of - first).count()) / 7);
    if (static_cast<double>(failing) <= 0.05 * weeks * world.legitimate_weekly) continue;
    if (failing < world.settings.cand_min) continue;
    new_candidates += failing;
    blame(result.culprits, i);
  }
  result.gates.push_back(blocking_gate(
      "new_candidates", new_candidates == 0, static_cast<double>(new_candidates), 0,
      new_candidates == 0
          ? std::string("no large new sender appeared under enforcement")
          : format("{} of a new sender fail under enforcement: yours or not?", messages(new_candidates))));

  const DnsHealth dns = dns_health(world);  // R3
  const bool dns_broken = dns.broken_share >= kRelies;
  if (dns.checked) {
    result.gates.push_back(blocking_gate("dns_break", !dns_broken, dns.broken_share, kRelies,
                                         dns_broken
                                             ? format("{} of the legitimate mail relies on what is broken in DNS. {}",
                                                      percent(dns.broken_share), dns.faults.front())
                                             : std::string("nothing in DNS is broken that much mail relies on")));
  }

  result.alert = worse > 0 || harmed || new_candidates > 0 || dns_broken;
  if (worse == 0 && !harmed && !dns_broken) return result;
  const Recent now = recent_mail(world, kRecent);
  const double share =
      std::max({now.failing_share(), harmed ? week.failing_share() : 0.0, dns_broken ? dns.broken_share : 0.0});
  if (critical || in_force.fraction * share > 2 * in_force.harm_max) {
    result.step_back_to = lower_step(world, share, settings);
    result.text = format("{} of the legitimate mail fails at enforcement{}", percent(share),
                         worst.empty() ? std::string() : ", most of all at " + worst);
  }
  return result;
}

}  // namespace ruagate::readiness
