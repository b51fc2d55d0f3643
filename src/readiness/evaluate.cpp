#include <algorithm>
#include <set>

#include "base/format.hpp"
#include "readiness/advice.hpp"
#include "readiness/gates.hpp"
#include "readiness/impact.hpp"
#include "readiness/ladder.hpp"
#include "readiness/notes.hpp"
#include "readiness/regress.hpp"
#include "readiness/subdomains.hpp"
#include "readiness/world.hpp"

namespace ruagate::readiness {

namespace {

/// A source without a verdict of its own in the window is looked at over all it has sent.
Day advice_from(const World& world, const source::Source& source) {
  Day from = day_from_number(world.from);
  for (const auto& stats : world.stats) {
    if (&world.source(stats) == &source && stats.from < world.from) from = day_from_number(stats.from);
  }
  const Day last = world.facts.cells[source.cells.back()].day;
  return last < from ? last - days{28} : from;
}

std::vector<std::string> top_ips(const World& world, const source::Source& source, Day from, Day to) {
  auto addresses = source::totals(world.classified, source, world.facts, from, to).addresses;
  std::stable_sort(addresses.begin(), addresses.end(),
                   [](const auto& a, const auto& b) { return a.messages - a.aligned > b.messages - b.aligned; });
  std::vector<std::string> ips;
  for (const auto& address : addresses) {
    if (ips.size() < 10 && !address.ip.empty()) ips.push_back(address.ip);
  }
  return ips;
}

std::vector<std::string> numbers(const World& world, std::uint32_t source) {
  std::vector<std::string> words;
  for (const auto& stats : world.stats) {
    if (stats.source != source) continue;
    words.push_back(format("{} of {} pass ({}, lower bound {}) on {} days at {} reporters",
                           thousands(stats.tally.passed()), messages(stats.tally.n()), percent(stats.tally.rate()),
                           percent(stats.bounds.low), stats.active_days, stats.reporters.size()));
    if (stats.season) {
      words.push_back(
          format("{} of {} pass over a season", thousands(stats.season->passed()), messages(stats.season->n())));
    }
    if (stats.fixed_from) {
      words.push_back(format("counted from {}, when it was fixed", to_iso(day_from_number(*stats.fixed_from))));
    }
    if (stats.cadence != Cadence::daily && stats.cadence != Cadence::weekly) {
      words.push_back(
          format("a {} sender: counted back to {}", to_string(stats.cadence), to_iso(day_from_number(stats.from))));
    }
  }
  const auto& evidence = world.classified.sources[source].evidence;
  words.insert(words.end(), evidence.begin(), evidence.end());
  return words;
}

/// Its mail passes well enough; before reject only the domain's own signature is missing.
bool lacks_only_dkim(const World& world, std::uint32_t number) {
  if (!world.th.rejects || world.classified.sources[number].source_class != source::Class::legitimate) return false;
  return std::any_of(world.stats.begin(), world.stats.end(), [&](const SourceStats& stats) {
    return stats.source == number && stats.tally.rate() >= world.th.p_min && stats.dkim.rate() < stats.tally.rate();
  });
}

Blocker make_blocker(const World& world, std::uint32_t number, const domain::OrgDomains& org_domains) {
  const auto& source = world.classified.sources[number];
  const Day from = advice_from(world, source);
  // What has come, or come back, only since the window's end is looked at in what is there of it.
  const bool is_newer = source::cells_between(source, world.facts, from, day_from_number(world.end)).empty();
  const Day to = is_newer ? world.question.as_of : day_from_number(world.end);
  Blocker blocker;
  blocker.source = source.name;
  blocker.key = source.key;
  blocker.author_domain = source.author_domain;
  blocker.source_class = source.source_class;
  for (const auto index : source::cells_between(source, world.facts, from, to)) {
    const auto& cell = world.facts.cells[index];
    const auto flow = world.classified.flows[index];
    if (flow == source::Flow::indirect_ok || flow == source::Flow::indirect_fail) continue;
    blocker.messages += cell.messages;
    if (source::is_aligned(cell)) blocker.aligned += cell.messages;
  }
  blocker.advice = advise(world.classified, source, world.facts, from, to, org_domains);
  if (lacks_only_dkim(world, number)) {
    blocker.advice = advise_dkim(world.classified, source, world.facts, from, to, org_domains);
  }
  blocker.ips = top_ips(world, source, from, to);
  blocker.evidence = numbers(world, number);
  return blocker;
}

std::vector<Blocker> make_blockers(const World& world, const std::vector<std::uint32_t>& sources,
                                   const domain::OrgDomains& org_domains) {
  std::vector<Blocker> blockers;
  blockers.reserve(sources.size());
  for (const auto source : sources) blockers.push_back(make_blocker(world, source, org_domains));
  std::stable_sort(blockers.begin(), blockers.end(), [](const Blocker& a, const Blocker& b) {
    const auto failing_a = a.messages - a.aligned;
    const auto failing_b = b.messages - b.aligned;
    return failing_a != failing_b ? failing_a > failing_b : a.key < b.key;
  });
  return blockers;
}

/// Volumes, window and policy: what every verdict carries.
DomainVerdict describe(const World& world) {
  DomainVerdict verdict;
  verdict.domain = world.facts.domain;
  verdict.as_of = world.question.as_of;
  verdict.policy = world.history.policy;
  verdict.ladder = world.question.ladder;
  verdict.step = world.step(world.current).name;
  verdict.target = world.step(world.target).name;
  if (world.next) verdict.next_step = world.step(*world.next).name;
  verdict.window_from = day_from_number(world.from);
  verdict.window_to = day_from_number(world.end);
  std::set<int> days_seen;
  std::set<std::uint32_t> reporters;
  std::uint64_t generations[2] = {0, 0};
  for (const auto& policy_day : world.facts.policy_days) {
    const int day = day_number(policy_day.day);
    if (day < world.from || day > world.end) continue;
    days_seen.insert(day);
    reporters.insert(world.canonical[policy_day.reporter]);
    generations[policy_day.generation == report::Generation::rfc9990 ? 1 : 0] += policy_day.messages;
  }
  std::vector<bool> seen(world.reporters.size(), false);
  int newest = world.from - 1;
  const auto window = report::cells_of_days(world.facts, verdict.window_from, verdict.window_to);
  for (std::size_t i = window.begin; i < window.end; ++i) {
    const auto& cell = world.facts.cells[i];
    const int day = day_number(cell.day);
    if (day != newest) days_seen.insert(day);
    newest = day;
    seen[world.canonical[cell.reporter]] = true;
  }
  for (std::uint32_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) reporters.insert(i);
  }
  verdict.days_with_data = static_cast<int>(days_seen.size());
  verdict.reporters = static_cast<int>(reporters.size());
  const auto& volumes = world.window;
  verdict.messages = volumes.messages;
  verdict.aligned = volumes.aligned;
  verdict.legitimate = volumes.legitimate();
  verdict.legitimate_aligned = volumes.direct_ok;
  verdict.candidate = volumes.candidate;
  verdict.forwarded = volumes.indirect_ok + volumes.indirect_fail;
  verdict.forwarded_aligned = volumes.indirect_ok;
  verdict.unauthorized = volumes.spoof;
  verdict.unknown = volumes.unknown;
  if (verdict.legitimate > 0) {
    Tally all;  // The whole domain, lump by lump.
    for (const auto& stats : world.stats) {
      for (const auto& cell : stats.cells) {
        if (cell.day >= world.from) all.add(cell.n, cell.passed);
      }
    }
    const double rate = static_cast<double>(volumes.direct_ok) / static_cast<double>(verdict.legitimate);
    verdict.legitimate_pass_rate = rate;
    const double size = all.n() > 0 ? all.effective(world.settings.rho) : static_cast<double>(verdict.legitimate);
    verdict.legitimate_pass_rate_low = wilson(rate, size, world.settings.z).low;
  }
  const std::uint64_t both = generations[0] + generations[1];
  if (both > 0) {
    verdict.generation_rfc7489 = static_cast<double>(generations[0]) / static_cast<double>(both);
    verdict.generation_rfc9990 = static_cast<double>(generations[1]) / static_cast<double>(both);
  }
  return verdict;
}

/// At the target nothing blocks any more, but what loses mail now is named: proven failures, and senders that wait for
/// a decision.
std::vector<std::uint32_t> to_look_at(const World& world, const Regression& regression) {
  std::vector<std::uint32_t> sources = regression.culprits;
  if (world.current == 0) return sources;
  Findings findings;
  blocking_gates(world, findings);
  for (const auto source : findings.blockers) {
    const bool failing = std::any_of(world.stats.begin(), world.stats.end(), [&](const SourceStats& stats) {
      return stats.source == source && stats.standing == Standing::failing;
    });
    const bool waits = world.classified.sources[source].source_class == source::Class::candidate;
    if ((failing || waits) && std::find(sources.begin(), sources.end(), source) == sources.end()) {
      sources.push_back(source);
    }
  }
  return sources;
}

void conclude_step_back(const World& world, const Regression& regression, const domain::OrgDomains& org_domains,
                        DomainVerdict& verdict) {
  const auto& step = world.step(*regression.step_back_to);
  verdict.verdict = Verdict::step_back;
  verdict.next_step = step.name;
  verdict.blockers = make_blockers(world, regression.culprits, org_domains);
  verdict.record = record_for(step, world.history.policy, world.question.rua);
  verdict.impact = impact_of(world, world.step(world.current));
  verdict.reason = format("{}; if the cause cannot be fixed within a day, go back to {}", regression.text, step.name);
}

/// Streak, verdict and words for a domain that is not stepping back.
void conclude(const World& world, const Findings& findings, const Regression& regression, DomainVerdict& verdict) {
  const bool blocked = findings.blocked || regression.alert;
  if (blocked && (findings.proven || regression.alert)) {
    verdict.verdict = Verdict::hold;
  } else if (findings.data_missing) {
    verdict.verdict = Verdict::not_enough_data;
    verdict.earliest =
        std::max(findings.earliest.value_or(world.question.as_of + days{1}), world.question.as_of + days{1});
  } else {
    verdict.verdict = blocked ? Verdict::hold : Verdict::ready;
  }
  verdict.reason = reason_for(world, verdict);
}

/// Where only subdomains block, the domain itself can go on while they keep their policy.
void note_way_without_subdomains(const World& world, DomainVerdict& verdict) {
  const bool only_they = verdict.verdict == Verdict::hold && !verdict.blockers.empty() &&
                         std::all_of(verdict.blockers.begin(), verdict.blockers.end(),
                                     [&](const Blocker& blocker) { return blocker.author_domain != verdict.domain; });
  const auto& policy = world.history.policy;
  if (!only_they || !world.next || (policy.sp && policy.sp != policy.p)) return;
  Policy apart = policy;
  const Step& next = world.step(*world.next);
  apart.p = next.p;
  apart.sp = policy.p;
  std::string record = record_for(next, apart, world.question.rua);
  if (next.p == *apart.sp) return;  // sp= would say nothing new.
  verdict.notes.push_back(format(
      "only subdomains stand in the way; with a policy of their own they wait while the domain goes on: {}", record));
}

DomainVerdict evaluate_day(const report::DomainFacts& facts, const Question& question,
                           std::span<const report::Decision> decisions, const domain::OrgDomains& org_domains,
                           const config::ReadinessSettings& settings, source::Classifications& classifications) {
  World world = make_world(facts, question, decisions, settings, classifications);
  DomainVerdict verdict = describe(world);
  const std::string present = present_record(world.history.policy, question.rua);
  verdict.record = present;
  const Regression regression = regress(world, settings);
  verdict.gates = regression.gates;
  if (regression.step_back_to) {
    conclude_step_back(world, regression, org_domains, verdict);
    verdict.notes = notes_for(world, verdict);
    return verdict;
  }
  if (!world.next) {
    verdict.verdict = Verdict::at_target;
    verdict.blockers = make_blockers(world, to_look_at(world, regression), org_domains);
    verdict.impact = impact_of(world, world.step(world.current));
    verdict.reason = reason_for(world, verdict);
    verdict.notes = notes_for(world, verdict);
    return verdict;
  }
  Findings findings;
  if (world.parked) {
    world.next = world.target;  // Nothing of its own can be hurt.
    verdict.next_step = world.step(world.target).name;
    parked_gates(world, findings);
  } else {
    data_gates(world, findings);
    blocking_gates(world, findings);
  }
  for (const auto culprit : regression.culprits) findings.blame(culprit);
  verdict.gates.insert(verdict.gates.end(), findings.gates.begin(), findings.gates.end());
  verdict.blockers = make_blockers(world, findings.blockers, org_domains);
  verdict.impact = impact_of(world, world.step(*world.next));
  conclude(world, findings, regression, verdict);
  // Also while something blocks: the record of `next_step`, to be published when it is ready. Without any report
  // there is no record to build on.
  if (!present.empty() || verdict.verdict == Verdict::ready) {
    verdict.record = record_for(world.step(*world.next), world.history.policy, question.rua);
  }
  verdict.notes = notes_for(world, verdict);
  note_way_without_subdomains(world, verdict);
  return verdict;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "ready";
    case Verdict::at_target:
      return "at_target";
    case Verdict::hold:
      return "hold";
    case Verdict::step_back:
      return "step_back";
    case Verdict::not_enough_data:
      break;
  }
  return "not_enough_data";
}

Judge::Judge(const report::DomainFacts& facts, std::span<const report::Decision> decisions,
             const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings, const source::Dns* dns)
    : facts_(facts),
      decisions_(decisions),
      org_domains_(org_domains),
      settings_(settings),
      dns_(dns),
      classifications_(facts, decisions, org_domains, settings, dns) {}

const DomainVerdict& Judge::on_day(const Question& question) {
  for (const auto& [asked, verdict] : days_) {
    if (asked == question) return verdict;
  }
  return days_
      .emplace_back(question, evaluate_day(facts_, question, decisions_, org_domains_, settings_, classifications_))
      .second;
}

/// A READY is announced only when the days before said the same.
void Judge::require_streak(const Question& question, DomainVerdict& verdict) {
  int have = 1;
  Verdict before = Verdict::ready;
  while (have < settings_.ready_streak) {
    Question earlier = question;
    earlier.as_of = question.as_of - days{have};
    before = on_day(earlier).verdict;
    if (before != Verdict::ready) break;
    ++have;
  }
  Gate gate;
  gate.gate = "ready_streak";
  gate.ok = have >= settings_.ready_streak;
  gate.blocking = before != Verdict::not_enough_data;
  gate.have = have;
  gate.need = settings_.ready_streak;
  gate.text = format("ready on {} days running, {} are needed before it is announced", have, settings_.ready_streak);
  verdict.gates.push_back(gate);
  if (gate.ok) return;
  const Day next = question.as_of + days{settings_.ready_streak - have};
  verdict.verdict = gate.blocking ? Verdict::hold : Verdict::not_enough_data;
  if (!gate.blocking) verdict.earliest = next;
  verdict.reason =
      format("all gates are open since today; ready for {} on {} if nothing changes", *verdict.next_step, to_iso(next));
}

DomainVerdict Judge::judge(const Question& question) {
  DomainVerdict verdict = on_day(question);
  if (verdict.verdict == Verdict::ready) require_streak(question, verdict);
  return verdict;
}

DomainVerdict Judge::verdict(const Question& asked) {
  Question question = asked;
  question.dns = dns_;
  DomainVerdict verdict = judge(question);
  if (const auto subdomains = subdomain_case(facts_, question, verdict)) {
    Judge other(subdomains->facts, decisions_, org_domains_, settings_, dns_);
    verdict.subdomains = subdomain_verdict(*subdomains, verdict, other.judge(subdomains->question));
  }
  return verdict;
}

DomainVerdict evaluate(const report::DomainFacts& facts, const Question& question,
                       std::span<const report::Decision> decisions, const domain::OrgDomains& org_domains,
                       const config::ReadinessSettings& settings) {
  return Judge(facts, decisions, org_domains, settings, question.dns).verdict(question);
}

}  // namespace ruagate::readiness
