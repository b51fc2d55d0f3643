#include "ingest/trust.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "domain/name.hpp"
#include "mime/authentication_results.hpp"

namespace ruagate::ingest {
namespace {

bool is_own(std::string_view host, const Border& border) {
  return std::any_of(border.own_domains.begin(), border.own_domains.end(),
                     [&](std::string_view own) { return domain::is_same_or_below(host, own); });
}

/// True for a host that names itself in a way that says nothing of whose it is: localhost, an address, nothing at all.
bool is_nameless(std::string_view host) {
  return host.find('.') == std::string_view::npos || host.starts_with('[') || host == "localhost.localdomain" ||
         IpAddress::parse(host).has_value();
}

enum class Hop { inner, entry, foreign };

Hop hop_of(const mime::ReceivedHop& received, const Border& border) {
  if (received.by.empty())
    return received.from.empty() ? Hop::inner : Hop::foreign;  // qmail: "(qmail 123 invoked ...)"
  if (!is_own(received.by, border)) return is_nameless(received.by) ? Hop::inner : Hop::foreign;
  if (received.from.empty() || is_own(received.from, border)) return Hop::inner;
  return received.from == "localhost" ? Hop::inner : Hop::entry;
}

/// The dmarc results of one field, added to those before.
void add_results(std::string_view value, const Border& border, std::optional<report::Trust>& trust) {
  const auto field = mime::parse_authentication_results(value);
  if (field.authserv_id.empty()) return;
  if (!field.version.empty() && field.version != "1") return;  // RFC 8601 2.2: an unknown version must not be used.
  if (std::find(border.authserv_ids.begin(), border.authserv_ids.end(), field.authserv_id) ==
      border.authserv_ids.end()) {
    return;
  }
  for (const auto& result : field.results) {
    if (result.method != "dmarc") continue;
    const auto said = result.result == "pass"   ? report::Trust::trusted
                      : result.result == "fail" ? report::Trust::failed
                                                : report::Trust::unverified;
    if (!trust || said == report::Trust::failed || *trust == report::Trust::trusted) trust = said;
  }
}

}  // namespace

Border border_of(const std::vector<std::string>& authserv_ids, const domain::OrgDomains& org_domains) {
  Border border;
  for (const auto& id : authserv_ids) {
    auto name = to_lower(trim(id));
    if (name.ends_with('.')) name.pop_back();
    if (name.empty()) continue;
    border.own_domains.emplace_back(org_domains.org_domain(name));
    border.authserv_ids.push_back(std::move(name));
  }
  return border;
}

report::Trust trust_of(const mime::Message& message, const Border& border) {
  std::optional<report::Trust> trust;
  if (border.authserv_ids.empty()) return report::Trust::unverified;
  bool entered = false;
  for (const auto& field : message.headers) {
    if (equals_ignoring_case(field.name, "Received")) {
      if (entered) break;
      const auto hop = hop_of(mime::parse_received(field.value), border);
      if (hop == Hop::foreign) break;
      entered = hop == Hop::entry;
    } else if (equals_ignoring_case(field.name, "Authentication-Results")) {
      add_results(field.value, border, trust);
    }
  }
  return trust.value_or(report::Trust::unverified);
}

}  // namespace ruagate::ingest
