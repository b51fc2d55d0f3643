#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "base/time.hpp"
#include "store/blocks.hpp"
#include "store/connection.hpp"

// The roll-ups: what a report adds to cell_block, policy_day and domain_day. Changes gather in memory during a
// transaction and are written in key order, several reports' worth at once, which keeps the tables' pages warm.
namespace ruagate::store {

/// What the roll-ups need of a report.
struct RollupReport {
  std::int64_t policy_domain = 0;
  std::int64_t reporter = 0;
  int generation = 0;
  std::int64_t policy = 0;
  int trust = 0;
  Instant begin{};
  Instant end{};
};

/// The key of cell_block, in its order.
struct CellBlockKey {
  std::int64_t policy_domain = 0;
  int day = 0;
  std::int64_t reporter = 0;
  int trust = 0;
  bool operator==(const CellBlockKey&) const = default;
  bool operator<(const CellBlockKey& other) const {
    return std::tie(policy_domain, day, reporter, trust) <
           std::tie(other.policy_domain, other.day, other.reporter, other.trust);
  }
};

/// One cell by itself, for comparing.
struct CellChange {
  CellBlockKey block;
  PackedCell cell;
  bool operator<(const CellChange& other) const {
    return block != other.block ? block < other.block : cell < other.cell;
  }
};

struct PolicyDayChange {
  std::int64_t policy_domain = 0;
  int day = 0;
  std::int64_t reporter = 0;
  int generation = 0;
  std::int64_t policy = 0;
  int trust = 0;
  std::int64_t reports = 0;
  std::int64_t messages = 0;
  bool same_key(const PolicyDayChange& other) const;
  bool operator<(const PolicyDayChange& other) const;
};

struct DomainDayChange {
  std::int64_t policy_domain = 0;
  int day = 0;
  int trust = 0;
  std::int64_t reports = 0;
  std::int64_t messages = 0;
  std::int64_t dkim_aligned = 0;
  std::int64_t spf_aligned = 0;
  std::int64_t aligned = 0;
  std::int64_t quarantined = 0;
  std::int64_t rejected = 0;
  bool same_key(const DomainDayChange& other) const;
  bool operator<(const DomainDayChange& other) const;
};

/// `messages` of one outcome as sums of a day.
DomainDayChange outcome_sums(int outcome, std::int64_t messages);
void add(DomainDayChange& to, const DomainDayChange& from);

class Rollups {
 public:
  /// Adds (`sign` 1) or takes away (-1) a report with all its records, which are sorted and merged on the way.
  void contribute(const RollupReport& report, std::vector<PackedCell>& records, int sign);

  /// True when enough has gathered that it should be written.
  bool is_large() const { return cell_count_ > 65'536; }
  bool is_empty() const { return blocks_.empty() && policy_days_.empty(); }
  /// Writes what has gathered. Rows that come to nothing are deleted.
  void write(Connection& connection);
  void clear();

  /// Moves out what is gathered for days before `day` of `policy_domain`, and for all domains with lower keys.
  Rollups take_before(std::int64_t policy_domain, int day);

  /// For comparing: what has gathered, sorted by key, each key once.
  std::vector<CellChange> merged_cells();
  const std::vector<PolicyDayChange>& merged_policy_days();
  const std::vector<DomainDayChange>& merged_domain_days();

 private:
  /// Cells of one block, in the order in which they came until they are merged.
  struct Block {
    std::vector<PackedCell> cells;
    bool merged = true;
  };
  static void merge(Block& block);
  static void write(Connection& connection, const CellBlockKey& key, const std::vector<PackedCell>& changes);

  std::map<CellBlockKey, Block> blocks_;
  std::size_t cell_count_ = 0;
  std::vector<PolicyDayChange> policy_days_;
  std::vector<DomainDayChange> domain_days_;
};

}  // namespace ruagate::store
