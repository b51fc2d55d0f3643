#pragma once

#include <span>
#include <string>
#include <vector>

#include "readiness/verdict.hpp"

namespace ruagate::readiness {

/// Where a step stands seen from the one in force.
enum class Place : std::uint8_t { passed, present, next, later };
std::string_view to_string(Place place);

/// What one step of the ladder would do to the mail of the last 28 days, and what stands against it.
struct StepOutlook {
  std::string step;
  Place place = Place::later;
  bool beyond_target = false;
  Impact impact;
  struct Source {
    std::string name;
    std::string key;
    source::Class source_class = source::Class::legitimate;
  };
  std::vector<Source> blockers;    ///< By key; none for steps that are passed, as the next.
  std::vector<std::string> unmet;  ///< Names of the gates that are shut.
  std::string record;              ///< The TXT record that publishes the step.
};

/// Every step but `none`, from the weakest on. `question.next_step` and the streak of days are left out of account.
/// `classifications` are those of the same facts and decisions.
std::vector<StepOutlook> outlook(const report::DomainFacts& facts, const Question& question,
                                 std::span<const report::Decision> decisions, const config::ReadinessSettings& settings,
                                 source::Classifications& classifications);

}  // namespace ruagate::readiness
