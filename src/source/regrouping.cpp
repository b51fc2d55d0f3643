#include "source/regrouping.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace ruagate::source {

namespace {

bool may_pass_on(ServiceKind kind) {
  return kind == ServiceKind::security_gateway || kind == ServiceKind::forwarder || kind == ServiceKind::mailing_list ||
         kind == ServiceKind::mailbox_provider;
}

}  // namespace

/// Does SPF, or the address, say the same as the foreign signature?
bool Regrouping::is_vouched(const report::Cell& cell, const EvidenceView& view) const {
  if (spf_aligned(cell, view) || view.foreign_spf_org == view.foreign_dkim_org) return true;
  // Who passes mail on speaks for the envelope, not for whoever signed it.
  if (!view.service_by_dkim && view.service != nullptr && may_pass_on(view.service->kind)) return false;
  return view.service != nullptr && (view.service == view.service_by_spf || view.service == service_of_[cell.address]);
}

std::vector<bool> Regrouping::passed_on() const {
  struct Signed {
    std::uint64_t messages = 0;
    std::uint64_t vouched = 0;
  };
  Names names;
  std::vector<std::uint32_t> signer(views_.evidence.size(), kNone);  // By evidence.
  for (std::size_t i = 0; i < views_.evidence.size(); ++i) {
    const auto& view = views_.evidence[i];
    if (view.foreign_dkim.empty()) continue;
    signer[i] = names.id(view.service_by_dkim ? view.service->name : std::string(view.foreign_dkim_org));
  }
  std::vector<Signed> totals(names.size());
  std::unordered_map<std::uint64_t, bool> homes;
  const auto home_of = [&](const report::Cell& cell) {
    return (std::uint64_t{signer[cell.evidence]} << 32U) | network_of_[cell.address];
  };
  for (const auto& cell : cells_) {
    if (signer[cell.evidence] == kNone || network_of_[cell.address] == kNone) continue;
    totals[signer[cell.evidence]].messages += cell.messages;
    if (!is_vouched(cell, views_.evidence[cell.evidence])) continue;
    totals[signer[cell.evidence]].vouched += cell.messages;
    homes.try_emplace(home_of(cell), true);
  }
  std::vector<bool> result(cells_.size(), false);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto& cell = cells_[i];
    if (signer[cell.evidence] == kNone || network_of_[cell.address] == kNone) continue;
    const Signed& total = totals[signer[cell.evidence]];
    result[i] = 2 * total.vouched >= total.messages && !homes.contains(home_of(cell));
  }
  return result;
}

/// The cell's own return path below the domain, in Views::own_envelopes; kNone without one.
std::uint32_t Regrouping::return_path(const report::Cell& cell) const {
  const auto& view = views_.evidence[cell.evidence];
  if (view.own_envelope == kNone || !spf_aligned(cell, view)) return kNone;
  const auto& path = views_.own_envelopes[view.own_envelope];
  return path == views_.authors[view.author] || path == domain_ ? kNone : view.own_envelope;
}

void Regrouping::join_return_paths(Units& units) const {
  auto& of_kind = units.of_kind;
  std::unordered_map<std::uint64_t, std::uint32_t> unit_of_path;  // (path, author) -> the unit that shows a name.
  const auto id_of = [&](std::uint32_t path, std::size_t cell) {
    return (std::uint64_t{path} << 32U) | units.units[of_kind[cell]].author;
  };
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto path = return_path(cells_[i]);
    if (path == kNone || units.units[of_kind[i]].basis == Basis::own) continue;
    const auto [found, is_new] = unit_of_path.try_emplace(id_of(path, i), of_kind[i]);
    if (!is_new && units.units[of_kind[i]].key < units.units[found->second].key) found->second = of_kind[i];
  }
  if (unit_of_path.empty()) return;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto path = return_path(cells_[i]);
    if (path == kNone || units.units[of_kind[i]].basis != Basis::own) continue;
    if (const auto found = unit_of_path.find(id_of(path, i)); found != unit_of_path.end()) of_kind[i] = found->second;
  }
}

void Regrouping::keep_names(Units& units, std::span<const report::Cell> all,
                            std::span<const std::uint32_t> kind_of) const {
  auto& of_kind = units.of_kind;
  const auto pair_of = [](std::uint32_t a, std::uint32_t b) { return (std::uint64_t{a} << 32U) | b; };
  struct Place {  // A network, for one author domain.
    Day since{};
    std::uint64_t own = 0;
    std::uint64_t named_before = 0;
    std::uint32_t keeps = kNone;  // The unit that it stays with.
  };
  std::unordered_map<std::uint64_t, Place> places;
  const auto place_of = [&](std::size_t cell) {
    return pair_of(network_of_[cells_[cell].address], units.units[of_kind[cell]].author);
  };
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (units.units[of_kind[i]].basis != Basis::own || network_of_[cells_[i].address] == kNone) continue;
    const auto& view = views_.evidence[cells_[i].evidence];  // A stray failure that shows nobody is no new set-up.
    if (!spf_aligned(cells_[i], view) && !dkim_aligned(cells_[i], view)) continue;
    Place& place = places.try_emplace(place_of(i), Place{.since = cells_[i].day}).first->second;  // By day.
    place.own += cells_[i].messages;
  }
  if (places.empty()) return;
  struct Named {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    Day first{};
  };
  std::vector<Place*> place_of_kind(cells_.size(), nullptr);  // Of those under a name.
  bool any = false;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Unit& unit = units.units[of_kind[i]];
    if (unit.basis != Basis::service || unit.service == nullptr) continue;  // Others' mail is the own system's already.
    if (!sends_for_customers(unit.service->kind)) continue;
    const auto place = places.find(place_of(i));
    if (place == places.end()) continue;
    place_of_kind[i] = &place->second;
    any = true;
  }
  if (!any) return;
  std::unordered_map<std::uint64_t, Named> names;  // (network, unit)
  for (std::size_t number = 0; number < all.size(); ++number) {
    const auto i = kind_of[number];
    Place* place = place_of_kind[i];
    if (place == nullptr) continue;
    const auto& cell = all[number];
    Named& named =
        names.try_emplace(pair_of(network_of_[cell.address], of_kind[i]), Named{.first = cell.day}).first->second;
    if (cell.day <= place->since + days{3}) {  // It takes some days until all its machines know.
      named.before += cell.messages;
      place->named_before += cell.messages;
    } else {
      named.after += cell.messages;
    }
  }
  for (const auto& [id, named] : names) {
    const auto unit = static_cast<std::uint32_t>(id);
    Place& place = places.at(pair_of(static_cast<std::uint32_t>(id >> 32U), units.units[unit].author));
    const bool was_it = named.before >= 5 && 5 * named.before >= 4 * place.named_before && named.first < place.since;
    if (was_it && 20 * named.after <= place.own) place.keeps = unit;
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (units.units[of_kind[i]].basis != Basis::own || network_of_[cells_[i].address] == kNone) continue;
    const auto place = places.find(place_of(i));
    if (place != places.end() && place->second.keeps != kNone) of_kind[i] = place->second.keeps;
  }
}

/// True if nothing in the cell shows whose it is: now and then a DNS fault or a change on the way takes all of a
/// sender's identities away.
bool Regrouping::shows_nobody(const report::Cell& cell, const Unit& unit) const {
  const auto& view = views_.evidence[cell.evidence];
  if (unit.decision != nullptr || unit.basis == Basis::own || view.service != nullptr || view.own_tenant) return false;
  return view.foreign_dkim.empty() && view.foreign_spf.empty() && !spf_aligned(cell, view) && !dkim_aligned(cell, view);
}

void Regrouping::reclaim(Units& units) const {
  auto& of_kind = units.of_kind;
  struct Sender {
    std::uint64_t messages = 0;
    std::uint32_t unit = kNone;
  };
  std::unordered_map<std::uint64_t, Sender> by_unit;  // (network, unit)
  std::unordered_map<std::uint64_t, Sender> top;      // (network, author): the largest, with the messages of all
  std::unordered_map<std::uint64_t, bool> marks;      // (unit, mark)
  const auto pair_of = [](std::uint32_t a, std::uint32_t b) { return (std::uint64_t{a} << 32U) | b; };
  const auto each_mark = [&](const EvidenceView& view, auto&& use) {
    if (view.envelope != kNone) use(2 * view.envelope);
    if (view.dkim_aligned_pass) {  // Else there is only a stand-in.
      for (const auto selector : view.good_selectors) use(2 * selector + 1);
    }
    for (const auto selector : view.broken_selectors) use(2 * selector + 1);
  };
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto network = network_of_[cells_[i].address];
    if (network == kNone || shows_nobody(cells_[i], units.units[of_kind[i]])) continue;
    by_unit[pair_of(network, of_kind[i])].messages += cells_[i].messages;
    top[pair_of(network, views_.evidence[cells_[i].evidence].author)].messages += cells_[i].messages;
    each_mark(views_.evidence[cells_[i].evidence],
              [&](std::uint32_t mark) { marks.try_emplace(pair_of(of_kind[i], mark), true); });
  }
  for (const auto& [id, sender] : by_unit) {
    const auto unit = static_cast<std::uint32_t>(id);
    auto& all = top[pair_of(static_cast<std::uint32_t>(id >> 32U), units.units[unit].author)];
    if (sender.messages >= 5 && 5 * sender.messages >= 4 * all.messages) all.unit = unit;
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto network = network_of_[cells_[i].address];
    if (network == kNone || !shows_nobody(cells_[i], units.units[of_kind[i]])) continue;
    const auto& view = views_.evidence[cells_[i].evidence];
    const auto found = top.find(pair_of(network, view.author));
    if (found == top.end() || found->second.unit == kNone) continue;
    bool bears = false;
    each_mark(view, [&](std::uint32_t mark) { bears |= marks.contains(pair_of(found->second.unit, mark)); });
    if (bears) of_kind[i] = found->second.unit;
  }
}

}  // namespace ruagate::source
