#include "present/table.hpp"

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace ruagate::present {

namespace {

constexpr std::size_t kGap = 2;

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::row(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t available) const {
  std::vector<std::size_t> widths(columns_.size());
  std::size_t total = columns_.empty() ? 0 : (columns_.size() - 1) * kGap;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths[i] = display_width(columns_[i].title);
    for (const std::vector<Cell>& row : rows_) widths[i] = std::max(widths[i], display_width(row[i].text));
    total += widths[i];
  }
  // The widest column that may still give gives one, until all fits.
  while (total > available) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].min_width == 0 || widths[i] <= columns_[i].min_width) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

void Table::print(std::ostream& out, const Style& style, std::size_t indent) const {
  const std::size_t width = static_cast<std::size_t>(std::max(style.width, 0));
  const std::vector<std::size_t> columns = widths(width > indent ? width - indent : 0);
  const auto line = [&](const auto& text_of, const auto& colour_of) {
    std::string pending(indent, ' ');  // Spaces wait for something to follow, so that no line ends in them.
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string text = shorten(text_of(i), columns[i]);
      const std::string padding(columns[i] - std::min(columns[i], display_width(text)), ' ');
      if (columns_[i].align == Align::right) pending += padding;
      if (!text.empty()) {
        out << pending << coloured(text, colour_of(i), style);
        pending.clear();
      }
      if (columns_[i].align == Align::left) pending += padding;
      pending.append(kGap, ' ');
    }
    out << '\n';
  };
  line([&](std::size_t i) { return columns_[i].title; }, [](std::size_t) { return Colour::bold; });
  line([&](std::size_t i) { return std::string(columns[i], '-'); }, [](std::size_t) { return Colour::dim; });
  for (const std::vector<Cell>& row : rows_) {
    line([&](std::size_t i) { return row[i].text; }, [&](std::size_t i) { return row[i].colour; });
  }
}

}  // namespace ruagate::present
