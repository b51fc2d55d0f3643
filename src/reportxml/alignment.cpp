#include "reportxml/alignment.hpp"

#include <algorithm>

#include "domain/org_domain.hpp"

namespace ruagate::reportxml {

using report::AlignmentMode;
using report::AlignmentResult;

namespace {

/// The last two labels. Names of one organizational domain have them in common.
std::string_view last_labels(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return name;
  const auto before = name.rfind('.', dot - 1);
  return before == std::string_view::npos ? name : name.substr(before + 1);
}

/// Loaded when first needed, which is at the first subdomain.
const domain::OrgDomains& org_domains() {
  static const domain::OrgDomains loaded;
  return loaded;
}

}  // namespace

void AlignmentCheck::compare(const report::Record& record, const report::PublishedPolicy& policy,
                             Tolerances& tolerances) {
  const bool pass = record.dkim_aligned == AlignmentResult::pass || record.spf_aligned == AlignmentResult::pass;
  const bool fail = record.dkim_aligned == AlignmentResult::fail && record.spf_aligned == AlignmentResult::fail;
  if (!pass && !fail) {
    if (!record.evidence.dkim.empty() || !record.evidence.spf.empty()) tolerances.add(Tolerance::inferred);
  } else if (!tolerances.has(pass ? Tolerance::unsupported_pass : Tolerance::contradiction) &&
             passes_by_results(record.evidence, policy) != pass) {
    tolerances.add(pass ? Tolerance::unsupported_pass : Tolerance::contradiction);
  }
}

bool AlignmentCheck::passes_by_results(const report::Evidence& evidence, const report::PublishedPolicy& policy) {
  const std::string& author = evidence.author_domain;
  const bool by_dkim = std::any_of(evidence.dkim.begin(), evidence.dkim.end(), [&](const report::DkimAuth& dkim) {
    return dkim.result == report::DkimResult::pass &&
           is_aligned(dkim.domain, author, policy.adkim.value_or(AlignmentMode::relaxed));
  });
  // HELO counts only in place of a null sender (RFC 7489 3.1.2).
  const bool null_sender = evidence.envelope_from && evidence.envelope_from->empty();
  return by_dkim || std::any_of(evidence.spf.begin(), evidence.spf.end(), [&](const report::SpfAuth& spf) {
           return spf.result == report::SpfResult::pass && (spf.scope != report::SpfScope::helo || null_sender) &&
                  is_aligned(spf.domain, author, policy.aspf.value_or(AlignmentMode::relaxed));
         });
}

bool AlignmentCheck::is_aligned(std::string_view identifier, std::string_view author_domain, AlignmentMode mode) {
  if (identifier == author_domain) return !identifier.empty();
  if (mode == AlignmentMode::strict || last_labels(identifier) != last_labels(author_domain)) return false;
  if (identifier != identifier_ || author_domain != author_domain_) {
    identifier_ = identifier;
    author_domain_ = author_domain;
    answer_ = org_domains().is_aligned(identifier, author_domain, mode);
  }
  return answer_;
}

}  // namespace ruagate::reportxml
