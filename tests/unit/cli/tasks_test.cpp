#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/tasks.hpp"
#include "store/store.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::cli {
namespace {

using test::TempDir;
using testing::HasSubstr;

Instant at(std::string_view day, int hour, int minute) {
  return Instant{*parse_day(day)} + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

TEST(NextTime, IsTheFirstAfterNow) {
  EXPECT_EQ(next_time(at("2026-11-20", 1, 0), "02:30", false), at("2026-11-20", 2, 30));
  EXPECT_EQ(next_time(at("2026-11-20", 2, 30), "02:30", false), at("2026-11-21", 2, 30));
  EXPECT_EQ(next_time(at("2026-12-31", 23, 59), "00:00", false), at("2027-01-01", 0, 0));
  EXPECT_EQ(next_time(at("2026-11-20", 12, 0), "03:30", true), at("2026-11-22", 3, 30)) << "the next Sunday";
  EXPECT_EQ(next_time(at("2026-11-22", 3, 30), "03:30", true), at("2026-11-29", 3, 30));
  EXPECT_FALSE(next_time(at("2026-11-20", 1, 0), "", false));
}

class TasksTest : public testing::Test {
 protected:
  TasksTest() {
    config_.store.path = dir_ / "x.db";
    config_.serve.summary_at = "05:00";
    config_.serve.summary_file = dir_ / "summary.html";
    store::Store store(config_.store.path, store::OpenMode::write);
    report::Report report;
    report.reporter = "r.example";
    report.report_id = "1";
    report.begin = Instant{*parse_day("2026-11-19")};
    report.end = report.begin + std::chrono::hours{23};
    report.policy.domain = "example.com";
    store.begin();
    store.insert(report, {"t", at("2026-07-01", 0, 0), report::Trust::unverified},
                 {"<feedback/>", store::RawEncoding::plain});
    store.commit();
  }

  answer::TaskStatus status(const Tasks& tasks, std::string_view name) const {
    for (const answer::TaskStatus& one : tasks.status()) {
      if (one.task == name) return one;
    }
    return {};
  }

  TempDir dir_;
  FixedClock clock_{at("2026-11-20", 1, 0)};
  domain::OrgDomains org_domains_;
  config::Config config_;
};

TEST_F(TasksTest, EachRunsWhenItIsDueAndNotBefore) {
  Tasks tasks(clock_, org_domains_, [] { return false; });
  tasks.configure(config_);
  tasks.run_due();
  EXPECT_FALSE(status(tasks, "retention").last_run);
  EXPECT_EQ(status(tasks, "retention").next_run, at("2026-11-20", 2, 30));

  clock_.set(at("2026-11-20", 2, 31));
  tasks.run_due();
  EXPECT_EQ(status(tasks, "retention").last_run, at("2026-11-20", 2, 31));
  EXPECT_EQ(status(tasks, "retention").next_run, at("2026-11-21", 2, 30));
  EXPECT_TRUE(status(tasks, "checkpoint").last_run);
  EXPECT_FALSE(status(tasks, "summary").last_run);
  store::Store store(config_.store.path, store::OpenMode::read);
  EXPECT_EQ(store.stats().raw_documents, 0U) << "older than keep_raw_days";

  clock_.set(at("2026-11-20", 5, 0));
  tasks.run_due();
  std::ifstream file(config_.serve.summary_file);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("example.com"));
  EXPECT_THAT(text.str(), HasSubstr("<html"));
  EXPECT_FALSE(std::filesystem::exists(config_.serve.summary_file + ".new"));
  EXPECT_FALSE(status(tasks, "rollup_check").last_run);

  clock_.set(at("2026-11-22", 3, 30));
  tasks.run_due();
  EXPECT_TRUE(status(tasks, "rollup_check").last_run);
  for (const answer::TaskStatus& one : tasks.status()) EXPECT_FALSE(one.error) << one.task << *one.error;
}

TEST_F(TasksTest, WhatIsDueIsDoneThoughTheConfigurationIsReadAgain) {
  Tasks tasks(clock_, org_domains_, [] { return false; });
  tasks.configure(config_);
  tasks.run_due();
  clock_.set(at("2026-11-20", 5, 0));
  tasks.configure(config_);
  tasks.run_due();
  EXPECT_EQ(status(tasks, "summary").last_run, at("2026-11-20", 5, 0));
  EXPECT_EQ(status(tasks, "summary").next_run, at("2026-11-21", 5, 0));
  config_.serve.summary_at = "";
  clock_.set(at("2026-11-21", 5, 0));
  tasks.configure(config_);
  tasks.run_due();
  EXPECT_EQ(status(tasks, "summary").last_run, at("2026-11-20", 5, 0)) << "no longer wanted";
}

TEST_F(TasksTest, AFailureIsToldAndStopsNoOther) {
  config_.serve.summary_file = "/nowhere/summary.html";
  Tasks tasks(clock_, org_domains_, [] { return false; });
  tasks.configure(config_);
  tasks.run_due();
  clock_.set(at("2026-11-20", 6, 0));
  tasks.run_due();
  EXPECT_THAT(status(tasks, "summary").error.value_or(""), HasSubstr("/nowhere/summary.html"));
  EXPECT_FALSE(status(tasks, "retention").error);
  EXPECT_TRUE(status(tasks, "retention").last_run);
  config_.serve.summary_file = dir_ / "summary.txt";
  tasks.configure(config_);
  tasks.run_due();
  clock_.set(at("2026-11-21", 6, 0));
  tasks.run_due();
  EXPECT_FALSE(status(tasks, "summary").error) << "the next time it works";
}

}  // namespace
}  // namespace ruagate::cli
