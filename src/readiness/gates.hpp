#pragma once

#include <optional>
#include <string>
#include <vector>

#include "readiness/world.hpp"

// The gates of docs/readiness.md. Data gates ask whether enough is known, blocking gates whether the next step is safe.
namespace ruagate::readiness {

/// What the gates found.
struct Findings {
  std::vector<Gate> gates;
  std::vector<std::uint32_t> blockers;  ///< Sources at fault, each once.
  bool data_missing = false;
  bool blocked = false;
  bool proven = false;          ///< Blocked by something seen, not merely by too little evidence.
  std::optional<Day> earliest;  ///< When the unmet data gates can be met at the earliest.

  void add(Gate gate);
  void blame(std::uint32_t source);
  void not_before(Day day);
};

void data_gates(const World& world, Findings& findings);
/// For a domain that sends nothing: has it been watched for long enough?
void parked_gates(const World& world, Findings& findings);
void blocking_gates(const World& world, Findings& findings);

/// Harm of a step, per week.
struct Harm {
  double failing = 0;         ///< Legitimate messages that fail, with the allowance for sources with few messages.
  double expected = 0;        ///< Of these, touched by the step as published.
  double worst = 0;           ///< Touched where the receiver ignores what softens it.
  double expected_share = 0;  ///< Of the legitimate direct mail.
  double worst_share = 0;
};
/// Share of failing legitimate mail that a reporter will touch at a step which asks for `fraction`. Where what it does
/// under the step in force is significantly more or less than that step asks, it is taken to go on like that.
double touched_share(const World& world, std::uint32_t reporter, double fraction);
Harm projected_harm(const World& world, const Thresholds& th);

/// "98.2 %"
std::string percent(double rate);
/// "1 message", "1,234 messages"
std::string messages(std::uint64_t count);
std::string thousands(std::uint64_t count);

}  // namespace ruagate::readiness
