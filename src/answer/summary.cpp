#include <algorithm>
#include <utility>

#include "answer/common.hpp"
#include "answer/each_domain.hpp"

namespace ruagate::answer {

namespace {

/// Runs looked at for the health section: several mailboxes every few minutes for a month stay below it.
constexpr std::uint64_t kMaxRuns = 50'000;

int days_of(Period period) {
  switch (period) {
    case Period::day:
      return 1;
    case Period::week:
      return 7;
    case Period::month:
      return 30;
  }
  return 1;
}

/// The last day of the period: the one asked for, else the newest day with reports, but not today, which is not over.
Day last_day(const Asked& asked, const Known& known, std::optional<Day> as_of) {
  if (as_of) return *as_of;
  const Day yesterday = today(asked) - days{1};
  std::optional<Day> newest;
  for (const auto& [name, row] : known) {
    if (row) newest = std::max(newest.value_or(row->last_day), row->last_day);
  }
  return newest ? std::min(*newest, yesterday) : yesterday;
}

/// Messages of one window by what they are.
struct Volumes {
  std::uint64_t messages = 0;
  std::uint64_t legitimate = 0;
  std::uint64_t legitimate_aligned = 0;
  std::uint64_t unauthorized = 0;

  std::optional<double> pass_rate() const {
    if (legitimate == 0) return std::nullopt;
    return static_cast<double>(legitimate_aligned) / static_cast<double>(legitimate);
  }
};

Volumes volumes(const source::Classified& classified, const report::DomainFacts& facts, const Window& window) {
  Volumes out;
  const auto cells = report::cells_of_days(facts, window.from, window.to);
  for (std::size_t i = cells.begin; i < cells.end; ++i) {
    const report::Cell& cell = facts.cells[i];
    out.messages += cell.messages;
    switch (classified.flows[i]) {
      case source::Flow::direct_ok:
        out.legitimate += cell.messages;
        out.legitimate_aligned += cell.messages;
        break;
      case source::Flow::direct_fail:
        out.legitimate += cell.messages;
        break;
      case source::Flow::spoof:
        out.unauthorized += cell.messages;
        break;
      case source::Flow::indirect_ok:
      case source::Flow::indirect_fail:
      case source::Flow::candidate_fail:
      case source::Flow::unknown:
        break;
    }
  }
  return out;
}

int attention(source::Class source_class) {
  switch (source_class) {
    case source::Class::legitimate:
    case source::Class::candidate:
      return 0;
    case source::Class::unknown:
      return 1;
    case source::Class::forwarder:
      return 2;
    case source::Class::unauthorized:
      return 3;
  }
  return 3;
}

std::vector<SourceAnswer> new_sources(const Asked& asked, const source::Classified& classified,
                                      const report::DomainFacts& facts, const Window& window) {
  std::vector<SourceAnswer> out;
  for (const source::Source& source : classified.sources) {
    if (source.cells.empty()) continue;
    const Day first = facts.cells[source.cells.front()].day;  // A source's cells are sorted by day.
    if (first < window.from || first > window.to) continue;
    out.push_back(answer_for(asked, classified, source, facts, window));
  }
  std::stable_sort(out.begin(), out.end(), [](const SourceAnswer& a, const SourceAnswer& b) {
    const int rank_a = attention(a.source.source_class);
    const int rank_b = attention(b.source.source_class);
    if (rank_a != rank_b) return rank_a < rank_b;
    return a.totals.messages > b.totals.messages;
  });
  return out;
}

SummaryDomain summary_of(const Asked& asked, const Loaded& loaded, Day as_of, const Window& window,
                         const Window& window_before) {
  const report::DomainFacts& facts = loaded.facts;
  readiness::Judge judge(facts, loaded.decisions, asked.org_domains, asked.config.readiness);
  SummaryDomain out;
  out.domain = facts.domain;
  {
    const auto classified = judge.classifications().on(std::max(as_of, window.to));
    const Volumes now = volumes(*classified, facts, window);
    const Volumes before = volumes(*classified, facts, window_before);
    out.messages = now.messages;
    out.messages_before = before.messages;
    out.legitimate = now.legitimate;
    out.legitimate_aligned = now.legitimate_aligned;
    out.unauthorized = now.unauthorized;
    out.unauthorized_before = before.unauthorized;
    out.legitimate_pass_rate = now.pass_rate();
    out.legitimate_pass_rate_before = before.pass_rate();
    out.new_sources = new_sources(asked, *classified, facts, window);
  }
  out.verdict = judge.verdict(question_for(asked, facts.domain, as_of, std::nullopt));
  const auto verdict_before = verdict_then(asked, loaded, judge, window.from - days{1});
  if (verdict_before) out.verdict_before = verdict_before->verdict;
  return out;
}

std::uint64_t reports_in(const Loaded& loaded, const Window& window) {
  std::uint64_t reports = 0;
  for (const report::PolicyDay& day : loaded.facts.policy_days) {
    if (day.day >= window.from && day.day <= window.to) reports += day.reports;
  }
  return reports;
}

/// All domains, worst first, and the sums over them.
void add_domains(const Asked& asked, const std::vector<std::string>& domains, Day as_of, SummaryAnswer& answer) {
  struct Part {
    SummaryDomain domain;
    std::uint64_t reports = 0;
  };
  const Window& window = answer.window;
  const Day first = memory_start(asked, std::min(window.from - days{1}, answer.before.from));
  for_each_domain(
      asked, domains, first, std::max(as_of, window.to),
      [&](const Loaded& loaded) {
        return Part{summary_of(asked, loaded, as_of, window, answer.before), reports_in(loaded, window)};
      },
      [&](Part&& part) {
        answer.reports += part.reports;
        answer.messages += part.domain.messages;
        answer.domains.push_back(std::move(part.domain));
      });
  std::stable_sort(answer.domains.begin(), answer.domains.end(),
                   [](const SummaryDomain& a, const SummaryDomain& b) { return is_worse(a.verdict, b.verdict); });
}

void add_health(const Asked& asked, SummaryAnswer& answer) {
  const Instant from{answer.window.from};
  answer.runs = asked.store.runs(kMaxRuns);
  if (!answer.runs.empty()) answer.last_ingest = answer.runs.front().finished_at;
  std::erase_if(answer.runs, [&](const store::IngestRun& run) { return run.started_at < from; });
  answer.rejects_new = asked.store.rejects_since(from);
  answer.rejects_kept = asked.store.rejects().size();
}

}  // namespace

Result<SummaryAnswer> summary(const Asked& asked, Period period, const std::vector<std::string>& domains,
                              std::optional<Day> as_of) {
  const Known known = known_domains(asked);
  const Result<std::vector<std::string>> chosen = chosen_domains(domains, known);
  if (!chosen) return tl::unexpected<Error>(chosen.error());
  SummaryAnswer answer;
  answer.period = period;
  answer.window.to = last_day(asked, known, as_of);
  answer.window.from = answer.window.to - days{days_of(period) - 1};
  answer.before.to = answer.window.from - days{1};
  answer.before.from = answer.before.to - days{days_of(period) - 1};
  const Day verdict_day = as_of.value_or(today(asked));
  add_domains(asked, *chosen, verdict_day, answer);
  add_health(asked, answer);
  for (store::ReportRow& row : asked.store.waiting()) {
    const bool is_asked =
        domains.empty() || std::find(chosen->begin(), chosen->end(), row.report.policy.domain) != chosen->end();
    if (is_asked) answer.implausible.push_back(std::move(row));
  }
  return answer;
}

}  // namespace ruagate::answer
