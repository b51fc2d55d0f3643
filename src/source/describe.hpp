#pragma once

#include <string>
#include <vector>

#include "source/flows.hpp"
#include "source/units.hpp"

namespace ruagate::source {

/// A source's messages by flow.
struct FlowSums {
  std::uint64_t direct_ok = 0;
  std::uint64_t direct_fail = 0;
  std::uint64_t indirect_ok = 0;
  std::uint64_t indirect_fail = 0;
  std::uint64_t candidate_fail = 0;
  std::uint64_t spoof = 0;
  std::uint64_t unknown = 0;
  std::uint64_t said_list = 0;  ///< Of these, with the receiver's word that a mailing list was in between.

  void add(Flow flow, std::uint64_t messages);
  std::uint64_t direct() const { return direct_ok + direct_fail; }
  std::uint64_t indirect() const { return indirect_ok + indirect_fail; }
  std::uint64_t all() const { return direct() + indirect() + candidate_fail + spoof + unknown; }
};

/// Why a source has its class, in words, strongest first.
std::vector<std::string> describe(const Unit& unit, const UnitFacts& facts, const FlowSums& sums);

}  // namespace ruagate::source
