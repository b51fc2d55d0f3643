#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"
#include "domain/org_domain.hpp"

// The DMARC model: what one aggregate report says, in one form for both generations of the format (RFC 7489 appendix
// C and RFC 9990 section 3.1). Plain values. What a report does not say is absent, never a default.
namespace ruagate::report {

/// Which form the report has; see reportxml for how it is told (there is no clean split on the wire).
enum class Generation : std::uint8_t { rfc7489, rfc9990 };

/// What the domain owner asks for: p, sp, np (RFC 9989 section 4.7).
enum class Policy : std::uint8_t { none, quarantine, reject };

/// What the receiver did because of DMARC (RFC 9990 section 3.1.1.9). `pass` occurs in RFC 9990 only and means, like
/// `none`, that nothing was done. `unknown`: absent or unreadable.
enum class Disposition : std::uint8_t { none, pass, quarantine, reject, unknown };

/// The receiver's DMARC result for one mechanism: policy_evaluated/dkim and /spf. `unknown`: absent or unreadable.
enum class AlignmentResult : std::uint8_t { pass, fail, unknown };

using domain::AlignmentMode;

/// RFC 8601 section 2.7.1.
enum class DkimResult : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };
/// RFC 8601 section 2.7.2.
enum class SpfResult : std::uint8_t { none, pass, fail, softfail, policy, neutral, temperror, permerror };
/// Which identity SPF was checked for. `unknown`: absent or unreadable, to be read as mfrom.
enum class SpfScope : std::uint8_t { mfrom, helo, unknown };

/// Why the receiver did something else than the policy asks (RFC 7489 appendix C, RFC 9990 section 3.1.1.6).
enum class OverrideType : std::uint8_t {
  forwarded,    ///< RFC 7489 only
  sampled_out,  ///< RFC 7489 only: spared by pct
  trusted_forwarder,
  mailing_list,
  local_policy,
  policy_test_mode,  ///< RFC 9990 only: spared by t=y
  other,
};

struct OverrideReason {
  OverrideType type = OverrideType::other;
  std::string comment;  ///< As sent, valid UTF-8; may be empty.
  bool operator==(const OverrideReason&) const = default;
};

struct DkimAuth {
  std::string domain;    ///< d=, normalized when it is a domain name, as sent otherwise; may be empty.
  std::string selector;  ///< s=; empty when absent.
  DkimResult result = DkimResult::none;
  std::string human_result;  ///< Free text of the receiver; may be empty.
  bool operator==(const DkimAuth&) const = default;
};

struct SpfAuth {
  std::string domain;  ///< Normalized when it is a domain name, as sent otherwise; may be empty.
  SpfScope scope = SpfScope::unknown;
  SpfResult result = SpfResult::none;
  std::string human_result;
  bool operator==(const SpfAuth&) const = default;
};

/// Everything in a record that tells who sent the messages, apart from the address. Many records of many reports
/// share one evidence; the store keeps each once.
struct Evidence {
  std::string author_domain;                 ///< header_from: normalized, never empty.
  std::optional<std::string> envelope_from;  ///< Normalized domain; empty text for a null sender; absent when not said.
  std::optional<std::string> envelope_to;    ///< Normalized domain of the recipient.
  std::vector<DkimAuth> dkim;                ///< Raw results, in the report's order.
  std::vector<SpfAuth> spf;
  std::vector<OverrideReason> reasons;
  bool operator==(const Evidence&) const = default;
};

/// One `record`: every message of the period that shares address, identifiers and results (RFC 9990 section 3.1.1.7).
struct Record {
  std::optional<IpAddress> source_ip;  ///< Absent when the report does not say it in a readable way.
  std::uint64_t message_count = 0;     ///< Messages, at least 1.
  Disposition disposition = Disposition::unknown;
  AlignmentResult dkim_aligned = AlignmentResult::unknown;  ///< The DMARC result, not the raw DKIM one.
  AlignmentResult spf_aligned = AlignmentResult::unknown;
  Evidence evidence;
  bool operator==(const Record&) const = default;
};

/// policy_published: the policy that the reporter saw.
struct PublishedPolicy {
  std::string domain;  ///< DMARC Policy Domain, normalized, never empty.
  std::optional<Policy> p;
  std::optional<Policy> sp;
  std::optional<Policy> np;
  std::optional<int> pct;       ///< 0..100
  std::optional<bool> testing;  ///< The t tag (RFC 9989)
  std::optional<AlignmentMode> adkim;
  std::optional<AlignmentMode> aspf;
  std::optional<std::string> fo;
  std::optional<std::string> discovery_method;  ///< "psl" or "treewalk"
  bool operator==(const PublishedPolicy&) const = default;
};

/// One aggregate report.
struct Report {
  Generation generation = Generation::rfc7489;
  std::optional<std::string> version;
  std::string reporter;   ///< org_name, trimmed, never empty (see the tolerances for what stood in for it).
  std::string report_id;  ///< Trimmed, without one pair of <>; never empty.
  std::optional<std::string> email;
  std::optional<std::string> extra_contact_info;
  std::optional<std::string> generator;
  std::vector<std::string> errors;  ///< report_metadata/error
  Instant begin{};                  ///< begin <= end
  Instant end{};                    ///< Inclusive for some reporters, exclusive for others.
  PublishedPolicy policy;
  std::vector<Record> records;
  std::uint64_t records_left_out = 0;   ///< Records that could not be used, although the report could.
  std::vector<std::string> tolerances;  ///< Names of what the reader forgave, sorted, each once (docs/tolerances.md).
};

/// How far the mail that carried a report was authenticated (design: forged reports).
enum class Trust : std::uint8_t { unverified, trusted, failed };

/// Sums over a report's records, in messages.
struct Totals {
  std::uint64_t records = 0;
  std::uint64_t messages = 0;
  std::uint64_t dkim_aligned = 0;
  std::uint64_t spf_aligned = 0;
  std::uint64_t aligned = 0;  ///< DKIM or SPF aligned: a DMARC pass.
  std::uint64_t disposition_none = 0;
  std::uint64_t disposition_pass = 0;
  std::uint64_t disposition_quarantine = 0;
  std::uint64_t disposition_reject = 0;
  bool operator==(const Totals&) const = default;
};
Totals totals_of(const Report& report);

}  // namespace ruagate::report
