#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ingest/ingest.hpp"
#include "support/report_mail.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::ingest {
namespace {

namespace fs = std::filesystem;

constexpr int kReports = 600;
constexpr int kKillsPerRound = 60;
constexpr unsigned kSeed = 20261121;

/// RUAGATE_KILLS asks for more: 10,000 are the long check.
int kills_wanted() {
  const char* wanted = std::getenv("RUAGATE_KILLS");
  if (wanted != nullptr) return std::atoi(wanted);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return kKillsPerRound;  // Each takes many times as long there.
#else
  return 500;
#endif
}

/// One whole ingest of a maildir that is acknowledged by move, as a process of its own would do it.
/// `progress_fd` gets a byte for each message read.
void ingest_once(const std::string& maildir, const std::string& database, int progress_fd = -1) {
  store::Store store(database, store::OpenMode::write);
  const SystemClock clock;
  mailbox::Options mail;
  mail.name = "rua";
  mail.processed = *mailbox::parse_acknowledgement("move:Archive");
  mail.rejected = *mailbox::parse_acknowledgement("move:Rejected");
  auto mailbox = mailbox::open_maildir(maildir, mail);
  if (!mailbox) throw std::runtime_error(mailbox.error().message);
  Options options;
  options.batch_reports = 7;  // Many commits, so that kills fall between them.
  Worker worker(&store, clock, options);
  const auto tell = [&](const Progress&) {
    if (progress_fd >= 0 && ::write(progress_fd, "x", 1) != 1) throw std::runtime_error("no pipe");
  };
  if (auto ran = worker.run(**mailbox, {}, tell); !ran) throw std::runtime_error(ran.error().message);
}

class KilledIngest : public testing::Test {
 protected:
  /// A new maildir and no database.
  void begin_round() {
    fs::remove_all(maildir_);
    for (const auto* end : {"", "-wal", "-shm"}) fs::remove(database_ + end);
    for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(maildir_ / part);
    for (int i = 0; i < kReports; ++i) {
      test::write_file(maildir_ / "new" / (std::to_string(i) + ".report"), test::report_mail(i));
    }
    for (int i = 0; i < kReports / 10; ++i) {
      test::write_file(maildir_ / "new" / (std::to_string(i * 10) + ".bad"),
                       test::mail_with("application/zip", "x.zip", "garbage " + std::to_string(i)));
      test::write_file(maildir_ / "cur" / (std::to_string(i * 10) + ".other:2,S"),
                       "From: a@example.com\nSubject: hello\n\nhello\n");
    }
  }

  /// Kills a child some time after it has read `messages`. False when it had finished before.
  bool run_and_kill(unsigned messages, std::chrono::microseconds after) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      try {
        ingest_once(maildir_.string(), database_, ends[1]);
      } catch (...) {
        ::_exit(3);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    char one = 0;
    while (messages > 0 && ::read(ends[0], &one, 1) == 1) --messages;
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
  }

  std::size_t count(const std::string& below, const std::string& kind) const {
    if (!fs::exists(maildir_ / below)) return 0;
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(maildir_ / below)) {
      if (entry.path().filename().string().find(kind) != std::string::npos) ++found;
    }
    return found;
  }

  /// What must be true when all is done, however often it was begun.
  void finish_and_check() {
    ingest_once(maildir_.string(), database_);

    store::Store store(database_, store::OpenMode::read);
    EXPECT_THAT(store.check(), testing::IsEmpty());
    EXPECT_EQ(store.stats().reports, static_cast<std::uint64_t>(kReports));
    EXPECT_EQ(store.stats().messages, static_cast<std::uint64_t>(kReports) * 10);
    std::set<std::string> ids;
    store.reports({}, [&](store::ReportRow&& row) {
      EXPECT_TRUE(ids.insert(row.report.report_id).second) << row.report.report_id;
      return true;
    });
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kReports));
    EXPECT_EQ(store.rejects().size(), static_cast<std::size_t>(kReports / 10));

    EXPECT_EQ(count(".Archive/cur", ".report"), static_cast<std::size_t>(kReports));
    EXPECT_EQ(count(".Rejected/cur", ".bad"), static_cast<std::size_t>(kReports / 10));
    EXPECT_EQ(count("cur", ".other"), static_cast<std::size_t>(kReports / 10));
    EXPECT_EQ(count("new", ""), 0U);
    EXPECT_EQ(count(".Archive/cur", ""), static_cast<std::size_t>(kReports));
  }

  test::TempDir dir_;
  fs::path maildir_ = dir_ / "Maildir";
  std::string database_ = (dir_ / "x.db").string();
};

TEST_F(KilledIngest, LosesNothingAndCountsNothingTwice) {
  std::mt19937 random(kSeed);
  int killed = 0;
  int tried = 0;
  const int wanted = kills_wanted();
  while (killed < wanted) {
    begin_round();
    for (int i = 0; i < kKillsPerRound && killed < wanted; ++i, ++tried) {
      // Anywhere between the opening of the database and the fifth commit.
      const auto messages = random() % 36;
      const std::chrono::microseconds after(random() % 5000);
      if (run_and_kill(static_cast<unsigned>(messages), after)) ++killed;
    }
    // The kills fell into the work: some of it was done.
    EXPECT_GT(count(".Archive/cur", ".report"), 0U);
    finish_and_check();
    if (HasFailure()) break;
    ASSERT_LT(tried, 2 * wanted + kKillsPerRound) << "most were done before they could be killed";
  }
}

TEST_F(KilledIngest, TwoAtOnceShareTheWork) {
  begin_round();
  std::vector<pid_t> children;
  { const store::Store created(database_, store::OpenMode::write); }
  for (int i = 0; i < 2; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        ingest_once(maildir_.string(), database_);
      } catch (...) {
        ::_exit(3);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  store::Store store(database_, store::OpenMode::read);
  EXPECT_THAT(store.check(), testing::IsEmpty());
  EXPECT_EQ(store.stats().reports, static_cast<std::uint64_t>(kReports));
  EXPECT_EQ(count(".Archive/cur", ""), static_cast<std::size_t>(kReports));
  EXPECT_EQ(count(".Rejected/cur", ""), static_cast<std::size_t>(kReports / 10));
}

}  // namespace
}  // namespace ruagate::ingest
