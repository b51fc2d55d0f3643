#pragma once

#include <optional>
#include <string>
#include <vector>

#include "readiness/world.hpp"

namespace ruagate::readiness {

struct Regression {
  std::vector<Gate> gates;
  std::vector<std::uint32_t> culprits;      ///< Sources.
  bool alert = false;                       ///< Something is wrong; do not go on.
  std::optional<std::size_t> step_back_to;  ///< Only while enforcing, and only when it is bad enough.
  std::string text;                         ///< What happened, in one sentence.
};

/// The regress rules R1 to R4; R3 only where DNS was asked.
Regression regress(const World& world, const config::ReadinessSettings& settings);

}  // namespace ruagate::readiness
