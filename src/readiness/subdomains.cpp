#include "readiness/subdomains.hpp"

#include <algorithm>
#include <utility>

#include "base/format.hpp"
#include "readiness/ladder.hpp"
#include "report/names.hpp"

namespace ruagate::readiness {

namespace {

report::DomainFacts facts_of_subdomains(const report::DomainFacts& facts) {
  report::DomainFacts part = facts;
  std::erase_if(part.cells,
                [&](const report::Cell& cell) { return facts.evidence[cell.evidence].author_domain == facts.domain; });
  for (auto& policy : part.policies) {
    if (policy.sp) policy.p = policy.sp;
    policy.sp.reset();
  }
  return part;
}

/// The step at which mail is treated as `policy` says while the domain itself is on `present`.
std::string step_for(report::Policy policy, const DomainVerdict& verdict) {
  if (policy == verdict.policy.p) return verdict.step;  // pct and t are those of the whole record.
  return steps(verdict.ladder)[target_step(std::string(report::to_string(policy)), verdict.ladder)];
}

}  // namespace

std::optional<SubdomainCase> subdomain_case(const report::DomainFacts& facts, const Question& question,
                                            const DomainVerdict& verdict) {
  const auto& policy = verdict.policy;
  if (!policy.p || !policy.sp || *policy.p == *policy.sp) return std::nullopt;
  SubdomainCase result{facts_of_subdomains(facts), question, std::nullopt};
  if (result.facts.cells.empty()) return std::nullopt;
  if (*policy.sp < *policy.p) {
    const bool two_steps = *policy.sp == report::Policy::none && *policy.p == report::Policy::reject;
    result.next = two_steps ? report::Policy::quarantine : *policy.p;
    result.question.next_step = step_for(*result.next, verdict);
    result.question.target = *result.question.next_step;
  } else {
    result.question.target = step_for(*policy.sp, verdict);
  }
  return result;
}

SubdomainVerdict subdomain_verdict(const SubdomainCase& asked, const DomainVerdict& verdict, DomainVerdict judged) {
  SubdomainVerdict result;
  result.policy = *verdict.policy.sp;
  result.verdict = judged.verdict;
  result.next = asked.next;
  if (judged.verdict == Verdict::step_back) {
    result.next = result.policy == report::Policy::reject ? report::Policy::quarantine : report::Policy::none;
  }
  result.reason = std::move(judged.reason);
  result.gates = std::move(judged.gates);
  result.blockers = std::move(judged.blockers);
  Policy proposed = verdict.policy;
  if (result.next) proposed.sp = result.next;
  result.record = present_record(proposed, asked.question.rua);
  return result;
}

}  // namespace ruagate::readiness
