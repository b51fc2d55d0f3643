#include "readiness/source_statistics.hpp"

#include <algorithm>
#include <map>

#include "domain/name.hpp"

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

/// Are these days, since a fix, enough to prove it? For a rare sender a run is, for a weekly one two days, or one
/// campaign that is large or reaches the lower bound that the step asks for.
bool prove_a_fix(std::span<const DaySum> since, int first_day, Cadence cadence, const World& world) {
  constexpr std::uint64_t kCampaign = 100;
  if (since.size() >= static_cast<std::size_t>(world.settings.fix_days)) return true;
  if (cadence == Cadence::daily) return false;
  if (cadence != Cadence::weekly) return since.front().day - first_day > kBurstHole;
  const Tally tally = tally_of(since);
  return since.size() >= 2 || tally.n() >= kCampaign ||
         tally.bounds(world.settings.rho, world.settings.z).low >= world.th.lb_min;
}

/// The first day from which a source is proven to reach `wanted` although it failed before (docs/readiness.md, "Proof
/// of a fix"). A source that failed badly needs few days, and has changed even where what came since does not suffice
/// yet; one that was merely too weak needs as many as prove it.
std::optional<int> fix_day(const std::vector<DaySum>& by_day, double wanted, Cadence cadence, const World& world) {
  constexpr int kManyDays = 7;
  const auto& settings = world.settings;
  const auto better = [&](std::span<const DaySum> days, const Tally& tally) {
    return tally.rate() >= wanted || (tally.rate() >= kBadRate && !is_below(days, wanted, settings.rho, settings.z));
  };
  std::uint64_t left = tally_of(by_day).n();
  Tally before;
  for (std::size_t i = 0; i < by_day.size(); ++i) {
    if (left < settings.fix_msgs) return std::nullopt;
    const std::span since = std::span(by_day).subspan(i);
    const DaySum& first = since.front();
    if (before.n() > 0 && first.rate() >= kBadRate && prove_a_fix(since, by_day.front().day, cadence, world)) {
      const Tally after = tally_of(since);
      const Tally day = tally_of(since.first(1));
      if (before.rate() < kBadRate && better(since, after) && better(since.first(1), day)) return first.day;
      const bool was_weak = before.bounds(settings.rho, settings.z_strict).high < wanted;
      const bool reaches = first.rate() >= wanted && after.rate() >= wanted;
      if (was_weak && reaches && since.size() >= kManyDays) return first.day;
    }
    before.add(first.n, first.passed);
    left -= first.n;
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
  if (const auto fixed = fix_day(by_day(stats.cells, stats.from, stats.to), world.th.p_min, stats.cadence, world)) {
    stats.fixed_from = fixed;
    stats.from = *fixed;
  }
  const double signed_wanted = world.settings.dkim_min;
  stats.dkim_from = fix_day(by_day(stats.cells, stats.from, stats.to, true), signed_wanted, stats.cadence, world)
                        .value_or(stats.from);
  count(stats, world);
}

std::vector<DaySum> by_day(const std::vector<DirectCell>& cells, int from, int to, bool by_dkim) {
  std::vector<DaySum> days;
  for (const auto& cell : cells) {
    if (cell.day < from || cell.day > to) continue;
    if (days.empty() || days.back().day != cell.day) days.push_back({cell.day, 0, 0});
    days.back().n += cell.n;
    days.back().passed += by_dkim ? cell.dkim_passed : cell.passed;
  }
  return days;
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

namespace {

/// Passes under another's name, and nothing in it is the domain's: a stream that was never set up. What goes wrong now
/// and then breaks what is there.
bool is_another_name(const report::Evidence& evidence, const std::string& domain) {
  const auto own = [&](const std::string& name) { return domain::is_same_or_below(name, domain); };
  bool another = false;
  for (const auto& signature : evidence.dkim) {
    if (own(signature.domain)) return false;
    another |= signature.result == report::DkimResult::pass;
  }
  for (const auto& spf : evidence.spf) {
    if (own(spf.domain)) return false;
    another |= spf.result == report::SpfResult::pass;
  }
  return another;
}

constexpr int kSeason = 90;

/// A small sender's window shows little; the season before it, since its last fix, shows more.
bool is_below_for_long(const SourceStats& stats, const World& world) {
  const auto& settings = world.settings;
  if (stats.tally.failed() <= settings.fail_floor || stats.fixed_from) return false;
  const auto days = by_day(stats.cells, stats.to - kSeason + 1, stats.to);
  const auto fixed = fix_day(days, world.th.p_min, stats.cadence, world);
  const auto since = std::find_if(days.begin(), days.end(), [&](const DaySum& day) { return day.day >= fixed; });
  return is_below(std::span(since, days.end()), world.th.p_min, settings.rho, settings.z);
}

/// The same the other way: what a small sender has shown for a season holds, while no more than stray messages fail now
/// and they are not shown to be more than that.
std::optional<Tally> sound_season(const SourceStats& stats, const World& world) {
  const auto& settings = world.settings;
  if (stats.tally.n() == 0 || stats.tally.n() >= settings.small_n) return std::nullopt;
  if (stats.tally.failed() > settings.fail_floor || stats.bounds.high < world.th.p_min) return std::nullopt;
  const auto days = by_day(stats.cells, stats.fixed_from.value_or(stats.to - kSeason + 1), stats.to);
  if (days.empty()) return std::nullopt;
  const int from = fix_day(days, world.th.p_min, stats.cadence, world).value_or(days.front().day);
  Tally season;
  for (const auto& cell : stats.cells) {
    if (cell.day >= from && cell.day <= stats.to) season.add(cell.n, cell.passed);
  }
  if (season.n() <= stats.tally.n() || season.rate() < world.th.p_min) return std::nullopt;
  return season;
}

/// Is most of what fails a stream that was never set up? Then it fails for good, however little it is.
bool has_stream_not_set_up(const SourceStats& stats, const World& world) {
  constexpr std::uint64_t kEnough = 20;
  if (stats.tally.failed() < kEnough) return false;
  std::uint64_t another = 0;
  for (const auto index : source::cells_between(world.source(stats), world.facts, day_from_number(stats.from),
                                                day_from_number(stats.to))) {
    const auto& cell = world.facts.cells[index];
    if (world.classified.flows[index] != source::Flow::direct_fail) continue;
    if (is_another_name(world.facts.evidence[cell.evidence], world.facts.domain)) another += cell.messages;
  }
  return 2 * another >= stats.tally.failed();
}

}  // namespace

void judge(SourceStats& stats, const World& world) {
  constexpr double kZ = 1.0;  // The wait is there anyway; to be named, a fault must be likely (84 %).
  const auto& settings = world.settings;
  stats.standing = standing_of(stats.tally, stats.active_days, world);
  if (stats.standing != Standing::fine) stats.season = sound_season(stats, world);
  if (stats.season && standing_of(*stats.season, stats.active_days, world) == Standing::fine) {
    stats.standing = Standing::fine;
  }
  const bool short_of_it = stats.tally.n() > 0 && stats.tally.rate() < world.th.p_min;
  stats.below = short_of_it && (is_below(by_day(stats.cells, stats.from, stats.to), world.th.p_min, settings.rho, kZ) ||
                                is_below_for_long(stats, world) || has_stream_not_set_up(stats, world));
  if (world.source(stats).critical) {
    stats.weight = Weight::critical;
  } else if (stats.weekly > 0 && (stats.weekly >= settings.material_share * world.legitimate_weekly ||
                                  4 * stats.weekly >= settings.material_msgs)) {
    stats.weight = Weight::material;
  }
}

}  // namespace ruagate::readiness
