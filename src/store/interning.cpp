#include "store/interning.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/format.hpp"
#include "base/sha256.hpp"
#include "store/packing.hpp"
#include "store/store.hpp"

namespace ruagate::store {

namespace {

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

void append_optional(std::string& out, const std::optional<std::string>& text) {
  append_number(out, text ? text->size() + 1 : 0);
  if (text) out += *text;
}

bool has_free_text(const report::Evidence& evidence) {
  for (const report::DkimAuth& dkim : evidence.dkim) {
    if (!dkim.human_result.empty()) return true;
  }
  for (const report::SpfAuth& spf : evidence.spf) {
    if (!spf.human_result.empty()) return true;
  }
  return false;
}

/// One text for one evidence with free texts. Canonical texts begin with a digit, so that none is taken for one of
/// these.
void spell(std::string& out, const report::Evidence& evidence, std::string_view canonical) {
  out = '+';
  append_text(out, canonical);
  for (const report::DkimAuth& dkim : evidence.dkim) append_text(out, dkim.human_result);
  for (const report::SpfAuth& spf : evidence.spf) append_text(out, spf.human_result);
}

report::Evidence without_free_text(report::Evidence evidence) {
  for (report::DkimAuth& dkim : evidence.dkim) dkim.human_result.clear();
  for (report::SpfAuth& spf : evidence.spf) spf.human_result.clear();
  return evidence;
}

std::int64_t fingerprint(std::string_view packed) {
  const Sha256 digest = sha256(packed);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return static_cast<std::int64_t>(number);
}

template <class Enum>
std::optional<std::int64_t> number_of(const std::optional<Enum>& value) {
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

template <class Enum>
std::optional<Enum> value_of(const std::optional<std::int64_t>& number, Enum last) {
  if (!number) return std::nullopt;
  return enum_from(*number, last);
}

std::string spell(const report::PublishedPolicy& policy) {
  std::string out;
  const auto add = [&](const std::optional<std::int64_t>& number) {
    append_number(out, number ? static_cast<std::uint64_t>(*number) + 1 : 0);
  };
  add(number_of(policy.p));
  add(number_of(policy.sp));
  add(number_of(policy.np));
  add(number_of(policy.pct));
  add(number_of(policy.testing));
  add(number_of(policy.adkim));
  add(number_of(policy.aspf));
  append_optional(out, policy.fo);
  append_optional(out, policy.discovery_method);
  return out;
}

std::size_t owned_bytes(const report::Evidence& evidence) {
  std::size_t bytes = 0;
  for (const report::DkimAuth& dkim : evidence.dkim) bytes += sizeof(dkim) + dkim.human_result.size();
  for (const report::SpfAuth& spf : evidence.spf) bytes += sizeof(spf) + spf.human_result.size();
  for (const report::OverrideReason& reason : evidence.reasons) bytes += sizeof(reason) + reason.comment.size();
  return bytes;
}

[[noreturn]] void missing(const Connection& connection, std::string_view table, std::int64_t key) {
  throw StoreError(
      format("{}: the database is damaged: {} {} is missing; restore a backup, or see what `ruagate db "
             "check` says",
             connection.path(), table, key));
}

}  // namespace

std::int64_t Interning::text_key(std::string_view value) {
  if (const std::int64_t* known = text_keys_.find(value)) return *known;
  std::optional<std::int64_t> key = lookup(connection_, named("text_by_value"), value);
  if (!key) {
    run(connection_, named("text_add"), value);
    key = connection_.last_key();
  }
  return text_keys_.remember(std::string(value), *key, value.size());
}

std::optional<std::int64_t> Interning::find_text(std::string_view value) {
  if (const std::int64_t* known = text_keys_.find(value)) return *known;
  const std::optional<std::int64_t> key = lookup(connection_, named("text_by_value"), value);
  if (key) text_keys_.remember(std::string(value), *key, value.size());
  return key;
}

std::int64_t Interning::address_key(const std::optional<IpAddress>& address) {
  if (!address) return 0;
  if (const std::int64_t* known = address_keys_.find(*address)) return *known;
  const Blob bytes(address->bytes());
  // Most addresses that are not in the map are new, so that they are added before they are looked for.
  run(connection_, named("address_add"), bytes);
  if (connection_.changes() == 1) return address_keys_.remember(*address, connection_.last_key(), 0);
  const std::optional<std::int64_t> key = lookup(connection_, named("address_by_bytes"), bytes);
  return address_keys_.remember(*address, key.value(), 0);
}

EvidenceKeys Interning::evidence_keys(const report::Evidence& evidence, std::string_view canonical) {
  // One text for one evidence is what the map in memory is searched by, so that the usual record costs one look-up.
  std::string_view spelt = canonical;
  if (has_free_text(evidence)) {
    spell(scratch_, evidence, canonical);
    spelt = scratch_;
  }
  if (const EvidenceKeys* known = evidence_keys_.find(spelt)) return *known;
  return add_evidence_keys(evidence, canonical, std::string(spelt));
}

EvidenceKeys Interning::add_evidence_keys(const report::Evidence& evidence, std::string_view canonical,
                                          std::string spelt) {
  EvidenceKeys keys;
  if (has_free_text(evidence)) {
    keys.bare = evidence_keys(without_free_text(evidence), canonical).full;
    keys.full = add_evidence(evidence, keys.bare);
  } else {
    keys.full = keys.bare = add_evidence(evidence, std::nullopt);
  }
  keys.author_domain = text_key(evidence.author_domain);
  const std::size_t bytes = spelt.size();
  return evidence_keys_.remember(std::move(spelt), keys, bytes);
}

std::int64_t Interning::add_evidence(const report::Evidence& evidence, std::optional<std::int64_t> bare) {
  const std::string packed = pack_evidence(evidence, [this](const std::string& value) { return text_key(value); });
  const std::int64_t print = fingerprint(packed);
  {
    Query query(connection_, named("evidence_by_fingerprint"), print);
    while (query.step()) {
      if (query.blob(2) == packed) return query.integer(0);
    }
  }
  run(connection_, named("evidence_add"), print, bare, text_key(evidence.author_domain), Blob(packed));
  return connection_.last_key();
}

std::int64_t Interning::policy_key(const report::PublishedPolicy& policy) {
  std::string spelt = spell(policy);
  if (const std::int64_t* known = policy_keys_.find(spelt)) return *known;
  const auto with_values = [&](auto&& use) {
    return use(number_of(policy.p), number_of(policy.sp), number_of(policy.np), number_of(policy.pct),
               number_of(policy.testing), number_of(policy.adkim), number_of(policy.aspf), policy.fo,
               policy.discovery_method);
  };
  std::optional<std::int64_t> key =
      with_values([&](const auto&... values) { return lookup(connection_, named("policy_by_value"), values...); });
  if (!key) {
    with_values([&](const auto&... values) { run(connection_, named("policy_add"), values...); });
    key = connection_.last_key();
  }
  const std::size_t bytes = spelt.size();
  return policy_keys_.remember(std::move(spelt), *key, bytes);
}

std::string_view Interning::text(std::int64_t key) {
  if (const std::string* known = texts_.find(key)) return *known;
  Query query(connection_, named("text_by_key"), key);
  if (!query.step()) missing(connection_, "text", key);
  const std::string_view value = query.text(0);
  return texts_.remember(key, std::string(value), value.size());
}

std::optional<IpAddress> Interning::address(std::int64_t key) {
  if (key == 0) return std::nullopt;
  if (const std::optional<IpAddress>* known = addresses_.find(key)) return *known;
  Query query(connection_, named("address_by_key"), key);
  if (!query.step()) missing(connection_, "address", key);
  const std::string_view bytes = query.blob(0);
  return addresses_.remember(
      key, IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}), 0);
}

namespace {

/// Rows by ascending key, for many keys that ascend: steps over what lies between near ones, and looks for far ones.
class AscendingRows {
 public:
  AscendingRows(Connection& connection, QueryId from, std::int64_t near)
      : connection_(connection), from_(from), near_(near) {}

  /// False when there is none. Then, and after the next call, what blob() gave is gone.
  bool find(std::int64_t key) {
    bool found = rows_ && at_ <= key && key - at_ <= near_;
    if (!found) {
      rows_.reset();
      rows_.emplace(connection_, from_, key);
      found = step();
    }
    while (found && at_ < key) found = step();
    return found && at_ == key;
  }
  std::string_view blob() const { return rows_->blob(1); }

 private:
  bool step() {
    if (!rows_->step()) {
      rows_.reset();
      return false;
    }
    at_ = rows_->integer(0);
    return true;
  }

  Connection& connection_;
  QueryId from_;
  std::int64_t near_;
  std::optional<Query> rows_;
  std::int64_t at_ = 0;
};

std::span<const std::uint8_t> bytes_of(std::string_view blob) {
  return {reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()};
}

/// To step over so many rows costs less than to look for one.
constexpr std::int64_t kNear = 16;

}  // namespace

void Interning::read_page(std::int64_t page) {
  address_pages_.begin(page);
  Query rows(connection_, named("addresses_from"), page * AddressPages::kKeys);
  while (rows.step()) {
    const std::int64_t key = rows.integer(0);
    if (AddressPages::page_of(key) != page) break;
    address_pages_.add(key, bytes_of(rows.blob(1)));
  }
}

void Interning::look_up_addresses(std::span<const Wanted> wanted, std::vector<std::optional<IpAddress>>& out) {
  AscendingRows rows(connection_, named("addresses_from"), kNear);
  for (const auto& [key, index] : wanted) {
    if (key == 0) continue;  // Named none.
    if (!rows.find(key)) missing(connection_, "address", key);
    out[index] = IpAddress::from_bytes(bytes_of(rows.blob()));
  }
}

void Interning::addresses(const std::vector<Wanted>& wanted, std::vector<std::optional<IpAddress>>& out) {
  std::vector<Wanted> others;
  for (auto at = wanted.begin(); at != wanted.end();) {
    const std::int64_t page = AddressPages::page_of(at->first);
    const auto end =
        std::find_if(at, wanted.end(), [&](const Wanted& one) { return AddressPages::page_of(one.first) != page; });
    if (!address_pages_.has(page) && kNear * (end - at) >= AddressPages::kKeys) read_page(page);
    for (; at != end; ++at) {
      if (at->first == 0) continue;
      out[at->second] = address_pages_.find(at->first);
      if (!out[at->second]) others.push_back(*at);
    }
  }
  look_up_addresses(others, out);
}

void Interning::evidence(const std::vector<Wanted>& wanted, std::vector<report::Evidence>& out) {
  constexpr std::int64_t kNearEvidence = 4;
  AscendingRows rows(connection_, named("evidence_from"), kNearEvidence);
  for (const auto& [key, index] : wanted) {
    if (!rows.find(key)) missing(connection_, "evidence", key);
    out[index] = unpack_evidence(rows.blob(), [this](std::int64_t text_key) { return text(text_key); });
  }
}

const report::Evidence& Interning::evidence(std::int64_t key) {
  if (const report::Evidence* known = evidence_.find(key)) return *known;
  std::string packed;
  {
    Query query(connection_, named("evidence_by_key"), key);
    if (!query.step()) missing(connection_, "evidence", key);
    packed = query.blob(0);
  }
  report::Evidence evidence = unpack_evidence(packed, [this](std::int64_t text_key) { return text(text_key); });
  const std::size_t bytes = owned_bytes(evidence);
  return evidence_.remember(key, std::move(evidence), bytes);
}

std::int64_t Interning::bare_key(std::int64_t evidence_key) {
  if (const std::int64_t* known = bare_keys_.find(evidence_key)) return *known;
  const std::optional<std::int64_t> bare = lookup(connection_, named("evidence_bare_key"), evidence_key);
  if (!bare) missing(connection_, "evidence", evidence_key);
  return bare_keys_.remember(evidence_key, *bare, 0);
}

const report::PublishedPolicy& Interning::policy(std::int64_t key) {
  if (const report::PublishedPolicy* known = policies_.find(key)) return *known;
  Query query(connection_, named("policy_by_key"), key);
  if (!query.step()) missing(connection_, "policy", key);
  report::PublishedPolicy policy;
  policy.p = value_of(query.optional_integer(0), report::Policy::reject);
  policy.sp = value_of(query.optional_integer(1), report::Policy::reject);
  policy.np = value_of(query.optional_integer(2), report::Policy::reject);
  if (const auto pct = query.optional_integer(3)) policy.pct = enum_from(*pct, 100);
  if (const auto testing = query.optional_integer(4)) policy.testing = *testing != 0;
  policy.adkim = value_of(query.optional_integer(5), report::AlignmentMode::strict);
  policy.aspf = value_of(query.optional_integer(6), report::AlignmentMode::strict);
  policy.fo = query.optional_text(7);
  policy.discovery_method = query.optional_text(8);
  return policies_.remember(key, std::move(policy), 0);
}

void Interning::forget() {
  text_keys_.clear();
  address_keys_.clear();
  evidence_keys_.clear();
  policy_keys_.clear();
  texts_.clear();
  addresses_.clear();
  address_pages_.clear();
  evidence_.clear();
  bare_keys_.clear();
  policies_.clear();
}

}  // namespace ruagate::store
