#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/ascii.hpp"
#include "store/impl.hpp"
#include "store/packing.hpp"

// Reports and records, row by row.
namespace ruagate::store {

namespace {

/// What a filter comes to in the database's terms.
struct Condition {
  std::optional<std::int64_t> domain;
  std::optional<std::int64_t> reporter;
  std::optional<std::int64_t> since;  ///< Epoch seconds.
  std::optional<std::int64_t> until;  ///< Epoch seconds, exclusive.
  std::optional<IpNetwork> network;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  bool newest_first = false;
  std::optional<std::int64_t> before_begin, before_end, before_key;
  std::uint64_t skip = 0;  ///< Records of the first report.
};

/// Nothing when no row can match: a name that no report mentions, or an address that is none.
std::optional<Condition> condition_of(const Filter& filter, Interning& interning) {
  Condition condition;
  if (filter.domain) {
    condition.domain = interning.find_text(*filter.domain);
    if (!condition.domain) return std::nullopt;
  }
  if (filter.reporter) {
    condition.reporter = interning.find_text(to_lower(*filter.reporter));
    if (!condition.reporter) return std::nullopt;
  }
  if (filter.ip) {
    condition.network = IpNetwork::parse(*filter.ip);
    if (!condition.network) return std::nullopt;
  }
  if (filter.since) condition.since = epoch_seconds(Instant{*filter.since});
  if (filter.until) condition.until = epoch_seconds(Instant{*filter.until + days{1}});
  if (filter.limit) {
    condition.limit = *filter.limit;
    condition.newest_first = true;
  }
  if (filter.after && filter.limit) {
    condition.before_begin = epoch_seconds(filter.after->begin);
    condition.before_end = epoch_seconds(filter.after->end);
    condition.before_key = filter.after->report;
    if (filter.after->record) {  // the same report again, behind the records that were given
      ++*condition.before_key;
      condition.skip = *filter.after->record + 1;
    }
  }
  return condition;
}

}  // namespace

ReportRow Store::Impl::read_report(Query& query) {
  int column = 0;
  const auto text = [&](std::int64_t key) { return std::string(interning.text(key)); };
  const auto optional_text = [&](int at) -> std::optional<std::string> {
    const std::optional<std::int64_t> key = query.optional_integer(at);
    if (!key) return std::nullopt;
    return text(*key);
  };
  const auto texts = [&](int at) {
    std::vector<std::string> values;
    for (const std::int64_t key : unpack_keys(query.blob(at))) values.push_back(text(key));
    return values;
  };
  ReportRow row;
  row.id = query.integer(column++);
  const std::int64_t domain = query.integer(column++);
  row.report.begin = instant_from(query.integer(column++));
  row.report.end = instant_from(query.integer(column++));
  row.report.report_id = query.text(column++);
  row.report.reporter = text(query.integer(column++));
  row.report.generation = enum_from(query.integer(column++), report::Generation::rfc9990);
  row.provenance.trust = enum_from(query.integer(column++), report::Trust::failed);
  row.report.policy = interning.policy(query.integer(column++));
  row.report.policy.domain = text(domain);
  row.report.version = optional_text(column++);
  row.report.email = optional_text(column++);
  row.report.extra_contact_info = optional_text(column++);
  row.report.generator = optional_text(column++);
  row.report.errors = texts(column++);
  row.totals.records = query.count(column++);
  row.totals.messages = query.count(column++);
  row.totals.dkim_aligned = query.count(column++);
  row.totals.spf_aligned = query.count(column++);
  row.totals.aligned = query.count(column++);
  row.totals.disposition_none = query.count(column++);
  row.totals.disposition_pass = query.count(column++);
  row.totals.disposition_quarantine = query.count(column++);
  row.totals.disposition_reject = query.count(column++);
  row.source_ips = query.count(column++);
  row.author_domains = texts(column++);
  std::sort(row.author_domains.begin(), row.author_domains.end());
  row.report.records_left_out = query.count(column++);
  row.report.tolerances = texts(column++);
  row.provenance.received_at = instant_from(query.integer(column++));
  row.has_raw = query.integer(column++) > 0;
  row.provenance.origin = query.text(column++);
  row.implausible = static_cast<unsigned>(query.optional_integer(column++).value_or(0));
  if (const auto accepted = query.optional_integer(column++)) row.accepted = instant_from(*accepted);
  return row;
}

bool Store::Impl::has_address_in(std::int64_t report_key, const IpNetwork& network) {
  const std::vector<PackedRecord> records = stored_records(connection, report_key);
  return std::any_of(records.begin(), records.end(), [&](const PackedRecord& record) {
    const std::optional<IpAddress> address = interning.address(record.address);
    return address && network.contains(*address);
  });
}

report::Record Store::Impl::read_record(const PackedRecord& stored) {
  const Outcome outcome = unpack_outcome(stored.outcome);
  report::Record record;
  record.source_ip = interning.address(stored.address);
  record.message_count = static_cast<std::uint64_t>(stored.messages);
  record.disposition = outcome.disposition;
  record.dkim_aligned = outcome.dkim;
  record.spf_aligned = outcome.spf;
  record.evidence = interning.evidence(stored.evidence);
  return record;
}

void Store::reports(const Filter& filter, const std::function<bool(ReportRow&&)>& row) {
  Impl& impl = *impl_;
  impl.settle();
  const ReadScope scope(impl.connection);
  const std::optional<Condition> condition = condition_of(filter, impl.interning);
  if (!condition) return;
  const QueryId id = condition->domain ? (condition->newest_first ? named("reports_of_domain_newest")
                                                                  : named("reports_of_domain_oldest"))
                                       : (condition->newest_first ? named("reports_newest") : named("reports_oldest"));
  Query query(impl.connection, id, condition->domain, condition->reporter, condition->since, condition->until,
              condition->before_begin, condition->before_end, condition->before_key);
  for (std::uint64_t left = condition->limit; left > 0 && query.step();) {
    if (condition->network && !impl.has_address_in(query.integer(0), *condition->network)) continue;
    if (!row(impl.read_report(query))) return;
    --left;
  }
}

void Store::records(const Filter& filter, const std::function<bool(RecordRow&&)>& row) {
  Impl& impl = *impl_;
  impl.settle();
  const ReadScope scope(impl.connection);
  const std::optional<Condition> condition = condition_of(filter, impl.interning);
  if (!condition) return;
  const QueryId id = condition->domain ? (condition->newest_first ? named("reports_about_domain_newest")
                                                                  : named("reports_about_domain_oldest"))
                                       : (condition->newest_first ? named("reports_newest") : named("reports_oldest"));
  Query query(impl.connection, id, condition->domain, condition->reporter, condition->since, condition->until,
              condition->before_begin, condition->before_end, condition->before_key);
  std::uint64_t left = condition->limit;
  bool is_first = true;
  while (left > 0 && query.step()) {
    const bool whole_report = !condition->domain || query.integer(1) == *condition->domain;
    RecordRow common;
    common.report_key = query.integer(0);
    common.reporter = impl.interning.text(query.integer(5));
    common.report_id = query.text(4);
    common.policy_domain = impl.interning.text(query.integer(1));
    common.begin = instant_from(query.integer(2));
    common.end = instant_from(query.integer(3));
    std::uint64_t index = 0;
    for (const PackedRecord& stored : stored_records(impl.connection, common.report_key)) {
      if (left == 0) break;
      common.index = index++;
      if (is_first && common.report_key + 1 == condition->before_key && common.index < condition->skip) continue;
      if (condition->network) {
        const std::optional<IpAddress> address = impl.interning.address(stored.address);
        if (!address || !condition->network->contains(*address)) continue;
      }
      RecordRow found = common;
      found.record = impl.read_record(stored);
      if (!whole_report && found.record.evidence.author_domain != *filter.domain) continue;
      if (!row(std::move(found))) return;
      --left;
    }
    is_first = false;
  }
}

std::optional<ReportRow> Store::report(std::int64_t id) {
  impl_->settle();
  const ReadScope scope(impl_->connection);
  Query query(impl_->connection, named("report_by_key"), id);
  if (!query.step()) return std::nullopt;
  return impl_->read_report(query);
}

std::vector<RecordRow> Store::records_of(std::int64_t report_id, std::uint64_t from, std::uint64_t limit) {
  const ReadScope scope(impl_->connection);
  std::vector<RecordRow> rows;
  const std::optional<ReportRow> report = this->report(report_id);
  if (!report) return rows;
  const std::vector<PackedRecord> records = stored_records(impl_->connection, report_id);
  for (std::uint64_t index = from; index < records.size() && rows.size() < limit; ++index) {
    rows.push_back({report_id, report->report.reporter, report->report.report_id, report->report.policy.domain,
                    report->report.begin, report->report.end, index, impl_->read_record(records[index])});
  }
  return rows;
}

std::optional<RawDocument> Store::raw(std::int64_t report_id) {
  return impl_->raw(report_id);
}

}  // namespace ruagate::store
