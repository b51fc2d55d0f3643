#include "source/networks.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <unordered_map>

#include "base/large_pages.hpp"
#include "source/disjoint_sets.hpp"

namespace ruagate::source {

namespace {

/// One number for each network: its first 24 (IPv4) or 48 (IPv6) bits, with a mark for the family.
std::uint64_t number_of(const IpAddress& address) {
  std::uint64_t number = address.is_v4() ? 1 : 2;
  for (const auto byte : address.bytes().first(address.is_v4() ? 3 : 6)) number = (number << 8U) | byte;
  return number;
}

void read_addresses(const report::DomainFacts& facts, Networks& networks) {
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> ids;
  ids.reserve(facts.addresses.size());
  reserve_large(networks.of_address, facts.addresses.size());
  reserve_large(networks.service_of, facts.addresses.size());
  networks.facts = &facts;
  for (std::uint32_t i = 0; i < facts.addresses.size(); ++i) {
    const auto& address = facts.addresses[i];
    if (!address) {
      networks.of_address.push_back(kNone);
      networks.service_of.push_back(nullptr);
      continue;
    }
    const auto next = static_cast<std::uint32_t>(networks.size());
    const auto [found, added] = ids.try_emplace(number_of(*address), next);
    if (added) networks.one_of.push_back(i);
    networks.of_address.push_back(found->second);
    networks.service_of.push_back(service_by_address(*address));
  }
}

/// A name counts only when the look-up back confirms it: anybody can name an address as he likes.
void look_up(const report::DomainFacts& facts, const domain::OrgDomains& org_domains, const Dns* dns,
             Networks& networks) {
  networks.owner_of.assign(networks.size(), 0);
  if (dns == nullptr) return;
  networks.host_of.assign(facts.addresses.size(), {});
  for (std::size_t i = 0; i < facts.addresses.size(); ++i) {
    const auto& address = facts.addresses[i];
    if (!address) continue;
    if (const auto owner = dns->network_owner(*address)) networks.owner_of[networks.of_address[i]] = *owner;
    const auto host = dns->host_name(*address);
    if (!host || host->empty()) continue;
    networks.host_of[i] = org_domains.org_domain(*host);
    if (networks.service_of[i] == nullptr) networks.service_of[i] = service_by_host_name(*host);
  }
}

}  // namespace

std::vector<std::uint32_t> find_own(const report::DomainFacts& facts, std::span<const report::Cell> cells,
                                    const Views& views, const Networks& networks) {
  const std::size_t count = networks.size();
  const auto is_anonymous = [&](const report::Cell& cell) {  // No known service shows itself.
    return views.evidence[cell.evidence].service == nullptr && networks.service_of[cell.address] == nullptr;
  };
  const std::size_t selectors_from = count;
  const std::size_t envelopes_from = selectors_from + views.selectors.size();
  DisjointSets sets(envelopes_from + views.own_envelopes.size());
  std::vector<bool> own(count, false);
  std::vector<std::uint32_t> in_order;  // By the day of their first pass; on one day, by text.
  std::vector<Day> first(count);
  for (const auto& cell : cells) {
    const auto& view = views.evidence[cell.evidence];
    const auto network = networks.of_address[cell.address];
    if (network == kNone || !spf_aligned(cell, view) || !is_anonymous(cell)) continue;
    if (!own[network]) {
      own[network] = true;
      first[network] = cell.day;
      in_order.push_back(network);
    }
    if (dkim_aligned(cell, view) && view.dkim_aligned_pass) {
      for (const auto selector : view.good_selectors) {
        if (is_named_selector(views, selector)) sets.join(network, selectors_from + selector);
      }
    }
    if (view.own_envelope != kNone &&
        views.own_envelopes[view.own_envelope] != facts.evidence[cell.evidence].author_domain &&
        views.own_envelopes[view.own_envelope] != facts.domain) {
      sets.join(network, envelopes_from + view.own_envelope);
    }
  }
  std::sort(in_order.begin(), in_order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return first[a] != first[b] ? first[a] < first[b] : networks.name(a) < networks.name(b);
  });
  std::vector<std::uint32_t> own_of(count, kNone);
  std::unordered_map<std::size_t, std::uint32_t> representative;
  for (const auto network : in_order) {
    own_of[network] = representative.try_emplace(sets.root(network), network).first->second;
  }
  return own_of;
}

Networks find_networks(const report::DomainFacts& facts, const domain::OrgDomains& org_domains, const Dns* dns) {
  Networks networks;
  read_addresses(facts, networks);
  look_up(facts, org_domains, dns, networks);
  return networks;
}

}  // namespace ruagate::source
