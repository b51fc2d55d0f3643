#pragma once

#include <optional>
#include <vector>

#include "readiness/verdict.hpp"

namespace ruagate::readiness {

/// The published policy as reports show it, day by day.
struct PolicyHistory {
  Policy policy;  ///< In force, by the newest reports; empty when no report shows one.
  std::size_t step = 0;
  std::optional<Day> since;    ///< First day of the present step.
  std::optional<Day> first;    ///< First day with any report.
  std::optional<Day> lowered;  ///< Newest day on which the step became lower.
};

/// Each day has the policy that most of its reports show; some reporters lag by days, so one odd day is no change.
PolicyHistory policy_history(const report::DomainFacts& facts, Day as_of, Ladder ladder);

}  // namespace ruagate::readiness
