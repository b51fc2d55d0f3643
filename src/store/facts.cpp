#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/large_pages.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// The roll-ups as questions see them.
namespace ruagate::store {

namespace {

/// Gives keys of the database dense numbers from 0, in the order in which they are first met.
class Indices {
 public:
  std::uint32_t of(std::int64_t key) {
    if (key == last_key_ && !keys_.empty()) return last_;
    last_key_ = key;
    last_ = find_or_add(key);
    return last_;
  }

  /// (key, index) by ascending key: neighbours in the table follow each other.
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_key() const {
    std::vector<std::pair<std::int64_t, std::uint32_t>> sorted;
    reserve_large(sorted, keys_.size());
    for (std::size_t i = 0; i < keys_.size(); ++i) sorted.emplace_back(keys_[i], static_cast<std::uint32_t>(i));
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }
  std::size_t size() const { return keys_.size(); }

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

  /// A table of places in keys_, half empty at least, searched from where the key's digits point.
  std::uint32_t find_or_add(std::int64_t key) {
    if (2 * keys_.size() >= table_.size()) grow();
    std::size_t at = start_of(key);
    while (table_[at] != kEmpty) {
      if (keys_[table_[at]] == key) return table_[at];
      at = (at + 1) & (table_.size() - 1);
    }
    const auto index = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(key);
    table_[at] = index;
    return index;
  }
  std::size_t start_of(std::int64_t key) const {
    return static_cast<std::size_t>((static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15U) >> shift_);
  }
  void grow() {
    shift_ -= 2;
    const std::size_t size = std::size_t{1} << (64 - shift_);
    table_ = {};
    reserve_large(table_, size);
    table_.assign(size, kEmpty);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      std::size_t at = start_of(keys_[i]);
      while (table_[at] != kEmpty) at = (at + 1) & (table_.size() - 1);
      table_[at] = static_cast<std::uint32_t>(i);
    }
  }

  unsigned shift_ = 64 - 8;
  std::vector<std::uint32_t> table_;
  std::vector<std::int64_t> keys_;
  std::int64_t last_key_ = 0;
  std::uint32_t last_ = 0;
};

/// How many cells there can be at most, whatever a damaged database says of itself: one takes four bytes or more.
std::uint64_t most_cells(const Connection& connection) {
  std::uint64_t bytes = 0;
  for (const char* companion : {"", "-wal"}) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(connection.path() + companion, missing);
    if (!missing) bytes += size;
  }
  return bytes / 4;
}

/// Blocks of one reporter's day, those of every trust summed.
class DayBlocks {
 public:
  DayBlocks(Connection& connection, std::int64_t domain, Day from, Day to, int counted)
      : query_(connection, named("cell_blocks_of_domain"), domain, day_number(from), day_number(to), counted) {
    more_ = query_.step();
  }
  /// False when there is no further one.
  bool next() {
    if (!more_) return false;
    day_ = query_.integer(0);
    reporter_ = query_.integer(1);
    packed_ = query_.blob(2);
    is_summed_ = false;
    while ((more_ = query_.step()) && query_.integer(0) == day_ && query_.integer(1) == reporter_) {
      if (!is_summed_) unpack_cells(packed_, cells_);
      is_summed_ = true;
      cells_ = add_cells(cells_, unpack_cells(query_.blob(2)));
    }
    return true;
  }
  Day day() const { return day_from_number(static_cast<int>(day_)); }
  std::int64_t reporter() const { return reporter_; }
  /// As store::each_cell().
  template <class Take>
  void each_cell(Take&& take) const {
    if (!is_summed_) return store::each_cell(packed_, take);
    for (const PackedCell& cell : cells_) {
      take(cell.address, cell.evidence, static_cast<std::uint64_t>(cell.outcome), cell.messages);
    }
  }

 private:
  Query query_;
  bool more_ = false;
  std::int64_t day_ = 0;
  std::int64_t reporter_ = 0;
  std::string packed_;
  bool is_summed_ = false;  // Of several: then cells_ counts.
  std::vector<PackedCell> cells_;
};

}  // namespace

report::DomainFacts Store::facts(std::string_view domain, Day from, Day to) {
  return impl_->facts(domain, from, to, true);
}

report::DomainFacts Store::policy_facts(std::string_view domain, Day from, Day to) {
  return impl_->facts(domain, from, to, false);
}

report::DomainFacts Store::Impl::facts(std::string_view domain, Day from, Day to, bool with_cells) {
  settle();
  const ReadScope scope(connection);
  report::DomainFacts facts;
  facts.domain = domain;
  const std::optional<std::int64_t> domain_key = interning.find_text(domain);
  if (!domain_key) return facts;

  Indices reporters;
  Indices addresses;
  Indices evidence;
  if (with_cells) {
    {
      Query query(connection, named("cells_of_domain"), *domain_key, day_number(from), day_number(to), counted);
      if (query.step()) reserve_large(facts.cells, std::min(query.count(0), most_cells(connection)));
    }
    DayBlocks blocks(connection, *domain_key, from, to, counted);
    while (blocks.next()) {
      report::Cell cell;
      cell.day = blocks.day();
      cell.reporter = reporters.of(blocks.reporter());
      if (reporters.size() > report::SmallIndex::kMost) throw StoreError("too many reporters of one domain");
      blocks.each_cell([&](std::int64_t address, std::int64_t of, std::uint64_t packed, std::int64_t messages) {
        const Outcome outcome = unpack_outcome(static_cast<std::int64_t>(packed));  // Throws when it is damaged.
        cell.address = addresses.of(address);
        cell.evidence = evidence.of(of);
        cell.disposition = outcome.disposition;
        cell.dkim_aligned = outcome.dkim;
        cell.spf_aligned = outcome.spf;
        cell.messages = static_cast<std::uint64_t>(messages);
        facts.cells.push_back(cell);
      });
    }
  }
  {
    Indices policies;
    Query query(connection, named("policy_days_of_domain"), *domain_key, day_number(from), day_number(to), counted);
    while (query.step()) {
      report::PolicyDay& day = facts.policy_days.emplace_back();
      day.day = day_from_number(static_cast<int>(query.integer(0)));
      day.reporter = reporters.of(query.integer(1));
      day.generation = enum_from(query.integer(2), report::Generation::rfc9990);
      day.policy = policies.of(query.integer(3));
      day.reports = query.count(4);
      day.messages = query.count(5);
      if (facts.policy_days.size() < 2) continue;
      report::PolicyDay& before = *(facts.policy_days.end() - 2);
      if (before.day == day.day && before.reporter == day.reporter && before.generation == day.generation &&
          before.policy == day.policy) {  // they differ in trust alone
        before.reports += day.reports;
        before.messages += day.messages;
        facts.policy_days.pop_back();
      }
    }
    facts.policies.resize(policies.size());
    for (const auto& [key, index] : policies.by_key()) {
      facts.policies[index] = interning.policy(key);
      facts.policies[index].domain = facts.domain;
    }
  }
  facts.reporters.resize(reporters.size());
  for (const auto& [key, index] : reporters.by_key()) facts.reporters[index] = interning.text(key);
  reserve_large(facts.addresses, addresses.size());
  facts.addresses.resize(addresses.size());
  interning.addresses(addresses.by_key(), facts.addresses);
  facts.evidence.resize(evidence.size());
  interning.evidence(evidence.by_key(), facts.evidence);
  return facts;
}

std::uint64_t Store::cells(std::string_view domain, Day from, Day to) {
  Impl& impl = *impl_;
  impl.settle();
  const ReadScope scope(impl.connection);
  const std::optional<std::int64_t> domain_key = impl.interning.find_text(domain);
  if (!domain_key) return 0;
  Query query(impl.connection, named("cells_of_domain"), *domain_key, day_number(from), day_number(to), impl.counted);
  return query.step() ? query.count(0) : 0;
}

std::vector<TrendDay> Store::trend(std::string_view domain, Day from, Day to) {
  Impl& impl = *impl_;
  impl.settle();
  const ReadScope scope(impl.connection);
  std::vector<TrendDay> days;
  const std::optional<std::int64_t> domain_key = impl.interning.find_text(domain);
  if (!domain_key) return days;
  Query query(impl.connection, named("trend_of_domain"), *domain_key, day_number(from), day_number(to), impl.counted);
  while (query.step()) {
    days.push_back({day_from_number(static_cast<int>(query.integer(0))), query.count(1), query.count(2), query.count(3),
                    query.count(4), query.count(5), query.count(6), query.count(7)});
  }
  return days;
}

std::vector<DomainRow> Store::domains() {
  impl_->settle();
  std::vector<DomainRow> rows;
  Query query(impl_->connection, named("domains"), impl_->counted);
  while (query.step()) {
    rows.push_back({std::string(query.text(0)), day_from_number(static_cast<int>(query.integer(1))),
                    day_from_number(static_cast<int>(query.integer(2))), query.count(3), query.count(4)});
  }
  return rows;
}

std::vector<DomainSpan> Store::domain_spans() {
  impl_->settle();
  std::vector<DomainSpan> spans;
  Query query(impl_->connection, named("domain_spans"), impl_->counted);
  while (query.step()) {
    spans.push_back({std::string(query.text(0)), day_from_number(static_cast<int>(query.integer(1))),
                     day_from_number(static_cast<int>(query.integer(2)))});
  }
  return spans;
}

}  // namespace ruagate::store
