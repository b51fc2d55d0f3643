#include "unit/present/samples.hpp"

namespace ruagate::test {

namespace {

Day day(std::string_view text) {
  return *parse_day(text);
}

Instant at(std::string_view text, int hour) {
  return Instant{day(text)} + std::chrono::hours{hour};
}

answer::SourceAnswer source(std::string name, std::string key, source::Class source_class, std::uint64_t messages,
                            std::uint64_t aligned) {
  answer::SourceAnswer item;
  item.source.name = std::move(name);
  item.source.key = std::move(key);
  item.source.author_domain = "example.com";
  item.source.source_class = source_class;
  item.source.evidence = {"aligned mail on 28 of 30 days"};
  item.totals.messages = messages;
  item.totals.aligned = aligned;
  item.totals.dkim_aligned = aligned;
  item.totals.spf_aligned = aligned / 2;
  item.totals.dkim_pass = messages;
  item.totals.spf_pass = messages;
  item.totals.disposition_none = messages;
  item.totals.first_seen = day("2026-10-22");
  item.totals.last_seen = day("2026-11-20");
  item.totals.days = 30;
  item.totals.reporters = {"Google", "Yahoo"};
  item.totals.addresses = {{"192.0.2.1", messages, aligned}};
  return item;
}

answer::SourceAnswer mailchimp() {
  answer::SourceAnswer item = source("Mailchimp", "dkim:mcsv.net", source::Class::legitimate, 1900, 12);
  item.advice = {
      "esp_dkim_unaligned",
      "Switch on DKIM with your own domain at Mailchimp (Website > Domains > Authenticate), publish the two CNAME "
      "records it shows, and look for d=example.com in a test message."};
  item.totals.overrides = {{"forwarded", 3}, {"local_policy", 1}};
  item.totals.addresses = {{"198.51.100.7", 1800, 12}, {"", 100, 0}};
  return item;
}

readiness::DomainVerdict hold() {
  readiness::DomainVerdict v;
  v.domain = "example.com";
  v.as_of = day("2026-11-20");
  v.policy.p = report::Policy::none;
  v.policy.pct = 100;
  v.policy.testing = false;
  v.policy.adkim = report::AlignmentMode::relaxed;
  v.policy.aspf = report::AlignmentMode::relaxed;
  v.policy.seen = day("2026-11-19");
  v.step = "none";
  v.next_step = "quarantine-10";
  v.target = "reject";
  v.verdict = readiness::Verdict::hold;
  v.reason = "One legitimate source, Mailchimp, would lose 1,888 of its 1,900 messages.";
  v.window_from = day("2026-10-22");
  v.window_to = day("2026-11-20");
  v.days_with_data = 30;
  v.reporters = 14;
  v.messages = 120345;
  v.aligned = 101200;
  v.legitimate = 103000;
  v.legitimate_aligned = 101100;
  v.forwarded = 4100;
  v.forwarded_aligned = 3950;
  v.unauthorized = 13245;
  v.legitimate_pass_rate = 0.9815533980582524;
  v.legitimate_pass_rate_low = 0.9807;
  v.gates = {{"days_observed", true, true, false, 30.0, 14.0, "30 days observed, 14 are needed."},
             {"source_pass_rate", false, true, true, 0.0063, 0.95, "Mailchimp passes with 0.6 %, 95.0 % are needed."},
             {"dns_health", true, false, true, std::nullopt, std::nullopt, "DNS was not asked."}};
  readiness::Blocker blocker;
  blocker.source = "Mailchimp";
  blocker.key = "dkim:mcsv.net";
  blocker.author_domain = "example.com";
  blocker.messages = 1900;
  blocker.aligned = 12;
  blocker.advice = mailchimp().advice;
  blocker.ips = {"198.51.100.7"};
  blocker.evidence = {"12 of 1,900 messages pass", "seen on 28 days by 6 reporters"};
  v.blockers = {blocker};
  v.impact = {28, 1800, 180, 1800, 0, 15, 1324};
  v.generation_rfc7489 = 0.93;
  v.generation_rfc9990 = 0.07;
  v.record = "v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:rua@example.com";
  v.notes = {"Microsoft reports only for domains whose MX points to it."};
  return v;
}

readiness::DomainVerdict plain(std::string domain, readiness::Verdict verdict) {
  readiness::DomainVerdict v = hold();
  v.domain = std::move(domain);
  v.verdict = verdict;
  v.reason.clear();
  v.gates.clear();
  v.blockers.clear();
  v.notes.clear();
  v.impact = {28, 0, 0, 0, 0, 0, 1324};
  v.legitimate_aligned = v.legitimate;
  v.legitimate_pass_rate = 1.0;
  v.generation_rfc9990 = 0;
  v.generation_rfc7489 = 1;
  return v;
}

}  // namespace

answer::SourcesAnswer sample_sources() {
  answer::SourcesAnswer answer;
  answer.domain = "example.com";
  answer.window = {day("2026-10-22"), day("2026-11-20")};
  answer.days_with_data = 30;
  answer.messages = 117'150;
  answer.aligned = 101'061;
  answer.sources.push_back(source("Own servers", "own:192.0.2.0/24", source::Class::legitimate, 101'000, 100'999));
  answer.sources.push_back(source("botnet", "net:203.0.113.0/24", source::Class::unauthorized, 13'245, 0));
  answer.sources.back().advice = {"spoof", ""};
  answer.sources.push_back(mailchimp());
  answer.sources.push_back(source("lists.example.org", "spf:lists.example.org", source::Class::forwarder, 1'000, 50));
  answer.sources.back().source.kind = source::ForwarderKind::mailing_list;
  answer.sources.back().advice = {"mailing_list", "Ask the list to rewrite the From header."};
  answer.sources.push_back(source("ticket.example.net", "dkim:ticket.example.net", source::Class::candidate, 5, 0));
  answer.sources.back().advice = {"candidate_decide", "Is this yours? Run `ruagate senders approve` or `deny`."};
  answer.sources.back().source.author_domain = "support.example.com";
  return answer;
}

answer::ReadinessAnswer sample_readiness() {
  answer::ReadinessAnswer answer;
  answer.as_of = day("2026-11-20");
  readiness::DomainVerdict ready = plain("ready.example", readiness::Verdict::ready);
  ready.reason = "Every sender of this domain passes.";
  readiness::DomainVerdict early = plain("early.example", readiness::Verdict::not_enough_data);
  early.earliest = day("2026-12-03");
  early.legitimate = early.legitimate_aligned = 0;
  early.legitimate_pass_rate.reset();
  early.legitimate_pass_rate_low.reset();
  early.policy = {};
  early.gates = {{"days_observed", false, true, false, 15.0, 28.0, "15 days observed, 28 are needed."}};
  readiness::DomainVerdict done = plain("done.example", readiness::Verdict::at_target);
  done.step = "reject";
  done.next_step.reset();
  done.policy.p = report::Policy::reject;
  done.record = "v=DMARC1; p=reject; rua=mailto:rua@done.example";
  done.policy.sp = report::Policy::none;
  done.subdomains.emplace();
  done.subdomains->verdict = readiness::Verdict::hold;
  done.subdomains->next = report::Policy::quarantine;
  done.subdomains->reason = "not ready for quarantine-100: fix Mailchimp (1,888 of 1,900 messages fail)";
  done.subdomains->blockers = hold().blockers;
  done.subdomains->record = "v=DMARC1; p=reject; sp=quarantine; rua=mailto:rua@done.example";
  readiness::DomainVerdict back = plain("back.example", readiness::Verdict::step_back);
  back.step = "quarantine-50";
  back.next_step = "none";
  back.record = "v=DMARC1; p=none; rua=mailto:rua@back.example";
  back.blockers = hold().blockers;
  answer.domains = {ready, early, hold(), done, back};
  return answer;
}

answer::SummaryAnswer sample_summary() {
  answer::SummaryAnswer answer;
  answer.period = answer::Period::day;
  answer.window = {day("2026-11-20"), day("2026-11-20")};
  answer.before = {day("2026-11-19"), day("2026-11-19")};
  answer::SummaryDomain first;
  first.domain = "example.com";
  first.messages = 4012;
  first.messages_before = 3900;
  first.legitimate = 3500;
  first.legitimate_aligned = 3430;
  first.legitimate_pass_rate = 0.98;
  first.legitimate_pass_rate_before = 0.99;
  first.unauthorized = 412;
  first.unauthorized_before = 100;
  first.verdict = hold();
  first.verdict_before = readiness::Verdict::ready;
  first.new_sources = {mailchimp(), source("botnet", "net:203.0.113.0/24", source::Class::unauthorized, 400, 0)};
  answer::SummaryDomain second;
  second.domain = "ready.example";
  second.messages = 100;
  second.messages_before = 100;
  second.legitimate = second.legitimate_aligned = 100;
  second.legitimate_pass_rate = 1.0;
  second.verdict = plain("ready.example", readiness::Verdict::ready);
  second.verdict_before = readiness::Verdict::ready;
  answer.domains = {first, second};
  answer.messages = 4112;
  answer.reports = 117;
  store::IngestRun run;
  run.started_at = at("2026-11-21", 2);
  run.finished_at = at("2026-11-21", 2) + std::chrono::seconds{3};
  run.mailbox = "rua";
  run.messages = 120;
  run.reports_new = 117;
  run.reports_duplicate = 2;
  run.records = 1543;
  run.rejected = 1;
  answer.runs = {run};
  answer.rejects_new = 1;
  answer.rejects_kept = 4;
  answer.last_ingest = run.finished_at;
  return answer;
}

ingest::Outcome sample_outcome() {
  ingest::Outcome outcome;
  outcome.messages = 120;
  outcome.reports_new = 117;
  outcome.reports_duplicate = 2;
  outcome.records = 1543;
  outcome.rejected_count = 1;
  outcome.ignored_count = 1;
  outcome.rejected = {{"cur/1700.eml", "x.zip", "zip_member_too_large", "member report.xml: over 256 MiB"}};
  outcome.ignored = {{"cur/1701.eml", "not_a_report"}};
  outcome.rejected_by_reason = {{"zip_member_too_large", 1}};
  outcome.ignored_by_reason = {{"not_a_report", 1}};
  outcome.seconds = 0.41;
  outcome.stage_seconds = {{"mime", 0.05}, {"xml", 0.2}};
  return outcome;
}

std::vector<store::ReportRow> sample_reports() {
  store::ReportRow full;
  full.id = 7;
  full.report.generation = report::Generation::rfc9990;
  full.report.version = "1.0";
  full.report.reporter = "google.com";
  full.report.report_id = "10762323466158425263";
  full.report.email = "noreply-dmarc-support@google.com";
  full.report.extra_contact_info = "https://support.example/dmarc";
  full.report.begin = at("2026-11-19", 0);
  full.report.end = at("2026-11-19", 0) + std::chrono::seconds{86399};
  full.report.policy.domain = "example.com";
  full.report.policy.p = report::Policy::quarantine;
  full.report.policy.sp = report::Policy::reject;
  full.report.policy.np = report::Policy::reject;
  full.report.policy.pct = 10;
  full.report.policy.testing = true;
  full.report.policy.adkim = report::AlignmentMode::relaxed;
  full.report.policy.aspf = report::AlignmentMode::strict;
  full.report.policy.fo = "1";
  full.report.records_left_out = 1;
  full.report.tolerances = {"case_of_names", "missing_version"};
  full.totals = {3, 1234, 1200, 600, 1210, 1000, 200, 20, 14};
  full.source_ips = 3;
  full.author_domains = {"example.com", "news.example.com"};
  full.provenance = {"maildir:/var/mail/rua cur/1700", at("2026-11-20", 4), report::Trust::trusted};
  full.has_raw = true;
  store::ReportRow bare;
  bare.id = 8;
  bare.report.reporter = "example.net";
  bare.report.report_id = "x";
  bare.report.begin = at("2026-11-19", 0);
  bare.report.end = at("2026-11-20", 0);
  bare.report.policy.domain = "example.com";
  bare.provenance.origin = "x.xml";
  bare.provenance.received_at = at("2026-11-20", 5);
  return {full, bare};
}

std::vector<store::RecordRow> sample_records() {
  store::RecordRow full;
  full.report_key = 7;
  full.reporter = "google.com";
  full.report_id = "10762323466158425263";
  full.policy_domain = "example.com";
  full.begin = at("2026-11-19", 0);
  full.end = at("2026-11-19", 0) + std::chrono::seconds{86399};
  full.record.source_ip = IpAddress::parse("2001:db8::1");
  full.record.message_count = 17;
  full.record.disposition = report::Disposition::quarantine;
  full.record.dkim_aligned = report::AlignmentResult::fail;
  full.record.spf_aligned = report::AlignmentResult::fail;
  full.record.evidence.author_domain = "example.com";
  full.record.evidence.envelope_from = "";
  full.record.evidence.envelope_to = "example.net";
  full.record.evidence.dkim = {{"mcsv.net", "k1", report::DkimResult::pass, ""},
                               {"example.com", "s1", report::DkimResult::fail, "body hash did not verify"}};
  full.record.evidence.spf = {{"mail.mcsv.net", report::SpfScope::mfrom, report::SpfResult::pass, ""}};
  full.record.evidence.reasons = {{report::OverrideType::local_policy, "arc=pass"}};
  store::RecordRow bare;
  bare.report_key = 8;
  bare.reporter = "example.net";
  bare.report_id = "x";
  bare.policy_domain = "example.com";
  bare.begin = at("2026-11-19", 0);
  bare.end = at("2026-11-20", 0);
  bare.record.message_count = 1;
  bare.record.evidence.author_domain = "example.com";
  return {full, bare};
}

std::vector<store::RejectRow> sample_rejects() {
  store::RejectRow reject;
  reject.id = 3;
  reject.origin = "maildir:/var/mail/rua cur/1700";
  reject.part = "2/report.zip";
  reject.reason = "zip_member_too_large";
  reject.detail = "member report.xml: over 256 MiB";
  reject.whole_message = false;
  reject.size = 48'213;
  reject.first_seen = at("2026-11-19", 4);
  reject.last_seen = at("2026-11-20", 4);
  reject.times_seen = 2;
  store::RejectRow whole = reject;
  whole.id = 4;
  whole.part.clear();
  whole.whole_message = true;
  whole.times_seen = 1;
  return {reject, whole};
}

ingest::RetryOutcome sample_retry() {
  return {2, 1, 1, {{3, "cur/1700", "bad_xml", "stored"}, {4, "cur/1701", "bad_xml", "no_xml"}}};
}

std::vector<report::Decision> sample_decisions() {
  report::Decision approve;
  approve.domain = "example.com";
  approve.what = "dkim:mcsv.net";
  approve.critical = true;
  approve.periodic = "monthly";
  approve.note = "newsletter";
  approve.decided_by = "alice";
  approve.decided_at = at("2026-11-01", 9);
  report::Decision acknowledge;
  acknowledge.domain = "example.com";
  acknowledge.kind = report::DecisionKind::acknowledge;
  acknowledge.decided_by = "bob";
  acknowledge.decided_at = at("2026-11-02", 9);
  return {approve, acknowledge};
}

store::Stats sample_stats() {
  store::Stats stats;
  stats.file_bytes = 12'345'678;
  stats.reports = 117;
  stats.records = 1543;
  stats.messages = 120'345;
  stats.domains = 2;
  stats.rejects = 4;
  stats.raw_documents = 117;
  stats.raw_bytes = 456'789;
  stats.cells = 900;
  stats.texts = 300;
  stats.addresses = 80;
  stats.first_begin = at("2026-10-22", 0);
  stats.last_end = at("2026-11-20", 0);
  stats.schema_version = 1;
  return stats;
}

Hostile::Hostile(const std::string& text)
    : sources(sample_sources()),
      readiness(sample_readiness()),
      summary(sample_summary()),
      outcome(sample_outcome()),
      report(sample_reports()[0]),
      record(sample_records()[0]),
      reject(sample_rejects()[0]),
      retry(sample_retry()),
      decision(sample_decisions()[0]) {
  const auto spoil_source = [&](answer::SourceAnswer& item) {
    item.source.name = item.source.key = item.source.author_domain = item.source.tag = text;
    item.source.evidence = {text};
    item.advice.fix = text;
    item.advice.failure = text;
    item.totals.reporters = {text};
    item.totals.overrides = {{text, 1}};
  };
  const auto spoil_verdict = [&](readiness::DomainVerdict& v) {
    v.domain = v.reason = v.record = text;
    v.policy.fo = text;
    v.notes = {text};
    for (readiness::Gate& gate : v.gates) gate.text = text;
    for (readiness::Blocker& blocker : v.blockers) {
      blocker.source = blocker.key = blocker.author_domain = blocker.advice.fix = blocker.advice.failure = text;
      blocker.evidence = blocker.ips = {text};
    }
    if (!v.subdomains) return;
    v.subdomains->reason = v.subdomains->record = text;
    for (readiness::Blocker& blocker : v.subdomains->blockers) {
      blocker.source = blocker.key = blocker.author_domain = blocker.advice.fix = blocker.advice.failure = text;
      blocker.evidence = blocker.ips = {text};
    }
  };
  sources.domain = text;
  for (answer::SourceAnswer& item : sources.sources) spoil_source(item);
  for (readiness::DomainVerdict& v : readiness.domains) spoil_verdict(v);
  readiness.sources.assign(readiness.domains.size(), sources.sources);
  for (answer::SummaryDomain& domain : summary.domains) {
    domain.domain = text;
    spoil_verdict(domain.verdict);
    for (answer::SourceAnswer& item : domain.new_sources) spoil_source(item);
  }
  summary.runs[0].mailbox = text;
  outcome.rejected = {{text, text, text, text}};
  outcome.ignored = {{text, text}};
  outcome.failures = {text};
  outcome.rejected_by_reason = {{text, 1}};
  report.report.reporter = report.report.report_id = report.report.policy.domain = report.provenance.origin = text;
  report.report.email = report.report.extra_contact_info = report.report.version = report.report.policy.fo = text;
  report.report.generator = report.report.policy.discovery_method = text;
  report.report.errors = report.report.tolerances = report.author_domains = {text};
  record.reporter = record.report_id = record.policy_domain = record.record.evidence.author_domain = text;
  record.record.evidence.envelope_from = record.record.evidence.envelope_to = text;
  record.record.evidence.dkim = {{text, text, report::DkimResult::fail, text}};
  record.record.evidence.spf = {{text, report::SpfScope::helo, report::SpfResult::fail, text}};
  record.record.evidence.reasons = {{report::OverrideType::other, text}};
  reject.origin = reject.part = reject.reason = reject.detail = text;
  retry.changes = {{1, text, text, text}};
  decision.domain = decision.what = decision.note = decision.decided_by = text;
}

}  // namespace ruagate::test
