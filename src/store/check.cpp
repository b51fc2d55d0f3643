#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// The database compared with itself: the roll-ups are worked out again from the reports and records, a span of days of
// one domain at a time, and compared row by row.
namespace ruagate::store {

namespace {

constexpr std::size_t kMaxLines = 50;  ///< Faults named; the rest is counted.
constexpr std::size_t kSpanCells = 200'000;

/// The faults found so far: the first few in words, all of them counted.
class Faults {
 public:
  void add(std::string line) {
    if (lines_.size() < kMaxLines) {
      lines_.push_back(std::move(line));
    } else {
      ++more_;
    }
  }
  bool none() const { return lines_.empty(); }
  std::vector<std::string> lines() && {
    if (more_ > 0) lines_.push_back(format("and {} more", more_));
    return std::move(lines_);
  }

 private:
  std::vector<std::string> lines_;
  std::size_t more_ = 0;
};

/// (policy domain, day, trust): what pruned_day keeps a sum for.
using DayKey = std::tuple<std::int64_t, int, int>;

PolicyDayChange read_policy_day(const Query& q) {
  return {q.integer(0), static_cast<int>(q.integer(1)), q.integer(2), static_cast<int>(q.integer(3)),
          q.integer(4), static_cast<int>(q.integer(5)), q.integer(6), q.integer(7)};
}
DomainDayChange read_domain_day(const Query& q) {
  return {q.integer(0),
          static_cast<int>(q.integer(1)),
          static_cast<int>(q.integer(2)),
          q.integer(3),
          q.integer(4),
          q.integer(5),
          q.integer(6),
          q.integer(7),
          q.integer(8),
          q.integer(9)};
}

/// A roll-up table row by row, in key order.
template <class Row, Row (*read)(const Query&)>
class Cursor {
 public:
  Cursor(Connection& connection, QueryId id) : query_(connection, id) { advance(); }
  const std::optional<Row>& row() const { return row_; }
  void advance() { row_ = query_.step() ? std::optional<Row>(read(query_)) : std::nullopt; }

 private:
  Query query_;
  std::optional<Row> row_;
};

/// The cells of all blocks one by one, in key order.
class CellCursor {
 public:
  CellCursor(Connection& connection, Faults& faults) : query_(connection, named("check_cell_blocks")), faults_(faults) {
    advance();
  }
  const std::optional<CellChange>& row() const { return row_; }
  void advance() {
    while (at_ == cells_.size()) {
      if (!query_.step()) return row_.reset();
      read_block();
    }
    row_ = CellChange{key_, cells_[at_++]};
  }

 private:
  void read_block() {
    key_ = {query_.integer(0), static_cast<int>(query_.integer(1)), query_.integer(2),
            static_cast<int>(query_.integer(3))};
    at_ = 0;
    try {
      cells_ = unpack_cells(query_.blob(5));
    } catch (const StoreError& fault) {
      cells_.clear();
      faults_.add(format("cell_block: the block of domain {}, day {}, reporter {}: {}", key_.policy_domain,
                         to_iso(day_from_number(key_.day)), key_.reporter, fault.what()));
    }
    if (!std::is_sorted(cells_.begin(), cells_.end()) || cells_.size() != query_.count(4)) {
      faults_.add(format("cell_block: the block of domain {}, day {}, reporter {} is out of order", key_.policy_domain,
                         to_iso(day_from_number(key_.day)), key_.reporter));
      sort_and_merge(cells_);
    }
  }

  Query query_;
  Faults& faults_;
  CellBlockKey key_;
  std::vector<PackedCell> cells_;
  std::size_t at_ = 0;
  std::optional<CellChange> row_;
};

// What rows of the three tables have in common.
const CellBlockKey& place(const CellChange& row) {
  return row.block;
}
template <class Row>
const Row& place(const Row& row) {
  return row;
}
std::int64_t messages_of(const CellChange& row) {
  return row.cell.messages;
}
template <class Row>
std::int64_t messages_of(const Row& row) {
  return row.messages;
}
template <class Row>
DayKey day_key(const Row& row) {
  return {place(row).policy_domain, place(row).day, place(row).trust};
}

class Comparison {
 public:
  Comparison(Connection& connection, Interning& interning, Faults& faults)
      : interning_(interning),
        faults_(faults),
        cells_(connection, faults),
        policy_days_(connection, named("check_policy_days")),
        domain_days_(connection, named("check_domain_days")) {
    Query query(connection, named("pruned_days"));
    while (query.step()) {
      pruned_[{query.integer(0), static_cast<int>(query.integer(1)), static_cast<int>(query.integer(2))}] =
          query.integer(3);
    }
  }

  /// Compares all rows before `day` of `policy_domain`, and of domains with lower keys.
  void compare_before(Rollups& expected, std::int64_t policy_domain, int day) {
    Rollups span = expected.take_before(policy_domain, day);
    const auto is_before = [&](const auto& row) {
      return std::tie(place(row).policy_domain, place(row).day) < std::tie(policy_domain, day);
    };
    std::map<DayKey, DomainDayChange> actual;          // from the cells that are there
    std::map<DayKey, std::int64_t> expected_messages;  // from the records that are there
    std::map<DayKey, std::int64_t> policy_messages;    // from the policy days that are there

    walk("cell", span.merged_cells(), cells_, is_before, [&](const CellChange* want, const CellChange* have) {
      if (want != nullptr) expected_messages[day_key(*want)] += want->cell.messages;
      if (have != nullptr) add(actual[day_key(*have)], outcome_sums(have->cell.outcome, have->cell.messages));
      return matches(want, have);
    });
    walk("policy_day", span.merged_policy_days(), policy_days_, is_before,
         [&](const PolicyDayChange* want, const PolicyDayChange* have) {
           if (have != nullptr) policy_messages[day_key(*have)] += have->messages;
           const std::int64_t reports = want != nullptr ? want->reports : 0;
           return matches(want, have) && reports == (have != nullptr ? have->reports : 0);
         });
    walk("domain_day", span.merged_domain_days(), domain_days_, is_before,
         [&](const DomainDayChange* want, const DomainDayChange* have) {
           DomainDayChange sums;
           if (have != nullptr) sums = *have;
           const DayKey key = day_key(have != nullptr ? *have : *want);
           const DomainDayChange cells = actual.contains(key) ? actual.at(key) : DomainDayChange{};
           return sums.reports == (want != nullptr ? want->reports : 0) && sums.messages == cells.messages &&
                  sums.messages == expected_messages[key] + pruned(key) && sums.messages == policy_messages[key] &&
                  sums.dkim_aligned == cells.dkim_aligned && sums.spf_aligned == cells.spf_aligned &&
                  sums.aligned == cells.aligned && sums.quarantined == cells.quarantined &&
                  sums.rejected == cells.rejected;
         });
  }

 private:
  std::int64_t pruned(const DayKey& key) const {
    const auto at = pruned_.find(key);
    return at == pruned_.end() ? 0 : at->second;
  }

  /// Equal messages; where records were deleted for their age, the roll-up may have more (its sum of the day is exact).
  template <class Row>
  bool matches(const Row* want, const Row* have) const {
    const std::int64_t wanted = want != nullptr ? messages_of(*want) : 0;
    const std::int64_t had = have != nullptr ? messages_of(*have) : 0;
    if (pruned(day_key(have != nullptr ? *have : *want)) > 0) return had >= wanted;
    return had == wanted;
  }

  /// Walks two sequences sorted by key together; `same` sees the row of each side, or null.
  template <class Row, class Table, class Before, class Same>
  void walk(std::string_view table, const std::vector<Row>& expected, Table& cursor, const Before& is_before,
            const Same& same) {
    auto want = expected.begin();
    for (;;) {
      const bool more_rows = cursor.row() && is_before(*cursor.row());
      if (want == expected.end() && !more_rows) return;
      const bool use_want = want != expected.end() && (!more_rows || !(*cursor.row() < *want));
      const bool use_have = more_rows && (want == expected.end() || !(*want < *cursor.row()));
      const Row* wanted = use_want ? &*want : nullptr;
      const Row* had = use_have ? &*cursor.row() : nullptr;
      if (!same(wanted, had)) {
        const Row& row = had != nullptr ? *had : *wanted;
        faults_.add(format("{} of {} on {}: the roll-up has {} messages, the records {}", table,
                           printable(interning_.text(place(row).policy_domain)),
                           to_iso(day_from_number(place(row).day)), had != nullptr ? messages_of(*had) : 0,
                           wanted != nullptr ? messages_of(*wanted) : 0));
      }
      if (use_want) ++want;
      if (use_have) cursor.advance();
    }
  }

  Interning& interning_;
  Faults& faults_;
  std::map<DayKey, std::int64_t> pruned_;
  CellCursor cells_;
  Cursor<PolicyDayChange, read_policy_day> policy_days_;
  Cursor<DomainDayChange, read_domain_day> domain_days_;
};

/// The records of a report as the roll-ups need them; those that refer to nothing are named as faults and left out.
std::vector<PackedCell> sound_records(Connection& connection, Interning& interning, std::int64_t report_key,
                                      Faults& faults) {
  std::vector<PackedCell> sound;
  const auto named_fault = [&](auto&& use) {
    try {
      use();
    } catch (const StoreError& fault) {
      faults.add(format("report {}: {}", report_key, fault.what()));
    }
  };
  named_fault([&] {
    for (const PackedRecord& record : stored_records(connection, report_key)) {
      named_fault([&] {
        static_cast<void>(interning.address(record.address));
        sound.push_back({record.address, interning.bare_key(record.evidence), record.outcome, record.messages});
      });
    }
  });
  return sound;
}

/// Evidence whose packed texts are not there.
void check_evidence(Connection& connection, Interning& interning, Faults& faults) {
  Query query(connection, named("check_evidence"));
  while (query.step()) {
    try {
      unpack_evidence(query.blob(1), [&](std::int64_t key) { return interning.text(key); });
    } catch (const StoreError& fault) {
      faults.add(format("evidence {}: {}", query.integer(0), fault.what()));
    }
  }
}

void compare_rollups(Connection& connection, Interning& interning, Faults& faults) {
  Comparison comparison(connection, interning, faults);
  Rollups expected;
  Query query(connection, named("check_reports"));
  std::size_t gathered = 0;
  while (query.step()) {
    RollupReport report;
    const std::int64_t key = query.integer(0);
    report.policy_domain = query.integer(1);
    report.reporter = query.integer(2);
    report.generation = static_cast<int>(query.integer(3));
    report.policy = query.integer(4);
    report.trust = static_cast<int>(query.integer(5));
    report.begin = instant_from(query.integer(6));
    report.end = instant_from(query.integer(7));
    if (gathered > kSpanCells) {  // later reports of this order cannot reach earlier days
      comparison.compare_before(expected, report.policy_domain, day_number(day_of(report.begin)));
      gathered = 0;
    }
    std::vector<PackedCell> records = sound_records(connection, interning, key, faults);
    const bool is_pruned = query.integer(8) != 0;
    std::int64_t messages = 0;
    for (const PackedCell& record : records) messages += record.messages;
    if (!is_pruned &&
        (static_cast<std::int64_t>(records.size()) != query.integer(9) || messages != query.integer(10))) {
      faults.add(format("report {}: {} records with {} messages are stored, it says {} with {}", key, records.size(),
                        messages, query.integer(9), query.integer(10)));
    }
    if (is_pruned && !records.empty()) {
      faults.add(format("report {}: {} records are stored that should have been deleted", key, records.size()));
      records.clear();
    }
    gathered += records.size() + 1;
    expected.contribute(report, records, 1);
  }
  constexpr std::int64_t kAll = std::int64_t{1} << 62;
  comparison.compare_before(expected, kAll, 0);
}

}  // namespace

std::vector<std::string> Store::check() {
  Impl& impl = *impl_;
  impl.settle();
  impl.connection.script("pragma cache_size = -32768", "cannot set up the connection");  // It comes back to pages.
  const ReadScope scope(impl.connection);
  Faults faults;
  {
    Query query(impl.connection, named("integrity_check"));
    while (query.step()) {
      if (query.text(0) != "ok") faults.add(format("integrity: {}", printable(query.text(0))));
    }
  }
  if (!faults.none()) return std::move(faults).lines();  // what is built on broken pages is not worth comparing
  {
    Query query(impl.connection, named("foreign_key_check"));
    while (query.step()) {
      faults.add(format("table {}: row {} refers to a row of {} that is not there", query.text(0), query.integer(1),
                        query.text(2)));
    }
  }
  if (!faults.none()) return std::move(faults).lines();
  {
    Query query(impl.connection, named("check_numbers"));
    while (query.step()) {
      faults.add(format("{} {}: a number stands for nothing", printable(query.text(0)), printable(query.text(1))));
    }
  }
  check_evidence(impl.connection, impl.interning, faults);
  compare_rollups(impl.connection, impl.interning, faults);
  return std::move(faults).lines();
}

}  // namespace ruagate::store
