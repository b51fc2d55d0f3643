#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::Filter;
using store::OpenMode;
using store::Store;
using testing::ElementsAre;
using testing::IsEmpty;

class Listing : public testing::Test {
 protected:
  Listing() {
    store_.begin();
    for (int day = 1; day <= 5; ++day) {
      report::Report report = make_report("a" + std::to_string(day), "2026-11-0" + std::to_string(day));
      report.records.push_back(make_record("2001:db8::" + std::to_string(day), 3));
      store_.insert(report, from("m"), raw("x"));
    }
    report::Report other = make_report("b", "2026-11-03");
    other.policy.domain = "example.org";
    other.reporter = "Other";
    other.records = {make_record("198.51.100.1", 4), make_record("198.51.100.2", 5)};
    other.records[1].evidence.author_domain = "news.example.com";
    other.records[0].source_ip.reset();
    store_.insert(other, from("m"), raw("x"));
    store_.commit();
  }

  std::vector<std::string> ids(const Filter& filter) {
    std::vector<std::string> ids;
    for (const store::ReportRow& row : all_reports(store_, filter)) ids.push_back(row.report.report_id);
    return ids;
  }
  std::vector<std::string> record_ids(const Filter& filter) {
    std::vector<std::string> ids;
    for (const store::RecordRow& row : all_records(store_, filter)) {
      ids.push_back(row.report_id + ":" + std::to_string(row.record.message_count));
    }
    return ids;
  }

  TempDir folder_;
  Store store_{folder_ / "x.db", OpenMode::write};
};

TEST_F(Listing, OldestFirstWithoutLimitNewestFirstWithOne) {
  EXPECT_THAT(ids({}), ElementsAre("a1", "a2", "a3", "b", "a4", "a5"));
  EXPECT_THAT(ids({.limit = 2}), ElementsAre("a5", "a4"));
  EXPECT_THAT(ids({.domain = "example.com", .limit = 9}), ElementsAre("a5", "a4", "a3", "a2", "a1"));
  EXPECT_THAT(ids({.limit = 0}), IsEmpty());
  EXPECT_THAT(record_ids({.limit = 3}), ElementsAre("a5:10", "a5:3", "a4:10"));
}

TEST_F(Listing, PagesHoldEveryRowOnce) {
  const auto page_through = [&](Filter filter) {
    std::vector<std::string> seen;
    for (int pages = 0; pages < 20; ++pages) {
      const auto rows = all_reports(store_, filter);
      if (rows.empty()) break;
      for (const store::ReportRow& row : rows) seen.push_back(row.report.report_id);
      filter.after = {rows.back().report.begin, rows.back().report.end, rows.back().id, {}};
    }
    return seen;
  };
  EXPECT_THAT(page_through({.limit = 1}), ElementsAre("a5", "a4", "b", "a3", "a2", "a1"));
  EXPECT_THAT(page_through({.limit = 4}), ElementsAre("a5", "a4", "b", "a3", "a2", "a1"));
  EXPECT_THAT(page_through({.domain = "example.com", .limit = 2}), ElementsAre("a5", "a4", "a3", "a2", "a1"));

  for (const std::uint64_t limit : {1U, 2U, 3U, 5U}) {
    Filter filter{.limit = limit};
    std::vector<std::string> seen;
    for (auto rows = all_records(store_, filter); !rows.empty(); rows = all_records(store_, filter)) {
      for (const store::RecordRow& row : rows) {
        seen.push_back(row.report_id + ":" + std::to_string(row.record.message_count));
      }
      filter.after = {rows.back().begin, rows.back().end, rows.back().report_key, rows.back().index};
    }
    EXPECT_THAT(seen, ElementsAre("a5:10", "a5:3", "a4:10", "a4:3", "b:4", "b:5", "a3:10", "a3:3", "a2:10", "a2:3",
                                  "a1:10", "a1:3"));
  }
}

TEST_F(Listing, RecordsOfOneReportComeInParts) {
  const auto first = store_.records_of(1, 0, 1);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].record.message_count, 10U);
  const auto second = store_.records_of(1, 1, 5);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].record.message_count, 3U);
  EXPECT_EQ(second[0].index, 1U);
  EXPECT_THAT(store_.records_of(1, 2), IsEmpty());
}

TEST_F(Listing, FiltersByDomainReporterTimeAndAddress) {
  EXPECT_THAT(ids({.domain = "example.org"}), ElementsAre("b"));
  EXPECT_THAT(ids({.domain = "none.example"}), IsEmpty());
  EXPECT_THAT(ids({.reporter = "oTHER"}), ElementsAre("b"));
  EXPECT_THAT(ids({.reporter = "nobody"}), IsEmpty());
  EXPECT_THAT(ids({.since = parse_day("2026-11-04")}), ElementsAre("a4", "a5"));
  EXPECT_THAT(ids({.until = parse_day("2026-11-02")}), ElementsAre("a1", "a2"));
  EXPECT_THAT(ids({.domain = "example.com", .since = parse_day("2026-11-02"), .until = parse_day("2026-11-03")}),
              ElementsAre("a2", "a3"));
  EXPECT_THAT(ids({.ip = "2001:db8::4"}), ElementsAre("a4"));
  EXPECT_THAT(ids({.ip = "198.51.100.0/24"}), ElementsAre("b"));
  EXPECT_THAT(ids({.ip = "rubbish"}), IsEmpty());
  EXPECT_THAT(ids({.ip = "2001:db8::/32", .limit = 1}), ElementsAre("a5"));
}

TEST_F(Listing, PeriodThatEndsAtMidnightIsNotOnTheNextDay) {
  report::Report report = make_report("m", "2026-10-01");
  report.end = report.begin + days{1};
  insert(store_, report);
  EXPECT_THAT(ids({.since = parse_day("2026-10-02"), .until = parse_day("2026-10-02")}), IsEmpty());
  EXPECT_THAT(ids({.since = parse_day("2026-10-01"), .until = parse_day("2026-10-01")}), ElementsAre("m"));
}

TEST_F(Listing, RecordsMatchPolicyDomainOrAuthorDomain) {
  EXPECT_THAT(record_ids({.domain = "example.org"}), ElementsAre("b:4", "b:5"));
  EXPECT_THAT(record_ids({.domain = "news.example.com"}), ElementsAre("b:5"));
  EXPECT_THAT(record_ids({.domain = "example.com", .since = parse_day("2026-11-03"), .until = parse_day("2026-11-03")}),
              ElementsAre("a3:10", "a3:3", "b:4"));
  EXPECT_THAT(record_ids({.ip = "2001:db8::/32"}), ElementsAre("a1:3", "a2:3", "a3:3", "a4:3", "a5:3"));
  EXPECT_THAT(record_ids({.ip = "2001:db8::/32", .limit = 2}), ElementsAre("a5:3", "a4:3"));
}

TEST_F(Listing, StopsWhenTold) {
  int seen = 0;
  store_.reports({}, [&](store::ReportRow&&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
  seen = 0;
  store_.records({}, [&](store::RecordRow&&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(ids({}).size(), 6U);  // and can be asked again
  EXPECT_THROW(store_.reports({}, [](store::ReportRow&&) -> bool { throw std::runtime_error("caller"); }),
               std::runtime_error);
  EXPECT_EQ(ids({}).size(), 6U);
}

TEST_F(Listing, OneReportByItsNumber) {
  const store::ReportRow row = all_reports(store_).at(3);
  ASSERT_TRUE(store_.report(row.id));
  EXPECT_EQ(store_.report(row.id)->report.report_id, "b");
  EXPECT_FALSE(store_.report(9999));
  EXPECT_THAT(store_.records_of(9999), IsEmpty());
  EXPECT_EQ(store_.records_of(row.id).at(1).record.evidence.author_domain, "news.example.com");
  EXPECT_EQ(store_.records_of(row.id).at(0).record.source_ip, std::nullopt);
}

TEST_F(Listing, DomainsWithTheirSpan) {
  const std::vector<store::DomainRow> domains = store_.domains();
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].domain, "example.com");
  EXPECT_EQ(domains[0].first_day, parse_day("2026-11-01"));
  EXPECT_EQ(domains[0].last_day, parse_day("2026-11-05"));
  EXPECT_EQ(domains[0].reports, 5U);
  EXPECT_EQ(domains[0].messages, 65U);
  EXPECT_EQ(domains[1].messages, 9U);
}

}  // namespace
}  // namespace ruagate::test
