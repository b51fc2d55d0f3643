#include "store/blocks.hpp"

#include <algorithm>
#include <limits>

namespace ruagate::store {

namespace {

std::int64_t signed_next(NumberReader& in) {
  return static_cast<std::int64_t>(in.next());
}

int outcome_next(NumberReader& in) {
  const std::int64_t packed = signed_next(in);
  static_cast<void>(unpack_outcome(packed));  // Throws when it stands for nothing.
  return static_cast<int>(packed);
}

}  // namespace

void append(std::string& out, const PackedRecord& record) {
  append_number(out, static_cast<std::uint64_t>(record.address));
  append_number(out, static_cast<std::uint64_t>(record.evidence));
  append_number(out, static_cast<std::uint64_t>(record.outcome));
  append_number(out, static_cast<std::uint64_t>(record.messages));
}

void unpack_records(std::string_view packed, std::vector<PackedRecord>& out) {
  NumberReader in(packed);
  while (!in.at_end()) {
    PackedRecord record;
    record.address = signed_next(in);
    record.evidence = signed_next(in);
    record.outcome = outcome_next(in);
    record.messages = signed_next(in);
    out.push_back(record);
  }
}

std::string pack_cells(const std::vector<PackedCell>& cells) {
  std::string out;
  std::int64_t before = 0;
  for (const PackedCell& cell : cells) {
    append_number(out, static_cast<std::uint64_t>(cell.address - before));
    append_number(out, static_cast<std::uint64_t>(cell.evidence));
    append_number(out, static_cast<std::uint64_t>(cell.outcome));
    append_number(out, static_cast<std::uint64_t>(cell.messages));
    before = cell.address;
  }
  return out;
}

std::vector<PackedCell> unpack_cells(std::string_view packed) {
  std::vector<PackedCell> cells;
  unpack_cells(packed, cells);
  return cells;
}

void unpack_cells(std::string_view packed, std::vector<PackedCell>& cells) {
  cells.clear();
  each_cell(packed, [&](std::int64_t address, std::int64_t evidence, std::uint64_t outcome, std::int64_t messages) {
    static_cast<void>(unpack_outcome(static_cast<std::int64_t>(outcome)));  // Throws when it stands for nothing.
    cells.push_back({address, evidence, static_cast<int>(outcome), messages});
  });
}

std::int64_t add_saturated(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

void sort_and_merge(std::vector<PackedCell>& cells) {
  if (cells.empty()) return;
  std::sort(cells.begin(), cells.end());
  std::size_t kept = 0;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    if (cells[kept].same_key(cells[i])) {
      cells[kept].messages = add_saturated(cells[kept].messages, cells[i].messages);
    } else {
      cells[++kept] = cells[i];
    }
  }
  cells.resize(kept + 1);
}

std::vector<PackedCell> add_cells(const std::vector<PackedCell>& a, const std::vector<PackedCell>& b) {
  std::vector<PackedCell> sums;
  sums.reserve(a.size() + b.size());
  const auto add = [&](const PackedCell& cell) {
    if (cell.messages != 0) sums.push_back(cell);
  };
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && *left < *right)) {
      add(*left++);
    } else if (left == a.end() || *right < *left) {
      add(*right++);
    } else {
      PackedCell sum = *left++;
      sum.messages = add_saturated(sum.messages, (right++)->messages);
      add(sum);
    }
  }
  return sums;
}

}  // namespace ruagate::store
