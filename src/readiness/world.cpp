#include "readiness/world.hpp"

#include <algorithm>
#include <unordered_map>

#include "readiness/source_statistics.hpp"

namespace ruagate::readiness {

namespace {

using source::Flow;

constexpr int kMonth = 28;
/// Without mail of its own for so long, and without a hint of any, a domain counts as parked.
constexpr int kParkedDays = 120;

bool is_direct(Flow flow) {
  return flow == Flow::direct_ok || flow == Flow::direct_fail;
}

void add(Volumes& volumes, Flow flow, const report::Cell& cell) {
  volumes.messages += cell.messages;
  if (source::is_aligned(cell)) volumes.aligned += cell.messages;
  switch (flow) {
    case Flow::direct_ok:
      volumes.direct_ok += cell.messages;
      break;
    case Flow::direct_fail:
      volumes.direct_fail += cell.messages;
      break;
    case Flow::candidate_fail:
      volumes.candidate += cell.messages;
      break;
    case Flow::indirect_ok:
      volumes.indirect_ok += cell.messages;
      break;
    case Flow::indirect_fail:
      volumes.indirect_fail += cell.messages;
      break;
    case Flow::spoof:
      volumes.spoof += cell.messages;
      break;
    case Flow::unknown:
      volumes.unknown += cell.messages;
      break;
  }
}

/// Does p= cover mail from this author domain, or has it a policy of its own by sp=?
bool covered(const std::string& author, const World& world) {
  const auto& policy = world.history.policy;
  return author == world.facts.domain || !policy.sp || policy.sp == policy.p;
}

void name_reporters(World& world) {
  std::unordered_map<std::string, std::uint32_t> ids;
  for (const auto& name : world.classified.reporters) {
    const auto [found, added] = ids.try_emplace(name, static_cast<std::uint32_t>(world.reporters.size()));
    if (added) world.reporters.push_back(name);
    world.canonical.push_back(found->second);
  }
}

/// One pass over the cells: volumes, and each source's direct mail by day and reporter.
void sum_up(World& world) {
  const auto& facts = world.facts;
  const auto& sources = world.classified.sources;
  struct Asked {  // All that is asked of a cell's source: cells are very many.
    std::uint32_t stats = source::kNoSource;
    std::optional<report::SmallDay> counts_after;
    bool counted = false;
  };
  std::vector<Asked> of_source(sources.size());
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    of_source[i].counted = covered(sources[i].author_domain, world);
    of_source[i].counts_after = sources[i].counts_after;
    world.counted.push_back(of_source[i].counted);
    if (sources[i].source_class != source::Class::legitimate || !of_source[i].counted) continue;
    of_source[i].stats = static_cast<std::uint32_t>(world.stats.size());
    world.stats.emplace_back().source = i;
  }
  world.candidate.assign(sources.size(), 0);
  for (std::size_t i = 0; i < facts.cells.size(); ++i) {
    const auto& cell = facts.cells[i];
    const int day = day_number(cell.day);
    const auto source = world.classified.source_of[i];
    if (source == source::kNoSource) continue;
    const Flow flow = world.classified.flows[i];
    const Asked& asked = of_source[source];
    const bool late = day > world.end;
    if (day >= world.from && !late) {
      add(world.window, flow, cell);
      if (asked.counted) add(world.counted_window, flow, cell);
    }
    if (day > world.end - kMonth && !late && asked.counted) {
      add(world.month, flow, cell);
      if (flow == Flow::candidate_fail) world.candidate[source] += cell.messages;
    }
    if (asked.stats == source::kNoSource || !is_direct(flow)) continue;
    if (asked.counts_after && cell.day <= *asked.counts_after) continue;  // Turned off since.
    auto& stats = world.stats[asked.stats];
    auto& cells = late ? stats.newest : stats.cells;
    const auto reporter = world.canonical[cell.reporter];
    // Cells of one day are few for one source: look back among them.
    auto same = std::find_if(cells.rbegin(), cells.rend(),
                             [&](const DirectCell& other) { return other.day != day || other.reporter == reporter; });
    if (same == cells.rend() || same->day != day) {
      cells.push_back({day, reporter, 0, 0, 0, 0});
      same = cells.rbegin();
    }
    same->n += cell.messages;
    if (flow == Flow::direct_ok) same->passed += cell.messages;
    if (cell.dkim_aligned == report::AlignmentResult::pass) same->dkim_passed += cell.messages;
    if (flow == Flow::direct_fail &&
        (cell.disposition == report::Disposition::quarantine || cell.disposition == report::Disposition::reject)) {
      same->harmed += cell.messages;
    }
  }
  std::erase_if(world.stats, [](const SourceStats& stats) { return stats.cells.empty() && stats.newest.empty(); });
  std::sort(world.stats.begin(), world.stats.end(),
            [&](const SourceStats& a, const SourceStats& b) { return world.source(a).key < world.source(b).key; });
}

/// Since the step in force was published.
void observe(World& world) {
  world.observed.assign(world.reporters.size(), {});
  if (world.current == 0 || !world.history.since) return;
  for (const auto& policy_day : world.facts.policy_days) {
    if (policy_day.day > world.question.as_of) break;
    world.observed[world.canonical[policy_day.reporter]].newer = policy_day.generation == report::Generation::rfc9990;
  }
  const int since = day_number(*world.history.since);
  for (const auto& stats : world.stats) {
    for (const auto& cell : stats.cells) {
      if (cell.day < since) continue;
      world.observed[cell.reporter].failed += cell.n - cell.passed;
      world.observed[cell.reporter].harmed += cell.harmed;
    }
  }
}

bool is_parked(const World& world) {
  std::uint64_t hints = 0;
  const auto asked =
      report::cells_of_days(world.facts, day_from_number(world.end - kParkedDays + 1), world.question.as_of);
  for (std::size_t i = asked.begin; i < asked.end; ++i) {
    const auto& cell = world.facts.cells[i];
    const Flow flow = world.classified.flows[i];
    if (is_direct(flow) || flow == Flow::indirect_ok) return false;
    if (flow == Flow::candidate_fail || flow == Flow::unknown) hints += cell.messages;
  }
  return hints < world.settings.cand_min;
}

}  // namespace

World make_world(const report::DomainFacts& facts, const Question& question,
                 std::span<const report::Decision> decisions, const config::ReadinessSettings& settings,
                 source::Classifications& classifications) {
  const std::shared_ptr<const source::Classified> classified = classifications.on(question.as_of);
  World world{.facts = facts,
              .question = question,
              .settings = settings,
              .classified_on = classified,
              .classified = *classified,
              .history = policy_history(facts, question.as_of, question.ladder),
              .next = {},
              .th = {},
              .reporters = {},
              .canonical = {},
              .observed = {},
              .stats = {},
              .counted = {},
              .candidate = {},
              .window = {},
              .counted_window = {},
              .month = {}};
  world.current = world.history.step;
  world.target = target_step(question.target, question.ladder);
  if (world.current < world.target) world.next = world.current + 1;
  if (world.next && question.next_step) {
    world.next = std::max(*world.next, target_step(*question.next_step, question.ladder));
  }
  world.th = thresholds_for(world.next.value_or(std::max<std::size_t>(world.current, 1)), question.ladder, settings);
  world.end = day_number(question.as_of) - settings.lag_days;
  world.from = world.end - world.th.stat_window + 1;
  for (const auto& decision : decisions) {
    world.acknowledged |= decision.domain == facts.domain && decision.kind == report::DecisionKind::acknowledge;
  }
  name_reporters(world);
  sum_up(world);
  observe(world);
  world.legitimate_weekly = static_cast<double>(world.month.legitimate()) / 4.0;
  world.small = world.legitimate_weekly < settings.small_week;
  world.parked = is_parked(world);
  for (auto& stats : world.stats) {
    work_out(stats, world);
    judge(stats, world);
  }
  return world;
}

}  // namespace ruagate::readiness
