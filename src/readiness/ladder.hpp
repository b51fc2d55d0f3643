#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "readiness/verdict.hpp"

namespace ruagate::readiness {

/// One step of a ladder and the tags that publish it.
struct Step {
  std::string name;
  report::Policy p = report::Policy::none;
  std::optional<int> pct;  ///< Absent: no tag.
  bool testing = false;
  std::size_t column = 0;  ///< Which of the five thresholds guards the way to this step.
  double fraction = 0;     ///< Share of failing mail that the step touches at receivers that know all its tags.
};

const std::vector<Step>& ladder_steps(Ladder ladder);

/// The step that a published policy is on; values between steps count as the step below.
std::size_t step_of(const Policy& policy, Ladder ladder);

/// The step named, on either ladder; the last one for a name that neither knows.
std::size_t target_step(const std::string& name, Ladder ladder);

/// Thresholds for the way to one step, after profile and ladder.
struct Thresholds {
  double p_min = 0;
  double lb_min = 0;
  double harm_max = 0;
  double worst_max = 0;
  double unknown_max = 0;
  double indirect_max = 0;
  int new_quiet = 0;
  int stat_window = 0;
  int min_days = 0;
  int min_days_small = 0;
  double fraction = 1;        ///< Of the step.
  double worst_fraction = 1;  ///< At a receiver that ignores what it does not know.
  bool rejects = false;       ///< The step asks for rejection, tested or not.
};
Thresholds thresholds_for(std::size_t step, Ladder ladder, const config::ReadinessSettings& settings);

/// The TXT record that publishes `step`, keeping the tags of `policy` that the step does not change. `rua` may be
/// empty.
std::string record_for(const Step& step, const Policy& policy, const std::string& rua);
/// The record as it is published now, as far as reports show it.
std::string present_record(const Policy& policy, const std::string& rua);

}  // namespace ruagate::readiness
