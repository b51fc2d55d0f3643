#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string refusal(const std::string& path, OpenMode mode) {
  try {
    const Store store(path, mode);
  } catch (const store::StoreError& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "opened";
}

void execute(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST(Open, WriteCreatesAndReadFindsIt) {
  TempDir folder;
  const std::string path = folder / "x.db";
  {
    Store store(path, OpenMode::write);
    EXPECT_EQ(store.schema_version(), Store::newest_schema_version());
    EXPECT_EQ(store.path(), path);
    insert(store, make_report("1"));
  }
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U & ~022U);
  Store reader(path, OpenMode::read);
  EXPECT_EQ(all_reports(reader).size(), 1U);
  EXPECT_EQ(refusal(path, OpenMode::write), "opened");
}

TEST(Open, MissingFileIsCreatedOnlyForWriting) {
  TempDir folder;
  const std::string path = folder / "none.db";
  EXPECT_THAT(refusal(path, OpenMode::read), HasSubstr(path + ": no such database"));
  EXPECT_THAT(refusal(path, OpenMode::migrate), HasSubstr("no such database"));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT(refusal(folder / "a/b/x.db", OpenMode::write), HasSubstr("folder"));
}

TEST(Open, WhatIsNoDatabaseIsRefusedAndNotChanged) {
  TempDir folder;
  write_file(folder / "text", "this is a text file, long enough to be taken for something");
  write_file(folder / "short", "abc");
  write_file(folder / "empty", "");
  execute(folder / "other.db", "create table t (x); pragma user_version = 7");
  for (const OpenMode mode : {OpenMode::read, OpenMode::write, OpenMode::migrate}) {
    EXPECT_THAT(refusal("", mode), HasSubstr("path is empty"));
    EXPECT_THAT(refusal(folder.path(), mode), HasSubstr("is a folder"));
    EXPECT_THAT(refusal(folder / "text", mode), HasSubstr("is not a ruagate database"));
    EXPECT_THAT(refusal(folder / "short", mode), HasSubstr("is not a ruagate database"));
    EXPECT_THAT(refusal(folder / "other.db", mode), HasSubstr("another program"));
    EXPECT_THAT(refusal("/dev/null", mode), HasSubstr("not a regular file"));
  }
  EXPECT_THAT(refusal(folder / "empty", OpenMode::read), HasSubstr("empty"));
  EXPECT_THAT(refusal(folder / "empty", OpenMode::migrate), HasSubstr("empty"));
  EXPECT_EQ(refusal(folder / "empty", OpenMode::write), "opened");
  EXPECT_EQ(read_file(folder / "short"), "abc");
}

TEST(Open, NewerDatabaseIsRefusedWithBothNumbers) {
  TempDir folder;
  const std::string path = folder / "x.db";
  { Store store(path, OpenMode::write); }
  execute(path, "insert into migration values (98, 'a', 'b', 0), (99, '0099_future.sql', 'c', 0)");
  for (const OpenMode mode : {OpenMode::read, OpenMode::write, OpenMode::migrate}) {
    EXPECT_THAT(refusal(path, mode), AllOf(HasSubstr("99"), HasSubstr(std::to_string(Store::newest_schema_version())),
                                           HasSubstr("upgrade")));
  }
}

TEST(Open, ChangedMigrationIsRefused) {
  TempDir folder;
  const std::string path = folder / "x.db";
  { Store store(path, OpenMode::write); }
  execute(path, "update migration set checksum = 'other' where number = 1");
  EXPECT_THAT(refusal(path, OpenMode::write), HasSubstr("other contents"));
}

TEST(Open, UnmigratedDatabaseIsMigratedByWriteOrByCommand) {
  TempDir folder;
  // A database of ours that has had no migration yet.
  for (const char* name : {"a.db", "b.db"}) {
    execute(folder / name, "pragma application_id = 1381319015; create table t (x); drop table t");
  }
  execute(folder / "c.db", "pragma application_id = 1381319015; create table t (x)");
  EXPECT_THAT(refusal(folder / "c.db", OpenMode::read), HasSubstr("`ruagate db migrate`"));
  {
    Store store(folder / "c.db", OpenMode::migrate);
    EXPECT_EQ(store.schema_version(), 0);
    const std::vector<std::string> applied = store.migrate();
    EXPECT_EQ(static_cast<int>(applied.size()), Store::newest_schema_version());
    EXPECT_EQ(applied.front(), "0001_initial.sql");
    EXPECT_THAT(store.migrate(), testing::IsEmpty());
  }
  EXPECT_EQ(refusal(folder / "c.db", OpenMode::read), "opened");
  EXPECT_EQ(refusal(folder / "b.db", OpenMode::write), "opened");
}

TEST(Open, FailedMigrationLeavesNothing) {
  TempDir folder;
  const std::string path = folder / "x.db";
  execute(path, "pragma application_id = 1381319015; create table ingest_run (x)");  // in the way of migration 1
  EXPECT_THAT(refusal(path, OpenMode::write), HasSubstr("migration 0001_initial.sql failed"));
  Store store(path, OpenMode::migrate);
  EXPECT_EQ(store.schema_version(), 0);
  EXPECT_THROW(store.migrate(), store::StoreError);
}

TEST(Open, FilesAndFoldersWithoutPermissionAreNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
  TempDir folder;
  const std::string path = folder / "x.db";
  { Store store(path, OpenMode::write); }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0500));
  EXPECT_THAT(refusal(path, OpenMode::write), HasSubstr("not writable"));
  EXPECT_THAT(refusal(path, OpenMode::read), HasSubstr("folder"));
  EXPECT_THAT(refusal(folder / "new.db", OpenMode::write), HasSubstr("cannot create"));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  std::filesystem::permissions(path, std::filesystem::perms(0));
  EXPECT_THAT(refusal(path, OpenMode::read), HasSubstr("ermission denied"));
}

TEST(Open, DamagedFileIsOneLine) {
  TempDir folder;
  const std::string path = folder / "x.db";
  { Store store(path, OpenMode::write); }
  std::string bytes = read_file(path);
  std::fill(bytes.begin() + 100, bytes.begin() + 4096, '\xff');
  write_file(path, bytes);
  EXPECT_THAT(refusal(path, OpenMode::write), HasSubstr(path));
}

TEST(Open, WritingNeedsATransaction) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  EXPECT_THROW(store.insert(make_report("1"), from("a"), raw("b")), std::logic_error);
  EXPECT_THROW(store.commit(), std::logic_error);
  EXPECT_NO_THROW(store.rollback());
  store.begin();
  EXPECT_THROW(store.begin(), std::logic_error);
  store.commit();
  Store reader(folder / "x.db", OpenMode::read);
  EXPECT_THROW(reader.begin(), std::logic_error);
}

}  // namespace
}  // namespace ruagate::test
