#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include "unit/mailbox/drain.hpp"

namespace ruagate::mailbox {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kMbox =
    "From a@example.com Mon Nov 16 00:00:00 2026\nSubject: one\n\nfirst\n\n"
    "From b@example.com Mon Nov 16 00:00:01 2026\nSubject: two\n\nsecond\n";

class FolderTest : public testing::Test {
 protected:
  FolderTest() { fs::create_directories(root_); }
  void put(const std::string& below, std::string_view bytes = "x") { test::write_file(root_ / below, bytes); }
  Result<std::unique_ptr<Mailbox>> try_open(const std::string& processed, const std::string& rejected = "keep") {
    Options options;
    options.name = "drop";
    options.processed = *parse_acknowledgement(processed);
    options.rejected = *parse_acknowledgement(rejected);
    return open_folder(root_.string(), options);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) all.push_back(fs::relative(entry.path(), root_).string());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  test::TempDir dir_;
  fs::path root_ = dir_ / "drop";
};

TEST_F(FolderTest, ReadsEveryFileInOrder) {
  put("b.xml", "<b/>");
  put("a.eml", "a");
  put("sub/2.gz", "2");
  put("sub/1.gz", "1");
  put("another/x", "x");
  put(".unfinished.gz.Xy12", "half");
  auto opened = open_path(root_.string(), 1000);
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->begin_pass().value(), 5U);
  EXPECT_THAT(origins(list(**opened)), ElementsAre("a.eml", "b.xml", "another/x", "sub/1.gz", "sub/2.gz"));
}

TEST_F(FolderTest, ReadsMaildirsInsideAsMaildirs) {
  put("users/one/cur/1.a:2,S", "1");
  put("users/one/new/2.b", "2");
  put("users/one/tmp/3.c", "half");
  put("users/one/.Sub/cur/4.d:2,", "4");
  put("users/one/.Sub/tmp/5.e", "half");
  put("users/one/dovecot.index", "no mail");
  fs::create_directories(root_ / "users/one/.Sub/new");
  EXPECT_THAT(drain(**open_path(root_.string(), 1000)),
              UnorderedElementsAre(Pair("users/one/cur/1.a:2,S", "1"), Pair("users/one/new/2.b", "2"),
                                   Pair("users/one/.Sub/cur/4.d:2,", "4")));
}

TEST_F(FolderTest, ReadsMboxesInside) {
  put("old/inbox", kMbox);
  put("a.eml", "a");
  EXPECT_THAT(drain(**open_path(root_.string(), 1000)),
              UnorderedElementsAre(Pair("a.eml", "a"), Pair("old/inbox#1", "Subject: one\n\nfirst\n"),
                                   Pair("old/inbox#2", "Subject: two\n\nsecond\n")));
}

TEST_F(FolderTest, LinksInACircleAndThingsThatAreNoFilesDoNoHarm) {
  put("a.eml", "a");
  fs::create_directory_symlink(root_, root_ / "loop");
  fs::create_symlink("self", root_ / "self");
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = (root_ / "sock").string();
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::copy(path.begin(), path.end(), static_cast<char*>(address.sun_path));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(drain(**open_path(root_.string(), 1000)),
              UnorderedElementsAre(Pair("a.eml", "a"), Pair("self", "!unreadable")));
  ::close(socket);
}

TEST_F(FolderTest, MovesBelowTheFolderAndDoesNotReadItAgain) {
  put("a.eml", "a");
  put("sub/b.eml", "b");
  put("bad.eml", "c");
  put("done/a.eml", "older");
  auto mailbox = *try_open("move:done", "move:bad");
  const auto all = list(*mailbox);
  EXPECT_THAT(origins(all), ElementsAre("drop/a.eml", "drop/bad.eml", "drop/sub/b.eml"));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(1), Outcome::processed));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(1, 1), Outcome::rejected));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(2), Outcome::processed));
  EXPECT_THAT(files(), ElementsAre("bad/bad.eml", "done/a.eml", "done/a.eml.2", "done/sub/b.eml"));
  EXPECT_EQ(test::read_file(root_ / "done/a.eml"), "older");
  EXPECT_TRUE(list(**try_open("move:done", "move:bad")).empty());
}

TEST_F(FolderTest, DeletesAnMboxOnlyWhenAllOfItIsDone) {
  put("inbox", kMbox);
  auto mailbox = *try_open("delete");
  const auto all = list(*mailbox);
  ASSERT_EQ(all.size(), 2U);
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(1), Outcome::processed));
  EXPECT_THAT(files(), ElementsAre("inbox"));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(1), Outcome::processed));
  EXPECT_TRUE(files().empty());
}

TEST_F(FolderTest, KeepsAnMboxWithOtherMailInIt) {
  put("inbox", kMbox);
  auto mailbox = *try_open("delete");
  const auto all = list(*mailbox);
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).first(1), Outcome::ignored));
  ASSERT_TRUE(mailbox->acknowledge(std::span(all).subspan(1), Outcome::processed));
  EXPECT_THAT(files(), ElementsAre("inbox"));
}

TEST_F(FolderTest, ReadsAFileAgainWhenItHasChanged) {
  put("a.xml", "<a/>");
  auto mailbox = *try_open("keep");
  const auto all = list(*mailbox);
  ASSERT_TRUE(mailbox->acknowledge(all, Outcome::processed));
  EXPECT_TRUE(list(*mailbox).empty());
  put("a.xml", "<abc/>");
  EXPECT_EQ(list(*mailbox).size(), 1U);
}

TEST_F(FolderTest, FlagsAreRefused) {
  const auto opened = try_open("flag");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace ruagate::mailbox
