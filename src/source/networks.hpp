#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "domain/org_domain.hpp"
#include "report/facts.hpp"
#include "source/dns.hpp"
#include "source/evidence_view.hpp"
#include "source/known.hpp"

namespace ruagate::source {

/// The networks (IPv4 /24, IPv6 /48) that the facts' addresses lie in.
struct Networks {
  const report::DomainFacts* facts = nullptr;  ///< Whose they are.
  std::vector<std::uint32_t> one_of;           ///< Each network once, in order of first appearance: an address of it.
  std::vector<std::uint32_t> of_address;       ///< By address: into one_of; kNone where a record had no address.
  std::vector<const Service*> service_of;      ///< By address: the known service that publishes it, or null.
  std::vector<std::string> host_of;     ///< By address: organizational domain of its host name, or empty text; no
                                        ///< entries at all without DNS.
  std::vector<std::uint32_t> owner_of;  ///< By network: number of its autonomous system; 0 without DNS.

  bool has_host(std::uint32_t address) const { return !host_of.empty() && !host_of[address].empty(); }

  /// "192.0.2.0/24". Made when it is asked for: most networks are strangers', which nobody asks for.
  std::string name(std::uint32_t network) const {
    const IpAddress& address = *facts->addresses[one_of[network]];
    return IpNetwork(address, address.is_v4() ? 24 : 48).to_string();
  }
  std::size_t size() const { return one_of.size(); }
};

/// With `dns`, addresses are looked up too.
Networks find_networks(const report::DomainFacts& facts, const domain::OrgDomains& org_domains, const Dns* dns);

/// By network: the one that its system is named after where it is the owner's own, else kNone. Own are networks from
/// which SPF passes for the domain. They are one system where they share a selector or an envelope subdomain of the
/// owner's: one sending system often has many networks.
std::vector<std::uint32_t> find_own(const report::DomainFacts& facts, std::span<const report::Cell> cells,
                                    const Views& views, const Networks& networks);

}  // namespace ruagate::source
