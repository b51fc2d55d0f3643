#include "source/evidence_view.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "domain/name.hpp"

namespace ruagate::source {

namespace {

using report::DkimResult;
using report::OverrideType;
using report::SpfResult;
using report::SpfScope;

/// Organizational domains, each looked up once: evidences are many, the names in them few.
class OrgNames {
 public:
  explicit OrgNames(const domain::OrgDomains& org_domains) : org_domains_(org_domains) {}
  /// A view into `name`.
  std::string_view of(std::string_view name) {
    const auto [found, added] = lengths_.try_emplace(name, 0);
    if (added) found->second = org_domains_.org_domain(name).size();
    return name.substr(name.size() - found->second);
  }
  /// Aligned in relaxed mode.
  bool is_own(std::string_view identifier, std::string_view author) {
    if (identifier.empty() || author.empty()) return false;
    return identifier == author || of(identifier) == of(author);
  }

 private:
  const domain::OrgDomains& org_domains_;
  std::unordered_map<std::string_view, std::size_t> lengths_;
};

/// `own`: aligned in relaxed mode.
bool is_aligned(std::string_view identifier, std::string_view author, bool own, domain::AlignmentMode mode) {
  return own && (mode == domain::AlignmentMode::relaxed || identifier == author);
}

/// "example-com.20230601.gappssmtp.com" for example.com: the default signature of the owner's own Google Workspace.
bool spells_author(std::string_view signing_domain, std::string_view author) {
  std::string dashed(author);
  std::replace(dashed.begin(), dashed.end(), '.', '-');
  return signing_domain.starts_with(dashed) && signing_domain.substr(dashed.size()).starts_with('.');
}

/// Identities are kept as sent when they are no domain names; such text names nobody, and must not get into keys.
bool is_domain_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

void view_dkim(const report::Evidence& evidence, const Modes& modes, OrgNames& org_domains, Views& views,
               EvidenceView& view) {
  for (const auto& signature : evidence.dkim) {
    if (!is_domain_name(signature.domain)) continue;
    const bool passes = signature.result == DkimResult::pass;
    const bool own = org_domains.is_own(signature.domain, evidence.author_domain);
    if (is_aligned(signature.domain, evidence.author_domain, own, modes.dkim)) {
      const auto selector = views.selectors.id(signature.domain + "/" + signature.selector);
      auto& list = passes ? view.good_selectors : view.broken_selectors;
      if (std::find(list.begin(), list.end(), selector) == list.end()) list.push_back(selector);
      view.dkim_aligned_pass |= passes;
      continue;
    }
    if (!passes) continue;
    // Under strict alignment a signature of the own organization is nobody else's.
    if (own) continue;
    const Service* service = service_by_dkim_domain(signature.domain);
    if (service == nullptr && view.tenant_dkim.empty()) view.tenant_dkim = signature.domain;
    if (view.foreign_dkim.empty() || (service != nullptr && view.service == nullptr)) {
      view.foreign_dkim = signature.domain;
    }
    if (service != nullptr && view.service == nullptr) {
      view.service = service;
      view.service_by_dkim = true;
    }
    view.own_tenant |= service != nullptr && service->kind == ServiceKind::mailbox_provider &&
                       spells_author(signature.domain, evidence.author_domain);
  }
  view.foreign_dkim_org = view.foreign_dkim.empty() ? view.foreign_dkim : org_domains.of(view.foreign_dkim);
}

void view_spf(const report::Evidence& evidence, const Modes& modes, OrgNames& org_domains, Views& views,
              EvidenceView& view) {
  std::string_view envelope;
  for (const auto& spf : evidence.spf) {
    if (!is_domain_name(spf.domain)) continue;
    const bool passes = spf.result == SpfResult::pass;
    if (spf.scope != SpfScope::helo && envelope.empty()) envelope = spf.domain;
    const bool own = org_domains.is_own(spf.domain, evidence.author_domain);
    if (is_aligned(spf.domain, evidence.author_domain, own, modes.spf)) {
      view.spf_aligned_pass |= passes;
      if (passes && view.own_envelope == kNone) view.own_envelope = views.own_envelopes.id(spf.domain);
    }
    if (own && !passes && spf.scope != SpfScope::helo) view.own_envelope_fails = true;
    if (own || !passes) continue;
    if (spf.scope != SpfScope::helo && view.foreign_spf.empty()) view.foreign_spf = spf.domain;
    if (view.service_by_spf == nullptr) view.service_by_spf = service_by_spf_domain(spf.domain);
  }
  if (view.service == nullptr) view.service = view.service_by_spf;
  if (envelope.empty() && evidence.envelope_from) envelope = *evidence.envelope_from;
  if (!envelope.empty()) view.envelope = views.envelopes.id(org_domains.of(envelope));
  view.foreign_spf_org = view.foreign_spf.empty() ? view.foreign_spf : org_domains.of(view.foreign_spf);
}

void view_account(const report::Evidence& evidence, OrgNames& org_domains, EvidenceView& view) {
  if (view.foreign_spf.empty()) return;
  bool sender_signs = false;  // Else the one name may be the sender's own.
  for (const auto& signature : evidence.dkim) {
    if (signature.result != DkimResult::pass || !is_domain_name(signature.domain)) continue;
    if (org_domains.is_own(signature.domain, evidence.author_domain)) continue;
    const std::string_view organization = org_domains.of(signature.domain);
    sender_signs |= organization == view.foreign_spf_org;
    if (organization != view.foreign_spf_org && view.account.empty()) view.account = organization;
  }
  if (!sender_signs) view.account = {};
}

void view_reasons(const report::Evidence& evidence, EvidenceView& view) {
  for (const auto& reason : evidence.reasons) {
    switch (reason.type) {
      case OverrideType::mailing_list:
        view.said_list = true;
        view.said_indirect = true;
        break;
      case OverrideType::forwarded:
      case OverrideType::trusted_forwarder:
        view.said_indirect = true;
        break;
      case OverrideType::local_policy:
        if (find_ignoring_case(reason.comment, "arc=pass") != std::string_view::npos) view.said_indirect = true;
        break;
      case OverrideType::sampled_out:       // The lottery of pct says nothing about the source.
      case OverrideType::policy_test_mode:  // Nor does t=y.
      case OverrideType::other:
        break;
    }
  }
}

}  // namespace

std::uint32_t Names::id(std::string_view text) {
  if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
  const auto next = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(&ids_.emplace(text, next).first->first);
  return next;
}

Modes newest_modes(const report::DomainFacts& facts, Day today) {
  Modes modes;
  for (const auto& policy_day : facts.policy_days) {
    if (policy_day.day > today) break;
    const auto& policy = facts.policy_of(policy_day);
    if (policy.adkim) modes.dkim = *policy.adkim;
    if (policy.aspf) modes.spf = *policy.aspf;
  }
  return modes;
}

Views view_evidence(const report::DomainFacts& facts, const Modes& modes, const domain::OrgDomains& org_domains) {
  Views views;
  OrgNames org_names(org_domains);
  views.evidence.reserve(facts.evidence.size());
  std::vector<std::uint32_t> stand_ins;  // By author.
  for (const auto& evidence : facts.evidence) {
    EvidenceView view;
    view.author = views.authors.id(evidence.author_domain);
    view_dkim(evidence, modes, org_names, views, view);
    if (view.good_selectors.empty()) {
      stand_ins.resize(views.authors.size(), kNone);
      std::uint32_t& stand_in = stand_ins[view.author];
      if (stand_in == kNone) stand_in = views.selectors.id(evidence.author_domain + "/?");
      view.good_selectors.push_back(stand_in);
    }
    view_spf(evidence, modes, org_names, views, view);
    view_account(evidence, org_names, view);
    view_reasons(evidence, view);
    views.evidence.push_back(std::move(view));
  }
  return views;
}

}  // namespace ruagate::source
