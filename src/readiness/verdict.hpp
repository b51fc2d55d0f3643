#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "report/facts.hpp"
#include "source/dns.hpp"
#include "source/source.hpp"

// Facts in, verdict out: statistics, gates, ladder, advice. No I/O, no clock, no database.
namespace ruagate::readiness {

enum class Verdict : std::uint8_t { ready, at_target, hold, not_enough_data, step_back };
std::string_view to_string(Verdict verdict);

enum class Ladder : std::uint8_t { pct, testing };

/// Steps of both ladders by their names in documents: "none", "quarantine-10", ..., "reject";
/// "quarantine-testing", "quarantine", "reject-testing".
const std::vector<std::string>& steps(Ladder ladder);

struct Gate {
  std::string gate;  ///< Stable name (docs/readiness.md).
  bool ok = false;
  bool checked = true;    ///< False: needs what is not available (DNS); then `ok` is true and does not count.
  bool blocking = false;  ///< False: a data gate; unmet means not enough data.
  std::optional<double> have;
  std::optional<double> need;
  std::string text;  ///< One sentence with the numbers.
};

/// What is wrong with a source and what to do, in words.
struct Advice {
  std::string failure = "none";  ///< Fix code in lower case: "esp_dkim_unaligned", ...; "none".
  std::string fix;               ///< Empty when nothing is to be done.
};

struct Blocker {
  std::string source;
  std::string key;
  std::string author_domain;
  source::Class source_class = source::Class::legitimate;
  std::uint64_t messages = 0;  ///< In the statistics window.
  std::uint64_t aligned = 0;
  Advice advice;
  std::vector<std::string> ips;       ///< At most 10, by failing messages.
  std::vector<std::string> evidence;  ///< Numbers behind it, in words.
};

struct Policy {
  std::optional<report::Policy> p, sp, np;
  std::optional<int> pct;
  std::optional<bool> testing;
  std::optional<report::AlignmentMode> adkim, aspf;
  std::optional<std::string> fo;
  std::optional<Day> seen;  ///< Newest report that showed it.
};

struct Impact {
  int window_days = 28;
  std::uint64_t legitimate_failing = 0;            ///< In the window, as seen.
  std::uint64_t legitimate_affected_expected = 0;  ///< By the next step, with its fraction.
  std::uint64_t legitimate_affected_worst = 0;     ///< If the fraction is ignored.
  std::uint64_t candidate_affected = 0;
  std::uint64_t forwarded_affected = 0;
  std::uint64_t unauthorized_stopped = 0;
};

/// Where sp= gives the subdomains a policy of their own: may it follow p?
struct SubdomainVerdict {
  report::Policy policy = report::Policy::none;  ///< sp as it is.
  Verdict verdict = Verdict::not_enough_data;
  std::optional<report::Policy> next;  ///< sp to publish when ready; absent when it is as strong as p.
  std::string reason;                  ///< In one sentence.
  std::vector<Gate> gates;
  std::vector<Blocker> blockers;
  std::string record;  ///< The present record with `next`.
};

struct DomainVerdict {
  std::string domain;
  Day as_of{};
  Policy policy;
  Ladder ladder = Ladder::pct;
  std::string step;
  std::optional<std::string> next_step;  ///< Absent at the target. For step_back: the step to go back to.
  std::string target;
  Verdict verdict = Verdict::not_enough_data;
  std::string reason;  ///< The verdict in one sentence, for people.
  Day window_from{};
  Day window_to{};
  int days_with_data = 0;
  int reporters = 0;
  std::uint64_t messages = 0;  ///< Volume in the window; see design, readiness document.
  std::uint64_t aligned = 0;
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
  std::uint64_t candidate = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t forwarded_aligned = 0;
  std::uint64_t unauthorized = 0;
  std::uint64_t unknown = 0;
  std::optional<double> legitimate_pass_rate;      ///< Absent without legitimate mail.
  std::optional<double> legitimate_pass_rate_low;  ///< Lower 95 % bound.
  std::vector<Gate> gates;
  std::vector<Blocker> blockers;  ///< By mail at stake, descending.
  Impact impact;
  double generation_rfc7489 =
      0;  ///< Share of the window's messages by the generation of their reports; sums to 1 or 0.
  double generation_rfc9990 = 0;
  std::string record;  ///< The TXT record of next_step (to be published when ready); at the target the present one.
  std::optional<Day> earliest;                 ///< For not_enough_data: when enough will be there at the earliest.
  std::optional<SubdomainVerdict> subdomains;  ///< Only where sp= differs from p and subdomains send.
  std::vector<std::string> notes;              ///< What is not known, residual risks, what to watch.
};

struct Question {
  Day as_of{};
  Ladder ladder = Ladder::pct;
  std::string target = "reject";
  std::string rua;  ///< Value of the rua tag for proposed records; empty: not known, reports do not show it.
  std::optional<std::string> next_step;  ///< Judge this step, not the one after the present step.
  const source::Dns* dns = nullptr;      ///< Null: DNS is not asked, and what needs it is not checked.
  bool operator==(const Question&) const = default;
};

/// Judges one domain, on several days where they are asked for: what the verdicts have in common is worked out once.
/// One thread at a time.
class Judge {
 public:
  /// `facts` hold everything up to and including the newest day that will be asked for, for at least `settings.memory`
  /// days back; what is later than a question is ignored in its answer. Everything given must outlive the judge.
  Judge(const report::DomainFacts& facts, std::span<const report::Decision> decisions,
        const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings,
        const source::Dns* dns = nullptr);

  /// Throws nothing; total on any facts. DNS is the judge's, whatever the question has.
  DomainVerdict verdict(const Question& question);
  source::Classifications& classifications() { return classifications_; }

 private:
  DomainVerdict judge(const Question& question);
  const DomainVerdict& on_day(const Question& question);
  void require_streak(const Question& question, DomainVerdict& verdict);

  const report::DomainFacts& facts_;
  std::span<const report::Decision> decisions_;
  const domain::OrgDomains& org_domains_;
  const config::ReadinessSettings& settings_;
  const source::Dns* dns_;
  source::Classifications classifications_;
  std::deque<std::pair<Question, DomainVerdict>> days_;  // Without streak and subdomains.
};

/// The verdict for one domain on one day.
DomainVerdict evaluate(const report::DomainFacts& facts, const Question& question,
                       std::span<const report::Decision> decisions, const domain::OrgDomains& org_domains,
                       const config::ReadinessSettings& settings);

/// What fails at a source over the days from..to, and the fix, as used for blockers.
Advice advise(const source::Classified& classified, const source::Source& source, const report::DomainFacts& facts,
              Day from, Day to, const domain::OrgDomains& org_domains);

}  // namespace ruagate::readiness
