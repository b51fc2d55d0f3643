#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

// Tokens, data versions, and whose turn it is to write.
namespace ruagate::test {
namespace {

using store::DataVersion;
using store::OpenMode;
using store::Store;
using testing::ElementsAre;
using testing::IsEmpty;

class Service : public testing::Test {
 protected:
  TempDir folder_;
  Store store_{folder_ / "x.db", OpenMode::write};

  template <class Write>
  void write(Write&& change) {
    store_.begin();
    change();
    store_.commit();
  }
  static report::Decision decision(const std::string& domain, const std::string& what) {
    report::Decision decision;
    decision.domain = domain;
    decision.what = what;
    return decision;
  }
  static store::NewReject reject(const std::string& bytes) {
    store::NewReject reject;
    reject.origin = "m";
    reject.reason = "bad_xml";
    reject.bytes = bytes;
    return reject;
  }
  report::Report of(const std::string& domain, const std::string& id) {
    report::Report report = make_report(id);
    report.policy.domain = domain;
    return report;
  }
};

TEST_F(Service, FactsRaiseTheVersionOfTheirDomainAlone) {
  insert(store_, of("a.example", "1"));
  insert(store_, of("b.example", "2"));
  const DataVersion all = store_.version();
  const DataVersion a = store_.version("a.example");
  const DataVersion b = store_.version("b.example");
  EXPECT_GT(all.facts, 0U);
  EXPECT_GT(a.facts, 0U);
  insert(store_, of("a.example", "3"));
  EXPECT_GT(store_.version().facts, all.facts);
  EXPECT_GT(store_.version("a.example").facts, a.facts);
  EXPECT_EQ(store_.version("b.example"), b);
}

TEST_F(Service, NothingNewRaisesNothing) {
  insert(store_, of("a.example", "1"));
  const DataVersion before = store_.version();
  EXPECT_EQ(insert(store_, of("a.example", "1")), store::InsertOutcome::duplicate);
  write([&] {
    store_.add_run({});
    store_.set_checkpoint("imap://x", "INBOX", {1, 2});
    EXPECT_FALSE(store_.forget_decision("a.example", "192.0.2.1"));
  });
  EXPECT_EQ(store_.version(), before);
  store_.begin();
  store_.insert(of("a.example", "2"), from("m"), {});
  store_.rollback();
  EXPECT_EQ(store_.version(), before);
  write([] {});
  EXPECT_EQ(store_.version(), before);
}

TEST_F(Service, DecisionsRejectsAndPruningRaiseIt) {
  insert(store_, of("a.example", "1"));
  DataVersion before = store_.version();
  const DataVersion domain_before = store_.version("a.example");
  write([&] { store_.set_decision(decision("a.example", "192.0.2.1")); });
  EXPECT_EQ(store_.version().decisions, before.decisions + 1);
  EXPECT_EQ(store_.version().facts, before.facts);
  EXPECT_EQ(store_.version("a.example").decisions, domain_before.decisions + 1);
  write([&] { store_.forget_decision("a.example", "192.0.2.1"); });
  EXPECT_EQ(store_.version().decisions, before.decisions + 2);

  before = store_.version();
  write([&] { store_.add_reject(reject("x")); });
  EXPECT_GT(store_.version().facts, before.facts);
  before = store_.version();
  write([&] { store_.drop_reject(1); });
  EXPECT_GT(store_.version().facts, before.facts);
  before = store_.version();
  store_.prune(at("2030-01-01"), at("2030-01-01"));
  EXPECT_GT(store_.version().facts, before.facts);
}

TEST_F(Service, BetterTrustRaisesIt) {
  insert(store_, of("a.example", "1"));
  const DataVersion before = store_.version("a.example");
  EXPECT_EQ(insert(store_, of("a.example", "1"), from("m", report::Trust::trusted)), store::InsertOutcome::duplicate);
  EXPECT_GT(store_.version("a.example").facts, before.facts);
}

TEST_F(Service, TokensAreKeptAsHashesAndTakenBack) {
  const std::uint64_t before = store_.token_version();
  std::int64_t id = 0;
  write([&] { id = store_.add_token({"grafana", sha256("secret"), 1, at("2026-11-20")}); });
  EXPECT_GT(store_.token_version(), before);
  ASSERT_EQ(store_.tokens().size(), 1U);
  EXPECT_EQ(store_.tokens()[0].name, "grafana");
  EXPECT_EQ(store_.tokens()[0].hash, sha256("secret"));
  EXPECT_EQ(store_.tokens()[0].scopes, 1U);
  store_.begin();
  EXPECT_THROW(store_.add_token({"grafana", sha256("other"), 1, at("2026-11-20")}), store::StoreError);
  store_.rollback();
  const std::uint64_t with_token = store_.token_version();
  write([&] { EXPECT_TRUE(store_.remove_token(id)); });
  write([&] { EXPECT_FALSE(store_.remove_token(id)); });
  EXPECT_THAT(store_.tokens(), IsEmpty());
  EXPECT_GT(store_.token_version(), with_token);
}

TEST_F(Service, WritersOfOneProcessTakeTurns) {
  // One writes without a pause; the other is served all the same, in its turn.
  std::atomic<bool> stop{false};
  std::atomic<int> busy_commits{0};
  std::thread busy([&] {
    Store other(folder_ / "x.db", OpenMode::write);
    while (!stop) {
      other.begin();
      other.add_run({});
      other.commit();
      ++busy_commits;
    }
  });
  while (busy_commits == 0) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) {
    const int before = busy_commits;
    store_.begin();
    EXPECT_LE(busy_commits - before, 2) << "it waited for more than the one whose turn it was";
    store_.commit();
  }
  stop = true;
  busy.join();
}

TEST_F(Service, WhoWaitsForItsTurnCanBeStopped) {
  Store other(folder_ / "x.db", OpenMode::write);
  store_.begin();
  other.give_up_when([] { return true; });
  EXPECT_THROW(other.begin(), store::StoreError);
  store_.rollback();
  EXPECT_NO_THROW(other.begin());
  other.rollback();
}

TEST_F(Service, QuestionsCanBeInterrupted) {
  store_.begin();
  for (int i = 0; i < 400; ++i) store_.insert(make_report(std::to_string(i)), from("a"), raw("x"));
  store_.commit();
  Store reader(folder_ / "x.db", OpenMode::read);
  reader.interrupt_when([] { return true; });
  EXPECT_THROW(reader.check(), store::StoreError);
  reader.interrupt_when([] { return false; });
  EXPECT_THAT(reader.check(), IsEmpty());
}

/// Whether another process sees a lock of this one on the file, where SQLite's connections keep theirs.
bool is_locked(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(path.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000;  // PENDING_BYTE, and what follows it
    lock.l_len = 512;
    _exit(file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

TEST_F(Service, OpeningASecondConnectionKeepsTheLocksOfTheFirst) {
  insert(store_, make_report("1"));
  ASSERT_TRUE(is_locked(folder_ / "x.db"));
  {
    Store reader(folder_ / "x.db", OpenMode::read);
    EXPECT_EQ(reader.stats().reports, 1U);
    EXPECT_TRUE(is_locked(folder_ / "x.db"));
    EXPECT_THROW(Store(folder_ / "./missing.db", OpenMode::read), store::StoreError);
  }
  // Without them another process takes itself for the last one and deletes the log that is read here.
  EXPECT_TRUE(is_locked(folder_ / "x.db"));
  Store again(folder_ / "x.db", OpenMode::write);
  EXPECT_TRUE(is_locked(folder_ / "x.db"));
}

TEST_F(Service, LogIsFoldedIntoTheDatabase) {
  insert(store_, make_report("1"));
  EXPECT_TRUE(store_.fold_log());
  EXPECT_EQ(std::filesystem::file_size(folder_ / "x.db-wal"), 0U);
  insert(store_, make_report("2"));
  EXPECT_EQ(store_.stats().reports, 2U);
}

TEST_F(Service, NewestRejectsComeInPages) {
  write([&] {
    for (const char* bytes : {"1", "2", "3"}) store_.add_reject(reject(bytes));
  });
  const auto ids = [](const std::vector<store::RejectRow>& rows) {
    std::vector<std::int64_t> out;
    for (const store::RejectRow& row : rows) out.push_back(row.id);
    return out;
  };
  EXPECT_THAT(ids(store_.rejects_before(std::numeric_limits<std::int64_t>::max(), 2)), ElementsAre(3, 2));
  EXPECT_THAT(ids(store_.rejects_before(2, 2)), ElementsAre(1));
  EXPECT_EQ(store_.reject_reasons().at("bad_xml"), 3U);
}

}  // namespace
}  // namespace ruagate::test
