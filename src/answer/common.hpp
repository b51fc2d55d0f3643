#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/answer.hpp"

// What the questions of this room share: which domains there are, and the facts behind an answer.
namespace ruagate::answer {

/// Every policy domain with reports, and those configured (without reports), by name.
using Known = std::map<std::string, std::optional<store::DomainSpan>>;
Known known_domains(const Asked& asked);

/// Reports about a domain that are there, none of which counts (`count_reports`).
struct NoneCounts {
  std::uint64_t reports = 0;
  Day first_day{};
  Day last_day{};
};
/// Domains of which no report counts although there are some, by name.
std::map<std::string, NoneCounts> uncounted_domains(const Asked& asked);
/// Why none of the reports about a domain counts, and what to do, in one sentence.
std::string why_none_counts(const Asked& asked, const NoneCounts& reports);

/// "unknown_domain": says which domain to ask for instead, as far as one is close.
tl::unexpected<Error> unknown_domain(const std::string& domain, const Known& known);

/// The policy domain above `domain` that is closest to it; nothing when there is none.
std::optional<std::string> policy_domain_above(const std::string& domain, const Known& known);

/// The domains to answer for, normalized, each once: those named, in their order, or all. Errors: unknown_domain.
Result<std::vector<std::string>> chosen_domains(const std::vector<std::string>& named, const Known& known);

/// Index into kGroupNames (overview.hpp); the same sums as in the `volume` of a verdict.
std::size_t group_of(source::Flow flow);

/// Today by the clock.
Day today(const Asked& asked);
/// The day from which facts are needed for an answer about `day`: the long memory, and the days before that the
/// verdict looks at for its streak.
Day memory_start(const Asked& asked, Day day);

/// What is read of a domain for its verdict.
struct Loaded {
  report::DomainFacts facts;
  std::vector<report::Decision> decisions;
};
Loaded load(store::Store& store, const std::string& domain, Day first, Day last);

/// The verdict of `day`; nothing when no report had come until then.
std::optional<readiness::DomainVerdict> verdict_then(const Asked& asked, const Loaded& loaded, readiness::Judge& judge,
                                                     Day day);

/// Asked of each domain beside its verdict, on other threads; the judge knows the day already.
using AlsoAsked =
    std::function<void(const Loaded& loaded, const readiness::Question& question, readiness::Judge& judge)>;
/// As readiness().
Result<ReadinessAnswer> readiness_and(const Asked& asked, const std::vector<std::string>& domains,
                                      std::optional<Day> as_of, std::optional<readiness::Ladder> ladder,
                                      const AlsoAsked& also);

readiness::Question question_for(const Asked& asked, const std::string& domain, Day as_of,
                                 std::optional<readiness::Ladder> ladder);

/// Sources with messages in the window, by messages, descending; ties by key.
std::vector<SourceAnswer> sources_in(const Asked& asked, const source::Classified& classified,
                                     const report::DomainFacts& facts, const Window& window);

/// The sources of a domain, with what they were found in.
struct Looked {
  SourcesAnswer answer;
  std::shared_ptr<Study> study;
  std::shared_ptr<const source::Classified> classified;
};
/// As sources().
Result<Looked> look(const Asked& asked, const std::string& domain, const WindowRequest& request);

/// The advice for one source over the window.
SourceAnswer answer_for(const Asked& asked, const source::Classified& classified, const source::Source& source,
                        const report::DomainFacts& facts, const Window& window);

}  // namespace ruagate::answer
