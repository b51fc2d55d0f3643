#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/packing.hpp"

// Records and cells packed into blocks of bytes, as tables record_block and cell_block keep them. These forms are on
// disk: they are added to, never changed.
namespace ruagate::store {

/// Records in one row of record_block.
inline constexpr std::size_t kRecordsPerBlock = 4096;

/// One record of a report, in keys of other tables.
struct PackedRecord {
  std::int64_t address = 0;   ///< 0: named none.
  std::int64_t evidence = 0;  ///< With the receiver's free texts.
  int outcome = 0;            ///< See packing.hpp.
  std::int64_t messages = 0;
};

/// Messages of one reporter's day that share address, evidence and outcome.
struct PackedCell {
  std::int64_t address = 0;
  std::int64_t evidence = 0;  ///< Bare.
  int outcome = 0;
  std::int64_t messages = 0;

  bool same_key(const PackedCell& other) const {
    return address == other.address && evidence == other.evidence && outcome == other.outcome;
  }
  /// By address, evidence, outcome.
  bool operator<(const PackedCell& other) const {
    if (address != other.address) return address < other.address;
    if (evidence != other.evidence) return evidence < other.evidence;
    return outcome < other.outcome;
  }
};

void append(std::string& out, const PackedRecord& record);
/// Appends the records. Throws StoreError when the bytes are damaged.
void unpack_records(std::string_view packed, std::vector<PackedRecord>& out);

/// `cells` sorted, each key once, messages above zero.
std::string pack_cells(const std::vector<PackedCell>& cells);
/// Throws StoreError when the bytes are damaged.
std::vector<PackedCell> unpack_cells(std::string_view packed);
/// The same into a list that is used again and again.
void unpack_cells(std::string_view packed, std::vector<PackedCell>& cells);

/// Calls `take(address, evidence, outcome, messages)` for each packed cell, in order. Throws StoreError when the bytes
/// are damaged.
template <class Take>
void each_cell(std::string_view packed, Take&& take) {
  std::uint64_t address = 0;
  NumberReader in(packed);
  while (!in.at_end()) {
    address += in.next();
    const auto evidence = static_cast<std::int64_t>(in.next());
    const std::uint64_t outcome = in.next();
    take(static_cast<std::int64_t>(address), evidence, outcome, static_cast<std::int64_t>(in.next()));
  }
}

/// a + b; a sum that does not fit becomes the largest number, never an error: counts come from outside.
std::int64_t add_saturated(std::int64_t a, std::int64_t b);
/// Sorts, and adds up what has the same key.
void sort_and_merge(std::vector<PackedCell>& cells);
/// The sums of two sorted lists, sorted. Cells that come to nothing are left out.
std::vector<PackedCell> add_cells(const std::vector<PackedCell>& a, const std::vector<PackedCell>& b);

}  // namespace ruagate::store
