#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::IsEmpty;

TEST(Concurrency, SecondWriterWaitsItsTurnAndReadersNever) {
  TempDir folder;
  const std::string path = folder / "x.db";
  Store first(path, OpenMode::write);
  first.begin();
  first.insert(make_report("1"), from("a"), raw("x"));
  std::atomic<bool> second_done = false;
  std::thread other([&] {
    Store second(path, OpenMode::write);
    insert(second, make_report("2"));
    second_done = true;
  });
  Store reader(path, OpenMode::read);
  EXPECT_THAT(all_reports(reader), IsEmpty());
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  EXPECT_FALSE(second_done);
  first.commit();
  other.join();
  EXPECT_EQ(all_reports(reader).size(), 2U);
  EXPECT_THAT(reader.check(), IsEmpty());
}

TEST(Concurrency, ProcessesThatCreateOneDatabaseTakeItForTheirOwn) {
  TempDir folder;
  for (int round = 0; round < 60; ++round) {
    const std::string path = folder / (std::to_string(round) + ".db");
    std::vector<pid_t> children;
    for (int process = 0; process < 4; ++process) {
      const pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        int code = 0;
        try {
          const Store store(path, OpenMode::write);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          code = 1;
        }
        _exit(code);
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
  }
}

TEST(Concurrency, ProcessesThatCreateAndFillOneDatabaseLoseNothing) {
  TempDir folder;
  const std::string path = folder / "x.db";
  constexpr int kProcesses = 4;
  constexpr int kReports = 40;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int code = 1;
      try {
        Store store(path, OpenMode::write);
        for (int i = 0; i < kReports; ++i) {
          // Half of the reports come to all processes.
          const std::string id = std::to_string(i) + (i % 2 == 0 ? "" : "-" + std::to_string(process));
          insert(store, make_report(id));
        }
        code = 0;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "child: %s\n", error.what());
      }
      _exit(code);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  Store store(path, OpenMode::read);
  EXPECT_EQ(all_reports(store).size(), kReports / 2 + kProcesses * kReports / 2);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST(Concurrency, QuestionSeesOneStateWhileAnotherWrites) {
  TempDir folder;
  const std::string path = folder / "x.db";
  Store writer(path, OpenMode::write);
  for (int i = 0; i < 3; ++i) insert(writer, make_report(std::to_string(i)));
  Store reader(path, OpenMode::read);
  int seen = 0;
  reader.reports({}, [&](store::ReportRow&&) {
    if (seen++ == 0) insert(writer, make_report("late", "2026-11-09"));
    return true;
  });
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(all_reports(reader).size(), 4U);
}

TEST(Concurrency, PruneRunsBesideAWriter) {
  TempDir folder;
  const std::string path = folder / "x.db";
  Store writer(path, OpenMode::write);
  writer.begin();
  for (int i = 0; i < 600; ++i) writer.insert(make_report(std::to_string(i)), from("a"), raw("x"));
  writer.commit();
  std::thread other([&] {
    Store pruner(path, OpenMode::write);
    pruner.prune(at("2030-01-01"), at("2030-01-01"));
  });
  for (int i = 0; i < 20; ++i) insert(writer, make_report("n" + std::to_string(i), "2031-01-01"));
  other.join();
  EXPECT_THAT(writer.check(), IsEmpty());
  EXPECT_EQ(writer.stats().records, 20U);
}

}  // namespace
}  // namespace ruagate::test
