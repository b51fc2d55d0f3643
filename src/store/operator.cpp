#include "store/impl.hpp"
#include "store/packing.hpp"

// What the operator decided, what the ingest runs did, and how far they got.
namespace ruagate::store {

void Store::set_decision(const report::Decision& decision) {
  impl_->require_write();
  impl_->decisions_changed = true;
  run(impl_->connection, named("data_version_raise"), decision.domain, 0, 1);
  run(impl_->connection, named("decision_set"), decision.domain, decision.what, static_cast<int>(decision.kind),
      decision.critical, decision.retired, decision.periodic, decision.note, decision.decided_by,
      epoch_seconds(decision.decided_at));
}

bool Store::forget_decision(std::string_view domain, std::string_view what) {
  impl_->require_write();
  run(impl_->connection, named("decision_forget"), domain, what);
  if (impl_->connection.changes() == 0) return false;
  impl_->decisions_changed = true;
  run(impl_->connection, named("data_version_raise"), domain, 0, 1);
  return true;
}

std::vector<report::Decision> Store::decisions(std::optional<std::string_view> domain) {
  std::vector<report::Decision> decisions;
  Query query(impl_->connection, named("decisions"), domain);
  while (query.step()) {
    report::Decision& decision = decisions.emplace_back();
    decision.domain = query.text(0);
    decision.what = query.text(1);
    decision.kind = enum_from(query.integer(2), report::DecisionKind::acknowledge);
    decision.critical = query.integer(3) != 0;
    decision.retired = query.integer(4) != 0;
    decision.periodic = query.optional_text(5);
    decision.note = query.text(6);
    decision.decided_by = query.text(7);
    decision.decided_at = instant_from(query.integer(8));
  }
  return decisions;
}

void Store::add_run(const IngestRun& finished) {
  impl_->require_write();
  run(impl_->connection, named("run_add"), epoch_seconds(finished.started_at), epoch_seconds(finished.finished_at),
      finished.mailbox, finished.messages, finished.reports_new, finished.reports_duplicate,
      finished.reports_conflicting, finished.records, finished.rejected, finished.ignored, finished.failures);
}

void Store::set_checkpoint(std::string_view server, std::string_view folder, const FolderCheckpoint& checkpoint) {
  impl_->require_write();
  run(impl_->connection, named("checkpoint_set"), server, folder, checkpoint.uid_validity, checkpoint.last_uid);
}

std::optional<FolderCheckpoint> Store::checkpoint(std::string_view server, std::string_view folder) {
  Query query(impl_->connection, named("checkpoint"), server, folder);
  if (!query.step()) return std::nullopt;
  return FolderCheckpoint{static_cast<std::uint32_t>(query.integer(0)), static_cast<std::uint32_t>(query.integer(1))};
}

std::vector<IngestRun> Store::runs(std::uint64_t limit) {
  std::vector<IngestRun> runs;
  constexpr std::uint64_t kAll = std::uint64_t{1} << 62;
  Query query(impl_->connection, named("runs"), limit < kAll ? limit : kAll);
  while (query.step()) {
    runs.push_back({instant_from(query.integer(0)), instant_from(query.integer(1)), std::string(query.text(2)),
                    query.count(3), query.count(4), query.count(5), query.count(6), query.count(7), query.count(8),
                    query.count(9), query.count(10)});
  }
  return runs;
}

}  // namespace ruagate::store
