#include "readiness/dns_health.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/format.hpp"
#include "domain/name.hpp"
#include "readiness/advice_texts.hpp"
#include "readiness/gates.hpp"
#include "source/dns.hpp"

namespace ruagate::readiness {

namespace {

constexpr int kMostLookups = 10;     // RFC 7208 4.6.4
constexpr int kMostVoidLookups = 2;  // Likewise.
constexpr int kLeastBits = 1024;     // RFC 8301 3.2
constexpr std::uint64_t kLive = 20;  // A selector is live from so many messages in the window on.

/// By what the domain's direct mail passes.
struct Reliance {
  std::uint64_t all = 0;
  std::uint64_t spf_alone = 0;
  std::map<std::pair<std::string, std::string>, std::uint64_t> selectors;  ///< (d=, selector): signed with it.
  std::map<std::pair<std::string, std::string>, std::uint64_t> alone;      ///< And nothing else passes.
};

Reliance reliance_of(const World& world) {
  Reliance result;
  for (std::size_t i = 0; i < world.facts.cells.size(); ++i) {
    const auto& cell = world.facts.cells[i];
    const int day = day_number(cell.day);
    if (day < world.from || day > world.end || world.classified.flows[i] != source::Flow::direct_ok) continue;
    result.all += cell.messages;
    const bool by_spf = cell.spf_aligned == report::AlignmentResult::pass;
    const bool by_dkim = cell.dkim_aligned == report::AlignmentResult::pass;
    if (by_spf && !by_dkim) result.spf_alone += cell.messages;
    if (!by_dkim) continue;
    std::vector<std::pair<std::string, std::string>> own;
    for (const auto& signature : world.facts.evidence[cell.evidence].dkim) {
      if (signature.result != report::DkimResult::pass || signature.selector.empty()) continue;
      if (domain::is_same_or_below(signature.domain, world.facts.domain)) {
        own.emplace_back(signature.domain, signature.selector);
      }
    }
    for (const auto& selector : own) result.selectors[selector] += cell.messages;
    if (own.size() == 1 && !by_spf) result.alone[own.front()] += cell.messages;
  }
  return result;
}

bool is_over_limit(const source::Dns::Spf& spf) {
  return spf.permerror || spf.lookups > kMostLookups || spf.void_lookups > kMostVoidLookups;
}

void check_spf(const World& world, const source::Dns& dns, const Reliance& relies, DnsHealth& health) {
  const auto spf = dns.spf(world.facts.domain);
  if (!spf) return;
  health.checked = true;
  AdviceNames names;
  names.domain = names.envelope = names.policy_domain = world.facts.domain;
  const auto fault = [&](std::string_view code) { health.faults.push_back(advice_text(code, names)); };
  const bool over = is_over_limit(*spf);
  if (spf->records == 0) {
    fault("spf_missing");
  } else if (spf->records > 1) {
    fault("spf_duplicate");
  } else if (over) {
    fault("spf_over_limit");
  }
  if (spf->plus_all) fault("spf_plus_all");
  if (relies.all > 0 && (over || spf->records != 1)) {
    health.broken_share += static_cast<double>(relies.spf_alone) / static_cast<double>(relies.all);
  }
}

void check_keys(const source::Dns& dns, const Reliance& relies, DnsHealth& health) {
  for (const auto& [selector, messages_signed] : relies.selectors) {
    if (messages_signed < kLive) continue;
    const auto key = dns.dkim_key(selector.first, selector.second);
    if (!key) continue;
    health.checked = true;
    AdviceNames names;
    names.selector = selector.second + "._domainkey." + selector.first;
    if (!key->present) {
      health.faults.push_back(advice_text("dkim_key_missing", names));
      const auto alone = relies.alone.find(selector);
      if (alone != relies.alone.end()) {
        health.broken_share += static_cast<double>(alone->second) / static_cast<double>(relies.all);
      }
    } else if (key->bits > 0 && key->bits < kLeastBits) {
      health.faults.push_back(
          format("The key of {} has {} bits, and receivers ignore fewer than {}: sign with a new "
                 "selector and 2048 bits.",
                 names.selector, key->bits, kLeastBits));
    }
  }
}

}  // namespace

DnsHealth dns_health(const World& world) {
  DnsHealth health;
  if (world.question.dns == nullptr) return health;
  const Reliance relies = reliance_of(world);
  check_spf(world, *world.question.dns, relies, health);
  check_keys(*world.question.dns, relies, health);
  return health;
}

bool spf_is_full(const World& world) {
  if (world.question.dns != nullptr) {
    const auto spf = world.question.dns->spf(world.facts.domain);
    if (spf) return spf->records == 1 && is_over_limit(*spf);
  }
  std::uint64_t given_up = 0;
  for (const auto& stats : world.stats) {
    for (const auto index : source::cells_between(world.source(stats), world.facts, day_from_number(world.from),
                                                  day_from_number(world.end))) {
      const auto& cell = world.facts.cells[index];
      const auto& spf = world.facts.evidence[cell.evidence].spf;
      const bool gave_up = std::any_of(spf.begin(), spf.end(), [&](const report::SpfAuth& result) {
        return result.result == report::SpfResult::permerror && result.domain == world.facts.domain;
      });
      if (gave_up) given_up += cell.messages;
    }
  }
  return given_up >= kLive;
}

}  // namespace ruagate::readiness
