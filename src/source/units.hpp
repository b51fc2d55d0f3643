#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "report/facts.hpp"
#include "source/evidence_view.hpp"
#include "source/kinds.hpp"
#include "source/known.hpp"
#include "source/networks.hpp"

// Which party each cell belongs to: the first of the operator's decision, a known service with its tenant, a published
// network of a known service, a network that the domain's own SPF authorises, a foreign identity that passes, its host
// name (with DNS), the network itself.
namespace ruagate::source {

enum class Basis : std::uint8_t { decision, service, own, identity, host, network };

struct Unit {
  std::string key;
  std::string name;
  Basis basis = Basis::network;
  int strength = 1;
  std::uint32_t author = 0;
  const Service* service = nullptr;
  std::string tag;
  bool list_name = false;       ///< Its envelope is called like a mailing list's.
  bool others_account = false;  ///< Of another domain, where the author domain has an account of its own.
  bool own_host = false;        ///< Its host name, confirmed, is the author domain's own.
  bool own_tenant = false;      ///< The tenant is the author domain's own.
  bool passers_by = false;      ///< Not one party, but all that is_passer_by() is true of; it has no key.
  const report::Decision* decision = nullptr;
};

struct Units {
  std::vector<Unit> units;
  Kinds kinds;
  std::vector<std::uint32_t> of_kind;  ///< Unit of each kind.
  /// Kinds that carry the signature of a sender of the domain far from where that sender's mail comes from: somebody
  /// passed them on, and the unit is that somebody's.
  std::vector<bool> passed_on;
  std::uint32_t of_cell(std::size_t cell) const { return of_kind[kinds.of_cell[cell]]; }
};

/// `cells` are the facts' cells up to today, `kinds` theirs; decisions are those about this policy domain. Networks
/// that came by once, with mail that fails and shows nobody, are one unit for each author domain: after some years they
/// are by far the most, and no rule tells them apart.
Units find_units(const report::DomainFacts& facts, std::span<const report::Cell> cells, Kinds kinds, const Views& views,
                 const Networks& networks, std::span<const report::Decision> decisions,
                 const config::ReadinessSettings& settings);

/// Attaches the decisions that name a unit by its key.
void attach_key_decisions(std::vector<Unit>& units, std::span<const report::Decision> decisions);

/// Turns a unit of Basis::network into one of the owner's own, which keeps its network as its name.
void make_own(Unit& unit);

}  // namespace ruagate::source
