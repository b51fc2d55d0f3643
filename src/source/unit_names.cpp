#include "source/unit_names.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "domain/name.hpp"

namespace ruagate::source {

namespace {

/// Envelope hosts of the mailbox platforms themselves, which are no tenant.
bool is_platform_host(std::string_view envelope) {
  return domain::is_same_or_below(envelope, "protection.outlook.com") ||
         domain::is_same_or_below(envelope, "google.com") || domain::is_same_or_below(envelope, "amazonses.com");
}

/// "contoso.onmicrosoft.com" of "bounces.contoso.onmicrosoft.com": below a platform's own domain each name is another
/// customer's. Elsewhere the organization is the customer.
std::string_view customer_part(std::string_view envelope, std::string_view organization) {
  if (organization != "onmicrosoft.com" || envelope.size() <= organization.size()) return organization;
  auto end = envelope.size() - organization.size() - 1;
  constexpr std::string_view kHybrid = ".mail";  // contoso.mail.onmicrosoft.com
  if (envelope.substr(0, end).ends_with(kHybrid)) end -= kHybrid.size();
  const auto dot = envelope.substr(0, end).rfind('.');
  return dot == std::string_view::npos ? envelope : envelope.substr(dot + 1);
}

}  // namespace

std::string_view identity_part(std::string_view key) {
  if (key.starts_with("dkim:")) return key.substr(5);
  return key.starts_with("spf:") ? key.substr(4) : std::string_view();
}

std::string_view network_part(std::string_view key) {
  if (key.starts_with("net:") || key.starts_with("own:")) return key.substr(4);
  return {};
}

std::string_view without_author(std::string_view key) {
  return key.substr(0, key.find('@'));
}

bool is_list_name(std::string_view domain) {
  for (const std::string_view label : {"list.", "lists.", "listserv.", "mailman.", "groups.", "ml."}) {
    if (domain.starts_with(label) || domain.find(std::string(".").append(label)) != std::string_view::npos) return true;
  }
  return false;
}

std::string slug(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const char lower = to_lower(c);
    const bool word = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (word) {
      result += lower;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  while (result.ends_with('-')) result.pop_back();
  return result;
}

std::string service_key(const Service& service) {
  if (!service.dkim_domains.empty()) return "dkim:" + service.dkim_domains.front();
  if (!service.spf_domains.empty()) return "spf:" + service.spf_domains.front();
  return "service:" + slug(service.name);
}

bool is_platform_domain(const Service& service, std::string_view tag) {
  const auto listed = [&](const std::vector<std::string>& domains) {
    return std::find(domains.begin(), domains.end(), tag) != domains.end();
  };
  return listed(service.dkim_domains) || listed(service.spf_domains) ||
         std::any_of(service.spf_domains.begin(), service.spf_domains.end(),
                     [&](const std::string& name) { return domain::is_same_or_below(name, tag); });
}

std::string tenant(const EvidenceView& view, const Service& service, bool by_spf, bool by_dkim) {
  if (by_spf) return std::string(kOwnerTag);
  const bool mailboxes = service.kind == ServiceKind::mailbox_provider || service.kind == ServiceKind::hosting;
  // A mailbox host that sends our signed mail in another customer's envelope is forwarding for that customer.
  if (mailboxes && !view.foreign_spf.empty() && !is_platform_host(view.foreign_spf)) {
    return std::string(customer_part(view.foreign_spf, view.foreign_spf_org));
  }
  if (by_dkim || view.own_tenant) return std::string(kOwnerTag);
  // The platform's own signature and envelope name no customer.
  if (!view.tenant_dkim.empty()) return std::string(view.tenant_dkim);
  if (!view.foreign_spf.empty() && view.service_by_spf == nullptr) return std::string(view.foreign_spf_org);
  if (!view.foreign_dkim.empty()) return std::string(view.foreign_dkim);
  return std::string(view.foreign_spf_org);
}

}  // namespace ruagate::source
