#include "readiness/notes.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "readiness/advice_texts.hpp"
#include "readiness/dns_health.hpp"
#include "readiness/gates.hpp"
#include "source/known.hpp"

namespace ruagate::readiness {

namespace {

std::string first_unmet(const DomainVerdict& verdict, bool blocking) {
  for (const auto& gate : verdict.gates) {
    if (!gate.ok && gate.blocking == blocking) return gate.text;
  }
  return {};
}

std::string hold_reason(const DomainVerdict& verdict) {
  const std::string next = verdict.next_step.value_or(verdict.step);
  if (verdict.blockers.empty()) return format("not ready for {}: {}", next, first_unmet(verdict, true));
  const auto& first = verdict.blockers.front();
  const std::string what =
      first.source_class == source::Class::candidate
          ? format("decide whether {} is yours ({} fail)", first.source, messages(first.messages - first.aligned))
          : format("fix {} ({} of {} fail)", first.source, thousands(first.messages - first.aligned),
                   messages(first.messages));
  if (verdict.blockers.size() == 1) return format("not ready for {}: {}", next, what);
  return format("not ready for {}: {} senders to settle; first {}", next, verdict.blockers.size(), what);
}

std::string ready_reason(const World& world, const DomainVerdict& verdict) {
  if (world.parked) {
    return format("the domain sends nothing of its own; publish {} and all mail in its name is stopped",
                  *verdict.next_step);
  }
  return format("ready for {}: {} of the {} from legitimate sources pass{}", *verdict.next_step,
                percent(verdict.legitimate_pass_rate.value_or(1)), messages(verdict.legitimate),
                verdict.impact.unauthorized_stopped > 0
                    ? format(", and about {} in your name would be stopped in {} days",
                             messages(verdict.impact.unauthorized_stopped), verdict.impact.window_days)
                    : std::string());
}

/// Large mailbox hosts that send reports: without them much is not seen.
void note_missing_reporters(const World& world, std::vector<std::string>& notes) {
  for (const char* name : {"Google", "Yahoo"}) {
    if (std::find(world.reporters.begin(), world.reporters.end(), name) == world.reporters.end()) {
      notes.push_back(format("no report of {} was ever seen", name));
    }
  }
  const bool microsoft = std::any_of(world.reporters.begin(), world.reporters.end(),
                                     [](const std::string& name) { return name.starts_with("Microsoft"); });
  if (!microsoft) {
    notes.emplace_back(
        "no report of Microsoft was ever seen (Microsoft 365 reports only to domains whose mail goes "
        "straight to it)");
  }
}

/// Where the SPF record is full and several services send as the domain itself, one must go below a name of its own.
void note_isolation(const World& world, std::vector<std::string>& notes) {
  const auto services = std::count_if(world.stats.begin(), world.stats.end(), [&](const SourceStats& stats) {
    const auto& source = world.source(stats);
    return source.author_domain == world.facts.domain && source.service != nullptr &&
           source::sends_for_customers(source.service->kind) && stats.last >= world.from;
  });
  if (services < 2 || !spf_is_full(world)) return;
  AdviceNames names;
  names.domain = names.policy_domain = world.facts.domain;
  notes.push_back(advice_text("subdomain_isolation", names));
}

}  // namespace

std::string reason_for(const World& world, const DomainVerdict& verdict) {
  switch (verdict.verdict) {
    case Verdict::ready:
      return ready_reason(world, verdict);
    case Verdict::hold:
      return hold_reason(verdict);
    case Verdict::at_target:
      return verdict.blockers.empty()
                 ? format("the policy is at its target, {}", verdict.step)
                 : format("the policy is at its target, {}, but look at {}", verdict.step, verdict.blockers[0].source);
    case Verdict::not_enough_data:
      return format("too little is known yet: {}{}", first_unmet(verdict, false),
                    verdict.earliest ? format("; enough on {} at the earliest", to_iso(*verdict.earliest)) : "");
    case Verdict::step_back:
      break;
  }
  return verdict.reason;
}

std::vector<std::string> notes_for(const World& world, const DomainVerdict& verdict) {
  std::vector<std::string> notes;
  if (world.question.dns != nullptr) {
    // The gates say what DNS shows.
  } else if (world.history.policy.seen) {
    notes.push_back(
        format("DNS was not asked: the policy is what reports up to {} show", to_iso(*world.history.policy.seen)));
  } else {
    notes.emplace_back("DNS was not asked, and no report shows the policy");
  }
  notes.push_back(format("reports arrive late: the last {} days before {} are not counted", world.settings.lag_days,
                         to_iso(world.question.as_of)));
  if (!world.facts.cells.empty()) note_missing_reporters(world, notes);
  if (!world.classified.key_abuse.empty()) {
    const auto& abuse = world.classified.key_abuse.front();
    notes.push_back(format(
        "key abuse? On {} {} with the signature of {} came from {} addresses never seen before: look at `ruagate "
        "sources {}`",
        to_iso(abuse.day), messages(abuse.messages), abuse.selector, abuse.addresses, world.facts.domain));
  }
  note_isolation(world, notes);
  if (world.question.rua.empty() && !verdict.record.empty()) {
    notes.emplace_back("keep the rua= tag of your present record: reports do not show it");
  }
  const auto& policy = world.history.policy;
  bool subdomain = false;
  for (std::size_t i = 0; i < world.classified.sources.size(); ++i) {
    const auto& source = world.classified.sources[i];
    const bool matters =
        source.source_class == source::Class::legitimate || source.source_class == source::Class::candidate;
    subdomain |= matters && source.author_domain != world.facts.domain;
  }
  if (subdomain && policy.sp && policy.sp == policy.p) {
    notes.emplace_back("reporters show sp equal to p: subdomains are taken to inherit the policy");
  } else if (subdomain && policy.sp) {
    notes.emplace_back("subdomains have their own policy by sp=; they are not part of this verdict");
  } else if (!subdomain && !world.parked && verdict.verdict != Verdict::not_enough_data &&
             policy.np != report::Policy::reject) {
    notes.emplace_back("no subdomain sends mail: np=reject can be published at any step (older receivers ignore it)");
  }
  if (world.parked && verdict.verdict == Verdict::ready) {
    notes.emplace_back(
        "the domain is taken as parked: no aligned message was ever seen; publish SPF \"v=spf1 -all\" too");
  }
  if (verdict.verdict == Verdict::ready && !world.parked) {
    const int memory = world.history.first ? day_number(world.question.as_of) - day_number(*world.history.first) : 0;
    if (memory < 92)
      notes.push_back(format("{} days are known: a quarterly or yearly sender may not have shown", memory));
    if (world.acknowledged) notes.emplace_back("loss of forwarded mail was acknowledged by the operator");
    notes.emplace_back("lower the TTL of the record to 300 while the policy is being raised");
  }
  const double weekly = projected_harm(world, world.th).expected;
  if (weekly > world.settings.harm_cap_note) {
    notes.push_back(format("about {:.0f} legitimate messages a week would be hit", weekly));
  }
  return notes;
}

}  // namespace ruagate::readiness
