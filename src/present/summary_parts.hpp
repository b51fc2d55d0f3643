#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "present/layout.hpp"

// What the summary says, in text as in HTML: the same figures and sentences, chosen once.
namespace ruagate::present {

/// How much of each list a mail shows; JSON gives all.
inline constexpr std::size_t kSummaryDomains = 100;
inline constexpr std::size_t kSummaryActions = 10;
inline constexpr std::size_t kSummaryBlockers = 5;
inline constexpr std::size_t kSummarySources = 25;
inline constexpr std::size_t kSummaryImplausible = 10;

struct SummaryTotals {
  std::uint64_t messages_before = 0;
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
  std::uint64_t unauthorized = 0;
  std::uint64_t unauthorized_before = 0;
};
SummaryTotals totals_of(const answer::SummaryAnswer& answer);

/// "DMARC summary of 2026-11-20", "... of 2026-11-14 to 2026-11-20".
std::string title_of(const answer::SummaryAnswer& answer);
/// "2 HOLD, 1 READY", worst first; empty without domains.
std::string verdicts_of(const answer::SummaryAnswer& answer);
/// "example.com: HOLD, was READY", for each domain whose verdict is another than before the period.
std::vector<std::string> verdict_changes(const answer::SummaryAnswer& answer);
/// Domains with something to do (step back, hold with blockers, ready), worst first.
std::vector<const answer::SummaryDomain*> to_act_on(const answer::SummaryAnswer& answer);

/// One blocker in a sentence with its numbers, without the fix.
std::string sentence_of(const readiness::Blocker& blocker, const std::string& domain);

struct NewSource {
  const answer::SummaryDomain* domain;
  const answer::SourceAnswer* source;
};
/// Sources that are new and not plainly somebody else's, over all domains, by messages; `unauthorized` counts the rest.
struct NewSources {
  std::vector<NewSource> shown;
  std::size_t unauthorized = 0;
};
NewSources new_sources_of(const answer::SummaryAnswer& answer);

/// The health of ingestion in sentences, the worst first. `worrying`: something needs a look.
struct Health {
  std::vector<std::string> lines;
  bool worrying = false;
};
Health health_of(const answer::SummaryAnswer& answer);

}  // namespace ruagate::present
