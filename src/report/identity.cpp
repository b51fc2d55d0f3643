#include "report/identity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "base/ascii.hpp"
#include "report/names.hpp"

namespace ruagate::report {

namespace {

__extension__ using Wide = unsigned __int128;  // a product of messages and seconds

void append_decimal(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Fields are length-prefixed, so that no text of a sender can imitate the boundary between two of them.
void append_field(std::string& out, std::string_view field) {
  if (field.size() < 10) {
    out += static_cast<char>('0' + field.size());
  } else {
    append_decimal(out, field.size());
  }
  out += ':';
  out += field;
}

void append_optional(std::string& out, const std::optional<std::string>& field) {
  out += field ? '+' : '-';
  if (field) append_field(out, *field);
}

void append_head(std::string& out, const Record& record) {
  const auto address = record.source_ip ? record.source_ip->bytes() : std::span<const std::uint8_t>{};
  append_field(out, {reinterpret_cast<const char*>(address.data()), address.size()});
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), record.message_count).ptr;
  append_field(out, {digits.data(), static_cast<std::size_t>(end - digits.data())});
  append_field(out, to_string(record.disposition));
  append_field(out, to_string(record.dkim_aligned));
  append_field(out, to_string(record.spf_aligned));
}

void append_evidence(std::string& out, const Evidence& evidence) {
  append_field(out, evidence.author_domain);
  append_optional(out, evidence.envelope_from);
  append_optional(out, evidence.envelope_to);
  for (const DkimAuth& dkim : evidence.dkim) {
    append_field(out, dkim.domain);
    append_field(out, dkim.selector);
    append_field(out, to_string(dkim.result));
  }
  out += '/';
  for (const SpfAuth& spf : evidence.spf) {
    append_field(out, spf.domain);
    append_field(out, to_string(spf.scope));
    append_field(out, to_string(spf.result));
  }
  out += '/';
  for (const OverrideReason& reason : evidence.reasons) {
    append_field(out, to_string(reason.type));
    append_field(out, reason.comment);
  }
}

}  // namespace

Identity identity_of(const Report& report) {
  return {to_lower(report.reporter), report.report_id, report.policy.domain, epoch_seconds(report.begin),
          epoch_seconds(report.end)};
}

CanonicalRecords::CanonicalRecords(const Report& report) {
  places_.reserve(report.records.size());
  for (const Record& record : report.records) {
    Place& place = places_.emplace_back();
    place.begin = texts_.size();
    append_head(texts_, record);
    place.evidence = texts_.size();
    append_evidence(texts_, record.evidence);
    place.end = texts_.size();
  }
}

std::string_view CanonicalRecords::evidence(std::size_t index) const {
  const Place& place = places_[index];
  return std::string_view(texts_).substr(place.evidence, place.end - place.evidence);
}

std::string_view CanonicalRecords::text(const Place& place) const {
  return std::string_view(texts_).substr(place.begin, place.end - place.begin);
}

Sha256 CanonicalRecords::digest() const {
  std::vector<std::string_view> sorted;
  sorted.reserve(places_.size());
  for (const Place& place : places_) sorted.push_back(text(place));
  std::sort(sorted.begin(), sorted.end());
  constexpr std::size_t kAtOnce = 16U << 10;
  std::optional<Sha256Stream> stream;
  std::string fields;
  for (const std::string_view text : sorted) {
    append_field(fields, text);
    if (fields.size() < kAtOnce) continue;
    if (!stream) stream.emplace();
    stream->add(fields);
    fields.clear();
  }
  if (!stream) return sha256(fields);
  stream->add(fields);
  return stream->finish();
}

Sha256 records_digest(const Report& report) {
  return CanonicalRecords(report).digest();
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
