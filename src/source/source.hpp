#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "report/facts.hpp"
#include "source/dns.hpp"

// Which sending party each message of a domain belongs to, and of what class that party is.
// Pure: facts and a date in, sources out. The rules are those of docs/readiness.md, "Telling sources apart".
namespace ruagate::source {

enum class Class : std::uint8_t { legitimate, candidate, forwarder, unauthorized, unknown };
enum class ForwarderKind : std::uint8_t { forwarder, mailing_list, gateway };
std::string_view to_string(Class value);
std::string_view to_string(ForwarderKind value);

/// What one cell's messages are (flows F0-F10).
enum class Flow : std::uint8_t { direct_ok, direct_fail, indirect_ok, indirect_fail, candidate_fail, spoof, unknown };
inline constexpr std::size_t kFlows = 7;
/// "direct, passes", "forwarded, fails", ...
std::string_view to_string(Flow flow);

/// One sending party of one author domain: a service with its tenant, a network, ... Keys are stable over time:
/// "dkim:mcsv.net", "spf:relay.example", "own:192.0.2.0/24", "net:198.51.100.0/24", "tenant:google-workspace/owner",
/// "spoof:example.com"; for a subdomain as author domain with "@news.example.com" at the end.
struct Source {
  std::string key;
  std::string name;           ///< As people know it; the key's value when it has no name.
  std::string author_domain;  ///< The From domain it sends for.
  Class source_class = Class::unknown;
  std::optional<ForwarderKind> kind;        ///< Only for forwarder.
  std::vector<std::string> evidence;        ///< Why this class, in words, strongest first.
  int strength = 0;                         ///< 1..4, how surely the cells belong together.
  const struct Service* service = nullptr;  ///< Known service, or null.
  std::string tag;                          ///< Tenant on a shared service; "owner" for the domain's own; may be empty.
  std::optional<report::Decision> decision;  ///< The operator's, which rules over the guess.
  bool critical = false;
  std::optional<std::string> periodic;
  bool retired = false;              ///< The operator turned it off, and nothing has come since.
  std::optional<Day> counts_after;   ///< The operator turned it off on this day: what it sent until then is past.
  std::string abused_selector;       ///< A DKIM selector that it is suspected to abuse ("example.com/s1"), or empty.
  int score = 0;                     ///< Candidate score; 0 where it was not needed.
  std::vector<std::uint32_t> cells;  ///< Indices into DomainFacts::cells, by day.
};

/// One day on which strangers sent much of what passes with a selector of the owner's: a signed message sent again, or
/// a stolen key.
struct KeyAbuse {
  std::string selector;  ///< "example.com/s1"
  Day day{};
  std::uint64_t messages = 0;
  std::size_t addresses = 0;  ///< Never seen before.
};

inline constexpr std::uint32_t kNoSource = 0xFFFFFFFF;

struct Classified {
  std::vector<Source> sources;           ///< By messages, descending; ties by key.
  std::vector<Flow> flows;               ///< One for each cell of the facts.
  std::vector<std::uint32_t> source_of;  ///< One for each cell: index into `sources`; kNoSource after today.
  std::vector<std::string> reporters;    ///< Canonical name for each reporter of the facts.
  std::vector<KeyAbuse> key_abuse;       ///< Newest first.
};

/// Classifies the facts of one domain as seen on one day and another: what the days have in common is worked out once,
/// and a day that was asked for shortly before is not worked out again. One thread at a time.
class Classifications {
 public:
  /// Everything given must outlive it. Without `dns`, host names and network owners are not used.
  Classifications(const report::DomainFacts& facts, std::span<const report::Decision> decisions,
                  const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings,
                  const Dns* dns = nullptr);
  ~Classifications();
  Classifications(Classifications&&) noexcept;
  Classifications& operator=(Classifications&&) noexcept;

  /// Cells after `today` are not looked at.
  std::shared_ptr<const Classified> on(Day today);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same for a single day.
Classified classify(const report::DomainFacts& facts, Day today, std::span<const report::Decision> decisions,
                    const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings,
                    const Dns* dns = nullptr);

/// The source's cells of the days from..to.
std::span<const std::uint32_t> cells_between(const Source& source, const report::DomainFacts& facts, Day from, Day to);

/// Totals of one source over the days from..to, in messages.
struct SourceTotals {
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::uint64_t dkim_aligned = 0;
  std::uint64_t spf_aligned = 0;
  std::uint64_t dkim_pass = 0;         ///< Any DKIM signature passed, aligned or not.
  std::uint64_t spf_pass = 0;          ///< SPF passed for any domain.
  std::uint64_t disposition_none = 0;  ///< RFC 9990's `pass` counts here.
  std::uint64_t disposition_quarantine = 0;
  std::uint64_t disposition_reject = 0;
  std::map<std::string, std::uint64_t> overrides;  ///< By override type.
  std::array<std::uint64_t, kFlows> by_flow{};     ///< Messages by what they count as.
  std::optional<Day> first_seen;
  std::optional<Day> last_seen;
  int days = 0;                        ///< Days with messages.
  std::vector<std::string> reporters;  ///< Canonical, sorted.
  struct Address {
    std::string ip;  ///< Empty for records without an address.
    std::uint64_t messages = 0;
    std::uint64_t aligned = 0;
  };
  std::vector<Address> addresses;  ///< By messages, descending; ties by text.
};
SourceTotals totals(const Classified& classified, const Source& source, const report::DomainFacts& facts, Day from,
                    Day to);

/// True if the cell is a DMARC pass, as the receiver decided it.
bool is_aligned(const report::Cell& cell);

}  // namespace ruagate::source
