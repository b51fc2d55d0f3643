#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config/config.hpp"
#include "source/evidence_view.hpp"
#include "source/homes.hpp"
#include "source/source.hpp"
#include "source/units.hpp"

namespace ruagate::source {

/// Why the failing mail of a unit was given its flow; the rule's number in docs/readiness.md.
enum class Rule : std::uint8_t {
  none,
  decision,          ///< F0
  receiver_says,     ///< F4
  forwarding_kind,   ///< F5
  others_envelope,   ///< F5, by the envelope that another's mailboxes or gateway put around it.
  survivors,         ///< F6
  broken_signature,  ///< F7
  proven_sender,     ///< F8
  own_network,       ///< F9
  score,             ///< F10
};

/// What the rules need to know of a unit as a whole, in the 90 days up to its last message.
struct UnitFacts {
  Day first{};
  Day last{};
  std::uint64_t messages = 0;
  std::uint64_t direct_ok = 0;
  int direct_ok_days = 0;
  std::uint64_t indirect_ok = 0;
  std::uint64_t spf_aligned = 0;  ///< In the whole memory.
  std::uint64_t failing = 0;      ///< Messages that fail and that no receiver explains.
  Rule rule = Rule::none;         ///< For those.
  Flow failing_flow = Flow::unknown;
  int score = 0;                    ///< Only where the rule is `score`.
  std::vector<std::string> points;  ///< The score's parts, in words.
};

struct Flows {
  std::vector<Flow> of_kind;
  std::vector<UnitFacts> units;
};

/// Flows F0 to F10. Changes units: networks that are home to a selector become the owner's own, and those that share
/// one become one unit. `reporters` has a number for each reporter of the facts, equal for spellings of one name.
Flows find_flows(std::span<const report::Cell> cells, std::span<const std::uint32_t> reporters, const Views& views,
                 Units& units, Day today, std::span<const report::Decision> decisions,
                 const config::ReadinessSettings& settings);

}  // namespace ruagate::source
