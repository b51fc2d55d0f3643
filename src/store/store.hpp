#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "report/facts.hpp"
#include "report/identity.hpp"
#include "report/report.hpp"

// The database: facts in, facts out. The only room that knows SQL; everything above sees these structs, so that
// another engine can stand behind them.
namespace ruagate::store {

/// The database or the machine below it failed. what() is one line: what, where, what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class OpenMode : std::uint8_t {
  read,    ///< Must exist and be up to date; never changed.
  write,   ///< Created and migrated as needed.
  migrate  ///< Must exist; migrated by Store::migrate() only.
};

/// How raw documents are kept; the numbers are on disk and never change.
enum class RawEncoding : std::uint8_t { plain = 0, gzip = 1, zip = 2 };

struct RawDocument {
  std::string bytes;  ///< Empty: nothing kept.
  RawEncoding encoding = RawEncoding::plain;
};

/// Tells the bytes of an attachment or file, as received, from all others. First two bytes that are near each other for
/// documents of one time, so that their keys lie together on disk, then 16 of a SHA-256: nobody can make bytes that are
/// taken for others.
using DocumentKey = std::array<std::uint8_t, 18>;

/// Where a report came from.
struct Provenance {
  std::string origin;  ///< Mailbox or path and message, for people.
  Instant received_at{};
  report::Trust trust = report::Trust::unverified;
  /// Of bytes that hold this report and nothing else, whatever mail they come in; absent when that is not so.
  std::optional<DocumentKey> document{};
};

/// What insert() works out of a report alone. Any thread can make it beforehand.
struct PreparedReport {
  explicit PreparedReport(const report::Report& report);
  report::Identity identity;
  report::Totals totals;
  report::CanonicalRecords canonical;
  Sha256 digest;
};

enum class InsertOutcome : std::uint8_t {
  added,
  duplicate,          ///< Same identity, same records: nothing changed.
  conflict_kept_old,  ///< Same identity, other records, not larger: the new one became a reject.
  conflict_replaced,  ///< Same identity, other records, larger total: the old one became a reject.
};

/// A message or payload that could not be read.
struct NewReject {
  std::string origin;
  std::string part;
  std::string reason;
  std::string detail;
  std::string bytes;  ///< Stored compressed by the store's caller or not at all; given as received.
  RawEncoding encoding = RawEncoding::plain;  ///< Handed out again with the bytes.
  bool whole_message = true;                  ///< False: `bytes` is a document or container out of the message.
  Instant seen_at{};
  report::Trust trust = report::Trust::unverified;  ///< Of the mail: what can be read of it later counts as much.
};
struct RejectRow {
  std::int64_t id = 0;
  std::string origin;
  std::string part;
  std::string reason;
  std::string detail;
  bool whole_message = true;
  RawEncoding encoding = RawEncoding::plain;  ///< Of the bytes; not plain only for `conflicting_report`.
  std::uint64_t size = 0;
  Instant first_seen{};
  Instant last_seen{};
  std::uint64_t times_seen = 1;
  report::Trust trust = report::Trust::unverified;  ///< Of the best authenticated mail that brought it.
};

/// Why a report is hard to believe, as bits; the numbers are on disk and never change.
enum class Implausible : std::uint8_t {
  unknown_reporter = 1,  ///< Never seen before for this domain, with many times the usual mail of a day.
  future = 2,            ///< Its period begins after it was received.
  before_dmarc = 4,      ///< Its period begins before 2012.
  counts = 8,            ///< More messages than anybody sends.
};
/// "unknown_reporter", "future", ... for the bits set.
std::vector<std::string> names_of_reasons(unsigned reasons);

/// Which reports facts(), domains() and trend() count, by trust. Implausible ones that wait never count.
enum class Counted : std::uint8_t { all, not_failed, trusted };

/// One row of `ruagate reports`. Everything but the flags is what the report said.
struct ReportRow {
  std::int64_t id = 0;
  report::Report report;  ///< Without records.
  report::Totals totals;
  std::uint64_t source_ips = 0;             ///< Number of distinct addresses.
  std::vector<std::string> author_domains;  ///< Distinct, sorted.
  Provenance provenance;
  bool has_raw = false;
  unsigned implausible = 0;         ///< Bits of Implausible; 0: nothing is odd about it.
  std::optional<Instant> accepted;  ///< When the operator accepted it. Implausible and not accepted: it waits.
};

/// One row of `ruagate records`.
struct RecordRow {
  std::int64_t report_key = 0;
  std::string reporter;
  std::string report_id;
  std::string policy_domain;
  Instant begin{};
  Instant end{};
  std::uint64_t index = 0;  ///< In its report, from 0.
  report::Record record;
};

/// Where a page ended; the next begins behind it. Only with `limit`.
struct PageEnd {
  Instant begin{};
  Instant end{};
  std::int64_t report = 0;
  std::optional<std::uint64_t> record{};  ///< Index in the report; for records only.
};

struct Filter {
  std::optional<std::string> domain{};    ///< Policy domain (reports); policy or author domain (records).
  std::optional<std::string> reporter{};  ///< Without regard to case.
  std::optional<std::string> ip{};        ///< Address or network.
  std::optional<Day> since{};             ///< Reports whose period ends on or after,
  std::optional<Day> until{};             ///< and begins on or before this day.
  std::optional<std::uint64_t> limit{};   ///< Newest first when given; without it everything, oldest first.
  std::optional<PageEnd> after{};
};

/// The days with reports of a policy domain.
struct DomainSpan {
  std::string domain;
  Day first_day{};
  Day last_day{};
};

struct DomainRow {
  std::string domain;  ///< Policy domain.
  Day first_day{};
  Day last_day{};
  std::uint64_t reports = 0;
  std::uint64_t messages = 0;
};

/// One day of a domain, over all reporters.
struct TrendDay {
  Day day{};
  std::uint64_t reports = 0;  ///< Reports that begin on this day.
  std::uint64_t messages = 0;
  std::uint64_t dkim_aligned = 0;
  std::uint64_t spf_aligned = 0;
  std::uint64_t aligned = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t rejected = 0;
};

/// One finished ingest run, for the summary's health section.
struct IngestRun {
  Instant started_at{};
  Instant finished_at{};
  std::string mailbox;
  std::uint64_t messages = 0;
  std::uint64_t reports_new = 0;
  std::uint64_t reports_duplicate = 0;
  std::uint64_t reports_conflicting = 0;
  std::uint64_t records = 0;
  std::uint64_t rejected = 0;
  std::uint64_t ignored = 0;
  std::uint64_t failures = 0;
};

/// How far a folder of a mail server has been worked through.
struct FolderCheckpoint {
  std::uint32_t uid_validity = 0;
  std::uint32_t last_uid = 0;
};

/// How often facts and decisions changed; an answer from the same numbers is the same answer.
struct DataVersion {
  std::uint64_t facts = 0;
  std::uint64_t decisions = 0;
  auto operator<=>(const DataVersion&) const = default;
};

/// What the overview says of a domain, kept from one start of the service to the next.
struct KeptGlance {
  std::string domain;
  DataVersion version;  ///< Of the domain, before its facts were read.
  std::string packed;   ///< The caller's.
};

/// Access to the HTTP API; the numbers are on disk and never change.
enum class Scope : std::uint8_t { read = 1, operate = 2, intake = 4 };
struct NewToken {
  std::string name;
  Sha256 hash{};        ///< Of the token, which is never stored.
  unsigned scopes = 0;  ///< Bits of Scope.
  Instant created_at{};
};
struct TokenRow : NewToken {
  std::int64_t id = 0;
};

struct Stats {
  std::uint64_t file_bytes = 0;
  std::uint64_t reports = 0;
  std::uint64_t records = 0;
  std::uint64_t messages = 0;
  std::uint64_t domains = 0;
  std::uint64_t rejects = 0;
  std::uint64_t raw_documents = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t cells = 0;
  std::uint64_t texts = 0;
  std::uint64_t addresses = 0;
  std::optional<Instant> first_begin;
  std::optional<Instant> last_end;
  int schema_version = 0;
};

struct PruneOutcome {
  std::uint64_t raw_documents = 0;
  std::uint64_t reports_emptied = 0;  ///< Reports whose records were deleted; the report row and roll-ups stay.
  std::uint64_t records = 0;
};

class Store {
 public:
  /// Throws StoreError: no such file, not a database, newer schema (both numbers named), read-only folder, locked.
  Store(const std::string& path, OpenMode mode);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  const std::string& path() const;
  /// One more connection, for another thread, that reads the same: it counts what this one counts, and is interrupted
  /// when this one is. Throws StoreError when none is to be had.
  Store another() const;
  /// Asked while a lock of another process is waited for: once true, the wait ends in a StoreError.
  void give_up_when(std::function<bool()> stop);
  /// Asked while a question runs: once true, it ends in a StoreError. Only for a store opened for reading.
  void interrupt_when(std::function<bool()> stop);

  // --- Writing. All writes happen between begin() and commit(), in one transaction that is durable after commit().

  /// Takes the write lock; another writer is waited for, up to ten minutes, or until give_up_when() says so.
  void begin();
  void commit();
  void rollback() noexcept;  ///< No-op outside a transaction.

  /// Trust goes before size: a report with trust `failed` never replaces one without, and is replaced by one without.
  /// A duplicate that arrives with better trust raises the trust of the stored report.
  ///
  /// What is hard to believe (docs/forged-reports.md) is stored, but waits: it counts nowhere until it is accepted, or
  /// until earlier reports of the same reporter make it believable. commit() decides that.
  InsertOutcome insert(const report::Report& report, const Provenance& provenance, const RawDocument& raw);
  /// The same with what was prepared of this report.
  InsertOutcome insert(const report::Report& report, const PreparedReport& prepared, const Provenance& provenance,
                       const RawDocument& raw);
  /// What insert() does with the report of these bytes when it is stored; false, and nothing done, when it is not.
  bool insert_known(const DocumentKey& document, report::Trust trust);
  /// Adds the reject, or counts it again when the same bytes of the same part were rejected before.
  /// Returns true if it is new.
  bool add_reject(const NewReject& reject);
  void update_reject(std::int64_t id, std::string_view reason, std::string_view detail);
  void drop_reject(std::int64_t id);
  void add_run(const IngestRun& run);
  void set_checkpoint(std::string_view server, std::string_view folder, const FolderCheckpoint& checkpoint);
  void set_decision(const report::Decision& decision);
  /// Returns false if there was none.
  bool forget_decision(std::string_view domain, std::string_view what);

  /// Throws StoreError when the name is taken. Returns its number.
  std::int64_t add_token(const NewToken& token);
  /// Returns false if there was none.
  bool remove_token(std::int64_t id);

  /// The operator believes the report. False when it does not wait. Throws StoreError when its records are pruned.
  bool accept(std::int64_t report_id, Instant now);

  // --- Questions. Each sees one consistent state.

  /// Which reports count from now on; without it, all but those with trust `failed`.
  void count(Counted counted);

  /// Sorted by name; of reports that count, as in facts(). Costs a look at every day of every domain.
  std::vector<DomainRow> domains();
  /// The same without sums, which costs some look-ups a domain.
  std::vector<DomainSpan> domain_spans();
  /// The roll-up of a policy domain between two days, both included, of reports that count.
  report::DomainFacts facts(std::string_view domain, Day from, Day to);
  /// The same without cells, addresses and evidence: who reported on which day, and the policy seen.
  report::DomainFacts policy_facts(std::string_view domain, Day from, Day to);
  /// How many cells facts() would give at most: its time and memory go by them.
  std::uint64_t cells(std::string_view domain, Day from, Day to);
  /// Totals of each day with data between two days, both included, of reports that count.
  std::vector<TrendDay> trend(std::string_view domain, Day from, Day to);
  /// Calls `row` for each; stops when it returns false. `row` must not ask this store anything.
  void reports(const Filter& filter, const std::function<bool(ReportRow&&)>& row);
  void records(const Filter& filter, const std::function<bool(RecordRow&&)>& row);
  std::optional<ReportRow> report(std::int64_t id);
  /// When the period of the stored report begins that came in these bytes; nothing when there is none.
  std::optional<Instant> known_document(const DocumentKey& document);
  /// Implausible reports that wait for the operator, oldest period first.
  std::vector<ReportRow> waiting();
  std::vector<RecordRow> records_of(std::int64_t report_id, std::uint64_t from = 0,
                                    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());
  std::optional<RawDocument> raw(std::int64_t report_id);
  std::vector<RejectRow> rejects();
  /// The newest first, of those with a smaller number.
  std::vector<RejectRow> rejects_before(std::int64_t id, std::uint64_t limit);
  std::map<std::string, std::uint64_t> reject_reasons();
  std::optional<RejectRow> reject(std::int64_t id);
  std::optional<std::string> reject_bytes(std::int64_t id);
  std::vector<report::Decision> decisions(std::optional<std::string_view> domain);
  /// The newest runs first, at most `limit`.
  std::vector<IngestRun> runs(std::uint64_t limit);
  std::uint64_t rejects_since(Instant from);
  std::optional<FolderCheckpoint> checkpoint(std::string_view server, std::string_view folder);

  /// Of all, or of one policy domain.
  DataVersion version();
  DataVersion version(std::string_view domain);
  std::uint64_t token_version();
  std::vector<TokenRow> tokens();

  /// What was kept by keep_glances() with the same settings.
  std::vector<KeptGlance> glances(std::string_view settings);
  /// Replaces those of the same domains, and forgets all with other settings. No answer changes by it.
  void keep_glances(std::string_view settings, const std::vector<KeptGlance>& glances);

  // --- Keeping (`ruagate db`).

  static int newest_schema_version();
  int schema_version();
  /// Applies what is missing; returns the names of the migrations applied.
  std::vector<std::string> migrate();
  /// Integrity, foreign keys, and roll-ups compared with the records. Empty when all is well, else one line each.
  std::vector<std::string> check();
  /// A consistent copy, made beside running writers. Refuses to overwrite (StoreError).
  void backup(const std::string& destination);
  /// Deletes raw documents received before `raw_before` and records of reports that ended before `records_before`,
  /// in small transactions. Roll-ups stay.
  PruneOutcome prune(Instant raw_before, Instant records_before);
  Stats stats();
  /// Moves the write-ahead log into the database, as far as nobody reads from it; true when all of it went. Needs a
  /// store opened for writing.
  bool fold_log();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ruagate::store
