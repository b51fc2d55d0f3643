#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::Counted;
using testing::ElementsAre;
using testing::IsEmpty;

class Implausible : public testing::Test {
 protected:
  /// Reports of one reporter, one for each day of November from the first.
  void daily(const std::string& reporter, int first, int last, std::uint64_t messages) {
    store_.begin();
    for (int day = first; day <= last; ++day) store_.insert(of(reporter, day, messages), from("cur/1"), raw("x"));
    store_.commit();
  }
  static report::Report of(const std::string& reporter, int day, std::uint64_t messages) {
    const std::string date = "2026-11-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
    report::Report report = make_report(reporter + date, date);
    report.reporter = reporter;
    report.records[0].message_count = messages;
    return report;
  }
  std::uint64_t counted() {
    const auto rows = store_.domains();
    return rows.empty() ? 0 : rows[0].messages;
  }
  std::vector<std::string> waiting() {
    std::vector<std::string> lines;
    for (const auto& row : store_.waiting()) {
      std::string line = row.report.report_id;
      for (const auto& name : store::names_of_reasons(row.implausible)) line += " " + name;
      lines.push_back(line);
    }
    return lines;
  }
  bool accept(std::int64_t id) {
    store_.begin();
    const bool done = store_.accept(id, at("2026-11-20"));
    store_.commit();
    return done;
  }

  TempDir dir_;
  store::Store store_{dir_ / "x.db", store::OpenMode::write};
};

TEST_F(Implausible, AStrangerWithManyTimesTheUsualMailWaits) {
  daily("google.com", 1, 10, 100);
  daily("evil.example", 10, 10, 50'000);
  EXPECT_THAT(waiting(), ElementsAre("evil.example2026-11-10 unknown_reporter"));
  EXPECT_EQ(counted(), 1000U);
  EXPECT_EQ(all_reports(store_).size(), 11U) << "it is stored, and listed";
  for (const auto& line : facts_lines(store_)) EXPECT_EQ(line.find("evil"), std::string::npos);
  EXPECT_THAT(store_.check(), IsEmpty());

  daily("evil.example", 11, 13, 50'000);
  EXPECT_EQ(waiting().size(), 4U) << "reports that wait make nobody known";
  EXPECT_EQ(counted(), 1000U);
}

TEST_F(Implausible, WhatIsUsualDoesNotWait) {
  daily("google.com", 1, 10, 100);
  daily("Google.COM", 11, 11, 50'000);  // a known reporter: a real burst
  daily("small.example", 12, 12, 199);
  daily("new.example", 12, 12, 900);  // less than ten times
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(Implausible, WithoutHistoryNothingIsUsual) {
  daily("google.com", 1, 6, 10);
  daily("big.example", 7, 7, 50'000);
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(Implausible, TheOrderOfTheMailboxDoesNotMatter) {
  daily("small.example", 1, 12, 10);
  daily("google.com", 9, 12, 5000);
  EXPECT_EQ(waiting().size(), 4U);
  daily("google.com", 2, 8, 5000);  // an archive read backwards: it was there from the beginning
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(counted(), 12U * 10 + 11U * 5000);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Implausible, AcceptedReportsCountAndMakeTheirReporterKnown) {
  daily("google.com", 1, 10, 100);
  daily("new.example", 10, 12, 50'000);
  const auto rows = store_.waiting();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(accept(rows[0].id));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(counted(), 151'000U);
  EXPECT_FALSE(accept(rows[0].id));
  EXPECT_FALSE(accept(12345));
  EXPECT_TRUE(store_.report(rows[0].id)->accepted.has_value());
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Implausible, PeriodsAndCountsThatCannotBeWait) {
  insert(store_, make_report("future", "2026-11-23"));  // received on the 20th
  insert(store_, make_report("soon", "2026-11-21"));
  insert(store_, make_report("old", "2011-12-31"));
  report::Report moved = make_report("moved");
  moved.tolerances = {"period_implausible"};
  insert(store_, moved);
  report::Report many = make_report("many");
  many.records[0].message_count = 1'000'000'001;
  insert(store_, many);
  report::Report cut = make_report("cut");
  cut.tolerances = {"count_too_large"};
  insert(store_, cut);
  EXPECT_THAT(waiting(), testing::UnorderedElementsAre("future future", "old before_dmarc", "moved future",
                                                       "many counts", "cut counts"));
  EXPECT_EQ(counted(), 10U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Implausible, BetterTrustAndConflictsLeaveItWaiting) {
  report::Report future = make_report("f", "2026-12-24");
  insert(store_, future);
  insert(store_, future, from("b", report::Trust::trusted));
  EXPECT_EQ(waiting().size(), 1U);
  EXPECT_EQ(counted(), 0U);
  future.records[0].message_count = 70;
  EXPECT_EQ(insert(store_, future, from("c", report::Trust::trusted)), store::InsertOutcome::conflict_replaced);
  EXPECT_EQ(waiting().size(), 1U);
  EXPECT_EQ(counted(), 0U);
  EXPECT_THAT(store_.check(), IsEmpty());
  store_.begin();
  store_.insert(make_report("g", "2026-12-24"), from("d"), raw("x"));
  store_.rollback();
  EXPECT_EQ(waiting().size(), 1U);
}

TEST_F(Implausible, CountingFollowsTrust) {
  insert(store_, make_report("a"), from("a", report::Trust::trusted));
  insert(store_, make_report("b"), from("b", report::Trust::unverified));
  insert(store_, make_report("c"), from("c", report::Trust::failed));
  EXPECT_EQ(counted(), 20U);
  store_.count(Counted::trusted);
  EXPECT_EQ(counted(), 10U);
  EXPECT_EQ(facts_lines(store_).size(), 2U);
  store_.count(Counted::all);
  EXPECT_EQ(counted(), 30U);
  store_.count(Counted::not_failed);
  EXPECT_EQ(counted(), 20U);
}

}  // namespace
}  // namespace ruagate::test
