#include <string>

#include "base/sha256.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// What could not be read.
namespace ruagate::store {

namespace {

/// Fields with their lengths, so that no text can imitate the boundary between two.
Sha256 fingerprint_of(const NewReject& reject) {
  std::string text;
  const auto add = [&](std::string_view field) {
    text += std::to_string(field.size());
    text += ':';
    text += field;
  };
  add(reject.part);
  add(reject.bytes);
  if (reject.bytes.empty()) {  // nothing was kept: the place is all that tells two apart
    add(reject.origin);
    add(reject.reason);
  }
  return sha256(text);
}

RejectRow read_reject(Query& query) {
  RejectRow row;
  row.id = query.integer(0);
  row.origin = query.text(1);
  row.part = query.text(2);
  row.reason = query.text(3);
  row.detail = query.text(4);
  row.whole_message = query.integer(5) != 0;
  row.encoding = enum_from(query.integer(6), RawEncoding::zip);
  row.size = query.count(7);
  row.first_seen = instant_from(query.integer(8));
  row.last_seen = instant_from(query.integer(9));
  row.times_seen = query.count(10);
  row.trust = enum_from(query.integer(11), report::Trust::failed);
  return row;
}

}  // namespace

bool Store::Impl::add_reject(const NewReject& reject, const Sha256& fingerprint) {
  const Blob print{std::span<const std::uint8_t>(fingerprint)};
  const int trust = static_cast<int>(reject.trust);
  run(connection, named("reject_seen_again"), print, epoch_seconds(reject.seen_at), trust);
  facts_changed = true;
  if (connection.changes() > 0) return false;
  run(connection, named("reject_add"), print, reject.origin, reject.part, reject.reason, reject.detail,
      reject.whole_message, static_cast<int>(reject.encoding), reject.bytes.size(), epoch_seconds(reject.seen_at),
      Blob(reject.bytes), trust);
  return true;
}

bool Store::add_reject(const NewReject& reject) {
  impl_->require_write();
  return impl_->add_reject(reject, fingerprint_of(reject));
}

void Store::update_reject(std::int64_t id, std::string_view reason, std::string_view detail) {
  impl_->require_write();
  impl_->facts_changed = true;
  run(impl_->connection, named("reject_update"), id, reason, detail);
}

void Store::drop_reject(std::int64_t id) {
  impl_->require_write();
  impl_->facts_changed = true;
  run(impl_->connection, named("reject_remove"), id);
}

std::vector<RejectRow> Store::rejects() {
  std::vector<RejectRow> rows;
  Query query(impl_->connection, named("rejects"));
  while (query.step()) rows.push_back(read_reject(query));
  return rows;
}

std::vector<RejectRow> Store::rejects_before(std::int64_t id, std::uint64_t limit) {
  std::vector<RejectRow> rows;
  Query query(impl_->connection, named("rejects_before"), id, limit);
  while (query.step()) rows.push_back(read_reject(query));
  return rows;
}

std::map<std::string, std::uint64_t> Store::reject_reasons() {
  std::map<std::string, std::uint64_t> reasons;
  Query query(impl_->connection, named("reject_reasons"));
  while (query.step()) reasons.emplace(query.text(0), query.count(1));
  return reasons;
}

std::optional<RejectRow> Store::reject(std::int64_t id) {
  Query query(impl_->connection, named("reject_by_key"), id);
  if (!query.step()) return std::nullopt;
  return read_reject(query);
}

std::optional<std::string> Store::reject_bytes(std::int64_t id) {
  Query query(impl_->connection, named("reject_bytes"), id);
  if (!query.step()) return std::nullopt;
  return std::string(query.blob(0));
}

std::uint64_t Store::rejects_since(Instant from) {
  return static_cast<std::uint64_t>(lookup(impl_->connection, named("rejects_since"), epoch_seconds(from)).value_or(0));
}

}  // namespace ruagate::store
