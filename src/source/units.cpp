#include "source/units.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/large_pages.hpp"
#include "domain/name.hpp"
#include "source/regrouping.hpp"
#include "source/score.hpp"
#include "source/unit_names.hpp"

namespace ruagate::source {

namespace {

class Finder {
 public:
  Finder(const report::DomainFacts& facts, const Kinds& kinds, const Views& views, const Networks& networks,
         std::span<const report::Decision> decisions, const config::ReadinessSettings& settings)
      : facts_(facts),
        kinds_(kinds),
        cells_(kinds.cells),
        views_(views),
        networks_(networks),
        own_of_(find_own(facts, cells_, views, networks)),
        decisions_(decisions),
        settings_(settings) {
    for (const auto& view : views.evidence) {
      if (!view.foreign_dkim.empty()) signing_orgs_.insert(view.foreign_dkim_org);
    }
    find_who_sign_together();
    read_decisions();
  }

  /// For the kinds that it was made with; `all` has every cell.
  Units find(std::span<const report::Cell> all) {
    Units result;
    reserve_large(result.of_kind, cells_.size());
    const Regrouping regrouping(facts_.domain, cells_, views_, networks_.of_address, networks_.service_of);
    result.passed_on = regrouping.passed_on();
    const std::vector<bool> alone = alone_in_network();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const bool passer_by = alone[i] && !result.passed_on[i] && is_passer_by(i);
      result.of_kind.push_back(passer_by ? passers_by(views_.evidence[cells_[i].evidence].author)
                                         : unit_of(cells_[i], result.passed_on[i]));
    }
    result.units = std::move(units_);
    regrouping.join_return_paths(result);
    regrouping.keep_names(result, all, kinds_.of_cell);
    regrouping.reclaim(result);
    return result;
  }

 private:
  void read_decisions() {
    reserve_large(by_address_, facts_.addresses.size());
    by_address_.assign(facts_.addresses.size(), nullptr);
    by_evidence_.assign(facts_.evidence.size(), nullptr);
    for (const auto& decision : decisions_) {
      if (decision.kind == report::DecisionKind::acknowledge) continue;
      std::string_view what = decision.what;
      if (const auto network = network_part(what); !network.empty()) {
        decided_networks_.emplace(without_author(network));
        if (is_own_key(network)) continue;  // Names a whole own system: by key.
        what = without_author(network);
      }
      if (const auto network = IpNetwork::parse(what)) {
        for (std::size_t i = 0; i < facts_.addresses.size(); ++i) {
          if (facts_.addresses[i] && network->contains(*facts_.addresses[i])) by_address_[i] = &decision;
        }
      } else if (what.find(':') == std::string_view::npos) {
        by_domain(decision);
      }
    }
  }

  bool is_own_key(std::string_view network) const {
    for (std::uint32_t i = 0; i < networks_.size(); ++i) {
      if (own_of_[i] == i && networks_.name(i) == without_author(network)) return true;
    }
    return false;
  }

  /// By kind: the only one of its network.
  std::vector<bool> alone_in_network() const {
    std::vector<std::uint32_t> of_network(networks_.size(), 0);
    for (const auto& cell : cells_) {
      if (const auto network = networks_.of_address[cell.address]; network != kNone) ++of_network[network];
    }
    std::vector<bool> alone;
    alone.reserve(cells_.size());
    for (const auto& cell : cells_) {
      const auto network = networks_.of_address[cell.address];
      alone.push_back(network != kNone && of_network[network] == 1);
    }
    return alone;
  }

  /// Came by once: mail of one day that fails, from a network that sent no other, that shows nobody, of whom neither
  /// the receiver nor the operator says anything. Whatever else there is to it, its score is kPasserBy at most.
  bool is_passer_by(std::size_t kind) const {
    const report::Cell& cell = cells_[kind];
    if (cell.day != kinds_.last[kind]) return false;
    if (settings_.spoof_score < kPasserBy || settings_.cand_score <= kPasserBy) return false;
    const EvidenceView& view = views_.evidence[cell.evidence];
    if (spf_aligned(cell, view) || dkim_aligned(cell, view) || view.said_indirect || view.own_tenant) return false;
    if (view.service != nullptr || !view.foreign_dkim.empty() || !view.foreign_spf.empty()) return false;
    if (networks_.service_of[cell.address] != nullptr || networks_.has_host(cell.address)) return false;
    if (by_address_[cell.address] != nullptr || by_evidence_[cell.evidence] != nullptr) return false;
    if (decided_networks_.empty()) return true;
    return !decided_networks_.contains(networks_.name(networks_.of_address[cell.address]));
  }

  std::uint32_t passers_by(std::uint32_t author) {
    passers_by_units_.resize(views_.authors.size(), kNone);
    std::uint32_t& known = passers_by_units_[author];
    if (known != kNone) return known;
    return known = [&] {
      Unit& unit = units_.emplace_back();
      unit.author = author;
      unit.passers_by = true;
      return static_cast<std::uint32_t>(units_.size() - 1);
    }();
  }

  void by_domain(const report::Decision& decision) {
    const auto name = domain::normalize(decision.what);
    if (!name) return;
    for (std::size_t i = 0; i < facts_.evidence.size(); ++i) {
      const auto& evidence = facts_.evidence[i];
      const bool dkim = std::any_of(evidence.dkim.begin(), evidence.dkim.end(), [&](const report::DkimAuth& signature) {
        return signature.result == report::DkimResult::pass && domain::is_same_or_below(signature.domain, *name);
      });
      const bool spf = std::any_of(evidence.spf.begin(), evidence.spf.end(), [&](const report::SpfAuth& result) {
        return result.result == report::SpfResult::pass && domain::is_same_or_below(result.domain, *name);
      });
      if (dkim || spf) by_evidence_[i] = &decision;
    }
  }

  /// Without the signature that came along.
  static EvidenceView unsigned_view(EvidenceView view) {
    view.foreign_dkim = {};
    view.foreign_dkim_org = {};
    view.tenant_dkim = {};
    view.service = view.service_by_spf;
    view.service_by_dkim = false;
    view.own_tenant = false;
    return view;
  }

  std::uint32_t unit_of(const report::Cell& cell, bool passed_on) {
    const auto& as_sent = views_.evidence[cell.evidence];
    const report::Decision* decision = by_address_[cell.address];
    if (decision == nullptr && !passed_on) decision = by_evidence_[cell.evidence];
    if (decision != nullptr) return decided(as_sent, *decision);
    if (!passed_on) return unit_of(cell, as_sent, false);
    return unit_of(cell, unsigned_view(as_sent), true);
  }

  std::uint32_t unit_of(const report::Cell& cell, const EvidenceView& view, bool passed_on) {
    const std::uint64_t evidence = (std::uint64_t{cell.evidence} << 1U) | (passed_on ? 1U : 0U);
    const Service* service = view.service != nullptr ? view.service : networks_.service_of[cell.address];
    if (service != nullptr) {
      // Everything that service_unit() looks at, in one number.
      const auto number = static_cast<std::uint64_t>(service - known_services().data());
      const std::uint64_t id = (evidence << 16U) | (number << 2U) | (spf_aligned(cell, view) ? 2U : 0U) |
                               (dkim_aligned(cell, view) ? 1U : 0U);
      return cached(service_units_, id, [&] { return service_unit(cell, view, *service); });
    }
    const auto network = networks_.of_address[cell.address];
    if (network != kNone && own_of_[network] != kNone) {
      if (!is_another_customers(cell, view, network)) return own_unit(view, own_of_[network]);
      const auto [found, is_new] = account_units_.try_emplace({evidence, own_of_[network]}, 0);
      if (is_new) found->second = account_unit(view, own_of_[network]);
      return found->second;
    }
    if (!view.foreign_dkim.empty() || !view.foreign_spf.empty()) {
      return cached(identity_units_, evidence, [&] { return identity_unit(view); });
    }
    if (networks_.has_host(cell.address)) return host_unit(view, networks_.host_of[cell.address]);
    return network_unit(view, network);
  }

  /// Who sends from networks that SPF authorises may send for others, too: mail that shows another account there, one
  /// that never signs together with the owner.
  bool is_another_customers(const report::Cell& cell, const EvidenceView& view, std::uint32_t network) const {
    if (view.account.empty() || spf_aligned(cell, view) || dkim_aligned(cell, view)) return false;
    if (decided_networks_.contains(networks_.name(own_of_[network]))) return false;  // As told, all of it.
    const auto together = sign_together_.find(own_of_[network]);
    return together == sign_together_.end() ||
           std::none_of(together->second.begin(), together->second.end(),
                        [&](std::string_view signer) { return domain::is_same_or_below(signer, view.account); });
  }

  void find_who_sign_together() {
    for (const auto& cell : cells_) {
      const auto network = networks_.of_address[cell.address];
      const auto& view = views_.evidence[cell.evidence];
      if (network == kNone || own_of_[network] == kNone || view.foreign_dkim.empty()) continue;
      if (spf_aligned(cell, view) || dkim_aligned(cell, view)) {
        for (const auto& signature : facts_.evidence[cell.evidence].dkim) {
          if (signature.result == report::DkimResult::pass) sign_together_[own_of_[network]].insert(signature.domain);
        }
      }
    }
  }

  std::uint32_t decided(const EvidenceView& view, const report::Decision& decision) {
    return cached(decided_units_, by_author(view, static_cast<std::uint32_t>(&decision - decisions_.data())),
                  [&] { return decided_unit(view, decision); });
  }

  std::uint32_t decided_unit(const EvidenceView& view, const report::Decision& decision) {
    std::string key = decision.what;
    if (key.find(':') == std::string::npos || IpNetwork::parse(key)) {
      const bool network = IpNetwork::parse(key).has_value();
      key = (network ? "net:" : "domain:") + to_lower(key);
    }
    return add(view, std::move(key), [&](Unit& unit) {
      unit.basis = Basis::decision;
      unit.strength = 4;
      unit.service = view.service;
      unit.name = view.service != nullptr ? view.service->name : decision.what;
      unit.decision = &decision;
    });
  }

  std::uint32_t service_unit(const report::Cell& cell, const EvidenceView& view, const Service& service) {
    std::string tag;
    std::string key;
    std::string name = service.name;
    if (!service.shared) {
      key = service_key(service);
    } else {
      tag = tenant(view, service, spf_aligned(cell, view), dkim_aligned(cell, view));
      // A service that sends for its customers: what it signs with the owner's domain and what it sends under its own
      // name are two halves of one set-up, and belong in one line.
      const bool platform = is_platform_domain(service, tag);
      if (platform || (tag == kOwnerTag && sends_for_customers(service.kind))) {
        key = service_key(service);
        if (platform && !sends_for_customers(service.kind)) key = "dkim:" + tag;
        tag = tag == kOwnerTag ? tag : std::string();
      } else {
        key = "tenant:" + slug(service.name) + "/" + (tag.empty() ? "none" : tag);
        if (tag != kOwnerTag) name += tag.empty() ? " (no account shown)" : " (" + tag + ")";
      }
    }
    const bool authenticated = view.service == &service;
    const std::uint32_t id = add(view, std::move(key), [&](Unit& unit) {
      unit.basis = Basis::service;
      unit.service = &service;
      unit.name = std::move(name);
      unit.tag = tag;
    });
    Unit& unit = units_[id];
    unit.strength = std::max(unit.strength, authenticated ? 3 : 2);
    if (tag == kOwnerTag) unit.tag = kOwnerTag;
    unit.own_tenant |= view.own_tenant;
    return id;
  }

  std::uint32_t own_unit(const EvidenceView& view, std::uint32_t network) {
    return cached(own_units_, by_author(view, network), [&] {
      return add(view, "own:" + networks_.name(network), [&](Unit& unit) {
        unit.basis = Basis::own;
        unit.strength = 3;
        unit.name = "own server " + networks_.name(network);
        unit.tag = kOwnerTag;
      });
    });
  }

  std::uint32_t identity_unit(const EvidenceView& view) {
    const bool shown = !view.foreign_dkim.empty();
    const std::string_view org = shown ? view.foreign_dkim_org : view.foreign_spf_org;
    const bool dkim = shown || signing_orgs_.contains(org);
    return add(view, (dkim ? "dkim:" : "spf:") + std::string(org), [&](Unit& unit) {
      unit.basis = Basis::identity;
      unit.strength = 2;
      unit.name = org;
      unit.tag = org;
      unit.list_name = is_list_name(view.foreign_spf);
    });
  }

  std::uint32_t account_unit(const EvidenceView& view, std::uint32_t network) {
    const std::string system = slug("own " + networks_.name(network));
    return add(view, "tenant:" + system + "/" + std::string(view.account), [&](Unit& unit) {
      unit.basis = Basis::identity;
      unit.strength = 2;
      unit.name = view.account;
      unit.tag = view.account;
      unit.others_account = true;
    });
  }

  std::uint32_t host_unit(const EvidenceView& view, const std::string& host) {
    return add(view, "host:" + host, [&](Unit& unit) {
      unit.basis = Basis::host;
      unit.strength = 2;
      unit.name = host;
      unit.own_host = domain::is_same_or_below(facts_.domain, host);
    });
  }

  std::uint32_t network_unit(const EvidenceView& view, std::uint32_t network) {
    return cached(network_units_, by_author(view, network), [&] {
      const std::string text = network == kNone ? std::string("none") : networks_.name(network);
      return add(view, "net:" + text, [&](Unit& unit) {
        unit.basis = Basis::network;
        unit.strength = 1;
        unit.name = network == kNone ? std::string("records without an address") : text;
        if (network != kNone && networks_.owner_of[network] != 0) {
          unit.name += format(" (AS{})", networks_.owner_of[network]);
        }
      });
    });
  }

  using Cache = std::unordered_map<std::uint64_t, std::uint32_t>;
  static std::uint64_t by_author(const EvidenceView& view, std::uint32_t id) {
    return (std::uint64_t{view.author} << 32U) | id;
  }
  template <class Make>
  static std::uint32_t cached(Cache& cache, std::uint64_t id, Make make) {
    if (const auto found = cache.find(id); found != cache.end()) return found->second;
    const std::uint32_t unit = make();
    cache.emplace(id, unit);
    return unit;
  }

  /// The unit of that key for the author domain, filled in by `fill` when it is new.
  template <class Fill>
  std::uint32_t add(const EvidenceView& view, std::string key, Fill fill) {
    const std::string& author = views_.authors[view.author];
    if (author != facts_.domain && key.find('@') == std::string::npos) key += "@" + author;
    const auto [found, added] = by_key_.try_emplace(key, static_cast<std::uint32_t>(units_.size()));
    if (!added) return found->second;
    Unit unit;
    unit.author = view.author;
    fill(unit);
    unit.key = std::move(key);
    units_.push_back(std::move(unit));
    return found->second;
  }

  const report::DomainFacts& facts_;
  const Kinds& kinds_;
  std::span<const report::Cell> cells_;  // The kinds'.
  const Views& views_;
  const Networks& networks_;
  std::vector<std::uint32_t> own_of_;  // By network, as find_own() gives it.
  std::span<const report::Decision> decisions_;
  const config::ReadinessSettings& settings_;
  std::unordered_set<std::string> decided_networks_;  // Those that a decision names by key.
  std::vector<const report::Decision*> by_address_;
  std::vector<const report::Decision*> by_evidence_;
  std::vector<Unit> units_;
  std::unordered_map<std::string, std::uint32_t> by_key_;
  /// By own system: domains that sign beside the owner.
  std::unordered_map<std::uint32_t, std::unordered_set<std::string_view>> sign_together_;
  std::unordered_set<std::string_view> signing_orgs_;  // Organizational domains that sign, not the owner's.
  Cache decided_units_;
  Cache service_units_;
  Cache own_units_;
  Cache identity_units_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> account_units_;  // (evidence, own network)
  Cache network_units_;
  std::vector<std::uint32_t> passers_by_units_;  // By author; kNone: there is none yet.
};

}  // namespace

Units find_units(const report::DomainFacts& facts, std::span<const report::Cell> cells, Kinds kinds, const Views& views,
                 const Networks& networks, std::span<const report::Decision> decisions,
                 const config::ReadinessSettings& settings) {
  Units units = Finder(facts, kinds, views, networks, decisions, settings).find(cells);
  units.kinds = std::move(kinds);
  return units;
}

void attach_key_decisions(std::vector<Unit>& units, std::span<const report::Decision> decisions) {
  for (auto& unit : units) {
    if (unit.decision != nullptr || unit.passers_by) continue;
    const std::string_view bare = without_author(unit.key);
    for (const auto& decision : decisions) {
      if (decision.kind == report::DecisionKind::acknowledge) continue;
      const bool same_network = !network_part(bare).empty() && network_part(bare) == network_part(decision.what);
      const bool same_identity = !identity_part(bare).empty() && identity_part(bare) == identity_part(decision.what);
      if (decision.what == unit.key || decision.what == bare || same_network || same_identity) {
        unit.decision = &decision;
        unit.strength = 4;
      }
    }
  }
}

void make_own(Unit& unit) {
  unit.key = "own:" + std::string(network_part(unit.key));
  unit.basis = Basis::own;
  unit.name = "own server " + std::string(network_part(without_author(unit.key)));
  unit.tag = kOwnerTag;
}

}  // namespace ruagate::source
