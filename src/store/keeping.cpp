#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/format.hpp"
#include "store/impl.hpp"

// Backup, deletion of what is old, and sizes.
namespace ruagate::store {

namespace {

/// What one transaction of prune() takes at most, so that an ingest beside it waits for a moment only.
constexpr int kPruneReports = 200;
constexpr std::int64_t kPruneRecords = 20'000;

void sync_path(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (!synced) throw StoreError(format("{}: cannot be made durable: {}", path, std::strerror(error)));
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The copy while it is being made; it goes away unless it was finished.
class PartialFile {
 public:
  explicit PartialFile(std::string path) : path_(std::move(path)) {
    const int file = open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0640);
    if (file < 0) throw StoreError(format("{}: cannot create the backup: {}", path_, std::strerror(errno)));
    close(file);
  }
  ~PartialFile() { unlink(path_.c_str()); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void Store::backup(const std::string& destination) {
  if (impl_->writing) throw std::logic_error("store: backup() inside a transaction");
  if (destination.empty()) throw StoreError("the backup's path is empty; name a new file");
  struct stat info {};
  if (lstat(destination.c_str(), &info) == 0) {
    throw StoreError(format("{}: already exists; name a new file for the backup", destination));
  }
  const PartialFile partial(format("{}.partial-{}", destination, getpid()));
  run(impl_->connection, named("vacuum_into"), partial.path());
  sync_path(partial.path(), O_RDONLY);
  // A link, unlike a rename, never takes the place of a file that came meanwhile.
  if (link(partial.path().c_str(), destination.c_str()) != 0) {
    if (errno == EEXIST) throw StoreError(format("{}: already exists; name a new file for the backup", destination));
    if (rename(partial.path().c_str(), destination.c_str()) != 0) {  // a file system without links
      throw StoreError(format("{}: cannot create the backup: {}", destination, std::strerror(errno)));
    }
  }
  sync_path(folder_of(destination), O_RDONLY | O_DIRECTORY);
}

bool Store::Impl::prune_raw_of(std::int64_t report_key, Instant received_before) {
  run(connection, named("raw_forget"), report_key, epoch_seconds(received_before));
  if (connection.changes() == 0) return false;  // another process was first
  run(connection, named("raw_remove"), report_key);
  return true;
}

bool Store::Impl::prune_records_of(std::int64_t report_key, Instant ended_before) {
  run(connection, named("records_forget"), report_key, epoch_seconds(ended_before));
  if (connection.changes() == 0) return false;
  std::vector<PackedCell> records = rollup_records(interning, stored_records(connection, report_key));
  Rollups part;
  part.contribute(rollup_report(connection, report_key), records, 1);
  for (const DomainDayChange& day : part.merged_domain_days()) {
    if (day.messages == 0) continue;
    run(connection, named("pruned_day_change"), day.policy_domain, day.day, day.trust, day.messages);
  }
  run(connection, named("record_blocks_remove"), report_key);
  return true;
}

PruneOutcome Store::prune(Instant raw_before, Instant records_before) {
  Impl& impl = *impl_;
  PruneOutcome outcome;
  struct Candidate {
    std::int64_t report_key;
    std::int64_t records;
  };
  /// Rolls back when a step throws.
  struct Step {
    explicit Step(Store& store) : store_(store) { store_.begin(); }
    ~Step() { store_.rollback(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    Store& store_;
  };
  std::vector<Candidate> candidates;

  for (std::int64_t after = 0;;) {
    candidates.clear();
    {
      Query query(impl.connection, named("prunable_raw"), after, epoch_seconds(raw_before), kPruneReports);
      while (query.step()) candidates.push_back({query.integer(0), 0});
    }
    if (candidates.empty()) break;
    const Step step(*this);
    for (const Candidate& candidate : candidates) {
      if (impl.prune_raw_of(candidate.report_key, raw_before)) ++outcome.raw_documents;
    }
    impl.facts_changed = true;
    commit();
    after = candidates.back().report_key;
  }

  for (std::int64_t after = 0;;) {
    candidates.clear();
    {
      std::int64_t records = 0;
      Query query(impl.connection, named("prunable_records"), after, epoch_seconds(records_before), kPruneReports);
      while (records < kPruneRecords && query.step()) {
        candidates.push_back({query.integer(0), query.integer(1)});
        records += candidates.back().records;
      }
    }
    if (candidates.empty()) break;
    const Step step(*this);
    for (const Candidate& candidate : candidates) {
      if (!impl.prune_records_of(candidate.report_key, records_before)) continue;
      ++outcome.reports_emptied;
      outcome.records += static_cast<std::uint64_t>(candidate.records);
    }
    impl.facts_changed = true;
    commit();
    after = candidates.back().report_key;
  }
  return outcome;
}

Stats Store::stats() {
  Impl& impl = *impl_;
  impl.settle();
  const ReadScope scope(impl.connection);
  Stats stats;
  Query query(impl.connection, named("stats"));
  query.step();
  stats.reports = query.count(0);
  stats.records = query.count(1);
  stats.messages = query.count(2);
  stats.domains = query.count(3);
  stats.rejects = query.count(4);
  stats.raw_documents = query.count(5);
  stats.raw_bytes = query.count(6);
  stats.cells = query.count(7);
  stats.texts = query.count(8);
  stats.addresses = query.count(9);
  if (const auto first = query.optional_integer(10)) stats.first_begin = instant_from(*first);
  if (const auto last = query.optional_integer(11)) stats.last_end = instant_from(*last);
  stats.schema_version = schema_version();
  for (const char* companion : {"", "-wal"}) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(path() + companion, missing);
    if (!missing) stats.file_bytes += size;
  }
  return stats;
}

}  // namespace ruagate::store
