#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

// Senders and reporters that are known by name, from schema/data/*.tsv (embedded at build time).
namespace ruagate::source {

enum class ServiceKind : std::uint8_t {
  mailbox_provider,
  esp,
  transactional,
  crm,
  security_gateway,
  forwarder,
  mailing_list,
  hosting,
  calendar,  ///< Invitations in the organiser's name.
  other
};

/// A row of schema/data/senders.tsv.
struct Service {
  std::string name;  ///< As people know it: "Mailchimp".
  ServiceKind kind = ServiceKind::other;
  std::vector<std::string> spf_domains;  ///< Normalized; matched at label boundaries.
  std::vector<std::string> dkim_domains;
  std::vector<std::string> ptr_suffixes;
  std::vector<IpNetwork> networks;         ///< Published sending networks, where they are few and stable.
  std::optional<bool> custom_dkim;         ///< Can sign with the customer's domain; absent: not known.
  std::optional<bool> custom_return_path;  ///< Can use the customer's envelope domain.
  bool shared = true;                      ///< Carries mail of many customers from the same addresses.
  std::string note;                        ///< Where the setting is; empty when not known.
};

const std::vector<Service>& known_services();
/// The service one of whose DKIM (or SPF) domains is `domain` or a parent of it; null if none. The longest match wins.
const Service* service_by_dkim_domain(std::string_view domain);
const Service* service_by_spf_domain(std::string_view domain);
/// The service one of whose host names ends like `host` (at a label); null if none.
const Service* service_by_host_name(std::string_view host);
/// The listed domain by which service_by_dkim_domain (service_by_spf_domain) finds its answer; empty without one.
std::string_view known_dkim_suffix(std::string_view domain);
std::string_view known_spf_suffix(std::string_view domain);
/// The service one of whose published networks holds `address`; null if none.
const Service* service_by_address(const IpAddress& address);

/// True for services that send in their customers' names by design (newsletters, tickets, invoices), as opposed to
/// mailbox hosts, gateways and forwarders.
bool sends_for_customers(ServiceKind kind);

/// The canonical name of a reporter ("google.com", "Google Inc." -> "Google"); the given text trimmed if unknown.
std::string canonical_reporter(std::string_view org_name);

}  // namespace ruagate::source
