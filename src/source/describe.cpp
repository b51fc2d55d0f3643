#include "source/describe.hpp"

#include "base/format.hpp"
#include "report/names.hpp"

namespace ruagate::source {

namespace {

std::string decided(const report::Decision& decision) {
  std::string text = format("the operator's decision: {}", report::to_string(decision.kind));
  if (!decision.decided_by.empty()) text += format(", by {}", decision.decided_by);
  if (decision.decided_at != Instant{}) text += format(" on {}", to_iso(day_of(decision.decided_at)));
  if (!decision.note.empty()) text += format(" ({})", decision.note);
  return text;
}

void say_rule(const Unit& unit, const UnitFacts& facts, std::vector<std::string>& words) {
  switch (facts.rule) {
    case Rule::none:
    case Rule::decision:
    case Rule::receiver_says:
      break;
    case Rule::forwarding_kind:
      words.push_back(format("{} is known to {} mail", unit.service->name,
                             unit.service->kind == ServiceKind::mailing_list ? "distribute list" : "forward"));
      break;
    case Rule::others_envelope:
      words.push_back(format(
          "{} sends it in another's envelope, little beside the domain's own mail: it passes mail on", unit.name));
      break;
    case Rule::survivors:
      words.push_back(format("{} messages arrived here with the domain's own signature intact: it passes mail on",
                             facts.indirect_ok));
      break;
    case Rule::broken_signature:
      words.push_back("failing mail carries the domain's own signature, broken on the way");
      break;
    case Rule::proven_sender:
      words.push_back(format("proven: {} aligned messages on {} days, so its failing mail counts as the domain's own",
                             facts.direct_ok, facts.direct_ok_days));
      break;
    case Rule::own_network:
      words.push_back(unit.own_tenant ? "the other signature spells this domain: it is the owner's own account"
                                      : "the network is authorised by the domain's own SPF");
      break;
    case Rule::score:
      for (const auto& point : facts.points) words.push_back("score " + point);
      break;
  }
}

}  // namespace

void FlowSums::add(Flow flow, std::uint64_t messages) {
  switch (flow) {
    case Flow::direct_ok:
      direct_ok += messages;
      break;
    case Flow::direct_fail:
      direct_fail += messages;
      break;
    case Flow::indirect_ok:
      indirect_ok += messages;
      break;
    case Flow::indirect_fail:
      indirect_fail += messages;
      break;
    case Flow::candidate_fail:
      candidate_fail += messages;
      break;
    case Flow::spoof:
      spoof += messages;
      break;
    case Flow::unknown:
      unknown += messages;
      break;
  }
}

std::vector<std::string> describe(const Unit& unit, const UnitFacts& facts, const FlowSums& sums) {
  std::vector<std::string> words;
  if (unit.decision != nullptr) words.push_back(decided(*unit.decision));
  if (facts.spf_aligned > 0)
    words.push_back(format("SPF passes for the domain itself: {} messages", facts.spf_aligned));
  if (sums.direct_ok > 0 && facts.spf_aligned == 0) {
    words.push_back(format("home of the domain's DKIM signature: {} messages pass", sums.direct_ok));
  }
  if (unit.service != nullptr && unit.strength >= 3) {
    words.push_back(format("{} shows by an SPF or DKIM pass of its own", unit.service->name));
  } else if (unit.service != nullptr) {
    words.push_back(format("addresses lie in networks that {} publishes", unit.service->name));
  }
  if (facts.failing > 0) say_rule(unit, facts, words);
  if (sums.indirect_ok > 0 && facts.rule != Rule::survivors) {
    words.push_back(format("{} messages with the domain's own signature, forwarded intact", sums.indirect_ok));
  }
  if (sums.said_list > 0) words.push_back(format("receivers name a mailing list: {} messages", sums.said_list));
  return words;
}

}  // namespace ruagate::source
