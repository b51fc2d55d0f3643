#include "readiness/outlook.hpp"

#include <algorithm>

#include "readiness/gates.hpp"
#include "readiness/impact.hpp"
#include "readiness/ladder.hpp"
#include "readiness/world.hpp"

namespace ruagate::readiness {

namespace {

Place place_of(std::size_t step, std::size_t current) {
  if (step < current) return Place::passed;
  if (step == current) return Place::present;
  return step == current + 1 ? Place::next : Place::later;
}

/// The gates on the way to the step that `world` was made for.
void add_gates(const World& world, StepOutlook& outlook) {
  Findings findings;
  if (world.parked) {
    parked_gates(world, findings);
  } else {
    data_gates(world, findings);
    blocking_gates(world, findings);
  }
  for (const Gate& gate : findings.gates) {
    if (!gate.ok) outlook.unmet.push_back(gate.gate);
  }
  for (const std::uint32_t index : findings.blockers) {
    const source::Source& source = world.classified.sources[index];
    outlook.blockers.push_back({source.name, source.key, source.source_class});
  }
  std::sort(outlook.blockers.begin(), outlook.blockers.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
}

}  // namespace

std::string_view to_string(Place place) {
  switch (place) {
    case Place::passed:
      return "passed";
    case Place::present:
      return "present";
    case Place::next:
      return "next";
    case Place::later:
      break;
  }
  return "later";
}

std::vector<StepOutlook> outlook(const report::DomainFacts& facts, const Question& question,
                                 std::span<const report::Decision> decisions, const config::ReadinessSettings& settings,
                                 source::Classifications& classifications) {
  Question plain = question;
  plain.next_step.reset();
  const World world = make_world(facts, plain, decisions, settings, classifications);
  std::vector<StepOutlook> all;
  for (std::size_t index = 1; index < ladder_steps(question.ladder).size(); ++index) {
    const Step& step = world.step(index);
    StepOutlook& one = all.emplace_back();
    one.step = step.name;
    one.place = place_of(index, world.current);
    one.beyond_target = index > world.target;
    one.impact = impact_of(world, step);
    one.record = record_for(step, world.history.policy, question.rua);
    if (index <= world.current) continue;
    Question towards = plain;
    towards.next_step = towards.target = step.name;
    add_gates(make_world(facts, towards, decisions, settings, classifications), one);
  }
  return all;
}

}  // namespace ruagate::readiness
