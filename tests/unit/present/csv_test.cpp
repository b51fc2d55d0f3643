#include "present/csv.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace ruagate::present {

TEST(Csv, QuotesWhatNeedsQuotes) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_cell("a;b"), "\"a;b\"");
  EXPECT_EQ(csv_cell(""), "");
}

TEST(Csv, TextNeverBecomesAFormula) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("+1"), "'+1");
  EXPECT_EQ(csv_cell("-1"), "'-1");
  EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_cell("\t=1"), "'\\t=1");
  EXPECT_EQ(csv_cell("\r=1"), "'\\r=1");
  EXPECT_EQ(csv_cell("  =1"), "'  =1");
  EXPECT_EQ(csv_cell("\xEF\xBC\x9D"
                     "1"),
            "'\xEF\xBC\x9D"
            "1");
  EXPECT_EQ(csv_cell("=cmd|'/C calc'!A0,x"), "\"'=cmd|'/C calc'!A0,x\"");
  EXPECT_EQ(csv_cell("a=b"), "a=b");
}

TEST(Csv, ARowIsOneLine) {
  EXPECT_EQ(csv_cell("a\r\nb\x1b[2J"), "a\\r\\nb\\x1b[2J");
}

TEST(Csv, NumbersAreNotProtected) {
  std::ostringstream out;
  Csv csv(out);
  csv.header({"a", "b", "c", "d", "e", "f"});
  csv.integer(-5).number(std::uint64_t{7}).number(std::optional<double>(0.25)).flag(true).flag(std::nullopt);
  csv.list({"x", "=y", ""});
  csv.end_row();
  EXPECT_EQ(out.str(), "a,b,c,d,e,f\n-5,7,0.25,true,,\"x;'=y;\"\n");
}

}  // namespace ruagate::present
