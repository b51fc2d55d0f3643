#include "present/table.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace ruagate::present {

namespace {

std::string printed(const Table& table, int width, bool colour = false) {
  std::ostringstream out;
  Style style;
  style.width = width;
  style.colour = colour;
  table.print(out, style);
  return out.str();
}

Table two_columns() {
  return Table({{"Name", Table::Align::left, 6}, {"N", Table::Align::right, 0}});
}

}  // namespace

TEST(Table, AlignsColumnsAndLeavesNoSpaceAtTheEnd) {
  Table table = two_columns();
  table.row({{"a", Colour::none}, {"1,000", Colour::none}});
  table.row({{"long name", Colour::none}, {"5", Colour::none}});
  EXPECT_EQ(printed(table, 80),
            "Name           N\n"
            "---------  -----\n"
            "a          1,000\n"
            "long name      5\n");
}

TEST(Table, ShortensTheColumnThatMayGive) {
  Table table = two_columns();
  table.row({{"a very long name", Colour::none}, {"5", Colour::none}});
  EXPECT_EQ(printed(table, 12),
            "Name       N\n"
            "---------  -\n"
            "a very...  5\n");
  // Never below the smallest width, however narrow the terminal is.
  EXPECT_EQ(printed(table, 3), "Name    N\n------  -\na v...  5\n");
}

TEST(Table, CountsColumnsOfWideCharacters) {
  Table table = two_columns();
  table.row({{"\xE6\x97\xA5\xE6\x9C\xAC", Colour::none}, {"1", Colour::none}});
  table.row({{"abcd", Colour::none}, {"2", Colour::none}});
  EXPECT_EQ(printed(table, 80), "Name  N\n----  -\n\xE6\x97\xA5\xE6\x9C\xAC  1\nabcd  2\n");
}

TEST(Table, EmptyCellsLeaveNoSpaceAtTheEnd) {
  Table table({{"A", Table::Align::left, 0}, {"B", Table::Align::left, 0}});
  table.row({{"x", Colour::none}});
  EXPECT_EQ(printed(table, 80), "A  B\n-  -\nx\n");
}

TEST(Table, CellsAreMadePrintable) {
  Table table({{"A", Table::Align::left, 0}});
  table.row({{"a\nb\x1b", Colour::none}});
  EXPECT_EQ(printed(table, 80), "A\n--------\na\\nb\\x1b\n");
}

TEST(Table, ColourDoesNotChangeTheWidth) {
  Table table = two_columns();
  table.row({{"a", Colour::green}, {"1", Colour::none}});
  EXPECT_NE(printed(table, 80, true).find("\x1b[32ma\x1b[0m     1"), std::string::npos);
}

}  // namespace ruagate::present
