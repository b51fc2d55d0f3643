#include "sim/actors.hpp"

#include <cassert>
#include <stdexcept>

#include "base/format.hpp"

namespace ruagate::sim {
namespace {

IpAddress address_of(const std::string& text) {
  const auto address = IpAddress::parse(text);
  if (!address) throw std::invalid_argument("not an address: " + text);
  return *address;
}

/// Monday is 0.
unsigned weekday_of(Day day) {
  return std::chrono::weekday{day}.iso_encoding() - 1;
}

report::SpfAuth spf_auth(std::string domain, report::SpfResult result) {
  return {.domain = std::move(domain), .scope = report::SpfScope::mfrom, .result = result, .human_result = {}};
}

}  // namespace

std::string_view to_string(Truth truth) {
  switch (truth) {
    case Truth::direct:
      return "direct";
    case Truth::forwarded:
      return "forwarded";
    case Truth::mailing_list:
      return "mailing_list";
    case Truth::spoofed:
      return "spoofed";
  }
  return "";
}

Rhythm Rhythm::every_day(std::uint32_t messages) {
  return office(messages, messages);
}

Rhythm Rhythm::office(std::uint32_t weekday, std::uint32_t weekend) {
  return {.messages = {weekday, weekday, weekday, weekday, weekday, weekend, weekend}};
}

DirectSender::DirectSender(Settings settings) : Actor(settings.name), settings_(std::move(settings)) {
  assert(!settings_.addresses.empty());
}

std::uint64_t DirectSender::volume(std::uint64_t seed, Day day) const {
  if (!settings_.active.holds(day)) return 0;
  Random random = Random::stream(seed, name() + "/volume", day_number(day));
  return random.around(settings_.rhythm.messages[weekday_of(day)], settings_.rhythm.noise_percent);
}

void DirectSender::send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const {
  Random random = Random::stream(seed, name() + "/send", day_number(day));
  const std::vector<std::uint32_t> even(settings_.addresses.size(), 1);
  const auto parts = random.share_out(volume(seed, day), even);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::uint64_t left = parts[i];
    Traffic sound{.actor = name(),
                  .truth = Truth::direct,
                  .source_ip = address_of(settings_.addresses[i]),
                  .evidence = {.author_domain = settings_.author_domain,
                               .envelope_from = settings_.envelope_domain,
                               .envelope_to = {},
                               .dkim = settings_.signatures,
                               .spf = {spf_auth(settings_.envelope_domain, settings_.spf)},
                               .reasons = {}},
                  .messages = 0};
    const auto emit = [&](const Fault& fault) {
      Traffic part = sound;
      part.messages = random.successes(left, fault.ppm);
      if (part.messages == 0) return;
      left -= part.messages;
      if (fault.spf) part.evidence.spf.front().result = *fault.spf;
      if (fault.dkim) {
        for (report::DkimAuth& signature : part.evidence.dkim) signature.result = *fault.dkim;
      }
      out.push_back(std::move(part));
    };
    for (const Fault& fault : settings_.faults) {
      if (fault.days.holds(day)) emit(fault);
    }
    emit({.days = {},
          .ppm = settings_.stray_both_ppm,
          .dkim = report::DkimResult::fail,
          .spf = report::SpfResult::temperror});
    emit({.days = {}, .ppm = settings_.stray_dkim_ppm, .dkim = report::DkimResult::fail, .spf = {}});
    emit({.days = {}, .ppm = settings_.stray_spf_ppm, .dkim = {}, .spf = report::SpfResult::temperror});
    sound.messages = left;
    if (left > 0) out.push_back(std::move(sound));
  }
}

Forwarder::Forwarder(Settings settings) : Actor(settings.name), settings_(std::move(settings)) {
  assert(!settings_.addresses.empty());
}

void Forwarder::send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const {
  Random random = Random::stream(seed, name() + "/forward", day_number(day));
  for (const DirectSender* origin : settings_.origins) {
    const DirectSender::Settings& from = origin->settings();
    const std::uint64_t passed_on = random.successes(origin->volume(seed, day), settings_.share_ppm);
    const std::uint64_t whole = random.successes(passed_on, settings_.survival_ppm);
    for (const bool survived : {true, false}) {
      const std::uint64_t messages = survived ? whole : passed_on - whole;
      if (messages == 0) continue;
      Traffic part{.actor = name(),
                   .truth = settings_.truth,
                   .source_ip = address_of(settings_.addresses[random.below(settings_.addresses.size())]),
                   .evidence = {.author_domain = from.author_domain,
                                .envelope_from = settings_.rewrites_envelope_to.value_or(from.envelope_domain),
                                .envelope_to = {},
                                .dkim = from.signatures,
                                .spf = {},
                                .reasons = {}},
                   .messages = messages};
      for (report::DkimAuth& signature : part.evidence.dkim) {
        if (!survived && signature.result == report::DkimResult::pass) signature.result = report::DkimResult::fail;
      }
      if (settings_.signature) part.evidence.dkim.push_back(*settings_.signature);
      part.evidence.spf = {spf_auth(*part.evidence.envelope_from, settings_.rewrites_envelope_to
                                                                      ? report::SpfResult::pass
                                                                      : report::SpfResult::softfail)};
      out.push_back(std::move(part));
    }
  }
}

Spoofer::Spoofer(Settings settings) : Actor(settings.name), settings_(std::move(settings)) {}

void Spoofer::send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const {
  if (!settings_.active.holds(day)) return;
  Random random = Random::stream(seed, name() + "/spoof", day_number(day));
  if (!random.chance(settings_.active_ppm)) return;
  const std::uint64_t messages = random.around(settings_.messages, settings_.noise_percent);
  const std::vector<std::uint32_t> even(settings_.hosts, 1);
  for (const std::uint64_t part : random.share_out(messages, even)) {
    if (part == 0) continue;
    // 198.18.0.0/15 (RFC 2544) and 100.64.0.0/10 (RFC 6598) belong to nobody who sends mail.
    std::string address;
    if (random.chance(settings_.v6_ppm)) {
      address = format("2001:db8:{:x}:{:x}::{:x}", random.between(0x1000, 0xffff), random.below(0x10000),
                       random.between(1, 0xffff));
    } else if (random.chance(500'000)) {
      address = format("198.{}.{}.{}", random.between(18, 19), random.below(256), random.between(1, 254));
    } else {
      address = format("100.{}.{}.{}", random.between(64, 127), random.below(256), random.between(1, 254));
    }
    const bool own_envelope = random.chance(settings_.own_envelope_ppm);
    const std::string envelope =
        own_envelope ? settings_.author_domain : format("host{}.test", random.between(1, 9999));
    const auto spf = own_envelope ? report::SpfResult::softfail
                                  : (random.chance(400'000) ? report::SpfResult::none : report::SpfResult::fail);
    Traffic traffic{.actor = name(),
                    .truth = Truth::spoofed,
                    .source_ip = address_of(address),
                    .evidence = {.author_domain = settings_.author_domain,
                                 .envelope_from = envelope,
                                 .envelope_to = {},
                                 .dkim = {},
                                 .spf = {spf_auth(envelope, spf)},
                                 .reasons = {}},
                    .messages = part};
    if (settings_.dead_signature) traffic.evidence.dkim = {*settings_.dead_signature};
    out.push_back(std::move(traffic));
  }
}

}  // namespace ruagate::sim
