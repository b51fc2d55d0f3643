#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/org_domain.hpp"
#include "mailbox/mailbox.hpp"
#include "mime/message.hpp"
#include "report/report.hpp"
#include "reportxml/reader.hpp"
#include "store/store.hpp"
#include "unpack/unpack.hpp"

// The worker: mailbox -> mime -> unpack -> reportxml -> store, and only then the acknowledgement.
namespace ruagate::ingest {

struct Limits {
  mime::Limits mime;
  unpack::Limits unpack;
  reportxml::Limits xml;
};

/// The operator's own mail border: whose Authentication-Results fields are believed. Empty: nobody's.
struct Border {
  std::vector<std::string> authserv_ids;  ///< Lower-case, without final dot.
  std::vector<std::string> own_domains;   ///< Their organizational domains: hosts below them are the operator's own.
};
Border border_of(const std::vector<std::string>& authserv_ids, const domain::OrgDomains& org_domains);

struct Options {
  Limits limits;
  bool dry_run = false;                       ///< Everything is read and judged, nothing stored or acknowledged.
  bool keep_raw = true;                       ///< Keep raw documents (keep_raw_days > 0).
  std::optional<std::size_t> readers{};       ///< Threads that read beside the worker's own; absent: by the cores.
  std::size_t batch_reports = 1000;           ///< A commit at the latest after so many reports,
  std::size_t batch_records = 20000;          ///< or records,
  std::size_t batch_bytes = 64U << 20;        ///< or bytes of raw documents,
  std::chrono::milliseconds batch_time{250};  ///< or so long after its first report.
};

struct Rejected {
  std::string origin;
  std::string part;    ///< Part path and file or member name; empty for the whole message.
  std::string reason;  ///< Reason code (docs/rejects.md).
  std::string detail;
};
struct Ignored {
  std::string origin;
  std::string
      reason;  ///< not_a_report, failure_report, tls_report, bounce, feedback_loop, size_notice, ... (docs/rejects.md)
};

/// What one run did. Vectors hold the first `kMaxListed` entries of each kind; counts are complete.
struct Outcome {
  static constexpr std::size_t kMaxListed = 10'000;
  std::uint64_t messages = 0;
  std::uint64_t reports_new = 0;
  std::uint64_t reports_duplicate = 0;
  std::uint64_t reports_conflicting = 0;
  std::uint64_t records = 0;
  std::uint64_t rejected_count = 0;
  std::uint64_t ignored_count = 0;
  std::vector<Rejected> rejected;
  std::vector<Ignored> ignored;
  std::map<std::string, std::uint64_t> rejected_by_reason;
  std::map<std::string, std::uint64_t> ignored_by_reason;
  std::vector<std::string> failures;  ///< Messages or mailboxes that could not be read now; they stay where they are.
  double seconds = 0;
  std::map<std::string, double> stage_seconds;  ///< fetch, mime, unpack, xml, store, acknowledge
};

/// Adds what another run did.
void merge(Outcome& into, const Outcome& from);

/// Called after every message; `total` is absent when the mailbox does not know.
struct Progress {
  std::uint64_t messages = 0;
  std::optional<std::uint64_t> total;
  double seconds = 0;
};
using ProgressFunction = std::function<void(const Progress&)>;

/// Reads whole mailboxes into the store. Mailbox and store are used by the caller's thread alone; what messages hold is
/// read by several.
class Worker {
 public:
  /// `store` may be null for a dry run. Borrows everything, all of which must outlive the worker.
  Worker(store::Store* store, const Clock& clock, Options options);
  ~Worker();

  /// One pass over `mailbox`, whose mail came in through `border`. `stop` is asked between messages, and by several
  /// threads that wait for the database; when it says so, what was read is committed and acknowledged and the pass
  /// ends. Errors: temporary when the mailbox cannot be listed. Throws store::StoreError when the database fails; what
  /// was committed by then has been acknowledged, and nothing of the unfinished batch.
  Result<void> run(mailbox::Mailbox& mailbox, const std::function<bool()>& stop, const ProgressFunction& progress,
                   const Border& border = {});

  const Outcome& outcome() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What one message or loose document holds; the pure part of the worker, without store or mailbox.
struct ReadReport {
  report::Report report;
  std::string part;  ///< For people: part path and file or member name.
  std::string raw;   ///< As it is to be kept.
  unpack::RawEncoding raw_encoding = unpack::RawEncoding::plain;
  std::optional<store::DocumentKey> document{};     ///< As in store::Provenance.
  bool is_known = false;                            ///< `document` is stored: it was not read, and `report` is empty.
  std::optional<store::PreparedReport> prepared{};  ///< Of `report`, when it is to be stored.
};
struct ReadMessage {
  std::vector<ReadReport> reports;
  struct Refused {
    std::string part;
    std::string reason;
    std::string detail;
    std::string bytes;  ///< The payload that could not be read; empty when the whole message is to be kept.
  };
  std::vector<Refused> refused;
  std::string ignored_as;                           ///< Set when there is neither a report nor a refusal.
  report::Trust trust = report::Trust::unverified;  ///< Of the mail; loose documents have nobody to vouch for them.
};
ReadMessage read_message(std::string_view bytes, std::string_view origin, const Limits& limits,
                         const Border& border = {});

/// The document of a report as it was read: what the store keeps of it, unpacked. Errors as for unpack().
Result<std::string> document_text(const store::RawDocument& raw, const Limits& limits);

/// Reads kept rejects again. Returns what changed: reports stored, rejects that stay, with their new reason.
struct RetryOutcome {
  std::uint64_t tried = 0;
  std::uint64_t resolved = 0;  ///< Rejects that are gone because their reports are now stored (or were a duplicate).
  std::uint64_t reports_new = 0;
  struct Change {
    std::int64_t reject_id;
    std::string origin;
    std::string old_reason;
    std::string new_reason;  ///< "stored" when it could be read.
  };
  std::vector<Change> changes;
};
RetryOutcome retry_rejects(store::Store& store, const Clock& clock, const Options& options,
                           const std::vector<std::int64_t>& ids);

}  // namespace ruagate::ingest
