#pragma once

#include <optional>

#include "readiness/verdict.hpp"

namespace ruagate::readiness {

/// What sp= may go to: the facts of the subdomains alone, as if sp were their p, and the question to ask of them.
struct SubdomainCase {
  report::DomainFacts facts;
  Question question;
  std::optional<report::Policy> next;  ///< Absent when sp is as strong as p.
};

/// Nothing unless sp= differs from p and subdomains occur. sp never overtakes p, and goes to reject by way of
/// quarantine.
std::optional<SubdomainCase> subdomain_case(const report::DomainFacts& facts, const Question& question,
                                            const DomainVerdict& verdict);

/// `verdict` has the policy in force, `judged` is the answer to the question of `asked`.
SubdomainVerdict subdomain_verdict(const SubdomainCase& asked, const DomainVerdict& verdict, DomainVerdict judged);

}  // namespace ruagate::readiness
