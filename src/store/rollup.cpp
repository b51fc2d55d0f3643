#include "store/rollup.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>
#include <utility>

#include "report/identity.hpp"
#include "store/packing.hpp"

namespace ruagate::store {

void add(DomainDayChange& to, const DomainDayChange& from) {
  to.reports += from.reports;
  to.messages += from.messages;
  to.dkim_aligned += from.dkim_aligned;
  to.spf_aligned += from.spf_aligned;
  to.aligned += from.aligned;
  to.quarantined += from.quarantined;
  to.rejected += from.rejected;
}

DomainDayChange outcome_sums(int outcome, std::int64_t messages) {
  const Outcome o = unpack_outcome(outcome);
  const bool dkim = o.dkim == report::AlignmentResult::pass;
  const bool spf = o.spf == report::AlignmentResult::pass;
  DomainDayChange sums;
  sums.messages = messages;
  if (dkim) sums.dkim_aligned = messages;
  if (spf) sums.spf_aligned = messages;
  if (dkim || spf) sums.aligned = messages;
  if (o.disposition == report::Disposition::quarantine) sums.quarantined = messages;
  if (o.disposition == report::Disposition::reject) sums.rejected = messages;
  return sums;
}

namespace {

auto key_of(const PolicyDayChange& c) {
  return std::tie(c.policy_domain, c.day, c.reporter, c.generation, c.policy, c.trust);
}
auto key_of(const DomainDayChange& c) {
  return std::tie(c.policy_domain, c.day, c.trust);
}

void add(PolicyDayChange& to, const PolicyDayChange& from) {
  to.reports += from.reports;
  to.messages += from.messages;
}

/// Sorted by key, each key once.
template <class Change>
void merge(std::vector<Change>& changes) {
  std::sort(changes.begin(), changes.end());
  std::size_t kept = 0;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    if (changes[kept].same_key(changes[i])) {
      add(changes[kept], changes[i]);
    } else {
      changes[++kept] = changes[i];
    }
  }
  if (!changes.empty()) changes.resize(kept + 1);
}

/// True when all messages of the period count on the day of `begin`, however many they are.
bool is_one_day(const RollupReport& report) {
  constexpr std::uint64_t kMany = std::uint64_t{1} << 40;
  return report::spread_over_days(report.begin, report.end, kMany).size() == 1;
}

}  // namespace

bool PolicyDayChange::same_key(const PolicyDayChange& other) const {
  return key_of(*this) == key_of(other);
}
bool PolicyDayChange::operator<(const PolicyDayChange& other) const {
  return key_of(*this) < key_of(other);
}
bool DomainDayChange::same_key(const DomainDayChange& other) const {
  return key_of(*this) == key_of(other);
}
bool DomainDayChange::operator<(const DomainDayChange& other) const {
  return key_of(*this) < key_of(other);
}

void Rollups::contribute(const RollupReport& report, std::vector<PackedCell>& records, int sign) {
  sort_and_merge(records);
  const int first_day = day_number(day_of(report.begin));
  struct Gathering {
    DomainDayChange sums;
    std::vector<PackedCell> cells;
  };
  std::vector<Gathering> days(1);
  days.front().sums.day = first_day;
  days.front().sums.reports = sign;

  const auto count = [&](const PackedCell& record, int day, std::int64_t messages) {
    const auto is_of_day = [&](const Gathering& g) { return g.sums.day == day; };
    auto at = std::find_if(days.begin(), days.end(), is_of_day);
    if (at == days.end()) {
      at = days.insert(days.end(), Gathering{});
      at->sums.day = day;
    }
    PackedCell cell = record;
    cell.messages = sign * messages;
    at->cells.push_back(cell);
    add(at->sums, outcome_sums(record.outcome, cell.messages));
  };
  const bool one_day = is_one_day(report);
  if (one_day) days.front().cells.reserve(records.size());
  for (const PackedCell& record : records) {
    if (one_day) {
      count(record, first_day, record.messages);
      continue;
    }
    for (const auto& [day, share] :
         report::spread_over_days(report.begin, report.end, static_cast<std::uint64_t>(record.messages))) {
      count(record, day_number(day), static_cast<std::int64_t>(share));
    }
  }
  for (Gathering& day : days) {
    day.sums.policy_domain = report.policy_domain;
    day.sums.trust = report.trust;
    policy_days_.push_back({report.policy_domain, day.sums.day, report.reporter, report.generation, report.policy,
                            report.trust, day.sums.reports, day.sums.messages});
    domain_days_.push_back(day.sums);
    cell_count_ += day.cells.size();
    Block& block = blocks_[{report.policy_domain, day.sums.day, report.reporter, report.trust}];
    if (block.cells.empty()) {
      block.cells = std::move(day.cells);
    } else {
      block.cells.insert(block.cells.end(), day.cells.begin(), day.cells.end());
      block.merged = false;
    }
  }
}

void Rollups::merge(Block& block) {
  if (!block.merged) sort_and_merge(block.cells);
  block.merged = true;
}

std::vector<CellChange> Rollups::merged_cells() {
  std::vector<CellChange> cells;
  for (auto& [key, block] : blocks_) {
    merge(block);
    for (const PackedCell& cell : block.cells) cells.push_back({key, cell});
  }
  return cells;
}

const std::vector<PolicyDayChange>& Rollups::merged_policy_days() {
  store::merge(policy_days_);
  return policy_days_;
}

const std::vector<DomainDayChange>& Rollups::merged_domain_days() {
  store::merge(domain_days_);
  return domain_days_;
}

void Rollups::write(Connection& connection, const CellBlockKey& key, const std::vector<PackedCell>& changes) {
  // Most reporters send one report a day, whose block is new.
  const bool only_adds =
      std::all_of(changes.begin(), changes.end(), [](const PackedCell& cell) { return cell.messages > 0; });
  if (only_adds && !changes.empty()) {
    run(connection, named("cell_block_add"), key.policy_domain, key.day, key.reporter, key.trust, changes.size(),
        Blob(pack_cells(changes)));
    if (connection.changes() == 1) return;
  }
  std::vector<PackedCell> stored;
  bool is_stored = false;
  {
    Query query(connection, named("cell_block_by_key"), key.policy_domain, key.day, key.reporter, key.trust);
    is_stored = query.step();
    if (is_stored) stored = unpack_cells(query.blob(0));
  }
  const std::vector<PackedCell> cells = add_cells(stored, changes);
  if (!cells.empty()) {
    const std::string packed = pack_cells(cells);
    run(connection, named("cell_block_set"), key.policy_domain, key.day, key.reporter, key.trust, cells.size(),
        Blob(packed));
  } else if (is_stored) {
    run(connection, named("cell_block_remove"), key.policy_domain, key.day, key.reporter, key.trust);
  }
}

void Rollups::write(Connection& connection) {
  std::set<std::int64_t> domains;
  for (const auto& [key, block] : blocks_) domains.insert(key.policy_domain);
  for (const PolicyDayChange& change : policy_days_) domains.insert(change.policy_domain);
  for (const std::int64_t domain : domains) run(connection, named("data_version_raise_domain"), domain);
  for (auto& [key, block] : blocks_) {
    merge(block);
    write(connection, key, block.cells);
  }
  for (const PolicyDayChange& c : merged_policy_days()) {
    if (c.reports == 0 && c.messages == 0) continue;
    run(connection, named("policy_day_change"), c.policy_domain, c.day, c.reporter, c.generation, c.policy, c.trust,
        c.reports, c.messages);
    if (c.reports < 0 || c.messages < 0) {
      run(connection, named("policy_day_remove_empty"), c.policy_domain, c.day, c.reporter, c.generation, c.policy,
          c.trust);
    }
  }
  for (const DomainDayChange& c : merged_domain_days()) {
    if (c.reports == 0 && c.messages == 0 && c.dkim_aligned == 0 && c.spf_aligned == 0 && c.aligned == 0 &&
        c.quarantined == 0 && c.rejected == 0) {
      continue;
    }
    run(connection, named("domain_day_change"), c.policy_domain, c.day, c.trust, c.reports, c.messages, c.dkim_aligned,
        c.spf_aligned, c.aligned, c.quarantined, c.rejected);
    if (c.reports < 0 || c.messages < 0) {
      run(connection, named("domain_day_remove_empty"), c.policy_domain, c.day, c.trust);
    }
  }
  clear();
}

Rollups Rollups::take_before(std::int64_t policy_domain, int day) {
  const auto take = [&](auto& changes) {
    const auto end = std::partition_point(changes.begin(), changes.end(), [&](const auto& change) {
      return std::tie(change.policy_domain, change.day) < std::tie(policy_domain, day);
    });
    auto taken = std::vector(changes.begin(), end);
    changes.erase(changes.begin(), end);
    return taken;
  };
  store::merge(policy_days_);
  store::merge(domain_days_);
  Rollups taken;
  const auto end = blocks_.lower_bound({policy_domain, day, 0, 0});
  while (blocks_.begin() != end) {
    cell_count_ -= blocks_.begin()->second.cells.size();
    taken.cell_count_ += blocks_.begin()->second.cells.size();
    taken.blocks_.insert(taken.blocks_.end(), blocks_.extract(blocks_.begin()));
  }
  taken.policy_days_ = take(policy_days_);
  taken.domain_days_ = take(domain_days_);
  return taken;
}

void Rollups::clear() {
  blocks_.clear();
  cell_count_ = 0;
  policy_days_.clear();
  domain_days_.clear();
}

}  // namespace ruagate::store
