#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::IsEmpty;

/// Runs `body` in a process of its own and gives its exit code.
template <class Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Fault, KilledInsideATransactionLeavesTheStateBefore) {
  TempDir folder;
  const std::string path = folder / "x.db";
  {
    Store store(path, OpenMode::write);
    insert(store, make_report("kept"));
  }
  const int code = in_child([&] {
    Store store(path, OpenMode::write);
    store.begin();
    for (int i = 0; i < 2000; ++i) {  // enough to spill out of the page cache into the log
      store.insert(make_report(std::to_string(i)), from("a"), raw(std::string(30'000, 'x')));
    }
    return 7;  // no destructor, no commit
  });
  ASSERT_EQ(code, 7);
  Store store(path, OpenMode::write);
  EXPECT_EQ(all_reports(store).size(), 1U);
  EXPECT_THAT(store.check(), IsEmpty());
  EXPECT_EQ(insert(store, make_report("0")), store::InsertOutcome::added);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST(Fault, KilledAtAnyPointKeepsWholeTransactions) {
  TempDir folder;
  const std::string path = folder / "x.db";
  { const Store store(path, OpenMode::write); }
  int committed = 0;
  for (int round = 0; round < 12; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Store store(path, OpenMode::write);
      for (int i = 0;; ++i) {
        store.begin();
        for (int k = 0; k < 5; ++k) {
          const std::string id = std::to_string(round) + "." + std::to_string(i) + "." + std::to_string(k);
          store.insert(make_report(id), from("a"), raw(std::string(5000, 'x')));
        }
        store.commit();
      }
    }
    usleep(static_cast<useconds_t>(30'000 + 7'000 * round));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    Store store(path, OpenMode::write);
    const int now = static_cast<int>(all_reports(store).size());
    EXPECT_EQ(now % 5, 0) << "half a transaction";
    EXPECT_GE(now, committed);
    committed = now;
    EXPECT_THAT(store.check(), IsEmpty());
  }
  EXPECT_GT(committed, 0);
}

TEST(Fault, FullDiskIsAnErrorAndTheDatabaseStaysUsable) {
  TempDir folder;
  const std::string path = folder / "x.db";
  {
    Store store(path, OpenMode::write);
    insert(store, make_report("kept"));
  }
  // A limit on file size stands in for a full disk.
  const int code = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    Store store(path, OpenMode::write);
    const rlimit limit{1U << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      store.begin();
      for (int i = 0; i < 3000; ++i) {
        store.insert(make_report(std::to_string(i)), from("a"), raw(std::string(20'000, 'x')));
      }
      store.commit();
      return 1;
    } catch (const store::StoreError& error) {
      if (std::string_view(error.what()).find(path) == std::string_view::npos) return 2;
      store.rollback();
    }
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
    // The same store goes on once there is room.
    if (all_reports(store).size() != 1) return 3;
    insert(store, make_report("0"), from("a"), raw(std::string(20'000, 'x')));
    return store.check().empty() ? 0 : 4;
  });
  EXPECT_EQ(code, 0);
  Store store(path, OpenMode::write);
  EXPECT_EQ(all_reports(store).size(), 2U);
  EXPECT_THAT(store.check(), IsEmpty());
}

}  // namespace
}  // namespace ruagate::test
