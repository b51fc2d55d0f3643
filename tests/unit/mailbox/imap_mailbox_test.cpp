#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "mailbox/imap.hpp"
#include "support/temp_dir.hpp"
#include "unit/mailbox/imap_server.hpp"

namespace ruagate::mailbox {
namespace {

using Server = test::ImapServer;

class ImapMailboxTest : public testing::Test {
 protected:
  std::unique_ptr<Mailbox> open(const Server& server, std::chrono::milliseconds quiet = std::chrono::minutes{2}) {
    ImapSettings settings;
    settings.quiet_limit = quiet;
    settings.chunk_messages = 1;
    return open(server, settings);
  }
  std::unique_ptr<Mailbox> open(const Server& server, ImapSettings settings) {
    test::write_file(dir_ / "password", "secret\n");
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.tls = ImapSettings::Tls::none;
    settings.user = "rua";
    settings.password_file = (dir_ / "password").string();
    Options options;
    options.name = "rua";
    options.processed = *parse_acknowledgement("move:Archive");
    auto opened = open_imap(settings, options);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  test::TempDir dir_;
};

TEST_F(ImapMailboxTest, GoesOnWhileTheServerMoves) {
  Server server(3);
  const auto mailbox = open(server);
  ASSERT_TRUE(mailbox->begin_pass());
  const auto messages = *mailbox->next(10);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(*mailbox->fetch(messages[0]), "m1");

  server.hold_moves();
  ASSERT_TRUE(mailbox->acknowledge(std::span(messages).first(1), Outcome::processed));
  ASSERT_TRUE(server.sees("UID MOVE 1 ", 1));
  EXPECT_EQ(*mailbox->fetch(messages[1]), "m2");
  EXPECT_EQ(*mailbox->fetch(messages[2]), "m3");
  EXPECT_EQ(mailbox->checkpoint(), std::nullopt);  // The server has not confirmed it.

  server.release("OK moved");
  ASSERT_TRUE(mailbox->settle());
  EXPECT_EQ(mailbox->checkpoint()->last_uid, 1U);
  ASSERT_TRUE(mailbox->acknowledge(std::span(messages).subspan(1), Outcome::processed));
  ASSERT_TRUE(mailbox->settle());
  EXPECT_EQ(mailbox->checkpoint()->last_uid, 3U);
  EXPECT_TRUE(server.there().empty());
}

TEST_F(ImapMailboxTest, RefusedMoveIsDoneAgain) {
  Server server(2);
  const auto mailbox = open(server);
  ASSERT_TRUE(mailbox->begin_pass());
  const auto messages = *mailbox->next(10);
  EXPECT_EQ(*mailbox->fetch(messages[0]), "m1");
  server.hold_moves();
  ASSERT_TRUE(mailbox->acknowledge(messages, Outcome::processed));
  ASSERT_TRUE(server.sees("UID MOVE 1:2 ", 1));
  server.release("NO [EXPUNGEISSUED] some have gone");
  ASSERT_TRUE(mailbox->settle());
  EXPECT_TRUE(server.there().empty());
  EXPECT_EQ(mailbox->checkpoint()->last_uid, 2U);
}

TEST_F(ImapMailboxTest, PortionsAreBoundedByNumberAndByBytes) {
  for (const auto& [messages, bytes] : {std::pair{3, 1'000}, std::pair{1'000, 7}}) {  // Each message has two bytes.
    Server server(7);
    ImapSettings settings;
    settings.chunk_messages = static_cast<std::size_t>(messages);
    settings.chunk_bytes = static_cast<std::size_t>(bytes);
    const auto mailbox = open(server, settings);
    ASSERT_TRUE(mailbox->begin_pass());
    const auto listed = *mailbox->next(10);
    for (const auto& message : listed) EXPECT_TRUE(mailbox->fetch(message));
    for (const auto portion : {"1:3", "4:6", "7"}) {
      EXPECT_TRUE(server.sees(format("UID FETCH {} (UID BODY.PEEK[])", portion), 1)) << portion;
    }
  }
}

TEST_F(ImapMailboxTest, FewerAreAcknowledgedAtOnceWhenAllIsFetched) {
  Server server(3);
  const auto mailbox = open(server);
  ASSERT_TRUE(mailbox->begin_pass());
  const auto messages = *mailbox->next(10);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_TRUE(mailbox->fetch(messages[0]));
  const auto before = mailbox->acknowledged_at_once();
  EXPECT_TRUE(mailbox->fetch(messages[1]));
  EXPECT_TRUE(mailbox->fetch(messages[2]));
  EXPECT_LT(mailbox->acknowledged_at_once(), before);
}

TEST_F(ImapMailboxTest, SessionThatNobodyUsesIsKeptAlive) {
  Server server(1);
  const auto mailbox = open(server, std::chrono::milliseconds{20});
  ASSERT_TRUE(mailbox->begin_pass());
  EXPECT_TRUE(server.sees("NOOP", 4));
}

}  // namespace
}  // namespace ruagate::mailbox
