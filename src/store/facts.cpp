#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/large_pages.hpp"
#include "base/side_by_side.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// The roll-ups as questions see them.
namespace ruagate::store {

namespace {

/// Gives keys of the database dense numbers from 0, in the order in which they are first met.
class Indices {
 public:
  Indices() = default;
  /// Keys below `plain` are looked up in a table that has a place for each.
  explicit Indices(std::int64_t plain) : plain_(plain) {}

  std::uint32_t of(std::int64_t key) {
    if (key == last_key_ && !keys_.empty()) return last_;
    last_key_ = key;
    last_ = key >= 0 && key < plain_ ? find_or_add_plain(static_cast<std::size_t>(key)) : find_or_add(key);
    return last_;
  }

  /// (key, index) by ascending key: neighbours in the table follow each other.
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_key() const {
    std::vector<std::pair<std::int64_t, std::uint32_t>> sorted;
    reserve_large(sorted, keys_.size());
    for (std::size_t key = 0; key < plain_table_.size(); ++key) {
      if (plain_table_[key] != kEmpty) sorted.emplace_back(static_cast<std::int64_t>(key), plain_table_[key]);
    }
    const auto others = static_cast<std::ptrdiff_t>(sorted.size());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i] < 0 || keys_[i] >= plain_) sorted.emplace_back(keys_[i], static_cast<std::uint32_t>(i));
    }
    std::sort(sorted.begin() + others, sorted.end());
    return sorted;
  }
  std::size_t size() const { return keys_.size(); }
  /// By index.
  const std::vector<std::int64_t>& keys() const { return keys_; }

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

  std::uint32_t find_or_add_plain(std::size_t key) {
    if (key >= plain_table_.size()) {
      const auto size = std::min(static_cast<std::size_t>(plain_), std::max<std::size_t>(2 * key, 1024));
      plain_table_.resize(std::max(size, key + 1), kEmpty);
    }
    std::uint32_t& index = plain_table_[key];
    if (index == kEmpty) {
      index = static_cast<std::uint32_t>(keys_.size());
      keys_.push_back(static_cast<std::int64_t>(key));
    }
    return index;
  }

  /// A table of places in keys_, half empty at least, searched from where the key's digits point.
  std::uint32_t find_or_add(std::int64_t key) {
    if (2 * (hashed_ + 1) > table_.size()) grow();
    std::size_t at = start_of(key);
    while (table_[at] != kEmpty) {
      if (keys_[table_[at]] == key) return table_[at];
      at = (at + 1) & (table_.size() - 1);
    }
    const auto index = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(key);
    ++hashed_;
    table_[at] = index;
    return index;
  }
  std::size_t start_of(std::int64_t key) const {
    return static_cast<std::size_t>((static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15U) >> shift_);
  }
  void grow() {
    shift_ -= 2;
    const std::size_t size = std::size_t{1} << (64 - shift_);
    const std::vector<std::uint32_t> before = std::exchange(table_, {});
    reserve_large(table_, size);
    table_.assign(size, kEmpty);
    for (const std::uint32_t index : before) {
      if (index == kEmpty) continue;
      std::size_t at = start_of(keys_[index]);
      while (table_[at] != kEmpty) at = (at + 1) & (table_.size() - 1);
      table_[at] = index;
    }
  }

  std::int64_t plain_ = 0;
  std::vector<std::uint32_t> plain_table_;
  unsigned shift_ = 64 - 8;
  std::vector<std::uint32_t> table_;
  std::size_t hashed_ = 0;  ///< Keys in that table.
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

/// One reporter's day of a domain: its packed cells end where those of the next begin.
struct DayBlock {
  Day day{};
  std::uint32_t reporter = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// All that a question looks at, as it is stored; cells of every trust summed.
struct DayBlocks {
  std::vector<DayBlock> blocks;
  std::string bytes;
  std::string_view packed(const DayBlock& block) const {
    return std::string_view(bytes).substr(block.begin, block.end - block.begin);
  }
};

DayBlocks read_blocks(Connection& connection, std::int64_t domain, Day from, Day to, int counted, Indices& reporters) {
  DayBlocks read;
  Query query(connection, named("cell_blocks_of_domain"), domain, day_number(from), day_number(to), counted);
  std::int64_t day = 0;
  std::int64_t reporter = 0;
  while (query.step()) {
    auto& [blocks, bytes] = read;
    if (!blocks.empty() && query.integer(0) == day && query.integer(1) == reporter) {  // They differ in trust alone.
      const auto sums = add_cells(unpack_cells(read.packed(blocks.back())), unpack_cells(query.blob(2)));
      bytes.resize(blocks.back().begin);
      bytes += pack_cells(sums);
    } else {
      day = query.integer(0);
      reporter = query.integer(1);
      blocks.push_back({day_from_number(static_cast<int>(day)), reporters.of(reporter), bytes.size(), 0});
      if (reporters.size() > report::SmallIndex::kMost) throw StoreError("too many reporters of one domain");
      bytes += query.blob(2);
    }
    blocks.back().end = bytes.size();
  }
  return read;
}

/// Cells of following blocks, with numbers of their own for addresses and evidence.
struct CellPart {
  /// `most`: there are no more cells. Where keys are few beside them, a table with a place for each is the fastest.
  explicit CellPart(std::uint64_t most = 0)
      : addresses(static_cast<std::int64_t>(most)), evidence(static_cast<std::int64_t>(most)) {}
  Indices addresses;
  Indices evidence;
  std::vector<report::Cell> cells;
};

/// Blocks number `first` up to `last`, which is not one of them.
void unpack(const DayBlocks& read, std::size_t first, std::size_t last, CellPart& part) {
  for (std::size_t i = first; i < last; ++i) {
    const DayBlock& block = read.blocks[i];
    report::Cell cell;
    cell.day = block.day;
    cell.reporter = block.reporter;
    each_cell(
        read.packed(block), [&](std::int64_t address, std::int64_t of, std::uint64_t packed, std::int64_t messages) {
          const Outcome outcome = unpack_outcome(static_cast<std::int64_t>(packed));  // Throws when it is damaged.
          cell.address = part.addresses.of(address);
          cell.evidence = part.evidence.of(of);
          cell.disposition = outcome.disposition;
          cell.dkim_aligned = outcome.dkim;
          cell.spf_aligned = outcome.spf;
          cell.messages = static_cast<std::uint64_t>(messages);
          part.cells.push_back(cell);
        });
  }
}

/// Adds what follows, in the numbers of `part`: they are as if all had been unpacked one after the other.
void append(CellPart& part, const CellPart& following) {
  const auto translated = [](Indices& to, const Indices& from) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(from.size());
    for (const std::int64_t key : from.keys()) numbers.push_back(to.of(key));
    return numbers;
  };
  const auto addresses = translated(part.addresses, following.addresses);
  const auto evidence = translated(part.evidence, following.evidence);
  for (report::Cell cell : following.cells) {
    cell.address = addresses[cell.address];
    cell.evidence = evidence[cell.evidence];
    part.cells.push_back(cell);
  }
}

/// All cells; `most`: there are no more of them. Half of many are unpacked by another thread.
CellPart unpack(const DayBlocks& read, std::uint64_t most) {
  const auto& blocks = read.blocks;
  CellPart first(most);
  reserve_large(first.cells, most);
  if (most < kManyCells) {
    unpack(read, 0, blocks.size(), first);
    return first;
  }
  const auto middle = std::partition_point(blocks.begin(), blocks.end(),
                                           [&](const DayBlock& block) { return block.end <= read.bytes.size() / 2; });
  const auto half = static_cast<std::size_t>(middle - blocks.begin());
  CellPart second(most);
  side_by_side(2, [&](std::size_t part) {
    if (part == 0) {
      unpack(read, 0, half, first);
    } else {
      reserve_large(second.cells, most / 2);
      unpack(read, half, blocks.size(), second);
    }
  });
  append(first, second);
  return first;
}

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
  CellPart cells;
  if (with_cells) {
    std::uint64_t most = 0;
    {
      Query query(connection, named("cells_of_domain"), *domain_key, day_number(from), day_number(to), counted);
      if (query.step()) most = std::min(query.count(0), most_cells(connection));
    }
    cells = unpack(read_blocks(connection, *domain_key, from, to, counted, reporters), most);
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
  facts.cells = std::move(cells.cells);
  reserve_large(facts.addresses, cells.addresses.size());
  facts.addresses.resize(cells.addresses.size());
  interning.addresses(cells.addresses.by_key(), facts.addresses);
  facts.evidence.resize(cells.evidence.size());
  interning.evidence(cells.evidence.by_key(), facts.evidence);
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
