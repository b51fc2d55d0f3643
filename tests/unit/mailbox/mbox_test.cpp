#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailbox/mbox_scanner.hpp"
#include "support/temp_dir.hpp"
#include "unit/mailbox/drain.hpp"

namespace ruagate::mailbox {
namespace {

using testing::ElementsAre;

class MboxTest : public testing::Test {
 protected:
  std::vector<std::string> messages(std::string_view bytes) {
    test::write_file(path_, bytes);
    auto opened = open_path(path_, 64U << 20);
    EXPECT_TRUE(opened);
    std::vector<std::string> all;
    for (const auto& message : list(**opened)) all.push_back((*opened)->fetch(message).value());
    return all;
  }
  test::TempDir dir_;
  std::string path_ = (dir_ / "mail").string();
};

TEST_F(MboxTest, SplitsAtFromLinesAndUnquotes) {
  EXPECT_THAT(messages("From a@b Mon Nov 16 00:00:00 2026\nSubject: 1\n\n>From here\n>>From there\n> From x\n\n"
                       "From a@b Mon Nov 16 00:00:00 2026\nSubject: 2\n\nend\n\n"),
              ElementsAre("Subject: 1\n\nFrom here\n>From there\n> From x\n", "Subject: 2\n\nend\n"));
}

TEST_F(MboxTest, LineEndsMayBeCrLf) {
  EXPECT_THAT(messages("From a@b x\r\nSubject: 1\r\n\r\none\r\n\r\nFrom a@b x\r\nSubject: 2\r\n\r\ntwo\r\n"),
              ElementsAre("Subject: 1\r\n\r\none\r\n", "Subject: 2\r\n\r\ntwo\r\n"));
}

TEST_F(MboxTest, AFromLineInsideALetterDoesNotCutIt) {
  EXPECT_THAT(messages("From a@b x\nSubject: 1\n\nHello\n\nFrom now on all is well\nreally\nFrom a@b x\nA: b\n"),
              ElementsAre("Subject: 1\n\nHello\n\nFrom now on all is well\nreally\nFrom a@b x\nA: b\n"));
}

TEST_F(MboxTest, BuffersDoNotShowInMessages) {
  std::string bytes;
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    // Lengths around the buffer's size, as one line and as many.
    const auto length = static_cast<std::size_t>(256 * 1024 - 60 + i * 3);
    std::string body(length, static_cast<char>('a' + i % 26));
    if (i % 2 == 0) {
      for (std::size_t at = 70; at < body.size(); at += 71) body[at] = '\n';
    }
    auto message = "Subject: " + std::to_string(i) + "\n\n" + body + "\n";
    bytes += "From a@b Mon Nov 16 00:00:00 2026\n" + message + "\n";
    expected.push_back(std::move(message));
  }
  const auto read = messages(bytes);
  ASSERT_EQ(read.size(), expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(read[i] == expected[i]) << i;
}

TEST_F(MboxTest, NamesMessagesByNumber) {
  test::write_file(path_, "From a@b x\nA: 1\n\n\nFrom a@b x\nA: 2\n\n");
  auto opened = open_path(path_, 1000);
  EXPECT_THAT(origins(list(**opened)), ElementsAre(path_ + "#1", path_ + "#2"));
}

TEST_F(MboxTest, OneMessageOverTheLimitDoesNotCostTheOthers) {
  test::write_file(path_, "From a@b x\nA: 1\n\n" + std::string(2000, 'x') + "\n\nFrom a@b x\nA: 2\n\n");
  auto opened = open_path(path_, 1000);
  const auto all = list(**opened);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ((*opened)->fetch(all[0]).error().code, "message_too_large");
  EXPECT_EQ((*opened)->fetch(all[1]).value(), "A: 2\n");
}

TEST_F(MboxTest, AFileThatShrinksIsNoDisaster) {
  test::write_file(path_, "From a@b x\nA: 1\n\none\n\nFrom a@b x\nA: 2\n\ntwo\n");
  auto opened = open_path(path_, 1000);
  const auto all = list(**opened);
  ASSERT_EQ(all.size(), 2U);
  std::filesystem::resize_file(path_, 10);
  const auto read = (*opened)->fetch(all[1]);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "message_gone");
}

TEST_F(MboxTest, ConfiguredMboxesAreOnlyRead) {
  test::write_file(path_, "From a@b x\nA: 1\n\n");
  Options options;
  options.name = "rua";
  EXPECT_TRUE(open_mbox(path_, options));
  for (const auto* text : {"flag", "delete", "move:x"}) {
    options.processed = *parse_acknowledgement(text);
    const auto opened = open_mbox(path_, options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::usage);
  }
}

TEST_F(MboxTest, AConfiguredMboxMustBeOne) {
  Options options;
  options.name = "rua";
  EXPECT_EQ(open_mbox(path_, options).error().code, "no_such_path");
  test::write_file(path_, "Subject: x\n\n");
  EXPECT_EQ(open_mbox(path_, options).error().code, "not_an_mbox");
  test::write_file(path_, "");
  auto empty = open_mbox(path_, options);
  ASSERT_TRUE(empty);
  EXPECT_TRUE(list(**empty).empty());
  test::write_file(path_, "From a@b x\nA: 1\n\n");
  EXPECT_THAT(origins(list(**empty)), ElementsAre("rua#1"));
}

TEST(BeginsLikeMbox, NeedsAHeaderBehindTheFromLine) {
  EXPECT_TRUE(begins_like_mbox("From a@b Mon\nReturn-Path: x\n"));
  EXPECT_FALSE(begins_like_mbox("From a@b Mon\nhello\n"));
  EXPECT_FALSE(begins_like_mbox("From: a@b\nSubject: x\n"));
  EXPECT_FALSE(begins_like_mbox("From a@b Mon"));
  EXPECT_FALSE(begins_like_mbox(""));
}

}  // namespace
}  // namespace ruagate::mailbox
