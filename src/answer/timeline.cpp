#include <algorithm>

#include "answer/common.hpp"
#include "answer/overview.hpp"
#include "answer/study.hpp"
#include "base/format.hpp"

namespace ruagate::answer {

namespace {

constexpr int kDefaultDays = 90;
constexpr int kMaxDays = 400;

Result<Window> resolve(std::optional<Day> since, std::optional<Day> until, std::optional<Day> newest, Day today) {
  Window window;
  window.to = until ? *until : newest ? std::min(*newest, today) : today;
  if (since && !until) window.to = std::max(window.to, *since);
  window.from = since.value_or(window.to - days{kDefaultDays - 1});
  if (window.from > window.to) {
    return fail(ErrorKind::usage, "bad_window",
                format("since {} lies after until {}", to_iso(window.from), to_iso(window.to)));
  }
  if (window.days() > kMaxDays) {
    return fail(ErrorKind::usage, "bad_window",
                format("{} days are asked for, at most {} are given", window.days(), kMaxDays));
  }
  return window;
}

}  // namespace

std::size_t group_of(source::Flow flow) {
  switch (flow) {
    case source::Flow::direct_ok:
    case source::Flow::direct_fail:
      return 0;
    case source::Flow::candidate_fail:
      return 1;
    case source::Flow::indirect_ok:
    case source::Flow::indirect_fail:
      return 2;
    case source::Flow::spoof:
      return 3;
    case source::Flow::unknown:
      break;
  }
  return 4;
}

Result<TimelineAnswer> timeline(const Asked& asked, const std::string& domain, std::optional<Day> since,
                                std::optional<Day> until) {
  const Known known = known_domains(asked);
  const Result<std::vector<std::string>> chosen = chosen_domains({domain}, known);
  if (!chosen) return tl::unexpected<Error>(chosen.error());
  TimelineAnswer answer;
  answer.domain = chosen->front();
  const std::optional<store::DomainSpan>& row = known.at(answer.domain);
  const Result<Window> window =
      resolve(since, until, row ? std::optional<Day>(row->last_day) : std::nullopt, today(asked));
  if (!window) return tl::unexpected<Error>(window.error());
  answer.window = *window;

  // What a message counts as is decided by all that is known, as for the sources of the same days.
  const Day from = std::min(window->from, memory_start(asked, window->to));
  const std::shared_ptr<Study> known_of = study(asked, answer.domain, from, window->to, row);
  const std::shared_ptr<const source::Classified> classified = known_of->classified(window->to);
  const report::DomainFacts& facts = known_of->facts();
  for (Day day = window->from; day <= window->to; day += days{1}) answer.days.emplace_back().day = day;
  const auto at = [&](Day day) -> TimelineDay* {
    if (day < window->from || day > window->to) return nullptr;
    return &answer.days[static_cast<std::size_t>((day - window->from).count())];
  };
  const auto cells = report::cells_of_days(facts, window->from, window->to);
  for (std::size_t i = cells.begin; i < cells.end; ++i) {
    const report::Cell& cell = facts.cells[i];
    TimelineDay* day = at(cell.day);
    if (day == nullptr) continue;
    TimelineDay::Group& group = day->groups.at(group_of(classified->flows[i]));
    day->messages += cell.messages;
    group.messages += cell.messages;
    if (source::is_aligned(cell)) {
      day->aligned += cell.messages;
      group.aligned += cell.messages;
    }
    if (cell.disposition == report::Disposition::quarantine) day->quarantined += cell.messages;
    if (cell.disposition == report::Disposition::reject) day->rejected += cell.messages;
  }
  for (const report::PolicyDay& policy_day : facts.policy_days) {
    if (TimelineDay* day = at(policy_day.day)) day->reports += policy_day.reports;
  }
  return answer;
}

}  // namespace ruagate::answer
