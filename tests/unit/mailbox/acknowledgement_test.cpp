#include <gtest/gtest.h>

#include "mailbox/mailbox.hpp"

namespace ruagate::mailbox {
namespace {

TEST(Acknowledgement, ReadsAndWritesEveryForm) {
  for (const auto* text : {"keep", "flag", "delete", "move:Archive", "move:Archive/2026 done"}) {
    const auto read = parse_acknowledgement(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_string(*read), text);
  }
}

TEST(Acknowledgement, RefusesFoldersOutsideTheMailbox) {
  for (const auto* text : {"", "Move:x", "move", "move:", "move:/etc", "move:..", "move:a/../../b", "move:a//b",
                           "move:a/", "move:.hidden", "move:a\nb", "archive"}) {
    const auto read = parse_acknowledgement(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace ruagate::mailbox
