#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/format.hpp"
#include "base/large_pages.hpp"
#include "base/side_by_side.hpp"
#include "source/describe.hpp"
#include "source/evidence_view.hpp"
#include "source/flows.hpp"
#include "source/known.hpp"
#include "source/replay.hpp"
#include "source/source.hpp"
#include "source/units.hpp"

namespace ruagate::source {

namespace {

Class class_of(const Unit& unit, const FlowSums& sums, const config::ReadinessSettings& settings) {
  if (unit.decision != nullptr) {
    switch (unit.decision->kind) {
      case report::DecisionKind::approve:
        return Class::legitimate;
      case report::DecisionKind::forwarder:
        return Class::forwarder;
      case report::DecisionKind::deny:
        return Class::unauthorized;
      case report::DecisionKind::acknowledge:
        break;
    }
  }
  const bool direct_matters =
      sums.direct_fail > 0 || static_cast<double>(sums.direct()) >= settings.mix_min * static_cast<double>(sums.all());
  if (sums.direct() > 0 && direct_matters) return Class::legitimate;
  // Ties go to the class that asks the owner.
  const std::array<std::pair<std::uint64_t, Class>, 5> classes = {{{sums.direct(), Class::legitimate},
                                                                   {sums.candidate_fail, Class::candidate},
                                                                   {sums.indirect(), Class::forwarder},
                                                                   {sums.unknown, Class::unknown},
                                                                   {sums.spoof, Class::unauthorized}}};
  return std::max_element(classes.begin(), classes.end(),
                          [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

ForwarderKind kind_of(const Unit& unit, const FlowSums& sums) {
  if (unit.service != nullptr && unit.service->kind == ServiceKind::security_gateway) return ForwarderKind::gateway;
  const bool list = unit.service != nullptr && unit.service->kind == ServiceKind::mailing_list;
  return list || unit.list_name || 2 * sums.said_list > sums.all() ? ForwarderKind::mailing_list
                                                                   : ForwarderKind::forwarder;
}

/// Strangers that fail and that nobody vouches for are one line: a swarm has thousands of networks, and a new one
/// every day.
bool is_stranger(const Unit& unit, Class source_class) {
  return source_class == Class::unauthorized && unit.decision == nullptr && unit.strength < 3;
}

class Classifier {
 public:
  Classifier(const report::DomainFacts& facts, const KindNumbers& kinds, const Networks& networks, const Views& views,
             Day today, std::span<const report::Decision> decisions, const config::ReadinessSettings& settings)
      : facts_(facts), today_(today), settings_(settings), views_(views) {
    const auto end = std::upper_bound(facts.cells.begin(), facts.cells.end(), today,
                                      [](Day day, const report::Cell& cell) { return day < cell.day; });
    cells_ = std::span(facts.cells.data(), static_cast<std::size_t>(end - facts.cells.begin()));
    for (const auto& decision : decisions) {
      if (decision.domain == facts.domain) decisions_.push_back(decision);
    }
    // Later decisions rule over earlier ones, wherever they are written down.
    std::stable_sort(decisions_.begin(), decisions_.end(),
                     [](const auto& a, const auto& b) { return a.decided_at < b.decided_at; });
    Names canonical;
    std::vector<std::uint32_t> reporters;
    for (const auto& reporter : facts.reporters) {
      result_.reporters.push_back(canonical_reporter(reporter));
      reporters.push_back(canonical.id(result_.reporters.back()));
    }
    units_ = find_units(facts, cells_, find_kinds(cells_, kinds), views_, networks, decisions_, settings);
    flows_ = find_flows(cells_, reporters, views_, units_, today, decisions_, settings);
  }

  Classified run() {
    sum_up();
    std::vector<std::uint32_t> source_of_unit = make_sources();
    in_order(source_of_unit);
    assign_cells(source_of_unit);
    note_key_abuse(source_of_unit);
    return std::move(result_);
  }

 private:
  void sum_up() {
    recent_.assign(units_.units.size(), {});
    whole_.assign(units_.units.size(), {});
    std::vector<bool> said_list;  // Small, while views are large and cells very many.
    said_list.reserve(views_.evidence.size());
    for (const auto& view : views_.evidence) said_list.push_back(view.said_list);
    const Day recent_from = today_ - days{settings_.class_window - 1};
    const auto add = [&](std::vector<FlowSums>& all, std::size_t kind, const report::Cell& cell) {
      FlowSums& sums = all[units_.of_kind[kind]];
      sums.add(flows_.of_kind[kind], cell.messages);
      if (said_list[cell.evidence]) sums.said_list += cell.messages;
    };
    for (std::size_t kind = 0; kind < units_.of_kind.size(); ++kind) add(whole_, kind, units_.kinds.cells[kind]);
    for (std::size_t i = cells_.size(); i-- > 0 && cells_[i].day >= recent_from;) {
      add(recent_, units_.kinds.of_cell[i], cells_[i]);
    }
  }

  std::vector<std::uint32_t> make_sources() {
    std::vector<std::uint32_t> source_of_unit(units_.units.size(), kNoSource);
    std::unordered_map<std::uint32_t, std::uint32_t> strangers;  // Author -> source.
    for (std::uint32_t number = 0; number < units_.units.size(); ++number) {
      const Unit& unit = units_.units[number];
      if (whole_[number].all() == 0) continue;  // Joined into another unit, or of damaged cells without messages.
      const FlowSums& sums = recent_[number].all() > 0 ? recent_[number] : whole_[number];
      const Class source_class = class_of(unit, sums, settings_);
      if (is_stranger(unit, source_class)) {
        const auto next = static_cast<std::uint32_t>(result_.sources.size());
        const auto [found, added] = strangers.try_emplace(unit.author, next);
        if (added) result_.sources.push_back(strangers_of(unit.author));
        source_of_unit[number] = found->second;
        continue;
      }
      source_of_unit[number] = static_cast<std::uint32_t>(result_.sources.size());
      result_.sources.push_back(make_source(number, source_class, sums));
    }
    return source_of_unit;
  }

  Source make_source(std::uint32_t number, Class source_class, const FlowSums& sums) const {
    const Unit& unit = units_.units[number];
    const UnitFacts& facts = flows_.units[number];
    Source source;
    source.key = unit.key;
    source.name = unit.name;
    source.author_domain = views_.authors[unit.author];
    source.source_class = source_class;
    if (source_class == Class::forwarder) source.kind = kind_of(unit, sums);
    source.evidence = describe(unit, facts, sums);
    source.strength = unit.strength;
    source.service = unit.service;
    source.tag = unit.tag;
    source.score = facts.rule == Rule::score ? facts.score : 0;
    if (unit.decision != nullptr) {
      source.decision = *unit.decision;
      source.critical = unit.decision->critical;
      retire(source, *unit.decision, facts.last);
      source.periodic = unit.decision->periodic;
    }
    return source;
  }

  /// Counts only from the decision on: what a retired sender sends later is judged like anybody's.
  static void retire(Source& source, const report::Decision& decision, Day last) {
    if (!decision.retired) return;
    source.counts_after = decision.decided_at == Instant{} ? Day::max() : day_of(decision.decided_at);
    source.retired = last <= *source.counts_after;
    if (!source.retired) {
      source.evidence.push_back(format("retired on {}, but has sent since", to_iso(*source.counts_after)));
    }
  }

  Source strangers_of(std::uint32_t author) const {
    Source source;
    source.author_domain = views_.authors[author];
    source.key = "spoof:" + source.author_domain;
    source.name = "unauthenticated mail";
    source.source_class = Class::unauthorized;
    source.evidence = {"never an aligned pass, no link to a service the domain uses, nobody vouches for the networks"};
    source.strength = 1;
    return source;
  }

  void assign_cells(const std::vector<std::uint32_t>& source_of_unit) {
    struct Answer {
      std::uint32_t source;
      Flow flow;
    };
    std::vector<Answer> of_kind;
    reserve_large(of_kind, units_.of_kind.size());
    for (std::size_t kind = 0; kind < units_.of_kind.size(); ++kind) {
      const auto source = source_of_unit[units_.of_kind[kind]];
      of_kind.push_back({source, source == kNoSource ? Flow::unknown : flows_.of_kind[kind]});
    }
    // Of all cells, also those after today.
    reserve_large(result_.flows, facts_.cells.size());
    reserve_large(result_.source_of, facts_.cells.size());
    result_.flows.resize(facts_.cells.size(), Flow::unknown);
    result_.source_of.resize(facts_.cells.size(), kNoSource);
    std::vector<std::size_t> sizes(result_.sources.size(), 0);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Answer& answer = of_kind[units_.kinds.of_cell[i]];
      result_.flows[i] = answer.flow;
      result_.source_of[i] = answer.source;
      if (answer.source != kNoSource) ++sizes[answer.source];
    }
    std::vector<std::uint32_t*> places;
    places.reserve(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto& cells = result_.sources[i].cells;
      reserve_large(cells, sizes[i]);
      cells.resize(sizes[i]);
      places.push_back(cells.data());
    }
    for (std::uint32_t i = 0; i < cells_.size(); ++i) {
      if (result_.source_of[i] != kNoSource) *places[result_.source_of[i]]++ = i;
    }
  }

  void note_key_abuse(const std::vector<std::uint32_t>& source_of_unit) {
    for (auto& replay : find_replays(cells_, views_, units_, flows_, today_, settings_)) {
      for (const auto unit : replay.units) {
        if (source_of_unit[unit] == kNoSource) continue;
        Source& source = result_.sources[source_of_unit[unit]];
        if (!source.abused_selector.empty()) continue;
        source.abused_selector = replay.abuse.selector;
        source.evidence.push_back(format(
            "one of {} new addresses that sent {} messages with the domain's own signature ({}) on {}: replayed mail "
            "or a stolen key",
            replay.abuse.addresses, replay.abuse.messages, replay.abuse.selector, to_iso(replay.abuse.day)));
      }
      result_.key_abuse.push_back(std::move(replay.abuse));
    }
  }

  /// By messages, descending; ties by key.
  void in_order(std::vector<std::uint32_t>& source_of_unit) {
    std::vector<std::uint64_t> messages(result_.sources.size(), 0);
    for (std::size_t kind = 0; kind < units_.of_kind.size(); ++kind) {
      const auto source = source_of_unit[units_.of_kind[kind]];
      if (source != kNoSource) messages[source] += units_.kinds.cells[kind].messages;
    }
    std::vector<std::uint32_t> order(result_.sources.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return messages[a] != messages[b] ? messages[a] > messages[b] : result_.sources[a].key < result_.sources[b].key;
    });
    std::vector<Source> sorted;
    sorted.reserve(order.size());
    std::vector<std::uint32_t> place(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      sorted.push_back(std::move(result_.sources[order[i]]));
    }
    result_.sources = std::move(sorted);
    for (auto& source : source_of_unit) {
      if (source != kNoSource) source = place[source];
    }
  }

  const report::DomainFacts& facts_;
  Day today_;
  const config::ReadinessSettings& settings_;
  const Views& views_;
  std::span<const report::Cell> cells_;
  std::vector<report::Decision> decisions_;
  Units units_;
  Flows flows_;
  std::vector<FlowSums> recent_;  // By unit, over the class window.
  std::vector<FlowSums> whole_;
  Classified result_;
};

}  // namespace

std::string_view to_string(Class value) {
  switch (value) {
    case Class::legitimate:
      return "legitimate";
    case Class::candidate:
      return "candidate";
    case Class::forwarder:
      return "forwarder";
    case Class::unauthorized:
      return "unauthorized";
    case Class::unknown:
      break;
  }
  return "unknown";
}

std::string_view to_string(ForwarderKind value) {
  switch (value) {
    case ForwarderKind::mailing_list:
      return "mailing_list";
    case ForwarderKind::gateway:
      return "gateway";
    case ForwarderKind::forwarder:
      break;
  }
  return "forwarder";
}

std::string_view to_string(Flow flow) {
  switch (flow) {
    case Flow::direct_ok:
      return "direct, passes";
    case Flow::direct_fail:
      return "direct, fails";
    case Flow::indirect_ok:
      return "forwarded, passes";
    case Flow::indirect_fail:
      return "forwarded, fails";
    case Flow::candidate_fail:
      return "candidate, fails";
    case Flow::spoof:
      return "unauthorized";
    case Flow::unknown:
      break;
  }
  return "unknown, fails";
}

struct Classifications::Impl {
  Impl(const report::DomainFacts& of, std::span<const report::Decision> decided, const domain::OrgDomains& domains,
       const config::ReadinessSettings& by, const Dns* asked)
      : facts(of), decisions(decided), org_domains(domains), settings(by), dns(asked) {}

  const report::DomainFacts& facts;
  std::span<const report::Decision> decisions;
  const domain::OrgDomains& org_domains;
  const config::ReadinessSettings& settings;
  const Dns* dns;
  std::optional<KindNumbers> kinds;  // As the next: once something is asked.
  Networks networks;
  std::optional<Modes> modes;  // Of the views.
  Views views;
  std::deque<std::pair<Day, std::shared_ptr<const Classified>>> days;  // Newest first.
};

Classifications::Classifications(const report::DomainFacts& facts, std::span<const report::Decision> decisions,
                                 const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings,
                                 const Dns* dns)
    : impl_(std::make_unique<Impl>(facts, decisions, org_domains, settings, dns)) {}
Classifications::~Classifications() = default;
Classifications::Classifications(Classifications&&) noexcept = default;
Classifications& Classifications::operator=(Classifications&&) noexcept = default;

std::shared_ptr<const Classified> Classifications::on(Day today) {
  constexpr std::size_t kKept = 3;  // Days; one of a busy domain takes ten megabytes.
  Impl& it = *impl_;
  for (const auto& [day, classified] : it.days) {
    if (day == today) return classified;
  }
  std::optional<KindNumbers> kinds;
  std::optional<Networks> networks;
  std::optional<Views> views;
  std::vector<std::function<void()>> wanted;  // None needs another.
  if (!it.kinds) {
    wanted.emplace_back([&] { networks = find_networks(it.facts, it.org_domains, it.dns); });
    wanted.emplace_back([&] { kinds = number_kinds(it.facts.cells, it.facts.addresses.size()); });
  }
  const Modes modes = newest_modes(it.facts, today);
  if (it.modes != modes) wanted.emplace_back([&] { views = view_evidence(it.facts, modes, it.org_domains); });
  side_by_side(
      wanted.size(), [&](std::size_t i) { wanted[i](); }, it.facts.cells.size() >= kManyCells);
  if (kinds) {
    it.kinds = std::move(kinds);
    it.networks = std::move(*networks);
  }
  if (views) {
    it.views = std::move(*views);
    it.modes = modes;
  }
  Classifier classifier(it.facts, *it.kinds, it.networks, it.views, today, it.decisions, it.settings);
  auto classified = std::make_shared<const Classified>(classifier.run());
  if (it.days.size() == kKept) it.days.pop_back();
  it.days.emplace_front(today, classified);
  return classified;
}

Classified classify(const report::DomainFacts& facts, Day today, std::span<const report::Decision> decisions,
                    const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings, const Dns* dns) {
  const Views views = view_evidence(facts, newest_modes(facts, today), org_domains);
  const Networks networks = find_networks(facts, org_domains, dns);
  const KindNumbers kinds = number_kinds(facts.cells, facts.addresses.size());
  return Classifier(facts, kinds, networks, views, today, decisions, settings).run();
}

}  // namespace ruagate::source
