#include "source/homes.hpp"

#include <algorithm>

#include "base/large_pages.hpp"

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
    for (const auto selector : view.good_selectors) last[selector] = std::max<Day>(last[selector], kinds.last[kind]);
  }
  std::unordered_map<std::uint64_t, std::uint64_t> volume;
  const auto add = [&](std::uint32_t selector, std::size_t kind, std::uint64_t messages) {
    totals_[selector].all += messages;
    volume[pair_id(selector, units.of_kind[kind])] += messages;
  };
  // Cells are very many: those of a kind are summed up first, where its signatures were last seen on one day.
  struct Sum {
    Day after{};
    std::uint64_t messages = 0;
  };
  constexpr Day kNever = Day::max();
  std::vector<Sum> sums;
  reserve_large(sums, kinds.cells.size());
  sums.resize(kinds.cells.size(), {kNever, 0});
  std::vector<bool> one_by_one(kinds.cells.size(), false);
  Day earliest = kNever;
  for (std::size_t kind = 0; kind < kinds.cells.size(); ++kind) {
    if (!has_signature[kind]) continue;
    for (const auto selector : views.evidence[kinds.cells[kind].evidence].good_selectors) {
      const Day after = last[selector] - days{settings.home_window};
      if (sums[kind].after != kNever && sums[kind].after != after) one_by_one[kind] = true;
      sums[kind].after = sums[kind].after == kNever ? after : std::min(sums[kind].after, after);
      earliest = std::min(earliest, after);
    }
  }
  const auto begin =
      std::partition_point(cells.begin(), cells.end(), [&](const report::Cell& cell) { return cell.day <= earliest; });
  for (auto i = static_cast<std::size_t>(begin - cells.begin()); i < cells.size(); ++i) {
    const auto kind = kinds.of_cell[i];
    if (cells[i].day <= sums[kind].after) continue;
    if (!one_by_one[kind]) {
      sums[kind].messages += cells[i].messages;
      continue;
    }
    for (const auto selector : views.evidence[cells[i].evidence].good_selectors) {
      if (cells[i].day + days{settings.home_window} > last[selector]) add(selector, kind, cells[i].messages);
    }
  }
  for (std::size_t kind = 0; kind < sums.size(); ++kind) {
    if (!has_signature[kind] || one_by_one[kind] || kinds.last[kind] <= sums[kind].after) continue;
    for (const auto selector : views.evidence[kinds.cells[kind].evidence].good_selectors) {
      add(selector, kind, sums[kind].messages);
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
