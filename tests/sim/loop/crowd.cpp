#include "sim/loop/crowd.hpp"

#include <algorithm>
#include <cmath>

#include "base/format.hpp"

namespace ruagate::sim::loop {

namespace {

report::SpfAuth spf_auth(const std::string& domain, report::SpfResult result) {
  return {.domain = domain, .scope = report::SpfScope::mfrom, .result = result, .human_result = {}};
}

report::DkimAuth dkim_auth(const std::string& domain, const std::string& selector, report::DkimResult result) {
  return {.domain = domain, .selector = selector, .result = result, .human_result = {}};
}

}  // namespace

void pass_on(const Relay& relay, const std::vector<std::unique_ptr<Stream>>& origins, std::uint64_t seed, Day day,
             std::vector<Traffic>& out) {
  Random random = Random::stream(seed, relay.name + "/relay", day_number(day));
  for (const auto& origin : origins) {
    if (relay.people_only && !origin->settings().people) continue;
    const std::uint64_t volume = origin->volume(seed, day);
    const std::uint64_t passed = poisson(static_cast<double>(volume) * relay.share, random);
    if (passed == 0) continue;
    const Setup& setup = origin->setup(day);
    const std::uint64_t whole = random.successes(passed, static_cast<std::uint32_t>(relay.survival * 1e6));
    for (const bool survived : {true, false}) {
      const std::uint64_t messages = survived ? whole : passed - whole;
      if (messages == 0) continue;
      Traffic traffic;
      traffic.actor = relay.name;
      traffic.truth = relay.truth;
      traffic.source_ip = *IpAddress::parse(relay.addresses[random.below(relay.addresses.size())]);
      traffic.messages = messages;
      auto& evidence = traffic.evidence;
      evidence.author_domain = origin->settings().author_domain;
      evidence.dkim = setup.signatures;
      if (!survived) {
        for (auto& signature : evidence.dkim) signature.result = report::DkimResult::fail;
      }
      const bool rewritten = !relay.envelope.empty();
      evidence.envelope_from = rewritten ? relay.envelope : setup.envelope;
      evidence.spf = {
          spf_auth(*evidence.envelope_from, rewritten ? report::SpfResult::pass : report::SpfResult::softfail)};
      if (!relay.signs_as.empty()) evidence.dkim.push_back(dkim_auth(relay.signs_as, "fwd", report::DkimResult::pass));
      out.push_back(std::move(traffic));
    }
  }
}

void impersonate(const Impostor& impostor, double times, std::uint64_t seed, Day day, std::vector<Traffic>& out) {
  if (times <= 0 || !impostor.days.holds(day)) return;
  Random random = Random::stream(seed, impostor.name + "/spoof", day_number(day));
  if (uniform(random) >= impostor.active) return;
  const auto messages = static_cast<std::uint64_t>(
      std::llround(times * static_cast<double>(poisson(impostor.daily * (0.5 + uniform(random)), random))));
  Random hosts = Random::stream(seed, impostor.name + "/hosts", impostor.same_hosts ? 0 : day_number(day));
  const std::vector<std::uint32_t> even(impostor.hosts, 1);
  for (const std::uint64_t part : random.share_out(messages, even)) {
    const std::string address =
        format("{}.{}.{}.{}", hosts.between(100, 126), hosts.below(256), hosts.below(256), hosts.between(1, 254));
    const std::string stranger = format("host{}.example{}.test", hosts.below(3), hosts.below(100));
    if (part == 0) continue;
    Traffic traffic;
    traffic.actor = impostor.name;
    traffic.truth = Truth::spoofed;
    traffic.messages = part;
    auto& evidence = traffic.evidence;
    evidence.author_domain = impostor.author_domain;
    if (!impostor.service.empty()) {
      const auto& pool = impostor.service_addresses;
      traffic.source_ip = *IpAddress::parse(pool[hosts.below(pool.size())]);
      evidence.envelope_from = "bounce." + impostor.service;
      evidence.spf = {spf_auth(*evidence.envelope_from, report::SpfResult::pass)};
      evidence.dkim = {dkim_auth(impostor.tenant, "s1", report::DkimResult::pass),
                       dkim_auth(impostor.service, "v1", report::DkimResult::pass)};
    } else {
      traffic.source_ip = *IpAddress::parse(address);
      evidence.envelope_from = impostor.own_envelope ? impostor.author_domain : stranger;
      const bool passes = !impostor.own_envelope && hosts.chance(300'000);
      evidence.spf = {spf_auth(*evidence.envelope_from, passes ? report::SpfResult::pass : report::SpfResult::fail)};
      if (!impostor.dead_selector.empty()) {
        evidence.dkim = {dkim_auth(impostor.author_domain, impostor.dead_selector, report::DkimResult::fail)};
      }
    }
    out.push_back(std::move(traffic));
  }
}

}  // namespace ruagate::sim::loop
