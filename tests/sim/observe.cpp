#include <algorithm>

#include "sim/receiver.hpp"

namespace ruagate::sim {
namespace {

using report::AlignmentMode;
using report::AlignmentResult;
using report::Disposition;
using report::OverrideType;
using report::Policy;

bool spf_aligned(const report::Evidence& evidence, AlignmentMode mode, const domain::OrgDomains& org_domains) {
  return std::any_of(evidence.spf.begin(), evidence.spf.end(), [&](const report::SpfAuth& spf) {
    return spf.result == report::SpfResult::pass && org_domains.is_aligned(spf.domain, evidence.author_domain, mode);
  });
}

bool dkim_aligned(const report::Evidence& evidence, AlignmentMode mode, const domain::OrgDomains& org_domains) {
  return std::any_of(evidence.dkim.begin(), evidence.dkim.end(), [&](const report::DkimAuth& dkim) {
    return dkim.result == report::DkimResult::pass && org_domains.is_aligned(dkim.domain, evidence.author_domain, mode);
  });
}

/// Only what the dialect can say, so that records which differ in nothing told become one.
report::Evidence told(const Receiver& receiver, const report::Evidence& evidence, Random& random) {
  const Dialect& dialect = receiver.dialect;
  report::Evidence shown = evidence;
  if (!dialect.tells_envelope_from) shown.envelope_from.reset();
  shown.envelope_to.reset();
  if (dialect.tells_envelope_to && !receiver.mailbox_domains.empty()) {
    shown.envelope_to = receiver.mailbox_domains[random.below(receiver.mailbox_domains.size())];
  }
  for (report::DkimAuth& dkim : shown.dkim) {
    if (!dialect.tells_selector) dkim.selector.clear();
  }
  for (report::SpfAuth& spf : shown.spf) {
    if (!dialect.tells_scope) spf.scope = report::SpfScope::unknown;
  }
  return shown;
}

void note(report::Record record, Observed& observed) {
  observed.messages += record.message_count;
  for (report::Record& known : observed.records) {
    if (known.source_ip == record.source_ip && known.disposition == record.disposition &&
        known.dkim_aligned == record.dkim_aligned && known.spf_aligned == record.spf_aligned &&
        known.evidence == record.evidence) {
      known.message_count += record.message_count;
      return;
    }
  }
  observed.records.push_back(std::move(record));
}

Disposition disposition_of(Policy policy) {
  switch (policy) {
    case Policy::none:
      return Disposition::none;
    case Policy::quarantine:
      return Disposition::quarantine;
    case Policy::reject:
      return Disposition::reject;
  }
  return Disposition::none;
}

Policy one_level_lower(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

/// How a receiver that recognises indirect mail words it.
report::OverrideReason forwarding_reason(const Receiver& receiver, Truth truth) {
  if (truth == Truth::mailing_list) return {.type = OverrideType::mailing_list, .comment = {}};
  if (receiver.submitter == "google.com") return {.type = OverrideType::local_policy, .comment = "arc=pass"};
  const bool newer = receiver.dialect.generation == report::Generation::rfc9990;
  return {.type = newer ? OverrideType::trusted_forwarder : OverrideType::forwarded, .comment = {}};
}

}  // namespace

void observe(const Receiver& receiver, const report::PublishedPolicy& policy, const Traffic& traffic,
             std::uint64_t messages, const domain::OrgDomains& org_domains, Random& random, Observed& observed) {
  if (messages == 0) return;
  const bool newer = receiver.dialect.generation == report::Generation::rfc9990;
  const bool dkim = dkim_aligned(traffic.evidence, policy.adkim.value_or(AlignmentMode::relaxed), org_domains);
  const bool spf = spf_aligned(traffic.evidence, policy.aspf.value_or(AlignmentMode::relaxed), org_domains);
  Policy asked = policy.p.value_or(Policy::none);
  if (traffic.evidence.author_domain != policy.domain) asked = policy.sp.value_or(asked);

  report::Record record{.source_ip = traffic.source_ip,
                        .message_count = messages,
                        .disposition = Disposition::none,
                        .dkim_aligned = dkim ? AlignmentResult::pass : AlignmentResult::fail,
                        .spf_aligned = spf ? AlignmentResult::pass : AlignmentResult::fail,
                        .evidence = told(receiver, traffic.evidence, random)};
  if (dkim || spf) {
    if (newer && asked != Policy::none) record.disposition = Disposition::pass;
    note(std::move(record), observed);
    return;
  }

  const auto spare = [&](std::uint64_t spared, report::OverrideReason reason, Disposition disposition) {
    if (spared == 0) return;
    report::Record part = record;
    part.message_count = spared;
    part.disposition = disposition;
    part.evidence.reasons = {std::move(reason)};
    record.message_count -= spared;
    note(std::move(part), observed);
  };
  if (traffic.truth == Truth::forwarded || traffic.truth == Truth::mailing_list) {
    spare(random.successes(record.message_count, receiver.sees_forwarding_ppm),
          forwarding_reason(receiver, traffic.truth), Disposition::none);
  }
  if (asked != Policy::none) {
    const Disposition milder = disposition_of(one_level_lower(asked));
    if (newer) {
      if (policy.testing.value_or(false)) {
        spare(record.message_count, {.type = OverrideType::policy_test_mode, .comment = {}}, milder);
      }
    } else if (const int pct = policy.pct.value_or(100); pct < 100 && receiver.obeys_pct) {
      spare(random.successes(record.message_count, static_cast<std::uint32_t>(100 - pct) * 10'000),
            {.type = OverrideType::sampled_out, .comment = {}}, milder);
    }
  }
  if (record.message_count == 0) return;
  record.disposition = disposition_of(asked);
  note(std::move(record), observed);
}

report::PublishedPolicy told(const Dialect& dialect, const report::PublishedPolicy& policy) {
  const bool newer = dialect.generation == report::Generation::rfc9990;
  report::PublishedPolicy shown;
  shown.domain = policy.domain;
  shown.p = policy.p.value_or(Policy::none);
  if (dialect.tells_sp) shown.sp = policy.sp.value_or(*shown.p);
  if (dialect.tells_np) shown.np = policy.np.value_or(policy.sp.value_or(*shown.p));
  if (dialect.tells_alignment_modes) {
    shown.adkim = policy.adkim.value_or(AlignmentMode::relaxed);
    shown.aspf = policy.aspf.value_or(AlignmentMode::relaxed);
  }
  if (!newer) shown.pct = policy.pct.value_or(100);
  if (dialect.tells_testing) shown.testing = policy.testing.value_or(false);
  if (dialect.tells_fo) shown.fo = policy.fo.value_or("0");
  if (!dialect.discovery_method.empty()) shown.discovery_method = dialect.discovery_method;
  return shown;
}

}  // namespace ruagate::sim
