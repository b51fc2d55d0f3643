#include "readiness/policy_history.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "readiness/ladder.hpp"

namespace ruagate::readiness {

namespace {

/// The value that most reports show. Ties go to the greater value: of two policies, the stricter one is assumed.
template <class T>
class Vote {
 public:
  void add(const T& value, std::uint64_t reports) { counts_[value] += reports; }
  std::optional<T> winner() const {
    std::optional<T> best;
    std::uint64_t most = 0;
    for (const auto& [value, count] : counts_) {
      if (count >= most) {
        most = count;
        best = value;
      }
    }
    return best;
  }

 private:
  std::map<T, std::uint64_t> counts_;
};

/// All reports of one day, or of some days.
struct Ballot {
  Vote<report::Policy> p;
  std::vector<std::pair<const report::PolicyDay*, std::uint64_t>> reports;

  void add(const report::PolicyDay& day) {
    const std::uint64_t count = std::max<std::uint64_t>(day.reports, 1);
    if (day.policy.p) p.add(*day.policy.p, count);
    reports.emplace_back(&day, count);
  }

  /// The tags among the reports that show the winning p, each by its own majority. A reporter that does not know a
  /// tag does not show it: pct comes from the older generation, t and np from the newer.
  Policy policy() const {
    Policy result;
    result.p = p.winner();
    Vote<report::Policy> sp;
    Vote<report::Policy> np;
    Vote<int> pct;
    Vote<bool> testing;
    Vote<report::AlignmentMode> adkim;
    Vote<report::AlignmentMode> aspf;
    Vote<std::string> fo;
    for (const auto& [day, count] : reports) {
      if (day->policy.p != result.p) continue;
      const auto& tags = day->policy;
      if (tags.sp) sp.add(*tags.sp, count);
      if (tags.np) np.add(*tags.np, count);
      if (tags.pct && day->generation == report::Generation::rfc7489) pct.add(*tags.pct, count);
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
};

struct DayStep {
  Day day{};
  std::size_t step = 0;
};

/// The step of each day with reports, single odd days smoothed away.
std::vector<DayStep> daily_steps(const std::map<Day, Ballot>& ballots, Ladder ladder) {
  std::vector<DayStep> result;
  std::optional<int> pct;
  std::optional<bool> testing;
  for (const auto& [day, ballot] : ballots) {
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
    result.push_back({day, step_of(policy, ladder)});
  }
  for (std::size_t i = 1; i + 1 < result.size(); ++i) {
    if (result[i - 1].step == result[i + 1].step) result[i].step = result[i - 1].step;
  }
  return result;
}

}  // namespace

PolicyHistory policy_history(const report::DomainFacts& facts, Day as_of, Ladder ladder) {
  PolicyHistory history;
  std::map<Day, Ballot> ballots;
  for (const auto& policy_day : facts.policy_days) {
    if (policy_day.day > as_of) break;
    if (policy_day.policy.p) ballots[policy_day.day].add(policy_day);
  }
  if (ballots.empty()) return history;
  history.first = ballots.begin()->first;

  // The newest reports: one day, or as many back as three reports need.
  Ballot newest;
  const Day last = ballots.rbegin()->first;
  for (auto day = ballots.rbegin(); day != ballots.rend() && last - day->first < days{4}; ++day) {
    for (const auto& [report, count] : day->second.reports) newest.add(*report);
    std::uint64_t reports = 0;
    for (const auto& [report, count] : newest.reports) reports += count;
    if (reports >= 3) break;
  }
  history.policy = newest.policy();
  history.policy.seen = last;

  auto steps = daily_steps(ballots, ladder);
  // A tag that the newest reports do not show (none of their generation came) stands as it was seen.
  for (auto day = ballots.rbegin(); day != ballots.rend() && last - day->first < days{30}; ++day) {
    const Policy earlier = day->second.policy();
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
