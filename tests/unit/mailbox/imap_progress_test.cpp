#include "mailbox/imap_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ruagate::mailbox::imap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ImapProgress, FloorPassesOnlyWhatIsDone) {
  Progress progress;
  progress.begin(1);
  progress.list({3, 5, 9, 12});
  EXPECT_THAT(progress.take(3), ElementsAre(3U, 5U, 9U));
  EXPECT_EQ(progress.floor(), 0U);
  progress.done(5);
  EXPECT_EQ(progress.floor(), 2U);  // Before the first that is open.
  progress.done(3);
  EXPECT_EQ(progress.floor(), 8U);
  progress.done(9);
  EXPECT_EQ(progress.floor(), 9U);  // 12 was not handed out yet.
  EXPECT_FALSE(progress.has_open());
}

TEST(ImapProgress, WhatFailedIsListedAgainAndNothingElse) {
  Progress progress;
  progress.begin(1);
  progress.list({1, 2, 3, 4});
  (void)progress.take(10);
  for (const auto uid : {1U, 3U, 4U}) progress.done(uid);
  EXPECT_TRUE(progress.has_open());
  EXPECT_EQ(progress.floor(), 1U);
  progress.list({2, 3, 4, 5});
  EXPECT_THAT(progress.take(10), ElementsAre(2U, 5U));
  progress.done(2);
  progress.done(5);
  EXPECT_EQ(progress.floor(), 5U);
}

TEST(ImapProgress, AnotherValidityKnowsNothing) {
  Progress progress;
  progress.resume(7, 100);
  progress.begin(7);
  progress.list({99, 100, 101});
  EXPECT_THAT(progress.take(10), ElementsAre(101U));
  progress.begin(8);
  EXPECT_EQ(progress.floor(), 0U);
  EXPECT_THAT(progress.take(10), IsEmpty());
}

}  // namespace
}  // namespace ruagate::mailbox::imap
