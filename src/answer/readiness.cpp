#include <algorithm>

#include "answer/common.hpp"

namespace ruagate::answer {

Result<ReadinessAnswer> readiness(const Asked& asked, const std::vector<std::string>& domains, std::optional<Day> as_of,
                                  std::optional<readiness::Ladder> ladder) {
  const Result<std::vector<std::string>> chosen = chosen_domains(domains, known_domains(asked));
  if (!chosen) return tl::unexpected<Error>(chosen.error());
  ReadinessAnswer answer;
  answer.as_of = as_of.value_or(today(asked));
  for (const std::string& domain : *chosen) {
    const report::DomainFacts facts = asked.store.facts(domain, memory_start(asked, answer.as_of), answer.as_of);
    answer.domains.push_back(readiness::evaluate(facts, question_for(asked, domain, answer.as_of, ladder),
                                                 asked.store.decisions(domain), asked.org_domains,
                                                 asked.config.readiness));
  }
  if (domains.empty()) std::stable_sort(answer.domains.begin(), answer.domains.end(), is_worse);
  return answer;
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
