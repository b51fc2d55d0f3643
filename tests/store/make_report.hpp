#pragma once

#include <string>
#include <vector>

#include "report/report.hpp"
#include "store/store.hpp"

// Reports for the store's tests.
namespace ruagate::test {

inline Instant at(std::string_view day, int hour = 0) {
  return Instant{parse_day(day).value()} + std::chrono::hours{hour};
}

inline report::Record make_record(std::string_view ip, std::uint64_t messages, bool dkim = true, bool spf = true) {
  using namespace report;
  Record record;
  record.source_ip = IpAddress::parse(ip);
  record.message_count = messages;
  record.disposition = dkim || spf ? Disposition::none : Disposition::quarantine;
  record.dkim_aligned = dkim ? AlignmentResult::pass : AlignmentResult::fail;
  record.spf_aligned = spf ? AlignmentResult::pass : AlignmentResult::fail;
  record.evidence.author_domain = "example.com";
  record.evidence.envelope_from = "bounce.example.com";
  record.evidence.dkim = {{"example.com", "s1", dkim ? DkimResult::pass : DkimResult::fail, ""}};
  record.evidence.spf = {{"bounce.example.com", SpfScope::mfrom, spf ? SpfResult::pass : SpfResult::softfail, ""}};
  return record;
}

/// A day's report of one record; tests change what they need.
inline report::Report make_report(std::string_view id, std::string_view day = "2026-11-01") {
  report::Report report;
  report.reporter = "Receiver.example";
  report.report_id = id;
  report.email = "dmarc@receiver.example";
  report.begin = at(day);
  report.end = report.begin + std::chrono::hours{24} - std::chrono::seconds{1};
  report.policy.domain = "example.com";
  report.policy.p = report::Policy::none;
  report.policy.pct = 100;
  report.records = {make_record("192.0.2.1", 10)};
  return report;
}

inline store::Provenance from(std::string_view origin, report::Trust trust = report::Trust::unverified) {
  return {std::string(origin), at("2026-11-20", 7), trust};
}

inline store::RawDocument raw(std::string_view bytes) {
  return {std::string(bytes), store::RawEncoding::plain};
}

/// One report in its own transaction.
inline store::InsertOutcome insert(store::Store& store, const report::Report& report,
                                   const store::Provenance& provenance = from("cur/1"),
                                   const store::RawDocument& document = raw("<feedback/>")) {
  store.begin();
  const store::InsertOutcome outcome = store.insert(report, provenance, document);
  store.commit();
  return outcome;
}

inline std::vector<store::ReportRow> all_reports(store::Store& store, const store::Filter& filter = {}) {
  std::vector<store::ReportRow> rows;
  store.reports(filter, [&](store::ReportRow&& row) {
    rows.push_back(std::move(row));
    return true;
  });
  return rows;
}

inline std::vector<store::RecordRow> all_records(store::Store& store, const store::Filter& filter = {}) {
  std::vector<store::RecordRow> rows;
  store.records(filter, [&](store::RecordRow&& row) {
    rows.push_back(std::move(row));
    return true;
  });
  return rows;
}

/// What facts() says about example.com over all days, one line a cell or policy day, without regard to indices.
std::vector<std::string> facts_lines(store::Store& store, std::string_view domain = "example.com");

}  // namespace ruagate::test
