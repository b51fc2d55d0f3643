#include <algorithm>

#include "answer/common.hpp"
#include "answer/each_domain.hpp"
#include "answer/study.hpp"
#include "base/format.hpp"
#include "domain/name.hpp"

namespace ruagate::answer {

namespace {

bool have_reports(const Known& known, const std::vector<std::string>& named) {
  if (named.empty()) {
    return !known.empty() && std::all_of(known.begin(), known.end(), [](const auto& one) { return one.second; });
  }
  return std::all_of(named.begin(), named.end(), [&](const std::string& text) {
    const auto hit = known.find(domain::normalize(text).value_or(text));
    return hit != known.end() && hit->second;
  });
}

/// Where reports are there but none counts, that is the answer, and not an unknown domain.
void add_uncounted(const std::map<std::string, NoneCounts>& uncounted, const std::vector<std::string>& named,
                   Known& known) {
  // Reports that do not count may speak of anything: their domains are listed only when there is nothing else.
  if (named.empty() && known.empty()) {
    for (const auto& [name, reports] : uncounted) known.try_emplace(name, std::nullopt);
  }
  for (const std::string& text : named) {
    const std::string name = domain::normalize(text).value_or(text);
    if (uncounted.contains(name)) known.try_emplace(name, std::nullopt);
  }
}

}  // namespace

Result<ReadinessAnswer> readiness(const Asked& asked, const std::vector<std::string>& domains, std::optional<Day> as_of,
                                  std::optional<readiness::Ladder> ladder) {
  return readiness_and(asked, domains, as_of, ladder, {});
}

Result<ReadinessAnswer> readiness_and(const Asked& asked, const std::vector<std::string>& domains,
                                      std::optional<Day> as_of, std::optional<readiness::Ladder> ladder,
                                      const AlsoAsked& also) {
  Known known = known_domains(asked);
  std::map<std::string, NoneCounts> uncounted;
  if (!have_reports(known, domains)) uncounted = uncounted_domains(asked);
  add_uncounted(uncounted, domains, known);
  const Result<std::vector<std::string>> chosen = chosen_domains(domains, known);
  if (!chosen) return tl::unexpected<Error>(chosen.error());
  ReadinessAnswer answer;
  answer.as_of = as_of.value_or(today(asked));
  const Day first = memory_start(asked, answer.as_of);
  const auto judged = [&](const Loaded& loaded, readiness::Judge& judge) {
    const readiness::Question question = question_for(asked, loaded.facts.domain, answer.as_of, ladder);
    readiness::DomainVerdict verdict = judge.verdict(question);
    if (also) also(loaded, question, judge);
    return verdict;
  };
  const auto done = [&](readiness::DomainVerdict&& verdict) {
    if (const auto reports = uncounted.find(verdict.domain); reports != uncounted.end()) {
      verdict.reason = "too little is known yet: " + why_none_counts(asked, reports->second);
    }
    answer.domains.push_back(std::move(verdict));
  };
  if (chosen->size() == 1) {
    const std::shared_ptr<Study> one = study(asked, chosen->front(), first, answer.as_of, known.at(chosen->front()));
    done(one->with_judge([&](readiness::Judge& judge) { return judged(one->loaded(), judge); }));
  } else {
    for_each_domain(
        asked, *chosen, first, answer.as_of,
        [&](const Loaded& loaded) {
          readiness::Judge judge(loaded.facts, loaded.decisions, asked.org_domains, asked.config.readiness);
          return judged(loaded, judge);
        },
        done);
  }
  if (domains.empty()) std::stable_sort(answer.domains.begin(), answer.domains.end(), is_worse);
  return answer;
}

void explain(const Asked& asked, ReadinessAnswer& answer) {
  answer.sources.clear();
  for (const readiness::DomainVerdict& verdict : answer.domains) {
    const report::DomainFacts facts =
        asked.store.facts(verdict.domain, memory_start(asked, verdict.as_of), verdict.as_of);
    const source::Classified classified = source::classify(facts, verdict.as_of, asked.store.decisions(verdict.domain),
                                                           asked.org_domains, asked.config.readiness);
    answer.sources.push_back(sources_in(asked, classified, facts, {verdict.window_from, verdict.window_to}));
  }
}

int exit_code(const ReadinessAnswer& answer) {
  int code = 0;
  for (const readiness::DomainVerdict& verdict : answer.domains) {
    switch (verdict.verdict) {
      case readiness::Verdict::ready:
      case readiness::Verdict::at_target:
        break;
      case readiness::Verdict::hold:
        code = std::max(code, 10);
        break;
      case readiness::Verdict::not_enough_data:
        code = std::max(code, 11);
        break;
      case readiness::Verdict::step_back:
        code = std::max(code, 12);
        break;
    }
  }
  return code;
}

}  // namespace ruagate::answer
