#include "readiness/source_statistics.hpp"

#include <algorithm>
#include <map>

namespace ruagate::readiness {

namespace {

constexpr int kBurstHole = 7;            // Days without mail that end a burst.
constexpr int kLongestBurst = 10;        // A longer run is no monthly or quarterly burst.
constexpr std::uint64_t kOneBurst = 20;  // A single burst proves something from this size on.

std::vector<int> active_days(const std::vector<DirectCell>& cells) {
  std::vector<int> result;
  for (const auto& cell : cells) {
    if (result.empty() || result.back() != cell.day) result.push_back(cell.day);
  }
  return result;
}

double median(std::vector<int> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The start of the newest `count` bursts, for sources that send too rarely for a window of fixed length.
int start_of_bursts(const std::vector<int>& days_active, int count) {
  const auto bursts = bursts_of(days_active);
  const auto skip =
      bursts.size() > static_cast<std::size_t>(count) ? bursts.size() - static_cast<std::size_t>(count) : 0;
  return bursts[skip].first;
}

/// A day's messages, and those that pass: by DMARC, or by the domain's own signature.
struct DaySum {
  std::uint64_t n = 0;
  std::uint64_t passed = 0;
  double rate() const { return n == 0 ? 1.0 : static_cast<double>(passed) / static_cast<double>(n); }
};
using Days = std::map<int, DaySum>;

Days days_of(const std::vector<DirectCell>& cells, int from, int to, bool by_dkim) {
  Days by_day;
  for (const auto& cell : cells) {
    if (cell.day < from || cell.day > to) continue;
    by_day[cell.day].n += cell.n;
    by_day[cell.day].passed += by_dkim ? cell.dkim_passed : cell.passed;
  }
  return by_day;
}

/// The first day from which a source is proven to reach `wanted` although it failed before (docs/readiness.md, "Proof
/// of a fix"). A source that failed badly needs few days; one that was merely too weak needs as many as prove it.
std::optional<int> fix_day(const Days& by_day, double wanted, Cadence cadence, const World& world) {
  constexpr double kBad = 0.90;
  constexpr int kManyDays = 7;
  constexpr std::uint64_t kCampaign = 100;
  if (by_day.empty()) return std::nullopt;
  const auto& settings = world.settings;
  const bool periodic = cadence != Cadence::daily && cadence != Cadence::weekly;
  DaySum after;
  for (const auto& [day, sum] : by_day) {
    after.n += sum.n;
    after.passed += sum.passed;
  }
  DaySum before;
  Tally lumps_before;
  auto days_left = static_cast<int>(by_day.size());
  for (const auto& [day, sum] : by_day) {
    const bool burst = periodic && day - by_day.begin()->first > kBurstHole;
    // Each day of a weekly sender is a campaign of its own; a large one proves as much as a run.
    const bool campaigns = cadence == Cadence::weekly && (days_left >= 2 || after.n >= kCampaign);
    const int least_days = campaigns ? std::min(settings.fix_days, days_left) : settings.fix_days;
    if ((days_left < least_days && !burst) || after.n < settings.fix_msgs) return std::nullopt;
    if (before.n > 0 && sum.rate() >= wanted && after.rate() >= wanted) {
      if (before.rate() < kBad) return day;
      const bool was_weak = lumps_before.bounds(settings.rho, settings.z_strict).high < wanted;
      if (was_weak && days_left >= kManyDays) return day;
    }
    before.n += sum.n;
    before.passed += sum.passed;
    lumps_before.add(sum.n, sum.passed);
    after.n -= sum.n;
    after.passed -= sum.passed;
    --days_left;
  }
  return std::nullopt;
}

void count(SourceStats& stats, const World& world) {
  std::map<std::uint32_t, Tally> reporters;
  int last_day = stats.from - 1;
  stats.tally = {};
  stats.dkim = {};
  stats.active_days = 0;
  for (const auto& cell : stats.cells) {
    if (cell.day < stats.from || cell.day > stats.to) continue;
    stats.tally.add(cell.n, cell.passed);
    if (cell.day >= stats.dkim_from) stats.dkim.add(cell.n, cell.dkim_passed);
    reporters[cell.reporter].add(cell.n, cell.passed);
    if (cell.day != last_day) ++stats.active_days;
    last_day = cell.day;
  }
  stats.reporters.clear();
  for (const auto& [reporter, tally] : reporters) stats.reporters.push_back({reporter, tally});
  std::stable_sort(stats.reporters.begin(), stats.reporters.end(),
                   [](const auto& a, const auto& b) { return a.tally.n() > b.tally.n(); });
  stats.bounds = stats.tally.bounds(world.settings.rho, world.settings.z);
  stats.dkim_bounds = stats.dkim.bounds(world.settings.rho, world.settings.z);
  stats.weekly = static_cast<double>(stats.tally.n()) * 7.0 / std::max(1, stats.to - stats.from + 1);
}

}  // namespace

std::string_view to_string(Cadence cadence) {
  switch (cadence) {
    case Cadence::daily:
      return "daily";
    case Cadence::weekly:
      return "weekly";
    case Cadence::monthly:
      return "monthly";
    case Cadence::quarterly:
      return "quarterly";
    case Cadence::sporadic:
      break;
  }
  return "sporadic";
}

std::vector<std::pair<int, int>> bursts_of(const std::vector<int>& days_active) {
  std::vector<std::pair<int, int>> bursts;
  for (const int day : days_active) {
    if (bursts.empty() || day - bursts.back().second > kBurstHole) {
      bursts.emplace_back(day, day);
    } else {
      bursts.back().second = day;
    }
  }
  return bursts;
}

Cadence cadence_of(const std::vector<int>& days_active) {
  const auto bursts = bursts_of(days_active);
  const bool short_bursts = std::all_of(bursts.begin(), bursts.end(),
                                        [](const auto& burst) { return burst.second - burst.first < kLongestBurst; });
  if (bursts.size() >= 2 && short_bursts) {
    std::vector<int> gaps;
    for (std::size_t i = 1; i < bursts.size(); ++i) gaps.push_back(bursts[i].first - bursts[i - 1].first);
    const double gap = median(gaps);
    if (gap >= 25 && gap <= 35) return Cadence::monthly;
    if (gap >= 80 && gap <= 100) return Cadence::quarterly;
    if (gap > 9) return Cadence::sporadic;
  }
  if (days_active.size() < 3) return Cadence::sporadic;
  std::vector<int> gaps;
  for (std::size_t i = 1; i < days_active.size(); ++i) gaps.push_back(days_active[i] - days_active[i - 1]);
  const double gap = median(gaps);
  if (gap <= 2) return Cadence::daily;
  return gap <= 9 ? Cadence::weekly : Cadence::sporadic;
}

int dormant_days(Cadence cadence, const config::ReadinessSettings& settings) {
  const auto times = [&](int gap) { return static_cast<int>(settings.dormant_factor * gap); };
  switch (cadence) {
    case Cadence::daily:
      return std::max(times(2), 28);
    case Cadence::weekly:
      return std::max(times(7), 28);
    case Cadence::monthly:
      return times(31);
    case Cadence::quarterly:
      return times(92);
    case Cadence::sporadic:
      break;
  }
  return settings.dormant_max;
}

void work_out(SourceStats& stats, const World& world) {
  const auto days_active = active_days(stats.cells);
  if (days_active.empty()) return;
  stats.first = days_active.front();
  stats.last = days_active.back();
  const auto& source = world.source(stats);
  stats.cadence = cadence_of(days_active);
  if (source.periodic == "monthly") stats.cadence = Cadence::monthly;
  if (source.periodic == "quarterly") stats.cadence = Cadence::quarterly;
  stats.to = world.end;
  stats.from = world.from;
  const bool rare = stats.cadence != Cadence::daily && stats.cadence != Cadence::weekly;
  const bool gone = source.retired || world.end - stats.last > dormant_days(stats.cadence, world.settings);
  if (rare && !gone) {
    const int start = start_of_bursts(days_active, world.settings.periodic_bursts);
    stats.from = std::max(std::min(stats.from, start), world.end - world.settings.memory + 1);
  }
  if (const auto fixed =
          fix_day(days_of(stats.cells, stats.from, stats.to, false), world.th.p_min, stats.cadence, world)) {
    stats.fixed_from = fixed;
    stats.from = *fixed;
  }
  const double signed_wanted = world.settings.dkim_min;
  stats.dkim_from = fix_day(days_of(stats.cells, stats.from, stats.to, true), signed_wanted, stats.cadence, world)
                        .value_or(stats.from);
  count(stats, world);
}

Standing standing_of(const Tally& tally, int active, const World& world) {
  const auto& settings = world.settings;
  const auto bounds = tally.bounds(settings.rho, settings.z);
  const double rate = tally.rate();
  if (tally.n() == 0) return Standing::unproven;
  if (rate >= world.th.p_min && bounds.low >= world.th.lb_min) return Standing::fine;
  if (tally.n() < settings.small_n && tally.failed() <= settings.fail_floor &&
      bounds.low >= world.th.lb_min - settings.small_slack) {
    return Standing::fine;
  }
  const bool few = tally.effective(settings.rho) < zero_failure_size(world.th.lb_min, settings.z);
  if (few && tally.failed() == 0 && tally.n() >= settings.low_min_ok && (active >= 2 || tally.n() >= kOneBurst)) {
    return Standing::provisional;
  }
  if (bounds.high < world.th.p_min) return Standing::failing;
  if (rate < world.th.p_min && tally.failed() > settings.fail_floor) return Standing::failing;
  return Standing::unproven;
}

void judge(SourceStats& stats, const World& world) {
  const auto& settings = world.settings;
  stats.standing = standing_of(stats.tally, stats.active_days, world);
  if (world.source(stats).critical) {
    stats.weight = Weight::critical;
  } else if (stats.weekly > 0 && (stats.weekly >= settings.material_share * world.legitimate_weekly ||
                                  4 * stats.weekly >= settings.material_msgs)) {
    stats.weight = Weight::material;
  }
}

}  // namespace ruagate::readiness
