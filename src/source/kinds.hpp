#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/large_pages.hpp"
#include "report/facts.hpp"

namespace ruagate::source {

/// Which cells differ in nothing but day, reporter and number: numbered in order of first appearance, so that those of
/// the cells up to some day are the first ones.
struct KindNumbers {
  std::vector<std::uint32_t> of_cell;
  std::vector<std::uint32_t> first;  ///< First cell of each kind.
};

inline KindNumbers number_kinds(std::span<const report::Cell> cells, std::size_t addresses) {
  constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  struct Kind {  // What tells kinds of one address apart, and the next one of it.
    std::uint32_t evidence;
    std::uint32_t outcome;
    std::uint32_t next;
  };
  KindNumbers numbers;
  reserve_large(numbers.of_cell, cells.size());
  std::vector<std::uint32_t> first(addresses, kEnd);  // By address: its kinds are a list, and few.
  std::vector<Kind> kinds;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = cells[i];
    const std::uint32_t outcome =
        4 * static_cast<std::uint32_t>(cell.dkim_aligned) + static_cast<std::uint32_t>(cell.spf_aligned);
    std::uint32_t* link = &first[cell.address];
    while (*link != kEnd && (kinds[*link].evidence != cell.evidence || kinds[*link].outcome != outcome)) {
      link = &kinds[*link].next;
    }
    std::uint32_t kind = *link;
    if (kind == kEnd) {
      kind = static_cast<std::uint32_t>(kinds.size());
      kinds.push_back({cell.evidence, outcome, first[cell.address]});
      numbers.first.push_back(static_cast<std::uint32_t>(i));
      first[cell.address] = kind;
    } else if (link != &first[cell.address]) {  // What came last often comes again.
      *link = kinds[kind].next;
      kinds[kind].next = std::exchange(first[cell.address], kind);
    }
    numbers.of_cell.push_back(kind);
  }
  return numbers;
}

/// Cells that differ in nothing but day, reporter and number belong to one unit: few kinds stand for very many cells.
struct Kinds {
  /// One for each kind, in order of first appearance: its first day, all its messages.
  std::vector<report::Cell> cells;
  std::vector<report::SmallDay> last;  ///< Newest day of each kind.
  std::span<const std::uint32_t> of_cell;
};

/// The kinds of `cells`, the first of those that were numbered. `numbers` must outlive what it gives.
inline Kinds find_kinds(std::span<const report::Cell> cells, const KindNumbers& numbers) {
  Kinds kinds;
  kinds.of_cell = std::span(numbers.of_cell).first(cells.size());
  const auto end = std::partition_point(numbers.first.begin(), numbers.first.end(),
                                        [&](std::uint32_t first) { return first < cells.size(); });
  reserve_large(kinds.cells, static_cast<std::size_t>(end - numbers.first.begin()));
  reserve_large(kinds.last, kinds.cells.capacity());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::uint32_t kind = kinds.of_cell[i];
    if (kind == kinds.cells.size()) {  // Its first cell.
      kinds.cells.push_back(cells[i]);
      kinds.last.push_back(cells[i].day);
    } else {
      kinds.cells[kind].messages += cells[i].messages;
      kinds.last[kind] = cells[i].day;  // Cells are sorted by day.
    }
  }
  return kinds;
}

}  // namespace ruagate::source
