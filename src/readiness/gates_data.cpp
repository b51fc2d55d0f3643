#include <algorithm>
#include <array>
#include <boost/container/flat_map.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "readiness/gates.hpp"
#include "report/names.hpp"
#include "source/known.hpp"

namespace ruagate::readiness {

namespace {

Gate data_gate(std::string name, bool ok, double have, double need, std::string text) {
  Gate gate;
  gate.gate = std::move(name);
  gate.ok = ok;
  gate.have = have;
  gate.need = need;
  gate.text = std::move(text);
  return gate;
}

/// Any seven numbers that tell weekdays apart.
std::size_t weekday(int day) {
  return static_cast<std::size_t>((day % 7 + 7) % 7);
}

/// Messages of legitimate direct mail by day and by reporter, over all covered sources.
using ByDay = boost::container::flat_map<int, std::uint64_t>;
struct Direct {
  ByDay by_day;
  std::map<std::uint32_t, ByDay> by_reporter;
};

/// Adds up what has the same day. Days are few beside counts: there is a place for each.
class DaySums {
 public:
  DaySums(int first, int last) : first_(first), sums_(first <= last ? static_cast<std::size_t>(last - first) + 1 : 0) {}
  void add(int day, std::uint64_t count) {
    Sum& sum = sums_[static_cast<std::size_t>(day - first_)];
    sum.count += count;
    sum.is_met = true;
  }
  /// The days that were met; afterwards none is.
  ByDay take() {
    std::vector<ByDay::value_type> met;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (sums_[i].is_met) met.emplace_back(first_ + static_cast<int>(i), sums_[i].count);
      sums_[i] = {};
    }
    return {boost::container::ordered_unique_range, met.begin(), met.end()};
  }

 private:
  struct Sum {
    std::uint64_t count = 0;
    bool is_met = false;
  };
  int first_;
  std::vector<Sum> sums_;
};

Direct direct_mail(const World& world) {
  std::vector<std::vector<std::pair<int, std::uint64_t>>> of_reporter(world.reporters.size());
  int first = std::numeric_limits<int>::max();
  int last = std::numeric_limits<int>::min();
  for (const auto& stats : world.stats) {
    for (const auto& cell : stats.cells) {
      of_reporter[cell.reporter].emplace_back(cell.day, cell.n);
      first = std::min(first, cell.day);
      last = std::max(last, cell.day);
    }
  }
  Direct direct;
  DaySums of_one(first, last);
  DaySums of_all(first, last);
  for (std::uint32_t reporter = 0; reporter < of_reporter.size(); ++reporter) {
    if (of_reporter[reporter].empty()) continue;
    for (const auto& [day, count] : of_reporter[reporter]) {
      of_one.add(day, count);
      of_all.add(day, count);
    }
    direct.by_reporter.emplace(reporter, of_one.take());
  }
  direct.by_day = of_all.take();
  return direct;
}

std::uint64_t sum(const ByDay& by_day, int from, int to) {
  std::uint64_t total = 0;
  for (auto day = by_day.lower_bound(from); day != by_day.end() && day->first <= to; ++day) total += day->second;
  return total;
}

/// Without DNS the newest reports say what is in force; with it, the record itself must be sound and say the same.
void policy_known(const World& world, Findings& findings) {
  const auto& policy = world.history.policy;
  Gate gate;
  gate.gate = "policy_known";
  gate.ok = policy.p.has_value();
  gate.text = gate.ok ? format("the policy in force is known from reports up to {}", to_iso(*policy.seen))
                      : "no report shows a DMARC policy for this domain";
  const auto live = world.question.dns != nullptr ? world.question.dns->dmarc(world.facts.domain)
                                                  : std::optional<source::Dns::Record>();
  if (!live) {
    if (gate.ok) gate.text += "; DNS was not asked";
  } else if (!live->valid) {
    gate.ok = false;
    gate.text = format("_dmarc.{} holds no record that can be read, or more than one", world.facts.domain);
  } else if (!live->has_rua) {
    gate.ok = false;
    gate.text =
        format("the record of {} asks for no reports, or their address does not agree to them", world.facts.domain);
  } else if (live->p && policy.p && *live->p != *policy.p) {
    gate.ok = false;
    gate.text = format("DNS shows p={}, but reports up to {} show p={}: wait until they follow",
                       report::to_string(*live->p), to_iso(*policy.seen), report::to_string(*policy.p));
  } else if (gate.ok) {
    gate.text += ", and DNS shows the same";
  }
  findings.add(std::move(gate));
}

void days_on_step(const World& world, Findings& findings) {
  if (!world.history.since) return;
  int need = world.small ? world.th.min_days_small : world.th.min_days;
  const bool towards_reject = world.next && world.th.rejects && world.question.ladder == Ladder::pct;
  if (towards_reject) {
    // People's own mail meets lists and forwarders that a fortnight does not show.
    const bool people = std::any_of(world.stats.begin(), world.stats.end(), [&](const SourceStats& stats) {
      const auto* service = world.source(stats).service;
      return stats.tally.n() > 0 && service != nullptr && service->kind == source::ServiceKind::mailbox_provider;
    });
    const bool lists =
        std::any_of(world.classified.sources.begin(), world.classified.sources.end(),
                    [](const auto& source) { return source.kind == source::ForwarderKind::mailing_list; });
    if (people || lists) need = std::max(need, world.settings.profile == "fast" ? 14 : 28);
  }
  const int have = day_number(world.question.as_of) - day_number(*world.history.since);
  const bool ok = have >= need;
  findings.add(data_gate("days_on_step", ok, have, need,
                         format("{} days on step {} (since {}), {} are needed", have, world.step(world.current).name,
                                to_iso(*world.history.since), need)));
  if (!ok) findings.not_before(*world.history.since + days{need});
}

/// How dense the domain's mail is: what share of days would have reports if none were lost, and how long a hole may
/// be by chance alone.
struct Rhythm {
  std::array<bool, 7> silent{};  // Weekdays on which the domain never sends, by day number modulo seven.
  double covered = 1;
  int hole = 0;
};

Rhythm rhythm_of(const World& world, const Direct& direct) {
  Rhythm rhythm;
  constexpr int kWeeks = 8;
  std::array<std::uint64_t, 7> by_weekday{};
  const int from = world.end - 7 * kWeeks + 1;
  for (auto day = direct.by_day.lower_bound(from); day != direct.by_day.end() && day->first <= world.end; ++day) {
    by_weekday[weekday(day->first)] += day->second;
  }
  const int first = direct.by_day.empty() ? world.end : std::max(from, direct.by_day.begin()->first);
  int busy_days = 0;
  for (int day = first; day <= world.end; ++day) {
    if (by_weekday[weekday(day)] > 0) ++busy_days;
  }
  const bool judged = world.end - first >= 20;  // Three of each weekday.
  for (std::size_t i = 0; i < 7; ++i) rhythm.silent[i] = judged && by_weekday[i] == 0;
  const double daily = static_cast<double>(sum(direct.by_day, first, world.end)) / std::max(1, busy_days);
  rhythm.covered = 1 - std::exp(-daily);
  rhythm.hole = std::max(world.settings.max_gap, static_cast<int>(std::ceil(4.6 / std::max(daily, 0.1))));
  return rhythm;
}

void coverage(const World& world, const Direct& direct, Findings& findings) {
  const Rhythm rhythm = rhythm_of(world, direct);
  const auto counts = [&](int day) { return !rhythm.silent[weekday(day)]; };
  struct Window {
    int days = 0;
    int covered = 0;
    int hole = 0;
  };
  // Days after the end are taken as covered, to find out when the gate could be met.
  const auto look = [&](int to) {
    Window window;
    int run = 0;
    for (int day = to - world.th.stat_window + 1; day <= to; ++day) {
      if (!counts(day)) continue;
      ++window.days;
      if (day > world.end || direct.by_day.contains(day)) {
        ++window.covered;
        run = 0;
      } else {
        window.hole = std::max(window.hole, ++run);
      }
    }
    return window;
  };
  const double need = world.settings.cover_days * rhythm.covered;
  const auto share = [](const Window& window) {
    return window.days == 0 ? 0.0 : static_cast<double>(window.covered) / window.days;
  };
  const Window now = look(world.end);
  const bool covered = share(now) >= need;
  const bool whole = now.hole <= rhythm.hole;
  findings.add(data_gate("coverage", covered, share(now), need,
                         format("reports on legitimate mail for {} of {} days, {} are needed", now.covered, now.days,
                                static_cast<int>(std::ceil(need * now.days)))));
  findings.add(
      data_gate("gap", whole, now.hole, rhythm.hole,
                format("longest hole in the reports: {} days, at most {} are allowed", now.hole, rhythm.hole)));
  if (covered && whole) return;
  for (int later = 1; later <= world.th.stat_window + 1; ++later) {
    const Window then = look(world.end + later);
    if (share(then) < need || then.hole > rhythm.hole) continue;
    findings.not_before(world.question.as_of + days{later});
    return;
  }
}

bool is_small_and_enough(const World& world, const Direct& direct) {
  return world.small &&
         sum(direct.by_day, world.end - world.settings.small_window + 1, world.end) >= world.settings.min_legit_small;
}

void legitimate_volume(const World& world, const Direct& direct, Findings& findings) {
  const std::uint64_t in_window = sum(direct.by_day, world.from, world.end);
  const std::uint64_t long_window = sum(direct.by_day, world.end - world.settings.small_window + 1, world.end);
  const bool ok = in_window >= world.settings.min_legit || is_small_and_enough(world, direct);
  const std::uint64_t need = world.small ? world.settings.min_legit_small : world.settings.min_legit;
  const std::uint64_t have = in_window >= world.settings.min_legit || !world.small ? in_window : long_window;
  findings.add(data_gate("legitimate_volume", ok, static_cast<double>(have), static_cast<double>(need),
                         format("{} from legitimate sources in {} days, {} are needed", messages(have),
                                world.small ? world.settings.small_window : world.th.stat_window, thousands(need))));
  if (ok || world.legitimate_weekly <= 0) return;
  const double missing = static_cast<double>(need) - static_cast<double>(have);
  const int observed = direct.by_day.empty() ? 28 : std::clamp(world.end - direct.by_day.begin()->first + 1, 1, 28);
  const double daily = static_cast<double>(sum(direct.by_day, world.end - 27, world.end)) / observed;
  findings.not_before(world.question.as_of + days{static_cast<int>(std::ceil(missing / daily))});
}

void enough_reporters(const World& world, const Direct& direct, Findings& findings) {
  std::size_t have = 0;
  for (const auto& [reporter, by_day] : direct.by_reporter) {
    if (sum(by_day, world.from, world.end) >= world.settings.reporter_min) ++have;
  }
  const bool waived = is_small_and_enough(world, direct);
  findings.add(
      data_gate("reporters", have >= world.settings.min_reporters || waived, static_cast<double>(have),
                static_cast<double>(world.settings.min_reporters),
                format("{} reporters with {} or more legitimate messages, {} are needed{}", have,
                       world.settings.reporter_min, world.settings.min_reporters,
                       waived && have < world.settings.min_reporters ? "; waived for a domain with little mail" : "")));
}

/// A reporter that used to carry a fair share and has gone quiet: what it would say is not known.
void reporter_silent(const World& world, const Direct& direct, Findings& findings) {
  std::vector<std::vector<int>> days_of(world.reporters.size());
  for (const auto& policy_day : world.facts.policy_days) {
    const int day = day_number(policy_day.day);
    if (day > day_number(world.question.as_of)) break;
    auto& list = days_of[world.canonical[policy_day.reporter]];
    if (list.empty() || list.back() != day) list.push_back(day);
  }
  std::string worst;
  int longest = 0;
  int allowed_then = 4;
  for (const auto& [reporter, by_day] : direct.by_reporter) {
    auto& list = days_of[reporter];
    const int newest_mail = by_day.rbegin()->first;
    const int last = list.empty() ? newest_mail : std::max(list.back(), newest_mail);
    const int silent = world.end - last;
    if (silent <= 4 || silent > 28) continue;
    for (const auto& [day, count] : by_day) list.push_back(day);  // Mail without a policy is a report all the same.
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    const auto share = static_cast<double>(sum(by_day, last - 27, last));
    if (share < 0.10 * static_cast<double>(sum(direct.by_day, last - 27, last))) continue;
    std::vector<int> gaps = {1};
    for (std::size_t i = 1; i < list.size(); ++i) {
      if (list[i] > last - 28) gaps.push_back(list[i] - list[i - 1]);
    }
    std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
    const int allowed = std::max(4, 3 * gaps[gaps.size() / 2]);
    if (silent <= allowed || silent <= longest) continue;
    longest = silent;
    allowed_then = allowed;
    worst = world.reporters[reporter];
  }
  findings.add(data_gate("reporter_silent", worst.empty(), longest, allowed_then,
                         worst.empty() ? "no regular reporter has gone quiet"
                                       : format("{} used to report regularly and has been silent for {} days; look "
                                                "whether its reports still reach the rua mailbox",
                                                worst, longest)));
}

void dominance(const World& world, const Direct& direct, Findings& findings) {
  std::uint64_t all = 0;
  std::uint64_t top = 0;
  std::uint32_t top_reporter = 0;
  for (const auto& [reporter, by_day] : direct.by_reporter) {
    const auto count = sum(by_day, world.from, world.end);
    all += count;
    if (count > top) {
      top = count;
      top_reporter = reporter;
    }
  }
  const double share = all == 0 ? 0 : static_cast<double>(top) / static_cast<double>(all);
  // Then the others must not contradict it.
  bool contradicted = false;
  for (const auto& stats : world.stats) {
    for (const auto& [reporter, tally] : stats.reporters) {
      if (reporter == top_reporter || tally.n() < world.settings.reporter_min) continue;
      contradicted |= tally.bounds(world.settings.rho, world.settings.z_strict).high < world.th.p_min;
    }
  }
  const bool dominated = share > world.settings.dominance;
  findings.add(data_gate("dominance", !dominated || !contradicted, share, world.settings.dominance,
                         all == 0
                             ? std::string("no legitimate mail was reported")
                             : format("{} carries {} of the legitimate mail{}", world.reporters[top_reporter],
                                      percent(share), dominated ? "; what other receivers see is hardly known" : "")));
}

}  // namespace

void Findings::add(Gate gate) {
  if (!gate.ok && gate.checked) (gate.blocking ? blocked : data_missing) = true;
  gates.push_back(std::move(gate));
}

void Findings::blame(std::uint32_t source) {
  if (std::find(blockers.begin(), blockers.end(), source) == blockers.end()) blockers.push_back(source);
}

void Findings::not_before(Day day) {
  if (!earliest || *earliest < day) earliest = day;
}

void data_gates(const World& world, Findings& findings) {
  const Direct direct = direct_mail(world);
  policy_known(world, findings);
  days_on_step(world, findings);
  coverage(world, direct, findings);
  legitimate_volume(world, direct, findings);
  enough_reporters(world, direct, findings);
  reporter_silent(world, direct, findings);
  dominance(world, direct, findings);
}

void parked_gates(const World& world, Findings& findings) {
  policy_known(world, findings);
  if (!world.history.first) return;
  constexpr int kWatched = 28;
  const int have = day_number(world.question.as_of) - day_number(*world.history.first);
  findings.add(
      data_gate("days_observed", have >= kWatched, have, kWatched,
                format("{} days with reports behind us and no mail of its own, {} are needed", have, kWatched)));
  if (have < kWatched) findings.not_before(*world.history.first + days{kWatched});
}

}  // namespace ruagate::readiness
