#include <algorithm>
#include <optional>
#include <set>

#include "base/printable.hpp"
#include "ingest/reading.hpp"

namespace ruagate::ingest {
namespace {

/// "x.zip/member.xml" -> "x.zip": the attachment that was kept.
std::string attachment_of(const std::string& part) {
  return part.substr(0, part.find('/'));
}

/// What still stands against a reject after it was read again.
std::optional<ReadMessage::Refused> still_refused(const store::RejectRow& row, const ReadMessage& read) {
  if (read.refused.empty()) return std::nullopt;
  const auto same = std::find_if(read.refused.begin(), read.refused.end(),
                                 [&](const auto& refused) { return refused.part == row.part; });
  if (same != read.refused.end()) return *same;
  // The others have rejects of their own, unless this one stands for all.
  if (!row.part.empty() && !read.reports.empty()) return std::nullopt;
  return read.refused.front();
}

/// Bytes that were cut when they were kept will not become readable.
bool is_worth_reading(const store::RejectRow& row, const std::string& bytes) {
  return !bytes.empty() && bytes.size() < kMaxRejectBytes && row.reason != "conflicting_report";
}

class Retry {
 public:
  Retry(store::Store& store, const Options& options) : store_(store), options_(options) {}

  void again(std::int64_t id) {
    const auto row = store_.reject(id);
    if (!row) return;
    const auto bytes = store_.reject_bytes(id);
    ++outcome_.tried;
    // An empty file is refused for having no bytes, which reading cannot change; nor does it a conflict.
    if (!bytes || !is_worth_reading(*row, *bytes)) return;
    const Border nobody;
    StageTimes times;
    const Wanted wanted{options_.keep_raw, true, nullptr};
    auto read = row->whole_message ? read_bytes(*bytes, row->origin, options_.limits, nobody, wanted, times)
                                   : read_payload(*bytes, attachment_of(row->part), options_.limits, wanted, times);
    store(*row, std::move(read));
  }

  RetryOutcome take() { return std::move(outcome_); }

 private:
  void store(const store::RejectRow& row, ReadMessage read) {
    std::uint64_t added = 0;
    bool conflicts = false;
    std::string new_reason = row.reason;
    store_.begin();
    try {
      for (auto& report : read.reports) {
        // Received when it was first seen: a retry does not make the report young again.
        const store::Provenance provenance{row.origin, row.first_seen, row.trust, report.document};
        const auto inserted =
            store_.insert(report.report, report.prepared.value(), provenance, to_raw(report, options_.keep_raw));
        if (inserted == store::InsertOutcome::added) ++added;
        if (inserted == store::InsertOutcome::conflict_kept_old) conflicts = true;
      }
      const auto refused = still_refused(row, read);
      if (refused) {
        new_reason = refused->reason;
        store_.update_reject(row.id, refused->reason, refused->detail);
      } else {
        new_reason = conflicts ? "conflicting_report" : read.reports.empty() ? read.ignored_as : "stored";
        store_.drop_reject(row.id);
      }
      store_.commit();
      outcome_.reports_new += added;
      if (!refused) ++outcome_.resolved;
      if (!refused || new_reason != row.reason)
        outcome_.changes.push_back({row.id, row.origin, row.reason, new_reason});
    } catch (...) {
      store_.rollback();
      throw;
    }
  }

  store::Store& store_;
  const Options& options_;
  RetryOutcome outcome_;
};

}  // namespace

RetryOutcome retry_rejects(store::Store& store, const Clock& /*clock*/, const Options& options,
                           const std::vector<std::int64_t>& ids) {
  Retry retry(store, options);
  for (const auto id : ids) retry.again(id);
  return retry.take();
}

}  // namespace ruagate::ingest
