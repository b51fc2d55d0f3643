#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/loop/play.hpp"

// Many histories, one judge: the figures of docs/readiness.md.
namespace ruagate::sim::loop {

/// Seeds of the split: tuning looks at even seeds, the test at odd ones.
std::vector<std::uint64_t> tune_seeds(int count);
std::vector<std::uint64_t> test_seeds(int count);

struct Played {
  std::string name;
  std::vector<Outcome> outcomes;  ///< One for each seed.
};

using MakeJudge = std::function<std::unique_ptr<Judge>()>;
Played run(std::string name, const std::vector<std::uint64_t>& seeds, const Parameters& parameters,
           const MakeJudge& make, const domain::OrgDomains& org_domains);

struct Score {
  double raises_ramp = 0, wrong_ramp = 0, wrong_ramp_with_new = 0;
  double raises_reject = 0, wrong_reject = 0, wrong_reject_with_new = 0;
  double harm_ramp = 0, harm_reject = 0;            ///< Per million.
  double avoidable_ramp = 0, avoidable_reject = 0;  ///< Per million.
  double asked_ramp = 0, asked_reject = 0;          ///< Part of the avoidable.
  double held_median = 0, held_p90 = 0;
  double at_reject = 0;   ///< Share of histories that get there.
  double time_ratio = 0;  ///< Median of the days to reject over the oracle's, where both get there.
  double precision = 0, recall = 0, code = 0;
  double f1_messages = 0, f1_senders = 0;
  double legit_as_spoof = 0;
  double lists = 0;
  double detection_median = 0, detected = 0, missed = 0;
  double false_alarms = 0;  ///< Per 100 domain-months.
  double calibration = 0;
};
Score score(const Played& result, const Played* oracle);

/// Share of histories whose raises are on the same days in both.
bool same_days(const Outcome& a, const Outcome& b);
double same_days(const Played& a, const Played& b);

/// The table in Markdown.
std::string table(const std::vector<std::pair<std::string, Score>>& columns);

}  // namespace ruagate::sim::loop
