#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"
#include "report/report.hpp"

// The facts of one domain as questions see them: the daily roll-up, with repeated values kept once and referred to by
// index. Filled by the store (or by a simulation), read by source and readiness, which know nothing of a database.
namespace ruagate::report {

/// Messages of one day that share reporter, address, evidence and outcome.
struct Cell {
  Day day{};
  std::uint32_t reporter = 0;  ///< Index into DomainFacts::reporters.
  std::uint32_t address = 0;   ///< Index into DomainFacts::addresses.
  std::uint32_t evidence = 0;  ///< Index into DomainFacts::evidence.
  Disposition disposition = Disposition::unknown;
  AlignmentResult dkim_aligned = AlignmentResult::unknown;
  AlignmentResult spf_aligned = AlignmentResult::unknown;
  std::uint64_t messages = 0;
};

/// Reports of one reporter for one day that published the same policy. Reports without records have zero messages.
struct PolicyDay {
  Day day{};
  std::uint32_t reporter = 0;  ///< Index into DomainFacts::reporters.
  Generation generation = Generation::rfc7489;
  PublishedPolicy policy;
  std::uint64_t reports = 0;
  std::uint64_t messages = 0;
};

struct DomainFacts {
  std::string domain;                               ///< The policy domain.
  std::vector<std::string> reporters;               ///< As sent; several spellings of one reporter may occur.
  std::vector<std::optional<IpAddress>> addresses;  ///< Absent: records that named no address.
  std::vector<Evidence> evidence;                   ///< Without human_result texts.
  std::vector<Cell> cells;                          ///< Sorted by day.
  std::vector<PolicyDay> policy_days;               ///< Sorted by day.
};

/// Places in DomainFacts::cells, up to `end`.
struct CellRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
/// The cells of the days from..to.
CellRange cells_of_days(const DomainFacts& facts, Day from, Day to);

/// An operator's decision about a source of a domain, or about the domain itself (acknowledge).
enum class DecisionKind : std::uint8_t { approve, deny, forwarder, acknowledge };

struct Decision {
  std::string domain;  ///< Policy domain, normalized.
  DecisionKind kind = DecisionKind::approve;
  std::string what;  ///< Source key, IP address, network, or domain name (d= or SPF); empty for acknowledge.
  bool critical = false;
  bool retired = false;
  std::optional<std::string> periodic;  ///< "monthly" or "quarterly"
  std::string note;
  std::string decided_by;  ///< Login name of the operator.
  Instant decided_at{};
};

std::string_view to_string(DecisionKind kind);
std::optional<DecisionKind> decision_kind_from(std::string_view text);

}  // namespace ruagate::report
