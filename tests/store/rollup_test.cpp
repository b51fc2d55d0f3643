#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::IsEmpty;

/// Reports of several domains, periods, reporters and policies, with conflicts and duplicates among them.
std::vector<report::Report> world(unsigned seed, int count) {
  std::mt19937 random(seed);
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::vector<report::Report> reports;
  for (int i = 0; i < count; ++i) {
    report::Report report = make_report("r" + std::to_string(i));
    report.policy.domain = pick(3) == 0 ? "example.org" : "example.com";
    report.reporter = "Reporter " + std::to_string(pick(4));
    report.policy.p = static_cast<report::Policy>(pick(3));
    report.begin += days{static_cast<int>(pick(10))} + std::chrono::seconds{pick(86400)};
    report.end = report.begin + std::chrono::hours{pick(4) == 0 ? 24 * (1 + pick(9)) : 24};
    report.records.clear();
    for (unsigned k = 0, n = pick(8); k < n; ++k) {
      report::Record record =
          make_record("192.0.2." + std::to_string(pick(5)), 1 + pick(50), pick(2) == 0, pick(2) == 0);
      if (pick(3) == 0) record.evidence.dkim[0].human_result = "text " + std::to_string(pick(1000));
      if (pick(9) == 0) record.source_ip.reset();
      if (pick(4) == 0) record.evidence.author_domain = "news." + report.policy.domain;
      report.records.push_back(record);
    }
    reports.push_back(report);
    if (pick(4) == 0) reports.push_back(report);
    if (pick(4) == 0) {  // a conflict that the larger wins
      report.records.push_back(make_record("198.51.100.7", 100 + pick(9)));
      reports.push_back(report);
    }
  }
  return reports;
}

std::vector<std::string> everything(Store& store) {
  std::vector<std::string> lines = facts_lines(store, "example.com");
  for (const std::string& line : facts_lines(store, "example.org")) lines.push_back(line);
  for (const char* domain : {"example.com", "example.org"}) {
    for (const store::TrendDay& day :
         store.trend(domain, parse_day("2000-01-01").value(), parse_day("2100-01-01").value())) {
      lines.push_back(to_iso(day.day) + ' ' + std::to_string(day.reports) + ' ' + std::to_string(day.messages) + ' ' +
                      std::to_string(day.aligned) + ' ' + std::to_string(day.quarantined));
    }
  }
  return lines;
}

TEST(Rollup, OrderOfIngestionChangesNothing) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::vector<report::Report> reports = world(seed, 60);
    std::vector<std::string> first;
    for (unsigned round = 0; round < 3; ++round) {
      TempDir folder;
      Store store(folder / "x.db", OpenMode::write);
      store.begin();
      for (std::size_t i = 0; i < reports.size(); ++i) {
        store.insert(reports[i], from("m"), raw("x"));
        if (round > 0 && i % 7 == 0) {
          store.commit();
          store.begin();
        }
      }
      store.commit();
      EXPECT_THAT(store.check(), IsEmpty());
      const std::vector<std::string> lines = everything(store);
      EXPECT_GT(lines.size(), 50U);
      if (round == 0) first = lines;
      EXPECT_EQ(lines, first) << "seed " << seed << " round " << round;
      std::shuffle(reports.begin(), reports.end(), std::mt19937(seed + round));
    }
  }
}

TEST(Rollup, SumsEqualTheReports) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  for (const report::Report& report : world(9, 40)) insert(store, report);
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::uint64_t reports = 0;
  for (const store::ReportRow& row : all_reports(store, {.domain = "example.com"})) {
    messages += row.totals.messages;
    aligned += row.totals.aligned;
    ++reports;
  }
  std::uint64_t cell_messages = 0;
  for (const report::Cell& cell :
       store.facts("example.com", parse_day("2000-01-01").value(), parse_day("2100-01-01").value()).cells) {
    cell_messages += cell.messages;
  }
  EXPECT_EQ(cell_messages, messages);
  std::uint64_t trend_messages = 0;
  std::uint64_t trend_aligned = 0;
  std::uint64_t trend_reports = 0;
  for (const auto& day : store.trend("example.com", parse_day("2000-01-01").value(), parse_day("2100-01-01").value())) {
    trend_messages += day.messages;
    trend_aligned += day.aligned;
    trend_reports += day.reports;
  }
  EXPECT_EQ(trend_messages, messages);
  EXPECT_EQ(trend_aligned, aligned);
  EXPECT_EQ(trend_reports, reports);
}

TEST(Rollup, LongPeriodIsSpreadOverItsDays) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  report::Report report = make_report("1");
  report.end = report.begin + days{3};
  insert(store, report);
  const auto facts = store.facts("example.com", parse_day("2026-11-01").value(), parse_day("2026-11-30").value());
  ASSERT_EQ(facts.cells.size(), 3U);
  EXPECT_EQ(facts.cells[0].messages + facts.cells[1].messages + facts.cells[2].messages, 10U);
  EXPECT_EQ(facts.cells[0].day, parse_day("2026-11-01"));
  EXPECT_EQ(facts.cells[2].day, parse_day("2026-11-03"));
  ASSERT_EQ(facts.policy_days.size(), 3U);
  EXPECT_EQ(facts.policy_days[0].reports, 1U);
  EXPECT_EQ(facts.policy_days[1].reports, 0U);
  EXPECT_EQ(store.facts("example.com", parse_day("2026-11-02").value(), parse_day("2026-11-02").value()).cells.size(),
            1U);
}

TEST(Rollup, FactsHoldNoFreeTextAndMergeTrust) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  report::Report report = make_report("1");
  report.records[0].evidence.dkim[0].human_result = "one";
  report.records.push_back(make_record("192.0.2.1", 5));
  insert(store, report, from("a", report::Trust::trusted));
  insert(store, make_report("2"), from("b", report::Trust::unverified));
  insert(store, make_report("3"), from("c", report::Trust::failed));
  const auto facts = store.facts("example.com", parse_day("2026-11-01").value(), parse_day("2026-11-01").value());
  ASSERT_EQ(facts.cells.size(), 1U);
  EXPECT_EQ(facts.cells[0].messages, 25U);
  ASSERT_EQ(facts.evidence.size(), 1U);
  EXPECT_EQ(facts.evidence[0], make_record("192.0.2.1", 5).evidence);
  ASSERT_EQ(facts.policy_days.size(), 1U);
  EXPECT_EQ(facts.policy_days[0].reports, 2U);
  EXPECT_EQ(facts.policy_of(facts.policy_days[0]), report.policy);
  EXPECT_EQ(facts.domain, "example.com");
}

TEST(Rollup, SpansOfDomainsAreThoseOfTheReportsThatCount) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  EXPECT_THAT(store.domain_spans(), IsEmpty());
  const auto add = [&](std::string_view domain, std::string_view day, report::Trust trust) {
    report::Report report = make_report(std::string(domain) + std::string(day), day);
    report.policy.domain = domain;
    insert(store, report, from("cur/1", trust));
  };
  add("b.example", "2026-11-03", report::Trust::unverified);
  add("b.example", "2026-11-05", report::Trust::trusted);
  add("b.example", "2026-11-09", report::Trust::failed);
  add("a.example", "2026-11-02", report::Trust::failed);
  add("c.example", "2026-11-04", report::Trust::trusted);
  const auto lines = [&](store::Counted counted) {
    store.count(counted);
    std::vector<std::string> spans;
    for (const auto& span : store.domain_spans()) {
      spans.push_back(span.domain + " " + to_iso(span.first_day) + " " + to_iso(span.last_day));
    }
    std::vector<std::string> with_sums;
    for (const auto& row : store.domains()) {
      with_sums.push_back(row.domain + " " + to_iso(row.first_day) + " " + to_iso(row.last_day));
    }
    EXPECT_EQ(spans, with_sums);
    return spans;
  };
  using testing::ElementsAre;
  EXPECT_THAT(lines(store::Counted::all),
              ElementsAre("a.example 2026-11-02 2026-11-02", "b.example 2026-11-03 2026-11-09",
                          "c.example 2026-11-04 2026-11-04"));
  EXPECT_THAT(lines(store::Counted::not_failed),
              ElementsAre("b.example 2026-11-03 2026-11-05", "c.example 2026-11-04 2026-11-04"));
  EXPECT_THAT(lines(store::Counted::trusted),
              ElementsAre("b.example 2026-11-05 2026-11-05", "c.example 2026-11-04 2026-11-04"));
}

TEST(Rollup, ReportWithoutRecordsStillShowsItsPolicy) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  report::Report report = make_report("1");
  report.records.clear();
  insert(store, report);
  EXPECT_THAT(facts_lines(store), testing::ElementsAre("policy 2026-11-01 Receiver.example rfc7489 none 1 0"));
  EXPECT_EQ(store.domains().at(0).reports, 1U);
  EXPECT_THAT(store.check(), IsEmpty());
  EXPECT_THAT(facts_lines(store, "unknown.example"), IsEmpty());
}

}  // namespace
}  // namespace ruagate::test
