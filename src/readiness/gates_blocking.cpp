#include <algorithm>

#include "base/format.hpp"
#include "readiness/blocking.hpp"
#include "readiness/dns_health.hpp"

namespace ruagate::readiness {

namespace {

void candidates(const World& world, Findings& findings) {  // B5
  // From material_msgs on it would be looked at by itself if it were the domain's own.
  const double share = world.settings.cand_share * static_cast<double>(world.month.legitimate());
  const double least =
      std::max(static_cast<double>(world.settings.cand_min), std::min(share, world.settings.material_msgs));
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
  // To decide about are those that a service or a signature answers for, and who sends a fair part of it: of many
  // strangers that send little, none is the cause.
  for (std::uint32_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    if (source.source_class != source::Class::unknown || !world.counted[i]) continue;
    std::uint64_t failing = 0;
    const auto cells =
        source::cells_between(source, world.facts, day_from_number(world.from), day_from_number(world.end));
    for (const auto index : cells) {
      if (world.classified.flows[index] == source::Flow::unknown) failing += world.facts.cells[index].messages;
    }
    const bool answered_for = source.strength >= 3 || source.key.starts_with("dkim:");
    if (failing < world.settings.low_min_ok) continue;
    if (answered_for || 10 * failing >= unknown) findings.blame(i);
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
    if (!weak || stats.tally.failed() == 0 || stats.tally.n() < world.settings.low_min_ok) continue;
    stats.below ? culprits.add(stats, findings) : culprits.mention(stats);
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

void dns_health_gate(const World& world, Findings& findings) {  // B12
  const DnsHealth health = dns_health(world);
  if (!health.checked) {
    findings.add(
        unchecked_gate("dns_health", "DNS was not asked: SPF, DKIM keys and the record itself are not checked"));
    return;
  }
  std::string text = health.faults.empty() ? std::string("SPF and the keys of all live selectors are in order") : "";
  for (const auto& fault : health.faults) text += (text.empty() ? "" : " ") + fault;
  findings.proven |= !health.faults.empty();
  findings.add(blocking_gate("dns_health", health.faults.empty(), static_cast<double>(health.faults.size()), 0,
                             std::move(text)));
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

}  // namespace

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
  dns_health_gate(world, findings);
  subdomains(world, findings);
  cooldown(world, findings);
  if (world.settings.profile == "strict") harm_cap(world, findings);
}

}  // namespace ruagate::readiness
