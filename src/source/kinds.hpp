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
  constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  Kinds kinds;
  kinds.of_cell.reserve(cells.size());
  std::vector<std::uint32_t> first(addresses, kEnd);  // By address: its kinds are a list, and few.
  std::vector<std::uint32_t> next;
  for (const auto& cell : cells) {
    const auto same = [&](std::uint32_t other) {
      const auto& it = kinds.cells[other];
      return it.evidence == cell.evidence && it.dkim_aligned == cell.dkim_aligned && it.spf_aligned == cell.spf_aligned;
    };
    std::uint32_t* link = &first[cell.address];
    while (*link != kEnd && !same(*link)) link = &next[*link];
    const std::uint32_t kind = *link == kEnd ? static_cast<std::uint32_t>(kinds.cells.size()) : *link;
    if (*link == kEnd) {
      kinds.cells.push_back(cell);
      kinds.last.push_back(cell.day);
      next.push_back(kEnd);
    } else {
      kinds.cells[kind].messages += cell.messages;
      *link = next[kind];
    }
    next[kind] = std::exchange(first[cell.address], kind);  // What came last often comes again.
    kinds.last[kind] = cell.day;                            // Cells are sorted by day.
    kinds.of_cell.push_back(kind);
  }
  return kinds;
}

}  // namespace ruagate::source
