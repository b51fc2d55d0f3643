#include "sim/loop/steadiness.hpp"

#include <algorithm>

namespace ruagate::sim::loop {

namespace {
constexpr std::size_t kWeek = 7;
}  // namespace

Opinion Watched::ask(const Situation& situation) {
  const auto classified =
      source::classify(situation.log.facts(), situation.today, situation.decisions, org_domains_, {});
  for (const auto& source : classified.sources) {
    if (source.decision) continue;  // The owner's word is no guess.
    classes_[source.key].emplace_back(situation.today, source.source_class);
  }
  return inner_->ask(situation);
}

Steadiness Watched::steadiness() const {
  Steadiness result;
  for (const auto& [key, seen] : classes_) {
    result.asked += seen.size();
    for (std::size_t i = 1; i < seen.size(); ++i) {
      const auto before = seen[i - 1].second;
      if (seen[i].second == before || seen[i].first != seen[i - 1].first + days{1}) continue;
      ++result.changed;
      const auto after = seen.begin() + static_cast<std::ptrdiff_t>(i + 1);
      const auto end = seen.begin() + static_cast<std::ptrdiff_t>(std::min(seen.size(), i + 1 + kWeek));
      const auto back = std::find_if(after, end, [&](const auto& later) { return later.second == before; });
      const bool next_day = back != end && back == after;
      if (next_day) ++result.for_a_day;
      if (back != end) ++result.for_a_week;
      if (!next_day) ++result.late_by_two;
    }
  }
  return result;
}

}  // namespace ruagate::sim::loop
