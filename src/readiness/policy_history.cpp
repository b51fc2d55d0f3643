#include "readiness/policy_history.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "readiness/ladder.hpp"

namespace ruagate::readiness {

namespace {

/// The value that most reports show. Ties go to the greater value: of two policies, the stricter one is assumed.
template <class T>
class Vote {
 public:
  void add(const T& value, std::uint64_t reports) {
    const auto known =
        std::find_if(counts_.begin(), counts_.end(), [&](const auto& one) { return one.first == value; });
    if (known != counts_.end()) {
      known->second += reports;
    } else {
      counts_.emplace_back(value, reports);
    }
  }
  std::optional<T> winner() const {
    const auto best = std::max_element(counts_.begin(), counts_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second, a.first) < std::tie(b.second, b.first);
    });
    if (best == counts_.end()) return std::nullopt;
    return best->first;
  }

 private:
  std::vector<std::pair<T, std::uint64_t>> counts_;  // Few.
};

/// All reports of one day, or of some days, and what they say of the policy.
class Ballot {
 public:
  Ballot(const report::DomainFacts& facts, Day day, std::span<const report::PolicyDay> reports)
      : day_(day), facts_(&facts), reports_(reports) {}

  Day day() const { return day_; }
  const report::PolicyDay* begin() const { return reports_.data(); }
  const report::PolicyDay* end() const { return reports_.data() + reports_.size(); }

  /// How many there are that show a policy.
  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const auto& report : reports_) {
      if (facts_->policy_of(report).p) all += weight(report);
    }
    return all;
  }

  Policy policy() const { return are_of_one_mind() ? tags_of(reports_.front()) : elected(); }

 private:
  static std::uint64_t weight(const report::PolicyDay& report) { return std::max<std::uint64_t>(report.reports, 1); }

  /// Most days: nothing to count.
  bool are_of_one_mind() const {
    return std::all_of(reports_.begin(), reports_.end(), [&](const report::PolicyDay& report) {
      return report.policy == reports_.front().policy && report.generation == reports_.front().generation;
    });
  }
  Policy tags_of(const report::PolicyDay& report) const {
    const auto& tags = facts_->policy_of(report);
    Policy result;
    result.p = tags.p;
    if (!result.p) return result;
    result.sp = tags.sp;
    result.np = tags.np;
    if (report.generation == report::Generation::rfc7489) result.pct = tags.pct;
    result.testing = tags.testing;
    result.adkim = tags.adkim;
    result.aspf = tags.aspf;
    result.fo = tags.fo;
    return result;
  }
  /// The tags among the reports that show the winning p, each by its own majority. A reporter that does not know a
  /// tag does not show it: pct comes from the older generation, t and np from the newer.
  Policy elected() const {
    Vote<report::Policy> p;
    for (const auto& report : reports_) {
      const auto& tags = facts_->policy_of(report);
      if (tags.p) p.add(*tags.p, weight(report));
    }
    Policy result;
    result.p = p.winner();
    if (!result.p) return result;
    Vote<report::Policy> sp;
    Vote<report::Policy> np;
    Vote<int> pct;
    Vote<bool> testing;
    Vote<report::AlignmentMode> adkim;
    Vote<report::AlignmentMode> aspf;
    Vote<std::string> fo;
    for (const auto& report : reports_) {
      const auto& tags = facts_->policy_of(report);
      if (tags.p != result.p) continue;
      const std::uint64_t count = weight(report);
      if (tags.sp) sp.add(*tags.sp, count);
      if (tags.np) np.add(*tags.np, count);
      if (tags.pct && report.generation == report::Generation::rfc7489) pct.add(*tags.pct, count);
      if (tags.testing) testing.add(*tags.testing, count);
      if (tags.adkim) adkim.add(*tags.adkim, count);
      if (tags.aspf) aspf.add(*tags.aspf, count);
      if (tags.fo) fo.add(*tags.fo, count);
    }
    result.sp = sp.winner();
    result.np = np.winner();
    result.pct = pct.winner();
    result.testing = testing.winner();
    result.adkim = adkim.winner();
    result.aspf = aspf.winner();
    result.fo = fo.winner();
    return result;
  }

  Day day_;
  const report::DomainFacts* facts_;
  std::span<const report::PolicyDay> reports_;
};

/// Of each day until `as_of` on which a report shows a policy.
std::vector<Ballot> ballots_until(const report::DomainFacts& facts, Day as_of) {
  std::vector<Ballot> ballots;
  const auto& all = facts.policy_days;
  for (auto day = all.begin(); day != all.end() && day->day <= as_of;) {
    const auto end = std::find_if(day, all.end(), [&](const auto& other) { return other.day != day->day; });
    const bool shows = std::any_of(day, end, [&](const auto& one) { return facts.policy_of(one).p.has_value(); });
    if (shows) ballots.emplace_back(facts, day->day, std::span(day, end));
    day = end;
  }
  return ballots;
}

struct DayStep {
  Day day{};
  std::size_t step = 0;
};

/// The step of each day with reports, single odd days smoothed away.
std::vector<DayStep> daily_steps(const std::vector<Ballot>& ballots, Ladder ladder) {
  std::vector<DayStep> result;
  std::optional<int> pct;
  std::optional<bool> testing;
  result.reserve(ballots.size());
  for (const Ballot& ballot : ballots) {
    Policy policy = ballot.policy();
    // A day without a report of one generation does not show its tag: what was seen before still stands.
    if (policy.pct) pct = policy.pct;
    if (policy.testing) testing = policy.testing;
    if (policy.p == report::Policy::none || !policy.p) {
      pct.reset();
      testing.reset();
    }
    if (!policy.pct) policy.pct = pct;
    if (!policy.testing) policy.testing = testing;
    result.push_back({ballot.day(), step_of(policy, ladder)});
  }
  for (std::size_t i = 1; i + 1 < result.size(); ++i) {
    if (result[i - 1].step == result[i + 1].step) result[i].step = result[i - 1].step;
  }
  return result;
}

}  // namespace

PolicyHistory policy_history(const report::DomainFacts& facts, Day as_of, Ladder ladder) {
  PolicyHistory history;
  const std::vector<Ballot> ballots = ballots_until(facts, as_of);
  if (ballots.empty()) return history;
  history.first = ballots.front().day();

  // The newest reports: one day, or as many back as three reports need.
  const Day last = ballots.back().day();
  auto oldest = ballots.rbegin();
  std::uint64_t reports = oldest->count();
  for (auto day = oldest + 1; reports < 3 && day != ballots.rend() && last - day->day() < days{4}; ++day) {
    oldest = day;
    reports += day->count();
  }
  history.policy = Ballot(facts, last, {oldest->begin(), ballots.back().end()}).policy();
  history.policy.seen = last;

  auto steps = daily_steps(ballots, ladder);
  // A tag that the newest reports do not show (none of their generation came) stands as it was seen.
  for (auto day = ballots.rbegin(); day != ballots.rend() && last - day->day() < days{30}; ++day) {
    const Policy earlier = day->policy();
    if (earlier.p != history.policy.p) break;
    if (!history.policy.pct) history.policy.pct = earlier.pct;
    if (!history.policy.testing) history.policy.testing = earlier.testing;
    if (!history.policy.np) history.policy.np = earlier.np;
    if (!history.policy.fo) history.policy.fo = earlier.fo;
  }
  history.step = step_of(history.policy, ladder);
  history.since = last;
  for (auto day = steps.rbegin(); day != steps.rend() && day->step == history.step; ++day) history.since = day->day;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (steps[i].step < steps[i - 1].step) history.lowered = steps[i].day;
  }
  return history;
}

}  // namespace ruagate::readiness
