#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/format.hpp"
#include "readiness/gates.hpp"
#include "readiness/source_statistics.hpp"

namespace ruagate::readiness {

namespace {

Gate blocking_gate(std::string name, bool ok, std::optional<double> have, std::optional<double> need,
                   std::string text) {
  Gate gate;
  gate.gate = std::move(name);
  gate.ok = ok;
  gate.blocking = true;
  gate.have = have;
  gate.need = need;
  gate.text = std::move(text);
  return gate;
}

Gate not_checked(std::string name, std::string text) {
  Gate gate;
  gate.gate = std::move(name);
  gate.ok = true;
  gate.checked = false;
  gate.blocking = true;
  gate.text = std::move(text);
  return gate;
}

bool weighs(const SourceStats& stats) {
  return stats.weight != Weight::minor && stats.tally.n() > 0;
}

/// The sources at fault behind one gate, as one sentence: "Mailchimp (12 of 1,900 pass) and 2 more".
class Culprits {
 public:
  explicit Culprits(const World& world) : world_(world) {}
  void add(const SourceStats& stats, Findings& findings) {
    findings.blame(stats.source);
    add_words(format("{} ({} of {} pass)", world_.source(stats).name, thousands(stats.tally.passed()),
                     thousands(stats.tally.n())));
  }
  void add_words(std::string words) {
    if (count_++ == 0) first_ = std::move(words);
  }
  int count() const { return count_; }
  std::string text() const { return count_ > 1 ? format("{} and {} more", first_, count_ - 1) : first_; }

 private:
  const World& world_;
  std::string first_;
  int count_ = 0;
};

void source_pass_rate(const World& world, Findings& findings) {  // B1
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    worst = std::min(worst, stats.tally.rate());
    if (stats.standing == Standing::fine || stats.standing == Standing::provisional) continue;
    culprits.add(stats, findings);
    findings.proven |= stats.standing == Standing::failing;
  }
  findings.add(blocking_gate("source_pass_rate", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? format("every source that matters passes {} or more", percent(world.th.p_min))
                                 : format("not shown to pass {}: {}", percent(world.th.p_min), culprits.text())));
}

void reporter_pass_rate(const World& world, Findings& findings) {  // B2
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    bool blamed = false;
    for (const auto& [reporter, tally] : stats.reporters) {
      if (tally.n() < world.settings.reporter_min) continue;
      worst = std::min(worst, tally.rate());
      if (tally.bounds(world.settings.rho, world.settings.z_strict).high >= world.th.p_min) continue;
      culprits.add_words(format("{} at {} ({} of {} pass)", world.source(stats).name, world.reporters[reporter],
                                thousands(tally.passed()), thousands(tally.n())));
      blamed = true;
    }
    if (blamed) findings.blame(stats.source);
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("reporter_pass_rate", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? std::string("no receiver sees a source significantly worse")
                                 : format("below {} at one receiver: {}", percent(world.th.p_min), culprits.text())));
}

/// A bad day is bad at all reporters: within a week only days count as lumps.
Tally by_day(const SourceStats& stats, int from, int to) {
  Tally tally;
  std::uint64_t n = 0;
  std::uint64_t passed = 0;
  int day = from;
  for (const auto& cell : stats.cells) {
    if (cell.day < from || cell.day > to) continue;
    if (cell.day != day) {
      tally.add(n, passed);
      n = passed = 0;
      day = cell.day;
    }
    n += cell.n;
    passed += cell.passed;
  }
  tally.add(n, passed);
  return tally;
}

void stability(const World& world, Findings& findings) {  // B3
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    bool unstable = false;
    for (int part = 0; part < 2; ++part) {
      const int to = world.end - 7 * part;
      const Tally week = by_day(stats, std::max(to - 6, stats.from), to);
      if (week.n() < world.settings.reporter_min) continue;
      worst = std::min(worst, week.rate());
      unstable |= week.bounds(world.settings.rho, world.settings.z_strict).high < world.th.p_min;
    }
    if (unstable) culprits.add(stats, findings);
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("stability", culprits.count() == 0, worst, world.th.p_min,
                             culprits.count() == 0
                                 ? std::string("no source got worse in the last two weeks")
                                 : format("worse in one of the last two weeks: {}", culprits.text())));
}

void harm(const World& world, Findings& findings) {  // B4
  const Harm projected = projected_harm(world, world.th);
  const bool tiny = 4 * projected.failing < world.settings.harm_floor;
  const bool ok =
      tiny || (projected.expected_share <= world.th.harm_max && projected.worst_share <= world.th.worst_max);
  findings.add(blocking_gate(
      "projected_harm", ok, projected.expected_share, world.th.harm_max,
      format("about {:.1f} legitimate messages a week would be hit ({} of them; at worst {}), at most {} (at worst {})",
             projected.expected, percent(projected.expected_share), percent(projected.worst_share),
             percent(world.th.harm_max), percent(world.th.worst_max))));
  if (ok) return;
  double seen = 0;
  for (const auto& stats : world.stats) {
    seen += static_cast<double>(stats.tally.failed());
    if (stats.tally.failed() > 0 && stats.tally.rate() < world.th.p_min) findings.blame(stats.source);
  }
  findings.proven |= seen > 0;
}

void candidates(const World& world, Findings& findings) {  // B5
  const double least = std::max(static_cast<double>(world.settings.cand_min),
                                world.settings.cand_share * static_cast<double>(world.month.legitimate()));
  Culprits culprits(world);
  std::uint64_t undecided = 0;
  for (std::uint32_t i = 0; i < world.candidate.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::candidate || static_cast<double>(world.candidate[i]) < least) continue;
    findings.blame(i);
    undecided += world.candidate[i];
    culprits.add_words(format("{} ({})", source.name, messages(world.candidate[i])));
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("candidates", culprits.count() == 0, static_cast<double>(undecided), 0,
                             culprits.count() == 0 ? std::string("no sender waits for a decision")
                                                   : format("yours or not? {}", culprits.text())));
}

/// The rate of a source's newest burst.
Tally last_burst(const SourceStats& stats) {
  Tally tally;
  int day = stats.last;
  for (auto cell = stats.cells.rbegin(); cell != stats.cells.rend() && day - cell->day <= 7; ++cell) {
    tally.add(cell->n, cell->passed);
    day = cell->day;
  }
  return tally;
}

/// Candidates that send in long intervals and are silent now.
std::vector<std::uint32_t> dormant_candidates(const World& world) {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::candidate || !world.counted[i] || world.candidate[i] > 0) continue;
    std::vector<int> active;
    std::uint64_t failing = 0;
    for (const auto index : source.cells) {
      const int day = day_number(world.facts.cells[index].day);
      if (day > world.end) break;
      if (active.empty() || active.back() != day) active.push_back(day);
      if (world.classified.flows[index] == source::Flow::candidate_fail) failing += world.facts.cells[index].messages;
    }
    if (active.empty() || failing < world.settings.cand_min) continue;
    const Cadence cadence = cadence_of(active);
    const bool rare = cadence == Cadence::monthly || cadence == Cadence::quarterly;
    if (rare && world.end - active.back() <= dormant_days(cadence, world.settings)) result.push_back(i);
  }
  return result;
}

void dormant_failures(const World& world, Findings& findings) {  // B6
  Culprits culprits(world);
  for (const auto& stats : world.stats) {
    const auto& source = world.source(stats);
    const int silent = world.end - stats.last;
    if (stats.last >= world.from || source.retired || stats.fixed_from) continue;
    if (silent > dormant_days(stats.cadence, world.settings)) continue;
    const Tally burst = last_burst(stats);
    if (burst.failed() == 0 || burst.rate() >= world.th.p_min) continue;
    if (burst.failed() <= world.settings.fail_floor && stats.weight == Weight::minor) continue;
    findings.blame(stats.source);
    culprits.add_words(format("{} ({} sender, last seen {}, {} of {} passed)", source.name, to_string(stats.cadence),
                              to_iso(day_from_number(stats.last)), thousands(burst.passed()), thousands(burst.n())));
  }
  for (const auto i : dormant_candidates(world)) {
    findings.blame(i);
    culprits.add_words(format("{} (undecided, silent now)", world.classified.sources[i].name));
  }
  findings.proven |= culprits.count() > 0;
  findings.add(blocking_gate("dormant_failures", culprits.count() == 0, culprits.count(), 0,
                             culprits.count() == 0
                                 ? std::string("no silent source failed when it was last seen")
                                 : format("silent now, but failed when last seen: {}", culprits.text())));
}

void periodic_senders(const World& world, Findings& findings) {  // B7
  Culprits culprits(world);
  for (const auto& stats : world.stats) {
    const auto& source = world.source(stats);
    if (!source.periodic || source.retired) continue;
    const Tally burst = last_burst(stats);
    if (burst.n() > 0 && burst.rate() >= world.th.p_min) continue;
    culprits.add(stats, findings);
  }
  const bool only_warns = !world.th.rejects;
  const bool seen = culprits.count() == 0;
  findings.proven |= !seen && !only_warns;
  findings.add(blocking_gate("periodic_senders", seen || only_warns, culprits.count(), 0,
                             seen ? std::string("every declared periodic sender passed when it was last seen")
                                  : format("a declared periodic sender has not been seen passing{}: {}",
                                           only_warns ? " (blocks only before reject)" : "", culprits.text())));
}

void unknown_volume(const World& world, Findings& findings) {  // B8
  const std::uint64_t unknown = world.counted_window.unknown;
  const double share =
      static_cast<double>(unknown) / static_cast<double>(std::max<std::uint64_t>(world.counted_window.legitimate(), 1));
  const bool ok = share <= world.th.unknown_max || unknown < world.settings.cand_min || world.acknowledged;
  findings.add(blocking_gate("unknown_volume", ok, share, world.th.unknown_max,
                             format("{} fail that are neither clearly yours nor clearly foreign ({} of the legitimate "
                                    "mail, at most {})",
                                    messages(unknown), percent(share), percent(world.th.unknown_max))));
  if (ok) return;
  for (std::uint32_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::unknown || !world.counted[i]) continue;
    if (day_number(world.facts.cells[source.cells.back()].day) >= world.from) findings.blame(i);
  }
}

void new_sources(const World& world, Findings& findings) {  // B9
  Culprits culprits(world);
  const int since = world.end - world.th.new_quiet + 1;
  const int first_ever = world.history.first ? day_number(*world.history.first) : since;
  for (const auto& stats : world.stats) {
    if (stats.first < since || first_ever >= since) continue;
    // A new source that passes can only add passing mail.
    const bool weak = stats.standing == Standing::failing || stats.standing == Standing::unproven;
    if (weak && stats.tally.failed() > 0 && stats.tally.n() >= world.settings.low_min_ok) culprits.add(stats, findings);
  }
  for (std::uint32_t i = 0; i < world.candidate.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::candidate || world.candidate[i] < world.settings.low_min_ok) continue;
    if (day_number(world.facts.cells[source.cells.front()].day) < since) continue;
    findings.blame(i);
    culprits.add_words(format("{} ({})", source.name, messages(world.candidate[i])));
  }
  findings.add(blocking_gate("new_sources", culprits.count() == 0, culprits.count(), 0,
                             culprits.count() == 0
                                 ? format("no new source with failing mail in the last {} days", world.th.new_quiet)
                                 : format("new in the last {} days: {}", world.th.new_quiet, culprits.text())));
}

void dkim(const World& world, Findings& findings) {  // B10
  Culprits culprits(world);
  double worst = 1;
  for (const auto& stats : world.stats) {
    if (!weighs(stats)) continue;
    worst = std::min(worst, stats.dkim.rate());
    if (stats.dkim_bounds.low >= world.settings.dkim_min) continue;
    const bool few_failures = stats.tally.n() < world.settings.small_n &&
                              stats.dkim.failed() <= world.settings.fail_floor &&
                              stats.dkim_bounds.low >= world.settings.dkim_min - world.settings.small_slack;
    const bool provisional = stats.standing == Standing::provisional && stats.dkim.failed() == 0;
    if (few_failures || provisional) continue;
    if (world.th.rejects) findings.blame(stats.source);
    culprits.add_words(format("{} ({} of {} with aligned DKIM)", world.source(stats).name,
                              thousands(stats.dkim.passed()), thousands(stats.dkim.n())));
    findings.proven |= world.th.rejects && stats.dkim.failed() > 0;
  }
  const bool ok = culprits.count() == 0;
  findings.add(blocking_gate("dkim", ok || !world.th.rejects, worst, world.settings.dkim_min,
                             ok ? std::string("every source that matters signs with the domain's own DKIM")
                                : format("SPF alone breaks when mail is forwarded{}: {}",
                                         world.th.rejects ? "" : " (blocks only before reject)", culprits.text())));
}

void indirect(const World& world, Findings& findings) {  // B11
  const std::uint64_t failing = world.counted_window.indirect_fail;
  const double share =
      static_cast<double>(failing) / static_cast<double>(std::max<std::uint64_t>(world.counted_window.legitimate(), 1));
  std::uint64_t list_mail = 0;
  for (const auto& source : world.classified.sources) {
    if (source.kind != source::ForwarderKind::mailing_list) continue;
    for (const auto index : source.cells) {
      const auto& cell = world.facts.cells[index];
      if (day_number(cell.day) >= world.from && day_number(cell.day) <= world.end) list_mail += cell.messages;
    }
  }
  const bool lists = world.th.rejects && list_mail >= world.settings.cand_min;
  const bool much = share > world.th.indirect_max && failing >= world.settings.cand_min;
  const bool ok = world.acknowledged || (!much && !lists);
  std::string text = format("{} of forwarded mail fail ({} of the legitimate mail, at most {})", messages(failing),
                            percent(share), percent(world.th.indirect_max));
  if (lists) text += format("; {} went through mailing lists", messages(list_mail));
  if (world.acknowledged) text += "; acknowledged";
  if (!ok) text += format("; accept it with: ruagate senders acknowledge {}", world.facts.domain);
  findings.proven |= !ok && failing > 0;
  findings.add(blocking_gate("indirect", ok, share, world.th.indirect_max, std::move(text)));
}

void subdomains(const World& world, Findings& findings) {  // B13
  std::string first;
  int count = 0;
  for (const auto blamed : findings.blockers) {
    const auto& author = world.classified.sources[blamed].author_domain;
    if (author == world.facts.domain) continue;
    if (count++ == 0) first = author;
  }
  findings.add(blocking_gate(
      "subdomains", count == 0, count, 0,
      count == 0 ? std::string("no subdomain that inherits the policy holds the domain back")
                 : format("{}{} inherits the policy and is not ready; publish sp=none for now, or a record of its own",
                          first, count > 1 ? format(" (and {} more sources)", count - 1) : "")));
}

void cooldown(const World& world, Findings& findings) {  // B14
  const int have = world.history.lowered ? day_number(world.question.as_of) - day_number(*world.history.lowered)
                                         : world.settings.cooldown;
  const bool ok = have >= world.settings.cooldown;
  findings.add(
      blocking_gate("cooldown", ok, have, world.settings.cooldown,
                    ok ? format("no step back in the last {} days", world.settings.cooldown)
                       : format("the policy was lowered {} days ago; wait {}", have, world.settings.cooldown)));
}

void harm_cap(const World& world, Findings& findings) {
  const double weekly = projected_harm(world, world.th).expected;
  findings.add(blocking_gate("harm_cap", weekly <= world.settings.harm_cap_note, weekly, world.settings.harm_cap_note,
                             format("{:.0f} legitimate messages a week would be hit, at most {:.0f} in profile strict",
                                    weekly, world.settings.harm_cap_note)));
}

}  // namespace

Harm projected_harm(const World& world, const Thresholds& th) {
  Harm harm;
  Tally few;  // All sources with few messages together: each alone would be given far too much doubt.
  double few_weekly = 0;
  for (const auto& stats : world.stats) {
    if (stats.tally.n() == 0) continue;
    const bool minor = stats.weight == Weight::minor && stats.standing == Standing::unproven;
    if (stats.standing == Standing::provisional || minor) {
      few.add(stats.tally.n(), stats.tally.passed());
      few_weekly += stats.weekly;
    } else {
      harm.failing += (1 - stats.tally.rate()) * stats.weekly;
    }
  }
  if (few.n() > 0) {
    // As if each message were its own trial: the tally's lumps are whole sources here.
    const double doubt = wilson(1 - few.rate(), static_cast<double>(few.n()), world.settings.z).high;
    harm.failing += doubt * few_weekly;
  }
  harm.expected = th.fraction * harm.failing;
  harm.worst = th.worst_fraction * harm.failing;
  const double weekly = std::max(world.legitimate_weekly, 1e-9);
  harm.expected_share = harm.failing > 0 ? std::min(1.0, harm.expected / weekly) : 0;
  harm.worst_share = harm.failing > 0 ? std::min(1.0, harm.worst / weekly) : 0;
  return harm;
}

void blocking_gates(const World& world, Findings& findings) {
  source_pass_rate(world, findings);
  reporter_pass_rate(world, findings);
  stability(world, findings);
  harm(world, findings);
  candidates(world, findings);
  dormant_failures(world, findings);
  periodic_senders(world, findings);
  unknown_volume(world, findings);
  new_sources(world, findings);
  dkim(world, findings);
  indirect(world, findings);
  findings.add(not_checked("dns_health", "DNS was not asked: SPF, DKIM keys and the record itself are not checked"));
  subdomains(world, findings);
  cooldown(world, findings);
  if (world.settings.profile == "strict") harm_cap(world, findings);
}

}  // namespace ruagate::readiness
