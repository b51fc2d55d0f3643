#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.hpp"
#include "unit/mailbox/drain.hpp"

namespace ruagate::mailbox {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class MaildirTest : public testing::Test {
 protected:
  MaildirTest() {
    for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(root_ / part);
  }
  void put(const std::string& below, std::string_view bytes = "x") { test::write_file(root_ / below, bytes); }
  bool exists(const std::string& below) const { return fs::exists(root_ / below); }
  std::unique_ptr<Mailbox> open(const std::string& processed = "keep", const std::string& rejected = "keep") {
    Options options;
    options.name = "rua";
    options.processed = *parse_acknowledgement(processed);
    options.rejected = *parse_acknowledgement(rejected);
    auto opened = open_maildir(root_.string(), options);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  /// Paths of all files below the maildir, sorted.
  std::vector<std::string> files() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) all.push_back(fs::relative(entry.path(), root_).string());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  test::TempDir dir_;
  fs::path root_ = dir_ / "Maildir";
};

TEST_F(MaildirTest, ReadsCurNewAndSubfoldersButNeverTmp) {
  put("new/1.a", "one");
  put("cur/2.b:2,RS", "two");
  put("tmp/3.c", "half");
  put(".Sub/cur/4.d:2,", "four");
  put(".Sub/tmp/5.e", "half");
  put("Nested/Deep/new/6.f", "six");
  put("dovecot-uidlist", "no mail");
  fs::create_directories(root_ / "Nested/Deep/cur");
  auto opened = open_path(root_.string(), 1000);
  ASSERT_TRUE(opened);
  EXPECT_THAT(drain(**opened),
              UnorderedElementsAre(Pair("new/1.a", "one"), Pair("cur/2.b:2,RS", "two"), Pair(".Sub/cur/4.d:2,", "four"),
                                   Pair("Nested/Deep/new/6.f", "six")));
}

TEST_F(MaildirTest, TellsHowManyMessagesThereAreAndKeepsOrder) {
  put("cur/3.c");
  put("new/1.a");
  put("cur/2.b");
  auto mailbox = open();
  EXPECT_EQ(mailbox->begin_pass().value(), 3U);
  EXPECT_THAT(origins(list(*mailbox, 1)), ElementsAre("rua/new/1.a", "rua/cur/2.b", "rua/cur/3.c"));
  EXPECT_THAT(origins(list(*mailbox, 10)), ElementsAre("rua/new/1.a", "rua/cur/2.b", "rua/cur/3.c"));
}

TEST_F(MaildirTest, SameNameInTwoPlacesIsTwoMessages) {
  put("new/1.eml", "a");
  put("cur/1.eml", "b");
  put(".Sub/cur/1.eml", "c");
  EXPECT_EQ(drain(*open()).size(), 3U);
}

TEST_F(MaildirTest, FindsMessagesThatAnotherClientMovedOrFlagged) {
  put("new/1.a", "one");
  put("cur/2.b:2,", "two");
  put("cur/3.c:2,S", "three");
  auto mailbox = open();
  const auto messages = list(*mailbox);
  ASSERT_EQ(messages.size(), 3U);
  fs::rename(root_ / "new/1.a", root_ / "cur/1.a:2,FS");
  fs::rename(root_ / "cur/2.b:2,", root_ / "cur/2.b:2,S");
  fs::remove(root_ / "cur/3.c:2,S");
  EXPECT_EQ(mailbox->fetch(messages[0]).value(), "one");
  EXPECT_EQ(mailbox->fetch(messages[1]).value(), "two");
  const auto gone = mailbox->fetch(messages[2]);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "message_gone");
}

TEST_F(MaildirTest, MovesToTheSubfolderKeepingNameAndFlags) {
  put("new/1.a", "one");
  put("cur/2.b:2,RS", "two");
  put("cur/3.c:2,", "bad");
  put("cur/4.d:2,", "other");
  auto mailbox = open("move:Archive/2026", "move:Rejected");
  const auto all = list(*mailbox);
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(2), Outcome::processed));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(2, 1), Outcome::rejected));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(3, 1), Outcome::ignored));
  EXPECT_THAT(files(), ElementsAre(".Archive.2026/cur/1.a:2,", ".Archive.2026/cur/2.b:2,RS", ".Rejected/cur/3.c:2,",
                                   "cur/4.d:2,"));
  EXPECT_TRUE(exists(".Archive.2026/new"));
  EXPECT_TRUE(exists(".Archive.2026/tmp"));
  // The same again: nothing is left to do, and that is no error.
  EXPECT_TRUE(mailbox->acknowledge(std::span(all).first(2), Outcome::processed));
  // What was moved there is not read again.
  EXPECT_THAT(origins(list(*open("move:Archive/2026", "move:Rejected"))), ElementsAre("rua/cur/4.d:2,"));
}

TEST_F(MaildirTest, MovingNeverOverwrites) {
  put("cur/1.a:2,", "new one");
  put(".Archive/cur/1.a:2,", "old one");
  auto mailbox = open("move:Archive");
  const auto all = list(*mailbox);
  ASSERT_EQ(all.size(), 1U);
  ASSERT_TRUE(mailbox->acknowledge(all, Outcome::processed));
  EXPECT_THAT(files(), ElementsAre(".Archive/cur/1.a.2:2,", ".Archive/cur/1.a:2,"));
  EXPECT_EQ(test::read_file(root_ / ".Archive/cur/1.a:2,"), "old one");
}

TEST_F(MaildirTest, AcknowledgesWhatWasMovedMeanwhile) {
  put("new/1.a");
  auto mailbox = open("move:Archive");
  const auto all = list(*mailbox);
  fs::rename(root_ / "new/1.a", root_ / "cur/1.a:2,FS");
  ASSERT_TRUE(mailbox->acknowledge(all, Outcome::processed));
  EXPECT_THAT(files(), ElementsAre(".Archive/cur/1.a:2,FS"));
}

TEST_F(MaildirTest, FlagsAsSeenAndPassesOverSeen) {
  put("new/1.a");
  put("cur/2.b:2,FR");
  put("cur/3.c:2,S");
  auto mailbox = open("flag");
  const auto all = list(*mailbox);
  EXPECT_THAT(origins(all), ElementsAre("rua/new/1.a", "rua/cur/2.b:2,FR"));
  ASSERT_TRUE(mailbox->acknowledge(all, Outcome::processed));
  EXPECT_THAT(files(), ElementsAre("cur/1.a:2,S", "cur/2.b:2,FRS", "cur/3.c:2,S"));
  EXPECT_THAT(list(*open("flag")), IsEmpty());
  EXPECT_EQ(list(*open("keep")).size(), 3U);
}

TEST_F(MaildirTest, Deletes) {
  put("new/1.a");
  put("cur/2.b:2,");
  auto mailbox = open("delete");
  const auto all = list(*mailbox);
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(1), Outcome::processed));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(1), Outcome::rejected));
  EXPECT_THAT(files(), ElementsAre("cur/2.b:2,"));
}

TEST_F(MaildirTest, PassesOverWhatTheSameObjectHasAcknowledged) {
  put("new/1.a");
  put("new/2.b");
  auto mailbox = open();
  const auto all = list(*mailbox);
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(1), Outcome::processed));
  EXPECT_THAT(origins(list(*mailbox)), ElementsAre("rua/new/2.b"));
}

TEST_F(MaildirTest, TooLargeMessagesAreNotRead) {
  put("new/1.a", std::string(1001, 'x'));
  auto opened = open_path(root_.string(), 1000);
  const auto all = list(**opened);
  const auto bytes = (*opened)->fetch(all.at(0));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().kind, ErrorKind::too_large);
  EXPECT_EQ(bytes.error().code, "message_too_large");
}

TEST_F(MaildirTest, LinksInACircleAndThingsThatAreNoFilesDoNoHarm) {
  put("new/1.a", "one");
  fs::create_directory_symlink(root_, root_ / ".Loop");
  fs::create_symlink("2.self", root_ / "new/2.self");
  ASSERT_EQ(::mkfifo((root_ / "new/3.fifo").c_str(), 0600), 0);
  EXPECT_THAT(drain(**open_path(root_.string(), 1000)),
              UnorderedElementsAre(Pair("new/1.a", "one"), Pair("new/2.self", "!unreadable")));
}

TEST_F(MaildirTest, ManyMessagesInSmallPortions) {
  for (int i = 0; i < 2500; ++i) put("new/" + std::to_string(i) + ".x", std::to_string(i));
  auto mailbox = open("move:Archive");
  ASSERT_EQ(mailbox->begin_pass().value(), 2500U);
  std::size_t count = 0;
  for (;;) {
    const auto some = mailbox->next(100).value();
    if (some.empty()) break;
    count += some.size();
    ASSERT_TRUE(mailbox->acknowledge(some, Outcome::processed));
  }
  EXPECT_EQ(count, 2500U);
  EXPECT_EQ(files().size(), 2500U);
  EXPECT_TRUE(fs::is_empty(root_ / "new"));
}

TEST_F(MaildirTest, WaitingEndsWhenMailArrives) {
  auto mailbox = open();
  (void)list(*mailbox);
  std::thread deliver([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    put("tmp/1.a");
    fs::rename(root_ / "tmp/1.a", root_ / "new/1.a");
  });
  const auto begin = std::chrono::steady_clock::now();
  mailbox->wait(std::chrono::seconds(20), [] { return false; });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  deliver.join();
  EXPECT_EQ(list(*mailbox).size(), 1U);
}

TEST_F(MaildirTest, WaitingSeesWhatCameBeforeIt) {
  auto mailbox = open();
  (void)list(*mailbox);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  put("new/1.a");
  const auto begin = std::chrono::steady_clock::now();
  mailbox->wait(std::chrono::seconds(20), [] { return false; });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(MaildirTest, WaitingEndsSoonAfterStop) {
  auto mailbox = open();
  (void)list(*mailbox);
  std::atomic<bool> stop = false;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  mailbox->wait(std::chrono::seconds(20), [&] { return stop.load(); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  stopper.join();
}

TEST_F(MaildirTest, OpeningSomethingElseIsWrongUse) {
  Options options;
  options.name = "rua";
  const auto missing = open_maildir((dir_ / "nowhere").string(), options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::usage);
  const auto folder = open_maildir(dir_.path().string(), options);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace ruagate::mailbox
