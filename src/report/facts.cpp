#include "report/facts.hpp"

#include <array>

namespace ruagate::report {

namespace {
constexpr std::array<std::string_view, 4> kDecisionKinds = {"approve", "deny", "forwarder", "acknowledge"};
}

std::string_view to_string(DecisionKind kind) {
  return kDecisionKinds.at(static_cast<std::size_t>(kind));
}

std::optional<DecisionKind> decision_kind_from(std::string_view text) {
  for (std::size_t i = 0; i < kDecisionKinds.size(); ++i) {
    if (kDecisionKinds[i] == text) return static_cast<DecisionKind>(i);
  }
  return std::nullopt;
}

}  // namespace ruagate::report
