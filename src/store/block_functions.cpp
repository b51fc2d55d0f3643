#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "store/blocks.hpp"
#include "store/migrations.hpp"

// SQL functions that migration 0002 packs its rows with: ruagate_pack_records(ordinal, address, evidence, outcome,
// messages) and ruagate_pack_cells(address, evidence, outcome, messages), aggregates that give a blob.
namespace ruagate::store {

namespace {

/// The rows of one group; `place` is what records are sorted by.
struct Group {
  struct Row {
    std::int64_t place;
    PackedCell values;
  };
  std::vector<Row> rows;
};

constexpr std::size_t kPointerBytes = sizeof(void*);

/// The group that the call belongs to; null when memory is short. SQLite gives one zeroed pointer a group.
Group* group_of(sqlite3_context* context) {
  auto** slot = static_cast<Group**>(sqlite3_aggregate_context(context, static_cast<int>(kPointerBytes)));
  if (slot == nullptr) return nullptr;
  if (*slot == nullptr) *slot = new (std::nothrow) Group;
  return *slot;
}

PackedCell values_from(sqlite3_value** values) {
  return {sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1]), sqlite3_value_int(values[2]),
          sqlite3_value_int64(values[3])};
}

template <bool kHasPlace>
void step(sqlite3_context* context, int, sqlite3_value** values) {
  Group* group = group_of(context);
  if (group == nullptr) return sqlite3_result_error_nomem(context);
  try {
    group->rows.push_back(
        {kHasPlace ? sqlite3_value_int64(values[0]) : 0, values_from(kHasPlace ? values + 1 : values)});
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void give(sqlite3_context* context, const std::string& packed) {
  sqlite3_result_blob64(context, packed.data(), packed.size(), SQLITE_TRANSIENT);
}

template <std::string (*pack)(Group&)>
void finish(sqlite3_context* context) {
  auto** slot = static_cast<Group**>(sqlite3_aggregate_context(context, 0));
  if (slot == nullptr || *slot == nullptr) return give(context, {});
  try {
    give(context, pack(**slot));
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
  delete std::exchange(*slot, nullptr);
}

std::string pack_record_group(Group& group) {
  std::sort(group.rows.begin(), group.rows.end(),
            [](const Group::Row& a, const Group::Row& b) { return a.place < b.place; });
  std::string packed;
  for (const Group::Row& row : group.rows) {
    append(packed, PackedRecord{row.values.address, row.values.evidence, row.values.outcome, row.values.messages});
  }
  return packed;
}

std::string pack_cell_group(Group& group) {
  std::vector<PackedCell> cells;
  for (const Group::Row& row : group.rows) cells.push_back(row.values);
  sort_and_merge(cells);
  return pack_cells(cells);
}

}  // namespace

void add_block_functions(Connection& connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto add = [&](const char* name, int values, void (*step)(sqlite3_context*, int, sqlite3_value**),
                       void (*finish)(sqlite3_context*)) {
    const int code =
        sqlite3_create_function_v2(connection.handle(), name, values, kFlags, nullptr, nullptr, step, finish, nullptr);
    if (code != SQLITE_OK) connection.fail("cannot prepare the migration", code);
  };
  add("ruagate_pack_records", 5, step<true>, finish<pack_record_group>);
  add("ruagate_pack_cells", 4, step<false>, finish<pack_cell_group>);
}

}  // namespace ruagate::store
