#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "store/blocks.hpp"
#include "store/connection.hpp"
#include "store/interning.hpp"
#include "store/rollup.hpp"
#include "store/store.hpp"
#include "store/turn.hpp"

// What stands behind Store; shared by the files that implement its functions.
namespace ruagate::store {

/// What the roll-ups need of a stored report. Throws std::logic_error when there is none.
RollupReport rollup_report(Connection& connection, std::int64_t report_key);
/// The records of a report in its order; none when they were deleted for their age.
std::vector<PackedRecord> stored_records(Connection& connection, std::int64_t report_key);
/// What the roll-ups need of them.
std::vector<PackedCell> rollup_records(Interning& interning, const std::vector<PackedRecord>& records);

struct Store::Impl {
  Impl(const std::string& path, OpenMode mode);

  /// Throws std::logic_error outside a write transaction: a fault of ours, not of the machine.
  void require_write() const;
  /// Questions inside a write transaction see what it has written so far.
  void settle();

  // service.cpp
  /// Counts what this transaction changed, for version().
  void raise_versions();

  // writing.cpp
  struct Stored;
  std::int64_t add_report(std::optional<std::int64_t> key, const report::Report& report, const PreparedReport& prepared,
                          const Provenance& provenance, const RawDocument& raw);
  void seen_again(const Stored& stored, report::Trust trust);
  void add_records(std::int64_t report_key, const std::vector<PackedRecord>& records);
  /// Takes the report out, roll-ups included.
  void remove_report(std::int64_t key);
  void keep_loser(std::string origin, std::string detail, const RawDocument& raw, const Sha256& digest,
                  Instant seen_at);
  bool add_reject(const NewReject& reject, const Sha256& fingerprint);
  std::optional<RawDocument> raw(std::int64_t report_key);

  // implausible.cpp
  /// A report just stored, or one that waits: what the judgement needs.
  struct Judged {
    std::int64_t key = 0;
    std::int64_t domain = 0;
    std::int64_t reporter = 0;  ///< Folded.
    Instant begin{};
    Instant end{};
    std::uint64_t messages = 0;
    unsigned reasons = 0;  ///< Those that need no other report to be known.
  };
  void judge_later(std::int64_t key, std::int64_t domain, std::int64_t reporter, const report::Report& report,
                   std::uint64_t messages, Instant received_at);
  /// Holds what is hard to believe among the reports of this transaction, and lets go what no longer is.
  void judge();
  void let_go_known(std::int64_t domain);
  bool is_from_stranger(const Judged& report);
  void hold(std::int64_t key, unsigned reasons);
  /// Calls `change` with the report taken out of the roll-ups, and puts it back as it is then.
  template <class Change>
  void reroll(std::int64_t key, const Change& change);

  // keeping.cpp
  bool prune_raw_of(std::int64_t report_key, Instant received_before);
  bool prune_records_of(std::int64_t report_key, Instant ended_before);

  // facts.cpp
  report::DomainFacts facts(std::string_view domain, Day from, Day to, bool with_cells);

  // listing.cpp
  ReportRow read_report(Query& query);
  report::Record read_record(const PackedRecord& stored);
  bool has_address_in(std::int64_t report_key, const IpNetwork& network);

  WriteTurn turn;  ///< Before the connection, so that it ends after it.
  std::unique_lock<std::mutex> opening;
  Connection connection;
  OpenMode mode;
  Interning interning;
  Rollups rollups;
  std::vector<Judged> to_judge;
  int counted = 0b011;  ///< Values of trust that count, as bits.
  bool writing = false;
  bool facts_changed = false;  ///< By this transaction, as the next.
  bool decisions_changed = false;
};

}  // namespace ruagate::store
