#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Damage {
  const char* sql;
  const char* named;
};

class Check : public testing::TestWithParam<Damage> {};

TEST_P(Check, FindsEveryKindOfDrift) {
  TempDir folder;
  const std::string path = folder / "x.db";
  {
    Store store(path, OpenMode::write);
    for (int i = 0; i < 4; ++i) {
      report::Report report = make_report(std::to_string(i), "2026-11-0" + std::to_string(1 + i));
      report.records.push_back(make_record("192.0.2.7", 5, false, false));
      report.records.push_back(make_record("192.0.2.7", 6, false, true));
      insert(store, report);
    }
    store.prune(at("2000-01-01"), at("2026-11-02", 12));
    ASSERT_THAT(store.check(), IsEmpty());
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, GetParam().sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  ASSERT_GT(sqlite3_changes(db), 0);
  sqlite3_close(db);
  Store store(path, OpenMode::read);
  EXPECT_THAT(store.check(), Contains(HasSubstr(GetParam().named)));
}

INSTANTIATE_TEST_SUITE_P(
    Drift, Check,
    testing::Values(
        Damage{"update cell_block set packed = cast(substr(packed, 1, length(packed) - 1) || x'7f' as blob) "
               "where day = 20760",
               "cell of"},
        Damage{"delete from cell_block where day = 20760", "cell of"},
        Damage{"insert into cell_block values (1, 20760, 999, 0, 1, x'01010205')", "cell of"},
        Damage{"update cell_block set packed = x'' where day = 20760", "out of order"},
        Damage{"update cell_block set packed = cast(packed || x'00016305' as blob) where day = 20760", "out of order"},
        Damage{"update cell_block set packed = cast(packed || x'01' as blob) where day = 20760", "cut short"},
        Damage{"update cell_block set cells = cells + 1 where day = 20760", "out of order"},
        Damage{"update cell_block set packed = cast(substr(packed, 1, length(packed) - 1) || x'7f' as blob) "
               "where day = 20758",
               "domain_day"},
        Damage{"delete from cell_block where day = 20758", "domain_day"},
        Damage{"update policy_day set reports = reports + 1 where day = 20760", "policy_day"},
        Damage{"update policy_day set messages = messages - 1 where day = 20760", "policy_day"},
        Damage{"delete from domain_day where day = 20760", "domain_day"},
        Damage{"update domain_day set aligned = 0", "domain_day"},
        Damage{"update pruned_day set messages = messages + 1", "domain_day"},
        Damage{"delete from record_block where report_key = 4", "report 4"},
        Damage{"update record_block set packed = cast(packed || x'01010205' as blob) where report_key = 4",
               "report 4: "},
        Damage{"update record_block set packed = cast(packed || x'01' as blob) where report_key = 4", "cut short"},
        Damage{"update record_block set packed = cast(substr(packed, 1, length(packed) - 1) || x'7f' as blob) "
               "where report_key = 4",
               "cell of"},
        Damage{"update record_block set packed = cast(packed || x'01630205' as blob) where report_key = 4",
               "evidence 99 is missing"},
        Damage{"update record_block set packed = cast(packed || x'63010205' as blob) where report_key = 4",
               "address 99 is missing"},
        Damage{"update record_block set packed = cast(packed || x'01017f05' as blob) where report_key = 4",
               "stands for nothing"},
        Damage{"update cell_block set packed = cast(packed || x'01010505' as blob) where day = 20760",
               "stands for nothing"},
        Damage{"update evidence set packed = x'63000000'", "text 99 is missing"},
        Damage{"update evidence set packed = x'0100000001020700'", "stands for nothing"},
        Damage{"update report set generation = 7 where report_key = 4", "report 4: a number stands for nothing"},
        Damage{"update policy set p = 3", "policy 1: a number stands for nothing"},
        Damage{"update policy set pct = 101", "policy 1: a number stands for nothing"},
        Damage{"update raw_document set encoding = 3 where report_key = 4", "raw_document 4: a number"},
        Damage{"insert into decision values ('example.com', 'x', 4, 0, 0, null, '', 'me', 0)",
               "decision of example.com about x: a number"},
        Damage{"update report set trust = 1 where report_key = 4", "cell"}));

TEST(CheckFile, ADamagedNumberOfCellsKeepsNoQuestionFromItsAnswer) {
  for (const char* number : {"-1000000000", "1000000000", "9223372036854775807", "-9223372036854775808"}) {
    TempDir folder;
    const std::string path = folder / "x.db";
    {
      Store store(path, OpenMode::write);
      insert(store, make_report("1", "2026-11-01"));
    }
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    const std::string sql = std::string("update cell_block set cells = ") + number;
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
    Store store(path, OpenMode::read);
    const auto facts = store.facts("example.com", *parse_day("2026-10-01"), *parse_day("2026-11-30"));
    EXPECT_FALSE(facts.cells.empty()) << number;
  }
}

TEST(CheckFile, BrokenPageIsNamed) {
  TempDir folder;
  const std::string path = folder / "x.db";
  {
    Store store(path, OpenMode::write);
    store.begin();
    for (int i = 0; i < 300; ++i) store.insert(make_report(std::to_string(i)), from("a"), raw(std::string(900, 'x')));
    store.commit();
  }
  std::string bytes = read_file(path);
  ASSERT_GT(bytes.size(), 60U * 4096);
  for (std::size_t page = 50; page < 60; ++page)
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 200, '\x5a');
  write_file(path, bytes);
  Store store(path, OpenMode::read);
  std::vector<std::string> lines;
  try {
    lines = store.check();
  } catch (const store::StoreError& error) {
    lines = {error.what()};
  }
  EXPECT_THAT(lines, Not(IsEmpty()));
}

}  // namespace
}  // namespace ruagate::test
