#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "ingest/acknowledging.hpp"
#include "ingest/checkpoints.hpp"
#include "ingest/documents.hpp"
#include "ingest/readers.hpp"
#include "ingest/reading.hpp"
#include "report/identity.hpp"

namespace ruagate::ingest {
namespace {

using Steady = std::chrono::steady_clock;

double in_seconds(Steady::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// A message that was read and waits for the commit.
struct Pending {
  mailbox::MessageRef message;
  ReadMessage read;
  std::string whole;  ///< Its bytes, only when they are to be kept as a reject, or may have to be read after all.
};

/// After these errors the mailbox gives nothing more: the connection is gone, or the process is to end.
bool ends_pass(const Error& error) {
  return error.code == "mailbox_lost" || error.code == "login_refused" || error.code == "stopped" ||
         error.kind == ErrorKind::usage;
}

/// What the messages at hand will cost the store.
struct Load {
  std::size_t reports = 0;  ///< And rejects.
  std::size_t records = 0;
  std::size_t bytes = 0;
  Steady::time_point since{};
};

std::size_t bytes_of(const Pending& pending) {
  std::size_t bytes = pending.whole.size();
  for (const auto& report : pending.read.reports) bytes += report.raw.size();
  for (const auto& refused : pending.read.refused) bytes += refused.bytes.size();
  return bytes;
}

/// Commits when it is told so, else undoes everything.
class Transaction {
 public:
  explicit Transaction(store::Store& store) : store_(store) { store_.begin(); }
  ~Transaction() {
    if (open_) store_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    store_.commit();
    open_ = false;
  }

 private:
  store::Store& store_;
  bool open_ = true;
};

}  // namespace

struct Worker::State {
  State(store::Store* store_in, const Clock& clock_in, Options options_in)
      : store(store_in), clock(clock_in), options(options_in) {}

  store::Store* store;
  const Clock& clock;
  Options options;
  Border border;  ///< Of the mailbox under way.
  Outcome outcome;
  std::uint64_t failures = 0;  ///< Complete, where Outcome::failures is a list with an end.

  std::vector<Pending> pending;
  Load load;
  Acknowledging committed;  ///< Of the mailbox under way.
  StageTimes times;
  Steady::duration fetching{};
  Steady::duration storing{};
  Steady::duration acknowledging{};
  std::set<std::string, std::less<>> warned;                ///< Kinds of failure that the log has had.
  std::unordered_map<std::string, Sha256> seen_in_dry_run;  ///< Identity -> records.
  Steady::time_point last_run_row{};
  Checkpoints checkpoints;
  std::optional<KnownDocuments> documents;
  Readers* readers = nullptr;  ///< During a pass.

  Result<void> whole_pass(mailbox::Mailbox& mailbox, const std::function<bool()>& stop,
                          const ProgressFunction& progress, std::optional<std::uint64_t> total);
  Result<void> pass(mailbox::Mailbox& mailbox, const std::function<bool()>& stop, const ProgressFunction& progress,
                    std::optional<std::uint64_t> total);
  Result<void> fetch(mailbox::Mailbox& mailbox, const mailbox::MessageRef& message);
  void read(ReadTask& task);
  bool read_after_all(Pending& message, ReadReport& known);
  void take(ReadTask task);
  void add(Pending message);
  void flush(mailbox::Mailbox& mailbox);
  mailbox::Outcome write(Pending& message, Outcome& counted);
  mailbox::Outcome judge(Pending& message, Outcome& counted);
  void count_refused(const Pending& message, Outcome& counted) const;
  void acknowledge(mailbox::Mailbox& mailbox, bool all);
  void add_failure(std::string_view kind, std::string text);
  void add_run(const mailbox::Mailbox& mailbox, Instant started, const Outcome& before, std::uint64_t failures_before);
  bool is_full() const {
    return load.reports >= options.batch_reports || load.records >= options.batch_records ||
           load.bytes >= options.batch_bytes || pending.size() >= kMostPending ||
           (!pending.empty() && Steady::now() - load.since >= options.batch_time);
  }
  static constexpr std::size_t kMostPending = 4000;
};

namespace {

void list_reject(Outcome& counted, Rejected rejected) {
  ++counted.rejected_count;
  ++counted.rejected_by_reason[rejected.reason];
  counted.rejected.push_back(std::move(rejected));
}

/// Adds a batch to the run, once it is durable.
void merge(Outcome& run, Outcome&& batch) {
  run.messages += batch.messages;
  run.reports_new += batch.reports_new;
  run.reports_duplicate += batch.reports_duplicate;
  run.reports_conflicting += batch.reports_conflicting;
  run.records += batch.records;
  run.rejected_count += batch.rejected_count;
  run.ignored_count += batch.ignored_count;
  for (const auto& [reason, count] : batch.rejected_by_reason) run.rejected_by_reason[reason] += count;
  for (const auto& [reason, count] : batch.ignored_by_reason) run.ignored_by_reason[reason] += count;
  const auto append = [](auto& list, auto& more) {
    const auto room = Outcome::kMaxListed - std::min(list.size(), Outcome::kMaxListed);
    const auto count = static_cast<std::ptrdiff_t>(std::min(room, more.size()));
    std::move(more.begin(), more.begin() + count, std::back_inserter(list));
  };
  append(run.rejected, batch.rejected);
  append(run.ignored, batch.ignored);
}

}  // namespace

void Worker::State::add_failure(std::string_view kind, std::string text) {
  ++failures;
  if (!warned.contains(kind)) {
    warned.emplace(kind);
    log::warning(text + " (more of this kind are not logged)");
  }
  if (outcome.failures.size() < Outcome::kMaxListed) outcome.failures.push_back(std::move(text));
}

void Worker::State::count_refused(const Pending& message, Outcome& counted) const {
  for (const auto& refused : message.read.refused) {
    list_reject(counted, {message.message.origin, refused.part, refused.reason, refused.detail});
  }
  if (!message.read.ignored_as.empty()) {
    ++counted.ignored_count;
    ++counted.ignored_by_reason[message.read.ignored_as];
    counted.ignored.push_back({message.message.origin, message.read.ignored_as});
  }
}

/// The report of a document that was stored when the message was read, and is not any more, because another took its
/// place. False when it cannot be read (the store was made by another version, or with other limits): then it is a
/// reject, with the whole message.
bool Worker::State::read_after_all(Pending& message, ReadReport& known) {
  const Wanted wanted{options.keep_raw, true, nullptr};
  auto again = read_bytes(message.whole, message.message.origin, options.limits, border, wanted, times);
  const auto same = std::find_if(again.reports.begin(), again.reports.end(),
                                 [&](const ReadReport& report) { return report.document == known.document; });
  if (same != again.reports.end()) {
    known = std::move(*same);
    return true;
  }
  message.read.refused.push_back(
      {known.part,
       "reader_failed",
       "the report was known when the message was read, has been replaced since, and was not "
       "found again",
       {}});
  return false;
}

mailbox::Outcome Worker::State::write(Pending& message, Outcome& counted) {
  bool conflict_kept = false;
  ++counted.messages;
  const auto now = clock.now();
  for (auto& read : message.read.reports) {
    if (read.is_known) {
      if (store->insert_known(*read.document, message.read.trust)) {
        ++counted.reports_duplicate;
        continue;
      }
      if (!read_after_all(message, read)) continue;
    }
    const store::Provenance provenance{message.message.origin, now, message.read.trust, read.document};
    const auto records = read.report.records.size();
    switch (store->insert(read.report, read.prepared.value(), provenance, to_raw(read, options.keep_raw))) {
      case store::InsertOutcome::added:
        ++counted.reports_new;
        counted.records += records;
        break;
      case store::InsertOutcome::duplicate:
        ++counted.reports_duplicate;
        break;
      case store::InsertOutcome::conflict_kept_old:
        ++counted.reports_conflicting;
        conflict_kept = true;
        list_reject(counted, {message.message.origin, read.part, "conflicting_report",
                              format("report {} of {} is stored with other records and at least as many messages",
                                     printable(read.report.report_id), printable(read.report.reporter))});
        break;
      case store::InsertOutcome::conflict_replaced:
        ++counted.reports_conflicting;
        counted.records += records;
        list_reject(counted, {message.message.origin, read.part, "conflicting_report",
                              format("report {} of {} was stored with other records and fewer messages; this one took "
                                     "its place",
                                     printable(read.report.report_id), printable(read.report.reporter))});
        break;
    }
  }
  for (const auto& refused : message.read.refused) {
    auto reject = to_reject(refused, message.whole, message.message.origin, now);
    reject.trust = message.read.trust;
    store->add_reject(reject);
  }
  count_refused(message, counted);
  if (!message.read.refused.empty() || conflict_kept) return mailbox::Outcome::rejected;
  return message.read.reports.empty() ? mailbox::Outcome::ignored : mailbox::Outcome::processed;
}

mailbox::Outcome Worker::State::judge(Pending& message, Outcome& counted) {
  ++counted.messages;
  for (const auto& read : message.read.reports) {
    const auto identity = report::identity_of(read.report);
    auto key = format("{}\n{}\n{}\n{}\n{}", identity.reporter, identity.report_id, identity.policy_domain,
                      identity.begin, identity.end);
    const auto digest = report::records_digest(read.report);
    const auto [known, is_new] = seen_in_dry_run.emplace(std::move(key), digest);
    if (is_new) {
      ++counted.reports_new;
      counted.records += read.report.records.size();
    } else if (known->second == digest) {
      ++counted.reports_duplicate;
    } else {
      ++counted.reports_conflicting;
    }
  }
  count_refused(message, counted);
  return mailbox::Outcome::ignored;
}

void Worker::State::acknowledge(mailbox::Mailbox& mailbox, bool all) {
  const Stopwatch stopwatch(acknowledging);
  const auto failed = [&](const Error& error) {
    add_failure("acknowledge",
                format("{}: messages are stored, but not acknowledged: {}", printable(mailbox.name()), error.message));
  };
  if (all) {
    committed.flush(mailbox, failed);
    if (const auto settled = mailbox.settle(); !settled) failed(settled.error());
  } else {
    committed.flush_if_due(mailbox, failed);
  }
}

void Worker::State::flush(mailbox::Mailbox& mailbox) {
  if (pending.empty()) return;
  Outcome batch;
  std::vector<mailbox::Outcome> results;
  results.reserve(pending.size());
  if (options.dry_run) {
    for (auto& message : pending) results.push_back(judge(message, batch));
  } else {
    const Stopwatch stopwatch(storing);
    const bool writes = std::any_of(pending.begin(), pending.end(), [](const Pending& message) {
      return !message.read.reports.empty() || !message.read.refused.empty();
    });
    // The write lock is held only from here to the commit: another ingest takes its turn between two batches.
    std::optional<Transaction> transaction;
    if (writes) transaction.emplace(*store);
    for (auto& message : pending) results.push_back(write(message, batch));
    if (transaction) {
      checkpoints.keep(mailbox, *store);  // Of what was acknowledged before: this batch is not, yet.
      transaction->commit();
    }
  }
  merge(outcome, std::move(batch));
  if (!options.dry_run) {
    for (std::size_t i = 0; i < results.size(); ++i) committed.add(std::move(pending[i].message), results[i]);
  }
  std::vector<ReadMessage> used;
  used.reserve(pending.size());
  for (Pending& message : pending) used.push_back(std::move(message.read));
  readers->drop(std::move(used));
  pending.clear();
  load = {};
  acknowledge(mailbox, false);
}

/// Errors: the mailbox gives no more in this pass.
Result<void> Worker::State::fetch(mailbox::Mailbox& mailbox, const mailbox::MessageRef& message) {
  Result<std::string> bytes;
  {
    const Stopwatch stopwatch(fetching);
    bytes = mailbox.fetch(message);
  }
  if (bytes) {
    readers->give({message, std::move(*bytes), {}, {}});
  } else if (bytes.error().kind == ErrorKind::too_large) {
    Pending refused;
    refused.message = message;
    refused.read.refused.push_back({{}, std::string(bytes.error().code), bytes.error().message, {}});
    add(std::move(refused));
  } else if (bytes.error().code == "message_gone") {
    log::debug(bytes.error().message);  // Another client took it; that is its right.
  } else if (ends_pass(bytes.error())) {
    return tl::unexpected(bytes.error());
  } else {
    add_failure(bytes.error().code, format("{}: {}", printable(message.origin), bytes.error().message));
  }
  return {};
}

/// Called by several threads at once.
void Worker::State::read(ReadTask& task) {
  const Wanted wanted{options.keep_raw && !options.dry_run, !options.dry_run, documents ? &*documents : nullptr};
  task.read = read_bytes(task.bytes, task.message.origin, options.limits, border, wanted, task.times);
  const auto& [reports, refused, ignored_as, trust] = task.read;
  const bool keep =
      std::any_of(refused.begin(), refused.end(), [](const auto& part) { return part.bytes.empty(); }) ||
      std::any_of(reports.begin(), reports.end(), [](const ReadReport& report) { return report.is_known; });
  if (!keep) task.bytes = {};
}

void Worker::State::take(ReadTask task) {
  times.mime += task.times.mime;
  times.unpack += task.times.unpack;
  times.xml += task.times.xml;
  add({std::move(task.message), std::move(task.read), std::move(task.bytes)});
}

void Worker::State::add(Pending message) {
  if (pending.empty()) load.since = Steady::now();
  load.reports += message.read.reports.size() + message.read.refused.size();
  for (const auto& report : message.read.reports) load.records += report.report.records.size();
  load.bytes += bytes_of(message);
  pending.push_back(std::move(message));
}

/// Errors: the mailbox was lost on the way; what was fetched until then is stored.
Result<void> Worker::State::whole_pass(mailbox::Mailbox& mailbox, const std::function<bool()>& stop,
                                       const ProgressFunction& progress, std::optional<std::uint64_t> total) {
  try {
    auto passed = pass(mailbox, stop, progress, total);
    acknowledge(mailbox, true);
    return passed;
  } catch (const store::StoreError&) {
    acknowledge(mailbox, true);  // What was committed before the fault is done.
    throw;
  }
}

Result<void> Worker::State::pass(mailbox::Mailbox& mailbox, const std::function<bool()>& stop,
                                 const ProgressFunction& progress, std::optional<std::uint64_t> total) {
  constexpr std::size_t kAtOnce = 200;
  const auto begin = Steady::now();
  std::uint64_t done = 0;
  std::string last_fault;
  Readers reading(options.readers.value_or(Readers::usual_threads()), [this](ReadTask& task) { read(task); });
  readers = &reading;
  const auto show = [&] {
    if (!progress) return;
    const auto known = total && done <= *total ? total : std::nullopt;
    progress({done, known, in_seconds(Steady::now() - begin)});
  };
  const auto take_and_write = [&](ReadTask task) {
    take(std::move(task));
    ++done;
    if (is_full()) flush(mailbox);
    show();
  };
  std::optional<Error> lost;
  while (!stop() && !lost) {
    auto messages = mailbox.next(kAtOnce);
    if (!messages) {
      if (ends_pass(messages.error())) {
        lost = messages.error();
        break;
      }
      // A folder that cannot be listed costs only itself; the same fault again means that nothing goes on.
      if (messages.error().message == last_fault) break;
      last_fault = messages.error().message;
      add_failure(messages.error().code, format("{}: {}", printable(mailbox.name()), last_fault));
      continue;
    }
    if (messages->empty()) break;
    for (const auto& message : *messages) {
      if (stop()) break;
      while (auto task = reading.has_room() ? reading.take_ready() : reading.wait_next()) {
        take_and_write(std::move(*task));
      }
      if (auto fetched = fetch(mailbox, message); !fetched) {
        lost = fetched.error();
        break;
      }
      if (is_full()) flush(mailbox);
    }
  }
  while (true) {
    if (stop()) reading.drop_unread();  // they stay in the mailbox for the next time
    auto task = reading.wait_next();
    if (!task) break;
    take_and_write(std::move(*task));
    // A mailbox that takes many at once is given those that are done while the last are read.
    if (const auto portion = mailbox.acknowledged_at_once(); portion > 1 && pending.size() >= portion) flush(mailbox);
  }
  flush(mailbox);
  if (!lost || lost->code == "stopped") return {};
  add_failure("lost", format("{}: {}", printable(mailbox.name()), lost->message));
  return tl::unexpected(*lost);
}

void Worker::State::add_run(const mailbox::Mailbox& mailbox, Instant started, const Outcome& before,
                            std::uint64_t failures_before) {
  store::IngestRun run;
  run.started_at = started;
  run.finished_at = clock.now();
  run.mailbox = mailbox.name();
  run.messages = outcome.messages - before.messages;
  run.reports_new = outcome.reports_new - before.reports_new;
  run.reports_duplicate = outcome.reports_duplicate - before.reports_duplicate;
  run.reports_conflicting = outcome.reports_conflicting - before.reports_conflicting;
  run.records = outcome.records - before.records;
  run.rejected = outcome.rejected_count - before.rejected_count;
  run.ignored = outcome.ignored_count - before.ignored_count;
  run.failures = failures - failures_before;
  // Watching an idle mailbox: one row an hour shows that it is alive.
  constexpr std::chrono::hours kIdle{1};
  const auto now = Steady::now();
  const bool idle = run.messages == 0 && run.failures == 0;
  const bool wants_row = !idle || last_run_row == Steady::time_point{} || now - last_run_row >= kIdle;
  if (!wants_row && !checkpoints.has_news(mailbox)) return;
  Transaction transaction(*store);
  if (wants_row) store->add_run(run);
  checkpoints.keep(mailbox, *store);
  transaction.commit();
  if (wants_row) last_run_row = now;
}

Worker::Worker(store::Store* store, const Clock& clock, Options options)
    : state_(std::make_unique<State>(store, clock, options)) {}

Worker::~Worker() = default;

Result<void> Worker::run(mailbox::Mailbox& mailbox, const std::function<bool()>& stop, const ProgressFunction& progress,
                         const Border& border) {
  State& state = *state_;
  state.border = border;
  const auto begin = Steady::now();
  const auto started = state.clock.now();
  const auto stopped = [&stop] { return stop && stop(); };
  Outcome before;
  before.messages = state.outcome.messages;
  before.reports_new = state.outcome.reports_new;
  before.reports_duplicate = state.outcome.reports_duplicate;
  before.reports_conflicting = state.outcome.reports_conflicting;
  before.records = state.outcome.records;
  before.rejected_count = state.outcome.rejected_count;
  before.ignored_count = state.outcome.ignored_count;
  const auto failures_before = state.failures;

  if (!state.options.dry_run) state.documents.emplace(state.store->path(), stop);
  // What a throw of an earlier run left behind belongs to another mailbox.
  state.pending.clear();
  state.load = {};
  state.committed.clear();
  state.checkpoints.begin(mailbox, state.store);
  Result<void> passed;
  auto total = mailbox.begin_pass();
  if (total) {
    passed = state.whole_pass(mailbox, stopped, progress, *total);
  } else if (total.error().code != "stopped") {
    state.add_failure("list", format("{}: {}", printable(mailbox.name()), total.error().message));
    passed = tl::unexpected(total.error());
  }
  state.documents.reset();
  if (!state.options.dry_run) state.add_run(mailbox, started, before, failures_before);

  auto& outcome = state.outcome;
  outcome.seconds += in_seconds(Steady::now() - begin);
  outcome.stage_seconds = {
      {"fetch", in_seconds(state.fetching)},      {"mime", in_seconds(state.times.mime)},
      {"unpack", in_seconds(state.times.unpack)}, {"xml", in_seconds(state.times.xml)},
      {"store", in_seconds(state.storing)},       {"acknowledge", in_seconds(state.acknowledging)}};
  return passed;
}

const Outcome& Worker::outcome() const {
  return state_->outcome;
}

}  // namespace ruagate::ingest
