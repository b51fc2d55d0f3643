#include "report/identity.hpp"

#include <algorithm>
#include <span>

#include "base/ascii.hpp"
#include "report/names.hpp"

namespace ruagate::report {

namespace {

__extension__ using Wide = unsigned __int128;  // a product of messages and seconds

// Fields are length-prefixed, so that no text of a sender can imitate the boundary between two of them.
void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

void append_optional(std::string& out, const std::optional<std::string>& field) {
  out += field ? '+' : '-';
  if (field) append_field(out, *field);
}

void append_canonical(std::string& out, const Record& record) {
  const auto address = record.source_ip ? record.source_ip->bytes() : std::span<const std::uint8_t>{};
  append_field(out, {reinterpret_cast<const char*>(address.data()), address.size()});
  append_field(out, std::to_string(record.message_count));
  append_field(out, to_string(record.disposition));
  append_field(out, to_string(record.dkim_aligned));
  append_field(out, to_string(record.spf_aligned));
  append_field(out, record.evidence.author_domain);
  append_optional(out, record.evidence.envelope_from);
  append_optional(out, record.evidence.envelope_to);
  for (const DkimAuth& dkim : record.evidence.dkim) {
    append_field(out, dkim.domain);
    append_field(out, dkim.selector);
    append_field(out, to_string(dkim.result));
  }
  out += '/';
  for (const SpfAuth& spf : record.evidence.spf) {
    append_field(out, spf.domain);
    append_field(out, to_string(spf.scope));
    append_field(out, to_string(spf.result));
  }
  out += '/';
  for (const OverrideReason& reason : record.evidence.reasons) {
    append_field(out, to_string(reason.type));
    append_field(out, reason.comment);
  }
}

}  // namespace

Identity identity_of(const Report& report) {
  return {to_lower(report.reporter), report.report_id, report.policy.domain, epoch_seconds(report.begin),
          epoch_seconds(report.end)};
}

Sha256 records_digest(const Report& report) {
  std::string texts;
  std::vector<std::size_t> ends;
  ends.reserve(report.records.size());
  for (const Record& record : report.records) {
    append_canonical(texts, record);
    ends.push_back(texts.size());
  }
  std::vector<std::string_view> sorted;
  sorted.reserve(ends.size());
  for (std::size_t begin = 0; const std::size_t end : ends) {
    sorted.push_back(std::string_view(texts).substr(begin, end - begin));
    begin = end;
  }
  std::sort(sorted.begin(), sorted.end());
  std::string canonical;
  canonical.reserve(texts.size() + 4 * sorted.size());
  for (const std::string_view text : sorted) append_field(canonical, text);
  return sha256(canonical);
}

std::vector<std::pair<Day, std::uint64_t>> spread_over_days(Instant begin, Instant end, std::uint64_t messages) {
  using std::chrono::seconds;
  const Day first = day_of(begin);
  const seconds span = end - begin;
  if (span <= std::chrono::hours{25} || span > days{kMaxSpreadDays}) return {{first, messages}};

  struct Share {
    Day day;
    std::uint64_t whole;
    std::uint64_t remainder;
  };
  std::vector<Share> shares;
  const auto total = static_cast<Wide>(span.count());
  std::uint64_t given = 0;
  for (Day day = first; Instant{day} < end; day += days{1}) {
    const seconds overlap = std::min<Instant>(end, day + days{1}) - std::max<Instant>(begin, day);
    const Wide product = static_cast<Wide>(messages) * static_cast<std::uint64_t>(overlap.count());
    shares.push_back({day, static_cast<std::uint64_t>(product / total), static_cast<std::uint64_t>(product % total)});
    given += shares.back().whole;
  }
  std::vector<std::size_t> order(shares.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a].remainder > shares[b].remainder; });
  for (std::size_t i = 0; given < messages; ++i, ++given) ++shares[order[i % order.size()]].whole;

  std::vector<std::pair<Day, std::uint64_t>> spread;
  for (const Share& share : shares) {
    if (share.whole > 0) spread.emplace_back(share.day, share.whole);
  }
  return spread;
}

}  // namespace ruagate::report
