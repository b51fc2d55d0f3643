#include "cli/progress.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace ruagate::cli {
namespace {

ingest::Progress progress(std::uint64_t messages, std::optional<std::uint64_t> total, double seconds) {
  ingest::Progress made;
  made.messages = messages;
  made.total = total;
  made.seconds = seconds;
  return made;
}

TEST(ProgressLine, ShowsCountRateAndTimeLeft) {
  EXPECT_EQ(ProgressLine::text("rua", progress(5'000, 20'000, 2)),
            "rua: 5,000 of 20,000 messages  2,500/s  6 s left  [=====               ]");
  EXPECT_EQ(ProgressLine::text("rua", progress(10, 1'000'000, 10)),
            "rua: 10 of 1,000,000 messages  1/s  277 h 46 min left  [                    ]");
  EXPECT_EQ(ProgressLine::text("rua", progress(1'000, 300'000, 1)),
            "rua: 1,000 of 300,000 messages  1,000/s  4 min 59 s left  [                    ]");
}

TEST(ProgressLine, WithoutATotalOnlyCounts) {
  EXPECT_EQ(ProgressLine::text("-", progress(1'234, std::nullopt, 1)), "-: 1,234 messages  1,234/s");
}

TEST(ProgressLine, HostileNamesAreEscaped) {
  EXPECT_EQ(ProgressLine::text("a\x1b[2J", progress(1, std::nullopt, 1)), "a\\x1b[2J: 1 messages  1/s");
}

TEST(ProgressLine, IsSilentWhereThereIsNoTerminal) {
  std::ostringstream err;
  {
    ProgressLine line(err, false);
    line.show("rua", progress(1, 2, 1));
  }
  EXPECT_EQ(err.str(), "");
}

TEST(ProgressLine, ClearsItself) {
  std::ostringstream err;
  {
    ProgressLine line(err, true);
    line.show("rua", progress(1, 2, 1));
  }
  EXPECT_TRUE(err.str().starts_with("\r\x1b[Krua: 1 of 2"));
  EXPECT_TRUE(err.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace ruagate::cli
