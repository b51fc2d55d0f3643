#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "report/facts.hpp"

namespace ruagate::source {

/// Cells that differ in nothing but day, reporter and number belong to one unit: few kinds stand for very many cells.
struct Kinds {
  /// One for each kind, in order of first appearance: its first day, all its messages.
  std::vector<report::Cell> cells;
  std::vector<Day> last;  ///< Newest day of each kind.
  std::vector<std::uint32_t> of_cell;
};

inline Kinds find_kinds(std::span<const report::Cell> cells, std::size_t addresses) {
  Kinds kinds;
  kinds.of_cell.reserve(cells.size());
  std::vector<std::vector<std::uint32_t>> of_address(addresses);  // An address has few.
  for (const auto& cell : cells) {
    std::uint32_t kind = 0;
    auto& known = of_address[cell.address];
    const auto same = [&](std::uint32_t other) {
      const auto& it = kinds.cells[other];
      return it.evidence == cell.evidence && it.dkim_aligned == cell.dkim_aligned && it.spf_aligned == cell.spf_aligned;
    };
    auto found = known.begin();
    while (found != known.end() && !same(*found)) ++found;
    if (found == known.end()) {
      kind = static_cast<std::uint32_t>(kinds.cells.size());
      kinds.cells.push_back(cell);
      kinds.last.push_back(cell.day);
      known.push_back(kind);
    } else {
      kind = *found;
      kinds.cells[kind].messages += cell.messages;
      if (found != known.begin()) std::swap(*found, *std::prev(found));  // What is frequent comes to the front.
    }
    kinds.last[kind] = cell.day;  // Cells are sorted by day.
    kinds.of_cell.push_back(kind);
  }
  return kinds;
}

}  // namespace ruagate::source
