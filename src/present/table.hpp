#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "present/layout.hpp"

namespace ruagate::present {

/// A table for a terminal: columns as wide as their cells, shortened to the style's width where they allow it.
/// Makes every cell printable, so that callers hand in text as it came from outside.
class Table {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t min_width = 0;  ///< The column may be shortened to this; 0: never.
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };

  explicit Table(std::vector<Column> columns);
  /// Missing cells are empty; more cells than columns are dropped.
  void row(std::vector<Cell> cells);
  std::size_t rows() const { return rows_.size(); }
  void print(std::ostream& out, const Style& style, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths(std::size_t available) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace ruagate::present
