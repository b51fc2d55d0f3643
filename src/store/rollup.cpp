#include "store/rollup.hpp"

#include <algorithm>
#include <cstddef>
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

auto key_of(const CellChange& c) {
  return std::tie(c.policy_domain, c.day, c.address, c.reporter, c.evidence, c.outcome, c.trust);
}
auto key_of(const PolicyDayChange& c) {
  return std::tie(c.policy_domain, c.day, c.reporter, c.generation, c.policy, c.trust);
}
auto key_of(const DomainDayChange& c) {
  return std::tie(c.policy_domain, c.day, c.trust);
}

void add(CellChange& to, const CellChange& from) {
  to.messages += from.messages;
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

/// The records of one report that the roll-up does not tell apart, summed.
void merge(std::vector<RollupRecord>& records) {
  const auto key = [](const RollupRecord& r) { return std::tie(r.address, r.evidence, r.outcome); };
  std::sort(records.begin(), records.end(),
            [&](const RollupRecord& a, const RollupRecord& b) { return key(a) < key(b); });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < records.size(); ++i) {
    if (key(records[kept]) == key(records[i])) {
      records[kept].messages += records[i].messages;
    } else {
      records[++kept] = records[i];
    }
  }
  if (!records.empty()) records.resize(kept + 1);
}

/// True when all messages of the period count on the day of `begin`, however many they are.
bool is_one_day(const RollupReport& report) {
  constexpr std::uint64_t kMany = std::uint64_t{1} << 40;
  return report::spread_over_days(report.begin, report.end, kMany).size() == 1;
}

}  // namespace

bool CellChange::same_key(const CellChange& other) const {
  return key_of(*this) == key_of(other);
}
bool CellChange::operator<(const CellChange& other) const {
  return key_of(*this) < key_of(other);
}
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

void Rollups::contribute(const RollupReport& report, std::vector<RollupRecord>& records, int sign) {
  merge(records);
  const int first_day = day_number(day_of(report.begin));
  std::vector<DomainDayChange> days(1);
  days.front().day = first_day;
  days.front().reports = sign;

  const auto count = [&](const RollupRecord& record, int day, std::int64_t messages) {
    const std::int64_t change = sign * messages;
    cells_.push_back({report.policy_domain, day, record.address, report.reporter, record.evidence, record.outcome,
                      report.trust, change});
    auto sums = std::find_if(days.begin(), days.end(), [&](const DomainDayChange& d) { return d.day == day; });
    if (sums == days.end()) {
      DomainDayChange another;
      another.day = day;
      sums = days.insert(days.end(), another);
    }
    add(*sums, outcome_sums(record.outcome, change));
  };
  const bool one_day = is_one_day(report);
  for (const RollupRecord& record : records) {
    if (one_day) {
      count(record, first_day, record.messages);
      continue;
    }
    for (const auto& [day, share] :
         report::spread_over_days(report.begin, report.end, static_cast<std::uint64_t>(record.messages))) {
      count(record, day_number(day), static_cast<std::int64_t>(share));
    }
  }
  for (DomainDayChange& sums : days) {
    sums.policy_domain = report.policy_domain;
    sums.trust = report.trust;
    policy_days_.push_back({report.policy_domain, sums.day, report.reporter, report.generation, report.policy,
                            report.trust, sums.reports, sums.messages});
    domain_days_.push_back(sums);
  }
}

const std::vector<CellChange>& Rollups::merged_cells() {
  merge(cells_);
  return cells_;
}

const std::vector<PolicyDayChange>& Rollups::merged_policy_days() {
  merge(policy_days_);
  return policy_days_;
}

const std::vector<DomainDayChange>& Rollups::merged_domain_days() {
  merge(domain_days_);
  return domain_days_;
}

void Rollups::write(Connection& connection) {
  for (const CellChange& c : merged_cells()) {
    if (c.messages == 0) continue;
    run(connection, named("cell_change"), c.policy_domain, c.day, c.address, c.reporter, c.evidence, c.outcome, c.trust,
        c.messages);
    if (c.messages < 0) {
      run(connection, named("cell_remove_empty"), c.policy_domain, c.day, c.address, c.reporter, c.evidence, c.outcome,
          c.trust);
    }
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
  merge(cells_);
  merge(policy_days_);
  merge(domain_days_);
  Rollups taken;
  taken.cells_ = take(cells_);
  taken.policy_days_ = take(policy_days_);
  taken.domain_days_ = take(domain_days_);
  return taken;
}

void Rollups::clear() {
  cells_.clear();
  policy_days_.clear();
  domain_days_.clear();
}

}  // namespace ruagate::store
