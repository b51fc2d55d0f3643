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
    testing::Values(Damage{"update cell set messages = messages + 1 where day = 20760", "cell"},
                    Damage{"delete from cell where day = 20760", "cell"},
                    Damage{"insert into cell values (1, 20760, 1, 1, 1, 99, 0, 5)", "cell"},
                    Damage{"update cell set outcome = outcome + 8 where day = 20760", "cell"},
                    Damage{"update cell set messages = messages + 1 where day = 20758", "domain_day"},
                    Damage{"delete from cell where day = 20758", "domain_day"},
                    Damage{"update policy_day set reports = reports + 1 where day = 20760", "policy_day"},
                    Damage{"update policy_day set messages = messages - 1 where day = 20760", "policy_day"},
                    Damage{"delete from domain_day where day = 20760", "domain_day"},
                    Damage{"update domain_day set aligned = 0", "domain_day"},
                    Damage{"update pruned_day set messages = messages + 1", "domain_day"},
                    Damage{"delete from record where ordinal = 1 and report_key = 4", "report 4"},
                    Damage{"update record set messages = 1 where ordinal = 2 and report_key = 4", "cell"},
                    Damage{"update record set evidence = 999", "refers to a row of evidence"},
                    Damage{"update report set trust = 1 where report_key = 4", "cell"}));

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
  ASSERT_GT(bytes.size(), 40U * 4096);
  for (std::size_t page = 30; page < 40; ++page)
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
