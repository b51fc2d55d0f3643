#include "answer/overview.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "answer/common.hpp"
#include "answer/each_domain.hpp"
#include "answer/order.hpp"

namespace ruagate::answer {

namespace {

/// Blockers of `of` that `other` does not have.
std::vector<SourceName> without(const readiness::DomainVerdict& of, const readiness::DomainVerdict& other) {
  std::set<std::string_view> known;
  for (const readiness::Blocker& blocker : other.blockers) known.insert(blocker.key);
  std::vector<SourceName> out;
  for (const readiness::Blocker& blocker : of.blockers) {
    if (!known.contains(blocker.key)) out.push_back({blocker.source, blocker.key});
  }
  return out;
}

void add_days(const source::Classified& classified, const report::DomainFacts& facts, Day as_of, DomainGlance& glance) {
  const Day from = as_of - days{kSparklineDays - 1};
  for (Day day = from; day <= as_of; day += days{1}) glance.sparkline.emplace_back().day = day;
  const auto cells = report::cells_of_days(facts, from, as_of);
  for (std::size_t i = cells.begin; i < cells.end; ++i) {
    const report::Cell& cell = facts.cells[i];
    const bool is_ok = classified.flows[i] == source::Flow::direct_ok;
    const bool is_legitimate = is_ok || classified.flows[i] == source::Flow::direct_fail;
    SparkDay& day = glance.sparkline[static_cast<std::size_t>((cell.day - from).count())];
    day.messages += cell.messages;
    if (source::is_aligned(cell)) day.aligned += cell.messages;
    if (is_legitimate) day.legitimate += cell.messages;
    if (is_ok) day.legitimate_aligned += cell.messages;
    if (cell.day > as_of - days{kOverviewDays}) glance.groups.at(group_of(classified.flows[i])) += cell.messages;
  }
  for (const SparkDay& day : glance.sparkline) {
    if (day.day <= as_of - days{kOverviewDays}) continue;
    glance.messages += day.messages;
    glance.legitimate += day.legitimate;
    glance.legitimate_aligned += day.legitimate_aligned;
  }
}

DomainGlance glance_of(const Asked& asked, const Loaded& loaded, Day as_of) {
  const report::DomainFacts& facts = loaded.facts;
  readiness::Judge judge(facts, loaded.decisions, asked.org_domains, asked.config.readiness);
  const readiness::DomainVerdict verdict = judge.verdict(question_for(asked, facts.domain, as_of, std::nullopt));
  DomainGlance glance;
  glance.domain = facts.domain;
  glance.verdict = verdict.verdict;
  glance.reason = verdict.reason;
  glance.ladder = verdict.ladder;
  glance.step = verdict.step;
  glance.next_step = verdict.next_step;
  glance.target = verdict.target;
  glance.legitimate_pass_rate = verdict.legitimate_pass_rate;
  glance.at_stake = at_stake(verdict);
  glance.blockers = verdict.blockers.size();
  if (!verdict.blockers.empty()) glance.first_blocker = {verdict.blockers[0].source, verdict.blockers[0].key};
  for (const report::PolicyDay& day : facts.policy_days) glance.reports += day.reports;
  add_days(*judge.classifications().on(as_of), facts, as_of, glance);
  if (const auto earlier = verdict_then(asked, loaded, judge, as_of - days{1})) {
    glance.verdict_before = earlier->verdict;
    glance.new_blockers = without(verdict, *earlier);
    glance.gone_blockers = without(*earlier, verdict);
  }
  return glance;
}

}  // namespace

OverviewAnswer overview(const Asked& asked, std::optional<Day> as_of, KeptGlances* kept) {
  OverviewAnswer answer;
  answer.as_of = as_of.value_or(today(asked));
  const Known known = known_domains(asked);
  std::vector<std::string> unknown;
  for (const auto& [domain, row] : known) {
    auto glance = kept != nullptr ? kept->find(domain) : std::nullopt;
    if (glance) {
      answer.domains.push_back(std::move(*glance));
    } else {
      unknown.push_back(domain);
    }
  }
  for_each_domain(
      asked, unknown, memory_start(asked, answer.as_of - days{1}), answer.as_of,
      [&](const Loaded& loaded) { return glance_of(asked, loaded, answer.as_of); },
      [&](DomainGlance&& glance) {
        if (const auto& row = known.at(glance.domain)) glance.last_day = row->last_day;
        if (kept != nullptr) kept->keep(glance);
        answer.domains.push_back(std::move(glance));
      });
  std::sort(answer.domains.begin(), answer.domains.end(), [](const DomainGlance& a, const DomainGlance& b) {
    return std::make_tuple(rank(a.verdict), ~a.at_stake, std::string_view(a.domain)) <
           std::make_tuple(rank(b.verdict), ~b.at_stake, std::string_view(b.domain));
  });
  return answer;
}

Result<ImpactAnswer> impact(const Asked& asked, const std::string& domain, std::optional<Day> as_of,
                            std::optional<readiness::Ladder> ladder) {
  std::vector<readiness::StepOutlook> steps;
  Result<ReadinessAnswer> judged =
      readiness_and(asked, {domain}, as_of, ladder,
                    [&](const Loaded& loaded, const readiness::Question& question, readiness::Judge& judge) {
                      steps = readiness::outlook(loaded.facts, question, loaded.decisions, asked.config.readiness,
                                                 judge.classifications());
                    });
  if (!judged) return tl::unexpected<Error>(judged.error());
  return ImpactAnswer{std::move(judged->domains.front()), std::move(steps)};
}

}  // namespace ruagate::answer
