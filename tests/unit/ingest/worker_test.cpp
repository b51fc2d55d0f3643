#include <csignal>
#include <filesystem>
#include <memory>

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/ingest.hpp"
#include "support/report_mail.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::ingest {
namespace {

namespace fs = std::filesystem;
using test::mail_with;
using test::report_mail;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Passes everything on to a real mailbox, writes down what happens, and lets a test look or interfere.
class Recorder final : public mailbox::Mailbox {
 public:
  explicit Recorder(std::unique_ptr<mailbox::Mailbox> inner) : inner_(std::move(inner)) {}
  const std::string& name() const override { return inner_->name(); }
  Result<std::optional<std::uint64_t>> begin_pass() override { return inner_->begin_pass(); }
  Result<std::vector<mailbox::MessageRef>> next(std::size_t max_count) override { return inner_->next(max_count); }
  Result<std::string> fetch(const mailbox::MessageRef& message) override {
    if (on_fetch) {
      if (auto fault = on_fetch(message)) return tl::unexpected(*fault);
    }
    return inner_->fetch(message);
  }
  Result<void> acknowledge(std::span<const mailbox::MessageRef> messages, mailbox::Outcome outcome) override {
    if (on_acknowledge) on_acknowledge();
    for (const auto& message : messages) acknowledged.emplace_back(message.id, outcome);
    return inner_->acknowledge(messages, outcome);
  }
  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { inner_->wait(limit, stop); }
  std::size_t acknowledged_at_once() const override { return at_once; }

  std::size_t at_once = 1;
  std::function<std::optional<Error>(const mailbox::MessageRef&)> on_fetch;
  std::function<void()> on_acknowledge;
  std::vector<std::pair<std::string, mailbox::Outcome>> acknowledged;

 private:
  std::unique_ptr<mailbox::Mailbox> inner_;
};

/// While this lives, no file of this process can grow: what a full disk looks like to the database.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &saved_);
    const rlimit none{1, saved_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &saved_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit saved_{};
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(root_ / part);
  }
  void put(const std::string& name, std::string_view bytes) { test::write_file(root_ / "new" / name, bytes); }
  std::unique_ptr<Recorder> open(const std::string& processed = "keep", const std::string& rejected = "keep") {
    mailbox::Options options;
    options.name = "rua";
    options.processed = *mailbox::parse_acknowledgement(processed);
    options.rejected = *mailbox::parse_acknowledgement(rejected);
    auto opened = mailbox::open_maildir(root_.string(), options);
    EXPECT_TRUE(opened);
    return std::make_unique<Recorder>(std::move(*opened));
  }
  /// One pass over the maildir with a new worker.
  Outcome ingest(mailbox::Mailbox& mailbox, Options options = {}) {
    Worker worker(options.dry_run ? nullptr : &store_, clock_, options);
    EXPECT_TRUE(worker.run(mailbox, [] { return false; }, {}));
    return worker.outcome();
  }
  Outcome ingest() { return ingest(*open()); }
  std::uint64_t stored() { return store_.stats().reports; }

  test::TempDir dir_;
  fs::path root_ = dir_ / "Maildir";
  std::string database_ = (dir_ / "x.db").string();
  store::Store store_{database_, store::OpenMode::write};
  FixedClock clock_{instant_from(1'790'100'000)};
};

TEST_F(WorkerTest, StoresOnceHoweverOftenItIsRead) {
  for (int i = 0; i < 5; ++i) put(std::to_string(i), report_mail(i));
  put("again", report_mail(3));
  auto outcome = ingest();
  EXPECT_EQ(outcome.messages, 6U);
  EXPECT_EQ(outcome.reports_new, 5U);
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_EQ(outcome.records, 5U);
  outcome = ingest();
  EXPECT_EQ(outcome.reports_new, 0U);
  EXPECT_EQ(outcome.reports_duplicate, 6U);
  EXPECT_EQ(outcome.records, 0U);
  EXPECT_EQ(stored(), 5U);
  EXPECT_EQ(store_.stats().messages, 50U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(WorkerTest, KeepsTheRawDocumentAsReceived) {
  put("1", report_mail(1));
  (void)ingest();
  std::int64_t id = 0;
  store_.reports({}, [&](store::ReportRow&& row) {
    id = row.id;
    EXPECT_EQ(row.provenance.origin, "rua/new/1");
    EXPECT_EQ(row.provenance.received_at, clock_.now());
    return true;
  });
  const auto raw = store_.raw(id);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->bytes, unpack::gzip(test::report_xml(1)));
  EXPECT_EQ(raw->encoding, store::RawEncoding::gzip);
}

TEST_F(WorkerTest, KeepsNoRawWhenToldSo) {
  put("1", report_mail(1));
  Options options;
  options.keep_raw = false;
  (void)ingest(*open(), options);
  EXPECT_EQ(stored(), 1U);
  EXPECT_EQ(store_.stats().raw_documents, 0U);
}

TEST_F(WorkerTest, AConflictIsCountedAndBecomesAReject) {
  put("1", report_mail(1, 10));
  put("2", report_mail(1, 7));
  put("3", report_mail(1, 70));
  auto mailbox = open("move:Archive", "move:Rejected");
  const auto outcome = ingest(*mailbox);
  EXPECT_EQ(outcome.reports_new, 1U);
  EXPECT_EQ(outcome.reports_conflicting, 2U);
  EXPECT_THAT(outcome.rejected_by_reason, ElementsAre(Pair("conflicting_report", 2U)));
  EXPECT_EQ(stored(), 1U);
  EXPECT_EQ(store_.stats().messages, 70U);
  EXPECT_EQ(store_.rejects().size(), 2U);
  EXPECT_THAT(store_.check(), IsEmpty());
  EXPECT_TRUE(fs::exists(root_ / ".Rejected/cur/2:2,"));
  EXPECT_TRUE(fs::exists(root_ / ".Archive/cur/3:2,"));
}

TEST_F(WorkerTest, RejectsAreKeptAndIgnoredMailStays) {
  put("1", report_mail(1));
  put("2", mail_with("application/zip", "x.zip", "garbage"));
  put("3", "From: a@example.com\nSubject: hello\n\nhello\n");
  put("4", "");
  auto mailbox = open("move:Archive", "move:Rejected");
  const auto outcome = ingest(*mailbox);
  EXPECT_EQ(outcome.messages, 4U);
  EXPECT_EQ(outcome.rejected_count, 2U);
  ASSERT_EQ(outcome.rejected.size(), 2U);
  EXPECT_EQ(outcome.rejected[0].origin, "rua/new/2");
  EXPECT_EQ(outcome.rejected[0].part, "x.zip");
  EXPECT_EQ(outcome.rejected[0].reason, "attachment_unreadable");
  EXPECT_EQ(outcome.rejected[1].reason, "empty_message");
  ASSERT_EQ(outcome.ignored.size(), 1U);
  EXPECT_EQ(outcome.ignored[0].reason, "not_a_report");
  const auto rejects = store_.rejects();
  ASSERT_EQ(rejects.size(), 2U);
  EXPECT_TRUE(fs::exists(root_ / ".Archive/cur/1:2,"));
  EXPECT_TRUE(fs::exists(root_ / ".Rejected/cur/2:2,"));
  EXPECT_TRUE(fs::exists(root_ / "new/3"));
  EXPECT_TRUE(fs::exists(root_ / ".Rejected/cur/4:2,"));
  for (const auto& row : rejects) {
    EXPECT_EQ(store_.reject_bytes(row.id).value_or("none"), row.part == "x.zip" ? "garbage" : "");
  }
}

TEST_F(WorkerTest, TooLargeMessagesAreRejectedWithoutTheirBytes) {
  put("1", std::string(2000, 'x'));
  mailbox::Options options;
  options.name = "rua";
  options.max_message_bytes = 1000;
  auto mailbox = *mailbox::open_maildir(root_.string(), options);
  const auto outcome = ingest(*mailbox);
  EXPECT_THAT(outcome.rejected_by_reason, ElementsAre(Pair("message_too_large", 1U)));
  ASSERT_EQ(store_.rejects().size(), 1U);
  EXPECT_EQ(store_.rejects()[0].size, 0U);
}

TEST_F(WorkerTest, AcknowledgesOnlyWhatIsCommitted) {
  for (int i = 0; i < 10; ++i) put(std::to_string(i), report_mail(i));
  auto mailbox = open("move:Archive");
  Options options;
  options.batch_reports = 3;
  options.batch_time = std::chrono::hours(1);
  std::vector<std::uint64_t> visible;
  mailbox->on_acknowledge = [&] {
    // What another process sees at this moment.
    store::Store other(database_, store::OpenMode::read);
    visible.push_back(other.stats().reports);
    EXPECT_LE(mailbox->acknowledged.size(), visible.back());
  };
  (void)ingest(*mailbox, options);
  EXPECT_THAT(visible, ElementsAre(3U, 6U, 9U, 10U));
  EXPECT_EQ(mailbox->acknowledged.size(), 10U);
}

TEST_F(WorkerTest, AcknowledgesAsManyAtATimeAsTheMailboxLikes) {
  for (int i = 0; i < 10; ++i) put(std::to_string(i), report_mail(i));
  put("again", report_mail(3));
  auto mailbox = open("move:Archive");
  mailbox->at_once = 5;
  Options options;
  options.batch_reports = 3;
  options.batch_time = std::chrono::hours(1);
  std::vector<std::uint64_t> visible;
  mailbox->on_acknowledge = [&] { visible.push_back(store::Store(database_, store::OpenMode::read).stats().reports); };
  (void)ingest(*mailbox, options);
  EXPECT_THAT(visible, ElementsAre(6U, 10U));
  EXPECT_EQ(mailbox->acknowledged.size(), 11U);
}

TEST_F(WorkerTest, WhatWasCommittedBeforeTheDatabaseFailedIsAcknowledged) {
  for (int i = 0; i < 10; ++i) put(std::to_string(i), report_mail(i));
  auto mailbox = open("move:Archive");
  mailbox->at_once = 1000;
  {
    store::Store failing((dir_ / "failing.db").string(), store::OpenMode::write);
    Options options;
    options.readers = 0;
    options.batch_reports = 4;
    options.batch_time = std::chrono::hours(1);
    std::optional<FullDisk> full_disk;
    const auto after_first_batch = [&](const Progress& progress) {
      if (progress.messages == 4) full_disk.emplace();
    };
    mailbox->on_acknowledge = [&] { full_disk.reset(); };
    Worker worker(&failing, clock_, options);
    EXPECT_THROW((void)worker.run(
                     *mailbox, [] { return false; }, after_first_batch),
                 store::StoreError);
    EXPECT_EQ(mailbox->acknowledged.size(), 4U);
  }
  auto next = open("move:Archive");
  EXPECT_EQ(ingest(*next).reports_new, 6U);
}

TEST_F(WorkerTest, ADatabaseThatFailsLeavesMessagesUnacknowledged) {
  for (int i = 0; i < 10; ++i) put(std::to_string(i), report_mail(i));
  const auto database = (dir_ / "failing.db").string();
  auto mailbox = open("move:Archive");
  {
    store::Store failing(database, store::OpenMode::write);
    Options options;
    options.batch_reports = 4;
    options.batch_time = std::chrono::hours(1);
    std::optional<FullDisk> full_disk;
    mailbox->on_acknowledge = [&] { full_disk.emplace(); };  // After the first batch.
    Worker worker(&failing, clock_, options);
    EXPECT_THROW((void)worker.run(*mailbox, [] { return false; }, {}), store::StoreError);
    full_disk.reset();
    EXPECT_EQ(mailbox->acknowledged.size(), 4U);
    EXPECT_EQ(worker.outcome().messages, 4U);
  }
  // The next run, with a database that works, finds the others where they were.
  auto next = open("move:Archive");
  EXPECT_EQ(ingest(*next).reports_new, 6U);
}

TEST_F(WorkerTest, WhatCannotBeFetchedNowStaysAndIsCounted) {
  for (int i = 0; i < 5; ++i) put(std::to_string(i), report_mail(i));
  auto mailbox = open("move:Archive");
  mailbox->on_fetch = [](const mailbox::MessageRef& message) -> std::optional<Error> {
    if (message.id == "new/1") return Error{ErrorKind::temporary, "unreadable", "too many open files"};
    if (message.id == "new/2") return Error{ErrorKind::temporary, "message_gone", "gone"};
    return std::nullopt;
  };
  const auto outcome = ingest(*mailbox);
  EXPECT_EQ(outcome.messages, 3U);
  EXPECT_EQ(outcome.reports_new, 3U);
  ASSERT_EQ(outcome.failures.size(), 1U);
  EXPECT_EQ(outcome.failures[0], "rua/new/1: too many open files");
  EXPECT_TRUE(fs::exists(root_ / "new/1"));
  ASSERT_EQ(store_.runs(10).size(), 1U);
  EXPECT_EQ(store_.runs(10)[0].failures, 1U);
}

TEST_F(WorkerTest, StopEndsThePassWithWhatWasRead) {
  for (int i = 0; i < 10; ++i) put(std::to_string(i), report_mail(i));
  auto mailbox = open("move:Archive");
  Options options;
  options.readers = 0;
  Worker worker(&store_, clock_, options);
  std::uint64_t read = 0;
  const auto count = [&](const Progress& progress) { read = progress.messages; };
  EXPECT_TRUE(worker.run(
      *mailbox, [&] { return read >= 5; }, count));
  EXPECT_EQ(worker.outcome().messages, 5U);
  EXPECT_EQ(stored(), read);
  EXPECT_EQ(mailbox->acknowledged.size(), read);
  ASSERT_EQ(store_.runs(10).size(), 1U);
  EXPECT_EQ(store_.runs(10)[0].messages, read);
}

TEST_F(WorkerTest, ADryRunStoresAndChangesNothing) {
  put("1", report_mail(1));
  put("2", report_mail(1));
  put("3", mail_with("application/zip", "x.zip", "garbage"));
  auto mailbox = open("delete", "delete");
  Options options;
  options.dry_run = true;
  const auto outcome = ingest(*mailbox, options);
  EXPECT_EQ(outcome.reports_new, 1U);
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_EQ(outcome.rejected_count, 1U);
  EXPECT_THAT(mailbox->acknowledged, IsEmpty());
  EXPECT_EQ(stored(), 0U);
  EXPECT_TRUE(fs::exists(root_ / "new/3"));
}

TEST_F(WorkerTest, TellsProgressAndStages) {
  for (int i = 0; i < 4; ++i) put(std::to_string(i), report_mail(i));
  auto mailbox = open();
  Worker worker(&store_, clock_, {});
  std::vector<std::uint64_t> done;
  ASSERT_TRUE(worker.run(*mailbox, {}, [&](const Progress& progress) {
    done.push_back(progress.messages);
    EXPECT_EQ(progress.total, 4U);
  }));
  EXPECT_THAT(done, ElementsAre(1U, 2U, 3U, 4U));
  for (const auto* stage : {"fetch", "mime", "unpack", "xml", "store", "acknowledge"}) {
    ASSERT_TRUE(worker.outcome().stage_seconds.contains(stage)) << stage;
    EXPECT_GE(worker.outcome().stage_seconds.at(stage), 0) << stage;
  }
  EXPECT_GT(worker.outcome().seconds, 0);
}

TEST_F(WorkerTest, RunsAreWrittenDownForEachMailbox) {
  put("1", report_mail(1));
  auto mailbox = open("move:Archive");
  Worker worker(&store_, clock_, {});
  ASSERT_TRUE(worker.run(*mailbox, {}, {}));
  put("2", report_mail(2));
  ASSERT_TRUE(worker.run(*mailbox, {}, {}));
  ASSERT_TRUE(worker.run(*mailbox, {}, {}));  // Nothing new: no row.
  const auto runs = store_.runs(10);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].messages, 1U);
  EXPECT_EQ(runs[0].reports_new, 1U);
  EXPECT_EQ(runs[0].mailbox, "rua");
}

TEST_F(WorkerTest, AMailboxThatCannotBeListedIsAnError) {
  auto mailbox = open();
  fs::remove_all(root_);
  Worker worker(&store_, clock_, {});
  const auto ran = worker.run(*mailbox, {}, {});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().kind, ErrorKind::temporary);
}

}  // namespace
}  // namespace ruagate::ingest
