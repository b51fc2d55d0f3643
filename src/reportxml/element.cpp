#include "reportxml/element.hpp"

#include <array>
#include <cstddef>

#include "base/ascii.hpp"

namespace ruagate::reportxml {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 51> kNames = {
    "",
    "feedback",
    "version",
    "report_metadata",
    "org_name",
    "email",
    "extra_contact_info",
    "report_id",
    "date_range",
    "begin",
    "end",
    "error",
    "generator",
    "policy_published",
    "domain",
    "discovery_method",
    "p",
    "sp",
    "np",
    "adkim",
    "aspf",
    "pct",
    "fo",
    "testing",
    "t",
    "psd",
    "version_published",
    "extension",
    "extensions",
    "record",
    "row",
    "source_ip",
    "count",
    "policy_evaluated",
    "disposition",
    "dkim",
    "spf",
    "reason",
    "type",
    "comment",
    "identifiers",
    "identities",
    "header_from",
    "envelope_from",
    "envelope_to",
    "auth_results",
    "selector",
    "result",
    "scope",
    "human_result",
    "human_readable",
};
static_assert(kNames.size() == static_cast<std::size_t>(Element::human_readable) + 1);

constexpr std::size_t kMaxLength = 18;

// A small hash table without collisions inside a bucket of four, filled at compile time.
constexpr std::size_t slot_of(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  const auto middle = static_cast<unsigned char>(name[name.size() / 2]);
  return (name.size() * 7U + first * 3U + last * 5U + middle * 11U) % 64U;
}

using Bucket = std::array<std::uint8_t, 4>;

constexpr std::array<Bucket, 64> make_table() {
  std::array<Bucket, 64> table{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    Bucket& bucket = table.at(slot_of(kNames.at(i)));
    std::size_t k = 0;
    while (bucket.at(k) != 0) ++k;  // out of range here is a compile error
    bucket.at(k) = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr std::array<Bucket, 64> kTable = make_table();

}  // namespace

std::string_view local_name(std::string_view qualified) {
  const std::size_t colon = qualified.rfind(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

Element element_of(std::string_view local) {
  if (local.empty() || local.size() > kMaxLength) return Element::unknown;
  for (const std::uint8_t i : kTable[slot_of(local)]) {
    if (i == 0) break;
    if (kNames[i] == local) return static_cast<Element>(i);
  }
  return Element::unknown;
}

Element element_ignoring_case(std::string_view local) {
  if (local.empty() || local.size() > kMaxLength) return Element::unknown;
  std::array<char, kMaxLength> lower{};
  for (std::size_t i = 0; i < local.size(); ++i) lower[i] = to_lower(local[i]);
  return element_of({lower.data(), local.size()});
}

std::string_view to_string(Element element) {
  return kNames.at(static_cast<std::size_t>(element));
}

bool is_container(Element element, Element parent) {
  switch (element) {
    case Element::feedback:
    case Element::report_metadata:
    case Element::date_range:
    case Element::policy_published:
    case Element::extension:
    case Element::extensions:
    case Element::record:
    case Element::row:
    case Element::policy_evaluated:
    case Element::reason:
    case Element::identifiers:
    case Element::identities:
    case Element::auth_results:
      return true;
    case Element::dkim:
    case Element::spf:
      return parent == Element::auth_results;
    default:
      return false;
  }
}

Element home_of(Element element) {
  switch (element) {
    case Element::report_metadata:
    case Element::policy_published:
    case Element::record:
      return Element::feedback;
    case Element::org_name:
    case Element::email:
    case Element::extra_contact_info:
    case Element::report_id:
    case Element::date_range:
    case Element::generator:
      return Element::report_metadata;
    case Element::begin:
    case Element::end:
      return Element::date_range;
    case Element::p:
    case Element::sp:
    case Element::np:
    case Element::adkim:
    case Element::aspf:
    case Element::pct:
    case Element::fo:
    case Element::testing:
    case Element::discovery_method:
      return Element::policy_published;
    case Element::row:
    case Element::identifiers:
    case Element::identities:
    case Element::auth_results:
      return Element::record;
    case Element::source_ip:
    case Element::count:
    case Element::policy_evaluated:
      return Element::row;
    case Element::disposition:
    case Element::reason:
      return Element::policy_evaluated;
    case Element::type:
    case Element::comment:
      return Element::reason;
    default:
      return Element::unknown;
  }
}

}  // namespace ruagate::reportxml
