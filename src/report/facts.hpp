#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
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

/// A Day in four bytes, for what is kept a million times over; Day::min() and Day::max() are as far as that reaches.
class SmallDay {
 public:
  SmallDay() = default;
  SmallDay(Day day)  // NOLINT(google-explicit-constructor): it is a day
      : number_(static_cast<std::int32_t>(std::clamp<days::rep>(day.time_since_epoch().count(),
                                                                std::numeric_limits<std::int32_t>::min(),
                                                                std::numeric_limits<std::int32_t>::max()))) {}
  operator Day() const { return day_from_number(number_); }  // NOLINT(google-explicit-constructor)
  friend bool operator==(SmallDay a, SmallDay b) = default;
  friend auto operator<=>(SmallDay a, SmallDay b) = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
  friend Day operator+(SmallDay a, days more) { return Day(a) + more; }
  friend days operator-(SmallDay a, SmallDay b) { return days{a.number_ - b.number_}; }

 private:
  std::int32_t number_ = 0;
};

/// An index in three bytes.
class SmallIndex {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 24;

  SmallIndex() = default;
  SmallIndex(std::uint32_t index)  // NOLINT(google-explicit-constructor): it is an index
      : bytes_{static_cast<std::uint8_t>(index), static_cast<std::uint8_t>(index >> 8U),
               static_cast<std::uint8_t>(index >> 16U)} {}
  operator std::uint32_t() const {  // NOLINT(google-explicit-constructor)
    return std::uint32_t{bytes_[0]} | std::uint32_t{bytes_[1]} << 8U | std::uint32_t{bytes_[2]} << 16U;
  }

 private:
  std::array<std::uint8_t, 3> bytes_{};
};

/// Messages of one day that share reporter, address, evidence and outcome.
struct Cell {
  SmallDay day;
  SmallIndex reporter;  ///< Index into DomainFacts::reporters.
  Disposition disposition : 3 = Disposition::unknown;
  AlignmentResult dkim_aligned : 2 = AlignmentResult::unknown;
  AlignmentResult spf_aligned : 2 = AlignmentResult::unknown;
  std::uint32_t address = 0;   ///< Index into DomainFacts::addresses.
  std::uint32_t evidence = 0;  ///< Index into DomainFacts::evidence.
  std::uint64_t messages = 0;
};
static_assert(sizeof(Cell) == 24, "a verdict looks at a million of them and more");

/// Reports of one reporter for one day that published the same policy. Reports without records have zero messages.
struct PolicyDay {
  Day day{};
  std::uint32_t reporter = 0;  ///< Index into DomainFacts::reporters.
  Generation generation = Generation::rfc7489;
  std::uint32_t policy = 0;  ///< Index into DomainFacts::policies.
  std::uint64_t reports = 0;
  std::uint64_t messages = 0;
};

struct DomainFacts {
  std::string domain;                               ///< The policy domain.
  std::vector<std::string> reporters;               ///< As sent; several spellings of one reporter may occur.
  std::vector<std::optional<IpAddress>> addresses;  ///< Absent: records that named no address.
  std::vector<Evidence> evidence;                   ///< Without human_result texts.
  std::vector<Cell> cells;                          ///< Sorted by day.
  std::vector<PublishedPolicy> policies;            ///< Those that policy_days name.
  std::vector<PolicyDay> policy_days;               ///< Sorted by day.

  const PublishedPolicy& policy_of(const PolicyDay& day) const { return policies[day.policy]; }
};

/// Where the policy stands in facts.policies; adds it when it is not there.
std::uint32_t add_policy(DomainFacts& facts, const PublishedPolicy& policy);

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
