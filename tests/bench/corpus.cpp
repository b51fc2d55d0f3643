#include "bench/corpus.hpp"

#include <algorithm>
#include <array>

#include "base/format.hpp"
#include "sim/archive.hpp"
#include "sim/receiver.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::bench {
namespace {

using report::AlignmentResult;
using report::Disposition;
using report::DkimResult;
using report::Policy;
using report::SpfResult;
using sim::Random;

constexpr std::uint64_t kDomains = 40;
constexpr Day kFirstDay = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

/// e^x from multiplications alone, so that the corpus does not depend on the platform's mathematics library.
double exponential(double x) {
  double base = 1.0 + x / 4096.0 + (x / 4096.0) * (x / 4096.0) / 2.0;
  for (int i = 0; i < 12; ++i) base *= base;
  return base;
}

/// Log-normal with the given median; sigma 1.4 makes the mean 2.66 times the median.
std::uint64_t log_normal(Random& random, double median) {
  double normal = -6.0;
  for (int i = 0; i < 12; ++i) normal += static_cast<double>(random.below(1U << 20U)) / (1U << 20U);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(median * exponential(1.4 * normal) + 0.5));
}

std::uint64_t draw_records(Random& random) {
  if (random.below(5000) == 0) return random.between(500, 2800);
  return std::min<std::uint64_t>(log_normal(random, 4.0), 2800);
}

/// Receivers in the order in which their reports come; those that write distinct identifiers come more than once.
/// Seven of twenty send zip.
std::vector<const sim::Receiver*> schedule(const std::vector<sim::Receiver>& receivers) {
  std::vector<const sim::Receiver*> order;
  for (const sim::Receiver& receiver : receivers) {
    int times = 1;
    if (receiver.submitter == "google.com") times = 5;
    if (receiver.submitter == "protection.outlook.com" || receiver.submitter == "yahoo.com" ||
        receiver.submitter == "seznam.cz") {
      times = 2;
    }
    order.insert(order.end(), static_cast<std::size_t>(times), &receiver);
  }
  return order;
}

struct Sender {
  std::string dkim_domain;  ///< Empty: signs with the author domain.
  std::string selector;
  std::string envelope_domain;  ///< Empty: the author domain.
};

/// Services that send for the corpus's domains, some aligned, some not.
const std::array<Sender, 8>& senders() {
  static const std::array<Sender, 8> all = {{{"", "mx1", ""},
                                             {"", "google", ""},
                                             {"", "s1", "bounce.example.net"},
                                             {"mcsv.net", "k2", "mail12.atl11.mcsv.net"},
                                             {"sendgrid.net", "smtpapi", "u4711.wl.sendgrid.net"},
                                             {"amazonses.com", "ug7nbtf4gccmlpwj322ax3p6ow6yfsug", "amazonses.com"},
                                             {"pobox.com", "sasl", "pobox.com"},
                                             {"groups.io", "20240830", "groups.io"}}};
  return all;
}

IpAddress draw_address(Random& random, std::uint64_t domain) {
  if (random.below(5) == 0) {  // a stranger, seen once
    return *IpAddress::parse(
        format("2001:db8:{:x}:{:x}::{:x}", random.below(65536), random.below(65536), random.between(1, 65535)));
  }
  const std::uint64_t host = domain * 97 + random.below(300);  // one of the domain's 300
  return *IpAddress::parse(format("198.18.{}.{}", host / 250 % 256, host % 250 + 1));
}

report::Record draw_record(Random& random, const sim::Receiver& receiver, const report::PublishedPolicy& policy,
                           std::uint64_t domain) {
  const Sender& sender = senders()[random.below(senders().size())];
  const bool spoofed = random.below(6) == 0;
  const std::string& author = policy.domain;
  const bool signs_aligned = sender.dkim_domain.empty();
  const bool dkim_ok = !spoofed && random.below(40) != 0;
  const bool spf_ok = !spoofed && random.below(25) != 0;
  const bool newer = receiver.dialect.generation == report::Generation::rfc9990;

  report::Record record;
  record.source_ip = draw_address(random, domain);
  record.message_count = log_normal(random, 5.0);
  record.evidence.author_domain = author;
  const std::string envelope = sender.envelope_domain.empty() ? author : sender.envelope_domain;
  if (receiver.dialect.tells_envelope_from) record.evidence.envelope_from = envelope;
  if (receiver.dialect.tells_envelope_to && !receiver.mailbox_domains.empty()) {
    record.evidence.envelope_to = receiver.mailbox_domains[random.below(receiver.mailbox_domains.size())];
  }
  const auto selector = [&](const std::string& text) { return receiver.dialect.tells_selector ? text : std::string(); };
  const DkimResult dkim = dkim_ok ? DkimResult::pass : DkimResult::fail;
  if (!spoofed) {
    record.evidence.dkim.push_back({.domain = signs_aligned ? author : sender.dkim_domain,
                                    .selector = selector(sender.selector),
                                    .result = dkim,
                                    .human_result = {}});
    if (random.below(4) == 0) {
      record.evidence.dkim.push_back({.domain = "relay.example.net",
                                      .selector = selector("r2026"),
                                      .result = DkimResult::pass,
                                      .human_result = {}});
    }
  }
  record.evidence.spf.push_back(
      {.domain = envelope,
       .scope = receiver.dialect.tells_scope ? report::SpfScope::mfrom : report::SpfScope::unknown,
       .result = spf_ok ? SpfResult::pass : SpfResult::softfail,
       .human_result = {}});
  record.dkim_aligned = signs_aligned && dkim_ok ? AlignmentResult::pass : AlignmentResult::fail;
  record.spf_aligned = sender.envelope_domain.empty() && spf_ok ? AlignmentResult::pass : AlignmentResult::fail;
  const bool aligned = record.dkim_aligned == AlignmentResult::pass || record.spf_aligned == AlignmentResult::pass;
  record.disposition = Disposition::none;
  if (policy.p != Policy::none) {
    if (aligned) {
      record.disposition = newer ? Disposition::pass : Disposition::none;
    } else if (random.below(20) == 0) {
      record.evidence.reasons.push_back(
          {.type = newer ? report::OverrideType::local_policy : report::OverrideType::forwarded,
           .comment = newer ? "arc=pass" : ""});
    } else {
      record.disposition = policy.p == Policy::reject ? Disposition::reject : Disposition::quarantine;
    }
  }
  return record;
}

report::Report draw_report(Random& random, const sim::Receiver& receiver, std::uint64_t domain, Day day,
                           std::uint64_t records) {
  const sim::Dialect& dialect = receiver.dialect;
  const auto told = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  report::PublishedPolicy policy;
  policy.domain = format("brand{}.example", domain);
  policy.p = domain % 3 == 0 ? Policy::none : domain % 3 == 1 ? Policy::quarantine : Policy::reject;

  report::Report report;
  report.generation = dialect.generation;
  report.version = told(dialect.version);
  report.reporter = receiver.org_name;
  report.email = receiver.email;
  report.extra_contact_info = told(dialect.extra_contact_info);
  report.generator = told(dialect.generator);
  report.begin = Instant{day};
  report.end = Instant{day + days{1}} - std::chrono::seconds{dialect.end_is_next_midnight ? 0 : 1};
  report.policy = sim::told(dialect, policy);
  report.report_id = sim::make_report_id(receiver, policy.domain, report.begin, random);
  report.records.reserve(records);
  for (std::uint64_t i = 0; i < records; ++i) report.records.push_back(draw_record(random, receiver, policy, domain));
  return report;
}

/// The document in the reporter's container, deflated by the same library as real reports are.
std::string packed(const sim::Receiver& receiver, const report::Report& report, std::string_view xml) {
  constexpr std::size_t kGzipHeader = 10;
  constexpr std::size_t kGzipTrailer = 8;
  if (receiver.mail.container == sim::MailForm::Container::xml) return std::string(xml);
  std::string member = unpack::gzip(xml);
  if (receiver.mail.container == sim::MailForm::Container::gzip) return member;
  return sim::zip(sim::file_stem(receiver, report) + ".xml", xml,
                  std::string_view(member).substr(kGzipHeader, member.size() - kGzipHeader - kGzipTrailer));
}

/// What the way through several hosts puts before a mail: trace fields and signatures, about a kilobyte.
std::string trace_headers(Random& random, const sim::Receiver& receiver, Instant sent) {
  const auto noise = [&](std::size_t length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    std::string text = sim::base64(bytes, 64);
    std::string folded;
    for (std::size_t at = 0; at < text.size(); at += 66) folded += "\t" + text.substr(at, 66);
    return folded;
  };
  const std::string date = sim::mail_date(sent);
  return format(
      "Delivered-To: rua@example.net\r\n"
      "Received: by mx1.example.net (Postfix) id {0:016X}; {1}\r\n"
      "Received: from out{2}.{3} (out{2}.{3} [198.51.100.{2}])\r\n"
      "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
      "\tby mx.example.net (Postfix) with ESMTPS id {4:012X}\r\n\tfor <rua@example.net>; {1}\r\n"
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={3}; s=s2026; t={5};\r\n"
      "\th=From:To:Subject:Date:Message-ID:MIME-Version:Content-Type; bh={6:016x}{7:016x};\r\n\tb=\r\n{8}",
      random.next(), date, random.between(1, 254), receiver.submitter, random.next() >> 16U, epoch_seconds(sent),
      random.next(), random.next(), noise(256));
}

std::string with_lf(std::string message) {
  std::erase(message, '\r');
  return message;
}

void add(report::Totals& sum, const report::Totals& more) {
  sum.records += more.records;
  sum.messages += more.messages;
  sum.dkim_aligned += more.dkim_aligned;
  sum.spf_aligned += more.spf_aligned;
  sum.aligned += more.aligned;
  sum.disposition_none += more.disposition_none;
  sum.disposition_pass += more.disposition_pass;
  sum.disposition_quarantine += more.disposition_quarantine;
  sum.disposition_reject += more.disposition_reject;
}

}  // namespace

CorpusTotals make_corpus(const CorpusOptions& options,
                         const std::function<void(Instant arrived, const std::string& message)>& on_mail) {
  const std::vector<sim::Receiver> receivers = sim::receivers();
  const std::vector<const sim::Receiver*> order = schedule(receivers);
  CorpusTotals totals;
  for (std::uint64_t i = 0; i < options.messages; ++i) {
    // Each day, every receiver of the schedule reports about every domain.
    Random random = Random::stream(options.seed, "corpus", static_cast<std::int64_t>(i));
    const sim::Receiver& receiver = *order[i % order.size()];
    const std::uint64_t domain = i / order.size() % kDomains;
    const Day day = kFirstDay + days{static_cast<int>(i / order.size() / kDomains)};
    const std::uint64_t records = options.records.value_or(draw_records(random));
    const report::Report report = draw_report(random, receiver, domain, day, records);

    const std::string xml = sim::write_xml(receiver.dialect, report);
    const Instant sent = Instant{day + days{1}} + std::chrono::hours{receiver.hour} +
                         std::chrono::seconds{static_cast<std::int64_t>(random.below(3600))};
    const std::string message =
        with_lf(trace_headers(random, receiver, sent) +
                sim::write_mail(receiver, report, "rua@example.net", sent, packed(receiver, report, xml)));
    on_mail(sent, message);

    ++totals.messages;
    totals.bytes += message.size();
    totals.xml_bytes += xml.size();
    totals.zip += receiver.mail.container == sim::MailForm::Container::zip ? 1 : 0;
    totals.rfc9990 += report.generation == report::Generation::rfc9990 ? 1 : 0;
    totals.most_records = std::max(totals.most_records, records);
    add(totals.reported, totals_of(report));
  }
  return totals;
}

std::string to_json(const CorpusTotals& totals) {
  const report::Totals& sums = totals.reported;
  return format(
      "{{\"mails\":{},\"bytes\":{},\"xml_bytes\":{},\"zip\":{},\"rfc9990\":{},\"reports\":{},\"most_records\":{},"
      "\"records\":{},\"messages\":{},\"dkim_aligned\":{},\"spf_aligned\":{},\"aligned\":{},"
      "\"disposition\":{{\"none\":{},\"pass\":{},\"quarantine\":{},\"reject\":{}}}}}\n",
      totals.messages, totals.bytes, totals.xml_bytes, totals.zip, totals.rfc9990, totals.messages, totals.most_records,
      sums.records, sums.messages, sums.dkim_aligned, sums.spf_aligned, sums.aligned, sums.disposition_none,
      sums.disposition_pass, sums.disposition_quarantine, sums.disposition_reject);
}

}  // namespace ruagate::bench
