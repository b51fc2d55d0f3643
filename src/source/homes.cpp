#include "source/homes.hpp"

#include <algorithm>

namespace ruagate::source {

namespace {

bool never_home(const Unit& unit) {
  if (unit.decision != nullptr) return unit.decision->kind != report::DecisionKind::approve;
  return unit.service != nullptr &&
         (unit.service->kind == ServiceKind::forwarder || unit.service->kind == ServiceKind::mailing_list);
}

bool approved(const Unit& unit) {
  return unit.decision != nullptr && unit.decision->kind == report::DecisionKind::approve;
}

}  // namespace

Homes::Homes(std::span<const report::Cell> cells, const Views& views, const Units& units,
             const config::ReadinessSettings& settings)
    : totals_(views.selectors.size()), authorised_(units.units.size(), false) {
  const Kinds& kinds = units.kinds;
  std::vector<Day> last(views.selectors.size());
  std::vector<bool> has_signature(kinds.cells.size(), false);
  for (std::size_t kind = 0; kind < kinds.cells.size(); ++kind) {
    const auto& view = views.evidence[kinds.cells[kind].evidence];
    if (spf_aligned(kinds.cells[kind], view)) authorised_[units.of_kind[kind]] = true;
    if (!dkim_aligned(kinds.cells[kind], view)) continue;
    has_signature[kind] = true;
    for (const auto selector : view.good_selectors) last[selector] = std::max(last[selector], kinds.last[kind]);
  }
  std::unordered_map<std::uint64_t, std::uint64_t> volume;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!has_signature[kinds.of_cell[i]]) continue;
    for (const auto selector : views.evidence[cells[i].evidence].good_selectors) {
      if (cells[i].day + days{settings.home_window} <= last[selector]) continue;
      totals_[selector].all += cells[i].messages;
      volume[pair_id(selector, units.of_cell(i))] += cells[i].messages;
    }
  }
  for (const auto& [id, messages] : volume) {
    auto& total = totals_[id >> 32U];
    const auto unit = static_cast<std::uint32_t>(id);
    if (authorised_[unit]) total.authorised += messages;
    if (!never_home(units.units[unit])) total.top = std::max(total.top, messages);
  }
  for (const auto& [id, messages] : volume) {
    const auto& total = totals_[id >> 32U];
    const auto number = static_cast<std::uint32_t>(id);
    const Unit& unit = units.units[number];
    if (never_home(unit)) continue;
    const auto share = static_cast<double>(messages);
    const bool fair_share =
        share >= settings.home_share * static_cast<double>(total.all) || share >= 0.5 * static_cast<double>(total.top);
    // Where the owner's own SPF already shows the home, a share alone is what a busy forwarder has too.
    const bool home_is_known = 2 * total.authorised >= total.all;
    const bool sender = unit.service != nullptr && sends_for_customers(unit.service->kind);
    if (authorised_[number] || approved(unit)) {
      home_.emplace(id, true);
    } else if (fair_share && (!home_is_known || sender)) {
      home_.emplace(id, true);
      by_signature_.emplace_back(number, static_cast<std::uint32_t>(id >> 32U));
    }
  }
  std::sort(by_signature_.begin(), by_signature_.end());
}

bool Homes::is_home(std::uint32_t selector, std::uint32_t unit) const {
  return authorised_[unit] || home_.contains(pair_id(selector, unit));
}

bool Homes::is_home(const EvidenceView& view, std::uint32_t unit) const {
  return std::any_of(view.good_selectors.begin(), view.good_selectors.end(),
                     [&](std::uint32_t selector) { return is_home(selector, unit); });
}

}  // namespace ruagate::source
