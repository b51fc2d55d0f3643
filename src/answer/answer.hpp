#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "readiness/verdict.hpp"
#include "source/source.hpp"
#include "store/store.hpp"

// One function for each question a user may ask: takes the facts from the store, runs source and readiness, returns
// the answer as data. The command line and the service ask here and nowhere else.
namespace ruagate::answer {

/// Which reports the settings let count; the store is to be told before the first question.
store::Counted counted_by(const config::ReadinessSettings& settings);

class Study;

/// Where studies (study.hpp) of domains are kept between questions.
class KeptStudies {
 public:
  KeptStudies() = default;
  KeptStudies(const KeptStudies&) = delete;
  KeptStudies& operator=(const KeptStudies&) = delete;
  virtual ~KeptStudies() = default;
  /// The one of the days first..last of `domain`; where there is none, what `make` gives.
  virtual std::shared_ptr<Study> get(const std::string& domain, Day first, Day last,
                                     const std::function<std::shared_ptr<Study>()>& make) = 0;
};

/// What every question needs.
struct Asked {
  store::Store& store;
  const domain::OrgDomains& org_domains;
  const config::Config& config;
  const Clock& clock;
  KeptStudies* studies = nullptr;  ///< Null: each question reads for itself.
};

struct Window {
  Day from{};
  Day to{};  ///< Included.
  int days() const { return static_cast<int>((to - from).count()) + 1; }
};

/// Days that `sources` looks at: --days N back from --as-of (default: the newest day with reports, at most today), or
/// --since/--until.
struct WindowRequest {
  std::optional<int> days;
  std::optional<Day> as_of, since, until;
};

struct SourceAnswer {
  source::Source source;
  source::SourceTotals totals;
  readiness::Advice advice;
};

struct SourcesAnswer {
  std::string domain;
  Window window;
  int days_with_data = 0;
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::vector<SourceAnswer> sources;  ///< By messages, descending; only those with messages in the window.
};

/// A domain that only occurs as an author domain under the policy of another is answered from that one's reports.
/// Errors: usage `unknown_domain` (with the domains that are known, if one is close), `bad_window`.
Result<SourcesAnswer> sources(const Asked& asked, const std::string& domain, const WindowRequest& window);

struct ReadinessAnswer {
  Day as_of{};
  /// Every source of each domain in the verdict's window, in the order of `domains`; empty until explain() is asked.
  std::vector<std::vector<SourceAnswer>> sources;
  std::vector<readiness::DomainVerdict> domains;  ///< In the order asked, or worst first when none was named.
};

/// All policy domains with reports (and those configured) when `domains` is empty. Errors: usage (unknown_domain).
Result<ReadinessAnswer> readiness(const Asked& asked, const std::vector<std::string>& domains, std::optional<Day> as_of,
                                  std::optional<readiness::Ladder> ladder);
/// Adds the sources behind each verdict, with their evidence.
void explain(const Asked& asked, ReadinessAnswer& answer);
/// Legitimate and undecided mail that stands in the way, in messages: what blocks, or what the next step would hurt.
std::uint64_t at_stake(const readiness::DomainVerdict& verdict);
/// Worst news first: step_back, hold, not_enough_data, ready, at_target; then by mail at stake, then by name.
bool is_worse(const readiness::DomainVerdict& a, const readiness::DomainVerdict& b);

/// 0, 10, 11 or 12 as in design: the highest of several domains wins.
int exit_code(const ReadinessAnswer& answer);

enum class Period : std::uint8_t { day, week, month };

struct SummaryDomain {
  std::string domain;
  std::uint64_t messages = 0;
  std::uint64_t messages_before = 0;  ///< In the period before, of the same length.
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
  std::uint64_t unauthorized = 0;
  std::uint64_t unauthorized_before = 0;
  std::optional<double> legitimate_pass_rate;
  std::optional<double> legitimate_pass_rate_before;
  std::vector<SourceAnswer> new_sources;  ///< First seen in the period; legitimate, candidate and unknown first.
  readiness::DomainVerdict verdict;
  std::optional<readiness::Verdict> verdict_before;  ///< On the day before the period.
};

struct SummaryAnswer {
  Period period = Period::day;
  Window window;
  Window before;
  std::vector<SummaryDomain> domains;  ///< Worst news first.
  std::uint64_t messages = 0;
  std::uint64_t reports = 0;
  std::vector<store::IngestRun> runs;  ///< In the period and up to now, newest first.
  std::uint64_t rejects_new = 0;
  std::uint64_t rejects_kept = 0;
  std::optional<Instant> last_ingest;
  std::vector<store::ReportRow> implausible;  ///< Reports about these domains that wait for the operator.
};

/// The period ends on `as_of`, else on the newest day with reports (at the latest yesterday). Verdicts are those of
/// `as_of`, else of today, as `readiness` gives them. Errors: usage (unknown_domain).
Result<SummaryAnswer> summary(const Asked& asked, Period period, const std::vector<std::string>& domains,
                              std::optional<Day> as_of);

}  // namespace ruagate::answer
