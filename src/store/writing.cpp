#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "report/identity.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// Reports into tables.
namespace ruagate::store {

namespace {

/// Counts are 63 bits in SQLite; the reader refuses far smaller ones.
std::int64_t stored_count(std::uint64_t count) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(count, kLargest));
}

Sha256 digest_from(std::string_view bytes) {
  Sha256 digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), reinterpret_cast<char*>(digest.data()));
  return digest;
}

/// How much a report's mail is to be believed, in order.
int rank(report::Trust trust) {
  switch (trust) {
    case report::Trust::failed:
      return 0;
    case report::Trust::unverified:
      return 1;
    case report::Trust::trusted:
      return 2;
  }
  return 0;
}

}  // namespace

RollupReport rollup_report(Connection& connection, std::int64_t report_key) {
  Query query(connection, named("report_rollup_keys"), report_key);
  if (!query.step()) throw std::logic_error("store: no such report");
  RollupReport report;
  report.policy_domain = query.integer(0);
  report.reporter = query.integer(1);
  report.generation = static_cast<int>(query.integer(2));
  report.policy = query.integer(3);
  report.trust = static_cast<int>(query.integer(4));
  report.begin = instant_from(query.integer(5));
  report.end = instant_from(query.integer(6));
  return report;
}

std::vector<PackedRecord> stored_records(Connection& connection, std::int64_t report_key) {
  std::vector<PackedRecord> records;
  Query query(connection, named("record_blocks_of_report"), report_key);
  while (query.step()) unpack_records(query.blob(0), records);
  return records;
}

std::vector<PackedCell> rollup_records(Interning& interning, const std::vector<PackedRecord>& records) {
  std::vector<PackedCell> cells;
  cells.reserve(records.size());
  for (const PackedRecord& record : records) {
    cells.push_back({record.address, interning.bare_key(record.evidence), record.outcome, record.messages});
  }
  return cells;
}

/// A stored report with the identity of a new one.
struct Store::Impl::Stored {
  std::int64_t key = 0;
  Sha256 digest{};
  std::uint64_t messages = 0;
  report::Trust trust = report::Trust::unverified;
  bool pruned = false;
  std::string origin;
  bool has_document = false;
};

namespace {

/// True when the new report is to stand in the figures and the stored one is not.
bool replaces(report::Trust new_trust, std::uint64_t new_messages, report::Trust old_trust,
              std::uint64_t old_messages) {
  const bool new_failed = new_trust == report::Trust::failed;
  const bool old_failed = old_trust == report::Trust::failed;
  if (new_failed != old_failed) return old_failed;
  return new_messages > old_messages;
}

std::vector<std::int64_t> keys_of(Interning& interning, const std::vector<std::string>& texts) {
  std::vector<std::int64_t> keys;
  keys.reserve(texts.size());
  for (const std::string& text : texts) keys.push_back(interning.text_key(text));
  return keys;
}

std::size_t sort_and_count(std::vector<std::int64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys.size();
}

void raise_trust(Connection& connection, Interning& interning, Rollups& rollups, std::int64_t key,
                 report::Trust trust) {
  RollupReport report = rollup_report(connection, key);
  std::vector<PackedCell> records = rollup_records(interning, stored_records(connection, key));
  rollups.contribute(report, records, -1);
  const int waits = report.trust & 4;
  report.trust = static_cast<int>(trust) | waits;
  rollups.contribute(report, records, 1);
  run(connection, named("report_set_trust"), key, static_cast<int>(trust));
}

}  // namespace

std::optional<RawDocument> Store::Impl::raw(std::int64_t report_key) {
  Query query(connection, named("raw_by_report"), report_key);
  if (!query.step()) return std::nullopt;
  return RawDocument{std::string(query.blob(1)), enum_from(query.integer(0), RawEncoding::zip)};
}

PreparedReport::PreparedReport(const report::Report& report)
    : identity(report::identity_of(report)),
      totals(report::totals_of(report)),
      canonical(report),
      digest(canonical.digest()) {}

std::int64_t Store::Impl::add_report(std::optional<std::int64_t> key, const report::Report& report,
                                     const PreparedReport& prepared, const Provenance& provenance,
                                     const RawDocument& raw) {
  const report::Totals& totals = prepared.totals;
  const std::int64_t domain = interning.text_key(report.policy.domain);
  RollupReport rollup;
  rollup.policy_domain = domain;
  rollup.reporter = interning.text_key(report.reporter);
  rollup.generation = static_cast<int>(report.generation);
  rollup.policy = interning.policy_key(report.policy);
  rollup.trust = static_cast<int>(provenance.trust);
  rollup.begin = report.begin;
  rollup.end = report.end;

  std::vector<PackedRecord> records;
  std::vector<PackedCell> rolled;
  std::vector<std::int64_t> addresses;
  std::vector<std::int64_t> author_domains;
  records.reserve(report.records.size());
  rolled.reserve(report.records.size());
  addresses.reserve(report.records.size());
  for (std::size_t i = 0; i < report.records.size(); ++i) {
    const report::Record& record = report.records[i];
    const std::int64_t address = interning.address_key(record.source_ip);
    const EvidenceKeys evidence = interning.evidence_keys(record.evidence, prepared.canonical.evidence(i));
    const int outcome = pack({record.disposition, record.dkim_aligned, record.spf_aligned});
    const std::int64_t messages = stored_count(record.message_count);
    records.push_back({address, evidence.full, outcome, messages});
    rolled.push_back({address, evidence.bare, outcome, messages});
    if (record.source_ip) addresses.push_back(address);
    if (author_domains.empty() || author_domains.back() != evidence.author_domain) {
      author_domains.push_back(evidence.author_domain);
    }
  }
  const std::size_t source_ips = sort_and_count(addresses);
  sort_and_count(author_domains);

  const auto optional_key = [&](const std::optional<std::string>& text) -> std::optional<std::int64_t> {
    if (!text) return std::nullopt;
    return interning.text_key(*text);
  };
  const std::optional<std::int64_t> version = optional_key(report.version);
  const std::optional<std::int64_t> email = optional_key(report.email);
  const std::optional<std::int64_t> extra_contact_info = optional_key(report.extra_contact_info);
  const std::optional<std::int64_t> generator = optional_key(report.generator);
  const std::int64_t folded = interning.text_key(prepared.identity.reporter);
  const std::string errors = pack_keys(keys_of(interning, report.errors));
  const std::string tolerances = pack_keys(keys_of(interning, report.tolerances));
  const std::string authors = pack_keys(author_domains);
  const auto optional_blob = [](const std::string& packed) -> std::optional<Blob> {
    if (packed.empty()) return std::nullopt;
    return Blob(packed);
  };
  const std::optional<Blob> document = provenance.document ? std::optional(Blob(*provenance.document)) : std::nullopt;
  run(connection, named("report_add"), key, domain, epoch_seconds(report.begin), epoch_seconds(report.end), folded,
      report.report_id, rollup.reporter, Blob(prepared.digest), rollup.generation, rollup.trust, rollup.policy, version,
      email, extra_contact_info, generator, optional_blob(errors), totals.records, stored_count(totals.messages),
      stored_count(totals.dkim_aligned), stored_count(totals.spf_aligned), stored_count(totals.aligned),
      stored_count(totals.disposition_none), stored_count(totals.disposition_pass),
      stored_count(totals.disposition_quarantine), stored_count(totals.disposition_reject), source_ips, Blob(authors),
      stored_count(report.records_left_out), optional_blob(tolerances), epoch_seconds(provenance.received_at),
      raw.bytes.size(), provenance.origin, document);
  const std::int64_t report_key = key ? *key : connection.last_key();

  add_records(report_key, records);
  if (!raw.bytes.empty()) {
    run(connection, named("raw_add"), report_key, static_cast<int>(raw.encoding), Blob(raw.bytes));
  }
  for (const std::int64_t author : author_domains) {
    if (author != domain) run(connection, named("author_domain_add"), author, domain);
  }
  rollups.contribute(rollup, rolled, 1);
  judge_later(report_key, domain, folded, report, totals.messages, provenance.received_at);
  if (rollups.is_large()) rollups.write(connection);
  return report_key;
}

void Store::Impl::add_records(std::int64_t report_key, const std::vector<PackedRecord>& records) {
  std::string packed;
  for (std::size_t first = 0; first < records.size(); first += kRecordsPerBlock) {
    packed.clear();
    const std::size_t end = std::min(records.size(), first + kRecordsPerBlock);
    for (std::size_t i = first; i < end; ++i) append(packed, records[i]);
    run(connection, named("record_block_add"), report_key, first / kRecordsPerBlock, Blob(packed));
  }
}

void Store::Impl::remove_report(std::int64_t key) {
  std::vector<PackedCell> records = rollup_records(interning, stored_records(connection, key));
  rollups.contribute(rollup_report(connection, key), records, -1);
  std::erase_if(to_judge, [&](const Judged& judged) { return judged.key == key; });
  run(connection, named("implausible_remove"), key);
  run(connection, named("raw_remove"), key);
  run(connection, named("record_blocks_remove"), key);
  run(connection, named("report_remove"), key);
}

void Store::Impl::keep_loser(std::string origin, std::string detail, const RawDocument& document, const Sha256& digest,
                             Instant seen_at) {
  NewReject reject;
  reject.origin = std::move(origin);
  reject.reason = "conflicting_report";
  reject.detail = std::move(detail);
  reject.bytes = document.bytes;
  reject.encoding = document.encoding;
  reject.whole_message = false;
  reject.seen_at = seen_at;
  if (reject.bytes.empty()) reject.detail += "; its document was not kept";
  add_reject(reject, reject.bytes.empty() ? digest : sha256(reject.bytes));
}

/// A duplicate changes nothing, unless its mail is better authenticated.
void Store::Impl::seen_again(const Stored& stored, report::Trust trust) {
  if (rank(trust) <= rank(stored.trust) || stored.pruned) return;
  facts_changed = true;
  raise_trust(connection, interning, rollups, stored.key, trust);
}

bool Store::insert_known(const DocumentKey& document, report::Trust trust) {
  Impl& impl = *impl_;
  impl.require_write();
  Impl::Stored stored;
  {
    Query query(impl.connection, named("report_by_document"), Blob(document));
    if (!query.step()) return false;
    stored.key = query.integer(0);
    stored.trust = enum_from(query.integer(1), report::Trust::failed);
    stored.pruned = query.integer(2) != 0;
  }
  impl.seen_again(stored, trust);
  return true;
}

std::optional<Instant> Store::known_document(const DocumentKey& document) {
  Query query(impl_->connection, named("report_by_document"), Blob(document));
  if (!query.step()) return std::nullopt;
  return instant_from(query.integer(3));
}

InsertOutcome Store::insert(const report::Report& report, const Provenance& provenance, const RawDocument& raw) {
  return insert(report, PreparedReport(report), provenance, raw);
}

InsertOutcome Store::insert(const report::Report& report, const PreparedReport& prepared, const Provenance& provenance,
                            const RawDocument& raw) {
  Impl& impl = *impl_;
  impl.require_write();
  const auto& [identity, totals, canonical, digest] = prepared;

  std::optional<Impl::Stored> stored;
  const std::optional<std::int64_t> domain = impl.interning.find_text(identity.policy_domain);
  const std::optional<std::int64_t> reporter = domain ? impl.interning.find_text(identity.reporter) : std::nullopt;
  if (reporter) {
    Query query(impl.connection, named("report_by_identity"), *domain, identity.begin, identity.end, *reporter,
                identity.report_id);
    if (query.step()) {
      stored = {query.integer(0),      digest_from(query.blob(1)),
                query.count(2),        enum_from(query.integer(3), report::Trust::failed),
                query.integer(4) != 0, std::string(query.text(5)),
                query.integer(6) != 0};
    }
  }
  if (stored && stored->digest == digest) {
    impl.seen_again(*stored, provenance.trust);
    // Stored by a version that kept no keys, or out of bytes that do not tell all.
    if (provenance.document && !stored->has_document) {
      run(impl.connection, named("report_set_document"), stored->key, Blob(*provenance.document));
    }
    return InsertOutcome::duplicate;
  }

  impl.facts_changed = true;
  if (!stored) {
    impl.add_report(std::nullopt, report, prepared, provenance, raw);
    return InsertOutcome::added;
  }

  const std::string name = format("{} of {} for {}", printable(report.report_id, 80), printable(report.reporter, 80),
                                  printable(report.policy.domain, 80));
  // A report whose records were deleted for their age cannot be taken out of the roll-ups any more.
  if (stored->pruned || !replaces(provenance.trust, totals.messages, stored->trust, stored->messages)) {
    impl.keep_loser(provenance.origin,
                    format("report {} came again with other records: {} messages, against {} in the stored report {}",
                           name, totals.messages, stored->messages, stored->key),
                    raw, digest, provenance.received_at);
    return InsertOutcome::conflict_kept_old;
  }
  const RawDocument old_raw = impl.raw(stored->key).value_or(RawDocument{});
  impl.remove_report(stored->key);
  impl.keep_loser(stored->origin,
                  format("report {} came again with other records: {} messages, replaced by {} in the stored report {}",
                         name, stored->messages, totals.messages, stored->key),
                  old_raw, stored->digest, provenance.received_at);
  impl.add_report(stored->key, report, prepared, provenance, raw);
  return InsertOutcome::conflict_replaced;
}

}  // namespace ruagate::store
