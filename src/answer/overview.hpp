#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "readiness/outlook.hpp"

// The questions that a dashboard asks: all domains at a glance, a domain's days, the steps before it, one source.
namespace ruagate::answer {

inline constexpr int kOverviewDays = 28;
inline constexpr int kSparklineDays = 30;

struct SparkDay {
  Day day{};
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
};

/// What messages count as.
inline constexpr std::size_t kGroups = 5;
inline constexpr std::string_view kGroupNames[kGroups] = {"legitimate", "candidate", "forwarded", "unauthorized",
                                                          "unknown"};

/// A source by its name and key.
struct SourceName {
  std::string source;
  std::string key;
};

/// One domain at a glance.
struct DomainGlance {
  std::string domain;
  readiness::Verdict verdict = readiness::Verdict::not_enough_data;
  std::string reason;
  readiness::Ladder ladder = readiness::Ladder::pct;
  std::string step;
  std::optional<std::string> next_step;
  std::string target;
  std::optional<double> legitimate_pass_rate;
  std::uint64_t at_stake = 0;
  std::uint64_t blockers = 0;
  std::optional<SourceName> first_blocker;
  std::optional<Day> last_day;
  std::uint64_t reports = 0;   ///< In the days that the verdict remembers.
  std::uint64_t messages = 0;  ///< Of kOverviewDays, as the next two.
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
  std::array<std::uint64_t, kGroups> groups{};  ///< Messages of the same days by what they count as.
  std::vector<SparkDay> sparkline;              ///< kSparklineDays up to as_of, oldest first.
  std::optional<readiness::Verdict> verdict_before;
  std::vector<SourceName> new_blockers;  ///< Against the day before as_of.
  std::vector<SourceName> gone_blockers;
};

struct OverviewAnswer {
  Day as_of{};
  std::vector<DomainGlance> domains;  ///< Worst first.
};

/// What the caller has of an earlier overview, and wants to keep of this one.
class KeptGlances {
 public:
  KeptGlances() = default;
  KeptGlances(const KeptGlances&) = delete;
  KeptGlances& operator=(const KeptGlances&) = delete;
  virtual ~KeptGlances() = default;
  /// Nothing when it has to be worked out. Called before anything of the domain is read.
  virtual std::optional<DomainGlance> find(const std::string& domain) = 0;
  virtual void keep(const DomainGlance& glance) = 0;
};

/// All policy domains with reports, and those configured. Without `kept` each is worked out.
OverviewAnswer overview(const Asked& asked, std::optional<Day> as_of, KeptGlances* kept = nullptr);

/// One day by what its messages count as, in the order of kGroupNames.
struct TimelineDay {
  Day day{};
  std::uint64_t reports = 0;
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t rejected = 0;
  struct Group {
    std::uint64_t messages = 0;
    std::uint64_t aligned = 0;
  };
  std::array<Group, kGroups> groups{};
};

struct TimelineAnswer {
  std::string domain;
  Window window;
  std::vector<TimelineDay> days;  ///< Every day of the window.
};

/// Errors: usage (unknown_domain, bad_window: more than 400 days, or since after until).
Result<TimelineAnswer> timeline(const Asked& asked, const std::string& domain, std::optional<Day> since,
                                std::optional<Day> until);

struct ImpactAnswer {
  readiness::DomainVerdict verdict;
  std::vector<readiness::StepOutlook> steps;
};

/// Errors: usage (unknown_domain).
Result<ImpactAnswer> impact(const Asked& asked, const std::string& domain, std::optional<Day> as_of,
                            std::optional<readiness::Ladder> ladder);

/// One source with what stands behind it.
struct SourcePage {
  std::string domain;
  Window window;
  int days_with_data = 0;
  SourceAnswer source;
  struct DayRow {
    Day day{};
    std::uint64_t messages = 0;
    std::uint64_t aligned = 0;
    std::uint64_t dkim_aligned = 0;
    std::uint64_t spf_aligned = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t rejected = 0;
  };
  std::vector<DayRow> days;  ///< Every day of the window.
  struct Identity {
    bool is_dkim = false;
    std::string domain;
    std::string selector;
    std::uint64_t messages = 0;
    std::uint64_t pass = 0;
  };
  std::vector<Identity> identities;  ///< At most 200, by messages.
  struct Reporter {
    std::string reporter;
    std::uint64_t messages = 0;
    std::uint64_t aligned = 0;
    Day last_seen{};
  };
  std::vector<Reporter> reporters;  ///< By messages.
};

/// Errors: usage (unknown_domain, bad_window, `unknown_source`: no messages in the window).
Result<SourcePage> source_page(const Asked& asked, const std::string& domain, const std::string& key,
                               const WindowRequest& window);

/// A reporter that sent on most days and no longer does.
struct MissingReporter {
  std::string domain;
  std::string reporter;
  Day last_seen{};
  int days_before = 0;  ///< With reports, of the 28 up to last_seen.
  int silent_days = 0;  ///< Up to `day`.
  std::uint64_t messages = 0;
};
/// Of one domain, seen on `day`.
std::vector<MissingReporter> missing_reporters(const report::DomainFacts& facts, Day day);

}  // namespace ruagate::answer
