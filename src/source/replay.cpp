#include "source/replay.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ruagate::source {

namespace {

constexpr std::size_t kAddresses = 20;  // From more new addresses than these on one day.
constexpr std::uint64_t kLeast = 50;    // And with so many messages, lest a small domain's forwarders look like it.

struct SelectorDay {
  std::uint64_t all = 0;
  std::uint64_t strange = 0;
  std::set<std::uint32_t> addresses;
  std::set<std::uint32_t> units;
};

/// Passes mail on by trade, or by the operator's word.
bool may_forward(const Unit& unit) {
  if (unit.decision != nullptr) return true;
  return unit.service != nullptr &&
         (unit.service->kind == ServiceKind::forwarder || unit.service->kind == ServiceKind::mailing_list ||
          unit.service->kind == ServiceKind::security_gateway);
}

}  // namespace

std::vector<ReplayDay> find_replays(std::span<const report::Cell> cells, const Views& views, const Units& units,
                                    const Flows& flows, Day today, const config::ReadinessSettings& settings) {
  const Day from = today - days{settings.class_window - 1};
  const auto begin = std::lower_bound(cells.begin(), cells.end(), from,
                                      [](const report::Cell& cell, Day day) { return cell.day < day; });
  std::unordered_map<std::uint32_t, Day> first_seen;  // Only of addresses that pass mail on now.
  for (auto i = static_cast<std::size_t>(begin - cells.begin()); i < cells.size(); ++i) {
    if (flows.of_kind[units.kinds.of_cell[i]] == Flow::indirect_ok)
      first_seen.try_emplace(cells[i].address, cells[i].day);
  }
  if (first_seen.size() <= kAddresses) return {};
  std::uint32_t highest = 0;
  for (const auto& [address, day] : first_seen) highest = std::max(highest, address);
  std::vector<bool> seen_before(std::size_t{highest} + 1, false);
  for (auto cell = cells.begin(); cell != begin; ++cell) {
    if (cell->address <= highest) seen_before[cell->address] = true;
  }
  std::erase_if(first_seen, [&](const auto& one) { return seen_before[one.first]; });
  std::map<std::pair<std::uint32_t, Day>, SelectorDay> days_of;
  std::vector<std::pair<Day, SelectorDay*>> newest(views.selectors.size());  // Of each selector: cells come by day.
  for (auto i = static_cast<std::size_t>(begin - cells.begin()); i < cells.size(); ++i) {
    const auto& cell = cells[i];
    const auto& view = views.evidence[cell.evidence];
    if (!view.dkim_aligned_pass || !dkim_aligned(cell, view)) continue;
    const auto unit = units.of_cell(i);
    const auto seen = first_seen.find(cell.address);
    const bool strange = flows.of_kind[units.kinds.of_cell[i]] == Flow::indirect_ok && seen != first_seen.end() &&
                         seen->second == cell.day && !may_forward(units.units[unit]);
    for (const auto selector : view.good_selectors) {
      if (newest[selector].second == nullptr || newest[selector].first != cell.day) {
        newest[selector] = {cell.day, &days_of[{selector, cell.day}]};
      }
      SelectorDay& sums = *newest[selector].second;
      sums.all += cell.messages;
      if (!strange) continue;
      sums.strange += cell.messages;
      sums.addresses.insert(cell.address);
      sums.units.insert(unit);
    }
  }
  std::vector<ReplayDay> result;
  for (const auto& [key, sums] : days_of) {
    const double share = static_cast<double>(sums.strange) / static_cast<double>(std::max<std::uint64_t>(sums.all, 1));
    if (sums.addresses.size() <= kAddresses || sums.strange < kLeast || share <= settings.replay_share) continue;
    ReplayDay found;
    found.abuse = {views.selectors[key.first], key.second, sums.strange, sums.addresses.size()};
    found.units.assign(sums.units.begin(), sums.units.end());
    result.push_back(std::move(found));
  }
  std::sort(result.begin(), result.end(), [](const ReplayDay& a, const ReplayDay& b) {
    return a.abuse.day != b.abuse.day ? a.abuse.day > b.abuse.day : a.abuse.selector < b.abuse.selector;
  });
  return result;
}

}  // namespace ruagate::source
