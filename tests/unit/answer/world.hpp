#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "answer/answer.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {

inline Day day(std::string_view text) {
  return *parse_day(text);
}

/// A database of its own, filled through the store as ingestion does it.
class World {
 public:
  World() : store_((dir_ / "x.db").string(), store::OpenMode::write), clock_(Instant{day("2026-11-21")}) {}

  /// A kind of record: who sent, and what the receiver found.
  static report::Record record(const std::string& ip, const std::string& author, const std::string& signer,
                               bool aligned, std::uint64_t messages) {
    report::Record record;
    record.source_ip = IpAddress::parse(ip);
    record.message_count = messages;
    record.disposition = report::Disposition::none;
    record.dkim_aligned = aligned ? report::AlignmentResult::pass : report::AlignmentResult::fail;
    record.spf_aligned = record.dkim_aligned;
    record.evidence.author_domain = author;
    if (!signer.empty()) {
      record.evidence.dkim = {{signer, "s1", report::DkimResult::pass, ""}};
      record.evidence.spf = {{signer, report::SpfScope::mfrom, report::SpfResult::pass, ""}};
    }
    return record;
  }

  /// One report of each reporter for each day of from..to, all with the same records.
  World& daily(const std::string& domain, Day from, Day to, const std::vector<report::Record>& records) {
    store_.begin();
    for (Day at = from; at <= to; at += days{1}) {
      for (const std::string reporter : {"google.com", "Yahoo", "Outlook.com"}) {
        report::Report report;
        report.reporter = reporter;
        report.report_id = std::to_string(++last_id_);
        report.begin = Instant{at};
        report.end = Instant{at} + std::chrono::seconds{86399};
        report.policy.domain = domain;
        report.policy.p = report::Policy::none;
        report.policy.pct = 100;
        report.records = records;
        store::Provenance provenance;
        provenance.origin = "test";
        provenance.received_at = Instant{at + days{1}};
        store_.insert(report, provenance, {});
      }
    }
    store_.commit();
    return *this;
  }

  answer::Asked asked() { return {store_, org_domains_, config, clock_}; }
  store::Store& store() { return store_; }
  void now(Instant instant) { clock_.set(instant); }

  config::Config config;

 private:
  TempDir dir_;
  store::Store store_;
  FixedClock clock_;
  domain::OrgDomains org_domains_;
  int last_id_ = 0;
};

/// example.com: an own server that passes, spoofing that does not, a service that signs for itself; 50 days.
inline void add_example(World& world) {
  world.daily("example.com", day("2026-10-02"), day("2026-11-20"),
              {World::record("192.0.2.1", "example.com", "example.com", true, 200),
               World::record("192.0.2.1", "support.example.com", "support.example.com", true, 20),
               World::record("203.0.113.9", "example.com", "", false, 50),
               World::record("198.51.100.7", "example.com", "mcsv.net", false, 30)});
}

}  // namespace ruagate::test
