#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

const std::filesystem::path kSource = RUAGATE_SOURCE_DIR;

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Db = std::unique_ptr<sqlite3, Close>;

Db open_db(const std::string& path) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  return Db(db);
}

/// Without comments, and with single spaces: how a statement is laid out does not matter.
std::string normalized(std::string_view sql) {
  std::string out;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.substr(i, 2) == "--") {
      while (i < sql.size() && sql[i] != '\n') ++i;
    }
    const bool is_space = i >= sql.size() || sql[i] == ' ' || sql[i] == '\n';
    if (!is_space) {
      if ((sql[i] == ')' || sql[i] == ',') && !out.empty() && out.back() == ' ') out.pop_back();
      out += sql[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

std::vector<std::string> rows(sqlite3* db, const char* sql) {
  std::vector<std::string> lines;
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql, -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::string line;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      line += normalized(text != nullptr ? text : "") + "|";
    }
    lines.push_back(line);
  }
  sqlite3_finalize(statement);
  return lines;
}

std::vector<std::string> schema_of(sqlite3* db) {
  return rows(db, "select type, name, tbl_name, sql from sqlite_schema order by type, name");
}

TEST(Schema, FileForReadingEqualsAllMigrations) {
  TempDir folder;
  { store::Store store(folder / "m.db", store::OpenMode::write); }
  const Db migrated = open_db(folder / "m.db");
  const Db described = open_db(":memory:");
  char* message = nullptr;
  ASSERT_EQ(sqlite3_exec(described.get(), read_file(kSource / "schema/db.sql").c_str(), nullptr, nullptr, &message),
            SQLITE_OK)
      << message;
  EXPECT_EQ(schema_of(migrated.get()), schema_of(described.get()));
  EXPECT_GT(schema_of(migrated.get()).size(), 10U);
  for (const char* sql : {"pragma application_id", "select * from address"}) {
    EXPECT_EQ(rows(migrated.get(), sql), rows(described.get(), sql));
  }
}

TEST(Schema, MigrationsAreNumberedWithoutGap) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "migrations")) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  ASSERT_EQ(static_cast<int>(names.size()), store::Store::newest_schema_version());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(std::stoul(names[i].substr(0, 4)), i + 1) << names[i];
}

TEST(Schema, EveryQueryCanBePreparedAndNoneReadsAllOfAHotTable) {
  const Db db = open_db(":memory:");
  ASSERT_EQ(sqlite3_exec(db.get(), read_file(kSource / "schema/db.sql").c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  int queries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "schema/queries")) {
    const std::string sql = read_file(entry.path());
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &statement, &rest), SQLITE_OK)
        << entry.path() << ": " << sqlite3_errmsg(db.get());
    sqlite3_finalize(statement);
    EXPECT_EQ(normalized(rest), "") << entry.path() << " holds more than one statement";
    ++queries;
  }
  EXPECT_GT(queries, 50);
  for (const char* name :
       {"text_by_value", "address_by_bytes", "evidence_by_fingerprint", "report_by_identity", "cell_blocks_of_domain",
        "cell_block_by_key", "policy_days_of_domain", "trend_of_domain", "record_blocks_of_report",
        "reports_of_domain_oldest", "reports_of_domain_newest", "report_by_document"}) {
    const std::string sql = read_file(kSource / "schema/queries" / (std::string(name) + ".sql"));
    for (const std::string& step : rows(db.get(), ("explain query plan " + sql).c_str())) {
      EXPECT_EQ(step.find("SCAN"), std::string::npos) << name << ": " << step;
      EXPECT_EQ(step.find("B-TREE FOR ORDER BY"), std::string::npos) << name << ": " << step;
    }
  }
}

}  // namespace
}  // namespace ruagate::test
