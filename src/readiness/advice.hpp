#pragma once

#include "readiness/verdict.hpp"

namespace ruagate::readiness {

/// What a legitimate source lacks before reject although it passes: a signature of the domain's own.
Advice advise_dkim(const source::Classified& classified, const source::Source& source, const report::DomainFacts& facts,
                   Day from, Day to, const domain::OrgDomains& org_domains);

}  // namespace ruagate::readiness
