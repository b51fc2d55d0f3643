#include "present/layout.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace ruagate::present {

TEST(Layout, NumbersHaveThousandsSeparators) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1000), "1,000");
  EXPECT_EQ(thousands(18446744073709551615U), "18,446,744,073,709,551,615");
}

TEST(Layout, PercentNeverRoundsAFailureAway) {
  EXPECT_EQ(percent(1, 1), "100.0 %");
  EXPECT_EQ(percent(999'999, 1'000'000), "99.9 %");
  EXPECT_EQ(percent(std::optional<double>(0.99999)), "99.9 %");
  EXPECT_EQ(percent(1, 1'000'000), "<0.1 %");
  EXPECT_EQ(percent(0, 10), "0.0 %");
  EXPECT_EQ(percent(0, 0), "-");
  EXPECT_EQ(percent(982, 1000), "98.2 %");
  EXPECT_EQ(percent(std::optional<double>()), "-");
}

TEST(Layout, ChangeSaysWhatHappened) {
  EXPECT_EQ(change(0, 0), "-");
  EXPECT_EQ(change(5, 5), "same");
  EXPECT_EQ(change(5, 0), "new");
  EXPECT_EQ(change(0, 5), "gone");
  EXPECT_EQ(change(110, 100), "+10.0 %");
  EXPECT_EQ(change(90, 100), "-10.0 %");
  EXPECT_EQ(change(320, 100), "x 3.2");
  EXPECT_EQ(change(1'000'001, 1'000'000), "+<0.1 %");
}

TEST(Layout, BytesHaveReadableUnits) {
  EXPECT_EQ(bytes(999), "999 bytes");
  EXPECT_EQ(bytes(1000), "1.0 kB");
  EXPECT_EQ(bytes(999'999), "1.0 MB");
  EXPECT_EQ(bytes(12'345'678), "12.3 MB");
}

TEST(Layout, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("\xC3\xBC"), 1U);                  // u with diaeresis
  EXPECT_EQ(display_width("u\xCC\x88"), 1U);                 // the same with a combining mark
  EXPECT_EQ(display_width("\xE6\x97\xA5\xE6\x9C\xAC"), 4U);  // two Han characters
  EXPECT_EQ(display_width("\xFF"), 1U);                      // no UTF-8: counted, not crashed upon
}

TEST(Layout, ShortenCutsAtACharacterAndShowsIt) {
  EXPECT_EQ(shorten("example.com", 11), "example.com");
  EXPECT_EQ(shorten("example.com", 10), "example...");
  EXPECT_EQ(shorten("example.com", 2), "..");
  EXPECT_EQ(shorten("\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5", 5), "\xE6\x97\xA5...");
  EXPECT_EQ(shorten("\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC", 4), "\xC3\xBC...");
}

TEST(Layout, WrapBreaksAtSpacesOnly) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("a verylongwordthatstays b", 5), (std::vector<std::string>{"a", "verylongwordthatstays", "b"}));
  EXPECT_TRUE(wrap("", 10).empty());
  EXPECT_EQ(wrap("a\x1b[31mb", 40), (std::vector<std::string>{"a\\x1b[31mb"}));
}

TEST(Layout, ParagraphIndentsBelowItsMark) {
  std::ostringstream out;
  Style style;
  style.width = 40;
  paragraph(out, "one two three four five six seven eight nine ten", style, "- ");
  EXPECT_EQ(out.str(), "- one two three four five six seven\n  eight nine ten\n");
}

TEST(Layout, ColourOnlyWhenAskedFor) {
  Style style;
  EXPECT_EQ(coloured("HOLD", Colour::yellow, style), "HOLD");
  style.colour = true;
  EXPECT_EQ(coloured("HOLD", Colour::yellow, style), "\x1b[33mHOLD\x1b[0m");
}

TEST(Layout, SomeOfSaysHowManyMore) {
  EXPECT_EQ(some_of({"a", "b", "c"}, 3), "a, b, c");
  EXPECT_EQ(some_of({"a", "b", "c"}, 2), "a, b and 1 more");
}

}  // namespace ruagate::present
