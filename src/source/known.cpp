#include "source/known.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/ascii.hpp"
#include "known_data.hpp"

namespace ruagate::source {

namespace {

constexpr std::array<std::pair<std::string_view, ServiceKind>, 10> kKinds = {{
    {"mailbox-provider", ServiceKind::mailbox_provider},
    {"esp", ServiceKind::esp},
    {"transactional", ServiceKind::transactional},
    {"crm", ServiceKind::crm},
    {"security-gateway", ServiceKind::security_gateway},
    {"forwarder", ServiceKind::forwarder},
    {"mailing-list", ServiceKind::mailing_list},
    {"hosting", ServiceKind::hosting},
    {"calendar", ServiceKind::calendar},
    {"other", ServiceKind::other},
}};

// Columns of schema/data/senders.tsv and reporters.tsv, in order (schema/data/README.md).
enum SenderColumn : std::size_t {
  kName,
  kKind,
  kSpf,
  kDkim,
  kPtr,
  kNetworks,
  kCustomDkim,
  kCustomReturnPath,
  kShared,
  kSetting,
  kSenderColumns
};
enum ReporterColumn : std::size_t { kOrgName, kCanonical, kReporterKind, kReportDomains, kReporterColumns };

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// Rows of an embedded table without its heading; a unit test holds the files to `columns`.
std::vector<std::vector<std::string_view>> rows(std::string_view file, std::size_t columns) {
  std::vector<std::vector<std::string_view>> result;
  for (const auto& embedded : data::kFiles) {
    if (embedded.name != file) continue;
    bool heading = true;
    for (const auto line : split(embedded.text, '\n')) {
      if (std::exchange(heading, false) || line.empty()) continue;
      auto fields = split(line, '\t');
      if (fields.size() == columns) result.push_back(std::move(fields));
    }
  }
  return result;
}

std::vector<std::string> list(std::string_view field) {
  std::vector<std::string> result;
  if (field == "?") return result;
  for (const auto part : split(field, ',')) result.emplace_back(part);
  return result;
}

std::optional<bool> yes_no(std::string_view field) {
  if (field == "yes") return true;
  if (field == "no") return false;
  return std::nullopt;
}

std::vector<Service> read_services() {
  std::vector<Service> services;
  for (const auto& row : rows("senders.tsv", kSenderColumns)) {
    Service service;
    service.name = row[kName];
    for (const auto& [text, kind] : kKinds) {
      if (text == row[kKind]) service.kind = kind;
    }
    service.spf_domains = list(row[kSpf]);
    service.dkim_domains = list(row[kDkim]);
    service.ptr_suffixes = list(row[kPtr]);
    for (const auto& text : list(row[kNetworks])) {
      if (const auto network = IpNetwork::parse(text)) service.networks.push_back(*network);
    }
    service.custom_dkim = yes_no(row[kCustomDkim]);
    service.custom_return_path = yes_no(row[kCustomReturnPath]);
    service.shared = row[kShared] != "no";
    if (row[kSetting] != "?") service.note = row[kSetting];
    services.push_back(std::move(service));
  }
  return services;
}

using DomainIndex = std::unordered_map<std::string_view, const Service*>;

struct Index {
  DomainIndex dkim;
  DomainIndex spf;
  DomainIndex hosts;
  // By the first byte of the address, which every listed network fixes; few for each.
  std::array<std::vector<std::pair<IpNetwork, const Service*>>, 256> networks_v4;
  std::array<std::vector<std::pair<IpNetwork, const Service*>>, 256> networks_v6;

  auto& networks(const IpAddress& address) { return (address.is_v4() ? networks_v4 : networks_v6)[address.bytes()[0]]; }
  const auto& networks(const IpAddress& address) const {
    return (address.is_v4() ? networks_v4 : networks_v6)[address.bytes()[0]];
  }
};

/// ".example.net" -> "example.net"
std::string_view without_dot(std::string_view name) {
  return name.starts_with('.') ? name.substr(1) : name;
}

const Index& index() {
  static const Index kIndex = [] {
    Index result;
    for (const auto& service : known_services()) {
      for (const auto& name : service.dkim_domains) result.dkim.emplace(name, &service);
      for (const auto& name : service.spf_domains) result.spf.emplace(name, &service);
      for (const auto& name : service.ptr_suffixes) result.hosts.emplace(without_dot(name), &service);
      for (const auto& network : service.networks) {
        const std::string text = network.to_string();
        if (const auto base = IpAddress::parse(std::string_view(text).substr(0, text.find('/')))) {
          result.networks(*base).emplace_back(network, &service);
        }
      }
    }
    return result;
  }();
  return kIndex;
}

/// The entry for `domain` or its closest listed parent.
DomainIndex::const_iterator find_suffix(const DomainIndex& domains, std::string_view domain) {
  while (!domain.empty()) {
    if (const auto found = domains.find(domain); found != domains.end()) return found;
    const auto dot = domain.find('.');
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  return domains.end();
}

const Service* service_in(const DomainIndex& domains, std::string_view domain) {
  const auto found = find_suffix(domains, domain);
  return found == domains.end() ? nullptr : found->second;
}

std::string_view suffix_in(const DomainIndex& domains, std::string_view domain) {
  const auto found = find_suffix(domains, domain);
  return found == domains.end() ? std::string_view{} : found->first;
}

struct ReporterNames {
  std::unordered_map<std::string, std::string> exact;          // Lower-case org_name -> canonical.
  std::vector<std::pair<std::string, std::string>> by_suffix;  // ".iphmx.com" -> canonical.
};

const ReporterNames& reporter_names() {
  static const ReporterNames kNames = [] {
    ReporterNames result;
    for (const auto& row : rows("reporters.tsv", kReporterColumns)) {
      std::string name = to_lower(row[kOrgName]);
      if (name.starts_with('.')) {
        result.by_suffix.emplace_back(std::move(name), row[kCanonical]);
      } else {
        result.exact.emplace(std::move(name), row[kCanonical]);
      }
    }
    return result;
  }();
  return kNames;
}

}  // namespace

const std::vector<Service>& known_services() {
  static const std::vector<Service> kServices = read_services();
  return kServices;
}

const Service* service_by_dkim_domain(std::string_view domain) {
  return service_in(index().dkim, domain);
}

const Service* service_by_spf_domain(std::string_view domain) {
  return service_in(index().spf, domain);
}

const Service* service_by_host_name(std::string_view host) {
  return service_in(index().hosts, host);
}

std::string_view known_dkim_suffix(std::string_view domain) {
  return suffix_in(index().dkim, domain);
}

std::string_view known_spf_suffix(std::string_view domain) {
  return suffix_in(index().spf, domain);
}

const Service* service_by_address(const IpAddress& address) {
  for (const auto& [network, service] : index().networks(address)) {
    if (network.contains(address)) return service;
  }
  return nullptr;
}

bool sends_for_customers(ServiceKind kind) {
  return kind == ServiceKind::esp || kind == ServiceKind::transactional || kind == ServiceKind::crm ||
         kind == ServiceKind::calendar || kind == ServiceKind::other;
}

std::string canonical_reporter(std::string_view org_name) {
  const std::string_view trimmed = trim(org_name);
  const std::string lower = to_lower(trimmed);
  const auto& names = reporter_names();
  if (const auto found = names.exact.find(lower); found != names.exact.end()) return found->second;
  for (const auto& [suffix, canonical] : names.by_suffix) {
    if (lower.ends_with(suffix)) return canonical;
  }
  return std::string(trimmed);
}

}  // namespace ruagate::source
