#include "report/facts.hpp"

#include <algorithm>
#include <array>

namespace ruagate::report {

namespace {
constexpr std::array<std::string_view, 4> kDecisionKinds = {"approve", "deny", "forwarder", "acknowledge"};
}

CellRange cells_of_days(const DomainFacts& facts, Day from, Day to) {
  const auto begin =
      std::partition_point(facts.cells.begin(), facts.cells.end(), [&](const Cell& cell) { return cell.day < from; });
  const auto end = std::partition_point(begin, facts.cells.end(), [&](const Cell& cell) { return cell.day <= to; });
  return {static_cast<std::size_t>(begin - facts.cells.begin()), static_cast<std::size_t>(end - facts.cells.begin())};
}

std::uint32_t add_policy(DomainFacts& facts, const PublishedPolicy& policy) {
  const auto known = std::find(facts.policies.begin(), facts.policies.end(), policy);
  const auto index = static_cast<std::uint32_t>(known - facts.policies.begin());
  if (known == facts.policies.end()) facts.policies.push_back(policy);
  return index;
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
