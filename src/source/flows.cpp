#include "source/flows.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/large_pages.hpp"
#include "source/disjoint_sets.hpp"
#include "source/score.hpp"
#include "source/unit_names.hpp"

namespace ruagate::source {

namespace {

constexpr int kUnitWindow = 90;              // Days up to a unit's last message over which the rules look at it.
constexpr std::uint64_t kSwarmMessages = 5;  // At most so many from each network,
constexpr std::size_t kSwarm = 10;           // and from at least so many networks.

class Walk {
 public:
  Walk(std::span<const report::Cell> cells, std::span<const std::uint32_t> reporters, const Views& views, Units& units,
       Day today, const config::ReadinessSettings& settings)
      : cells_(cells),
        reporters_(reporters),
        views_(views),
        units_(units),
        kinds_(units.kinds),
        today_(today),
        settings_(settings) {
    // Views are large and cells very many: what every pass asks is looked up once for each kind.
    marks_.reserve(kinds_.cells.size());
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto& seen = views.evidence[kinds_.cells[kind].evidence];
      const bool by_spf = spf_aligned(kinds_.cells[kind], seen);
      const bool by_dkim = dkim_aligned(kinds_.cells[kind], seen);
      const bool on_the_way = units.passed_on[kind] && !by_spf && !by_dkim;
      marks_.push_back(static_cast<std::uint8_t>((by_spf ? kBySpf : 0U) | (by_dkim ? kByDkim : 0U) |
                                                 (seen.said_indirect ? kSaidIndirect : 0U) |
                                                 (on_the_way ? kPassedOn : 0U)));
    }
  }

  Flows run(std::span<const report::Decision> decisions) {
    const Homes homes(cells_, views_, units_, settings_);
    pass_flows(homes);
    join_homes(homes);
    attach_key_decisions(units_.units, decisions);
    gather(homes);
    mark_others_accounts();
    judge();
    settle();
    return std::move(result_);
  }

 private:
  static constexpr unsigned kBySpf = 1;
  static constexpr unsigned kByDkim = 2;
  static constexpr unsigned kSaidIndirect = 4;
  static constexpr unsigned kPassedOn = 8;  // With the signature of a sender elsewhere, not the owner's.

  const EvidenceView& view(std::size_t cell) const { return views_.evidence[cells_[cell].evidence]; }
  // All of a kind.
  Flow& flow(std::size_t kind) { return result_.of_kind[kind]; }
  bool by_spf(std::size_t kind) const { return (marks_[kind] & kBySpf) != 0; }
  bool passes(std::size_t kind) const { return (marks_[kind] & (kBySpf | kByDkim)) != 0; }
  bool said_indirect(std::size_t kind) const { return (marks_[kind] & kSaidIndirect) != 0; }
  bool passed_on(std::size_t kind) const { return (marks_[kind] & kPassedOn) != 0; }
  bool decided(std::uint32_t unit, report::DecisionKind kind) const {
    const auto* decision = units_.units[unit].decision;
    return decision != nullptr && decision->kind == kind;
  }

  /// F1 to F3. Everything else is `unknown` for now.
  void pass_flows(const Homes& homes) {
    result_.of_kind.assign(kinds_.cells.size(), Flow::unknown);
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      if (by_spf(kind)) {
        flow(kind) = Flow::direct_ok;
      } else if (passes(kind)) {
        const auto& seen = views_.evidence[kinds_.cells[kind].evidence];
        flow(kind) = homes.is_home(seen, units_.of_kind[kind]) ? Flow::direct_ok : Flow::indirect_ok;
      }
    }
  }

  /// Networks from which a selector's mail starts are the owner's, and one system where they share the selector.
  void join_homes(const Homes& homes) {
    std::vector<std::uint32_t> order(units_.units.size());  // By first message, then by key.
    std::vector<int> first(units_.units.size(), 0);
    std::vector<bool> seen(units_.units.size(), false);
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto unit = units_.of_kind[kind];
      if (!seen[unit]) first[unit] = day_number(kinds_.cells[kind].day);  // In order of first appearance.
      seen[unit] = true;
    }
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return first[a] != first[b] ? first[a] < first[b] : units_.units[a].key < units_.units[b].key;
    });
    DisjointSets sets(units_.units.size() + views_.selectors.size() * views_.authors.size());
    std::vector<bool> joined(units_.units.size(), false);
    for (const auto& [number, selector] : homes.by_signature()) {
      const Unit& unit = units_.units[number];
      if (unit.basis != Basis::network || unit.key.starts_with("net:none")) continue;
      joined[number] = true;
      if (!is_named_selector(views_, selector)) continue;
      sets.join(number, units_.units.size() + selector * views_.authors.size() + unit.author);
    }
    std::unordered_map<std::size_t, std::uint32_t> representative;
    std::vector<std::uint32_t> becomes(units_.units.size());
    for (const auto number : order) {
      becomes[number] = number;
      if (!joined[number]) continue;
      const auto [found, is_first] = representative.try_emplace(sets.root(number), number);
      becomes[number] = found->second;
      if (is_first) make_own(units_.units[number]);
    }
    for (auto& unit : units_.of_kind) unit = becomes[unit];
  }

  /// Cells come by day, so a cell's day is the newest or a new one: no search is needed.
  static void add_to_newest(std::map<int, std::uint64_t>& by_day, const report::Cell& cell) {
    const int day = day_number(cell.day);
    if (by_day.empty() || by_day.rbegin()->first != day) by_day.emplace_hint(by_day.end(), day, 0);
    by_day.rbegin()->second += cell.messages;
  }

  /// By kind, the first day on which the rules look at its unit: that of the window, or of the run before the newest
  /// where a sender is silent for as long as a quarter between two.
  std::vector<Day> unit_windows() const {
    constexpr days kRun{10};     // A run lasts no longer,
    constexpr days kNewest{30};  // and what lies so far back is another.
    std::vector<Day> before(units_.units.size());
    std::vector<bool> sends_on(units_.units.size(), false);  // The same mail before and now: it may never have stopped.
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto number = units_.of_kind[kind];
      const Day newest_run = result_.units[number].last - kNewest;
      if (kinds_.last[kind] <= newest_run) {
        before[number] = std::max<Day>(before[number], kinds_.last[kind]);
      } else if (kinds_.cells[kind].day <= newest_run) {
        sends_on[number] = true;
      }
    }
    std::vector<Day> from;
    from.reserve(kinds_.cells.size());
    for (const auto number : units_.of_kind) {
      const Day usual = result_.units[number].last - days{kUnitWindow - 1};
      const bool was_silent = before[number] != Day{} && before[number] < usual && !sends_on[number];
      from.push_back(was_silent ? before[number] - kRun : usual);
    }
    return from;
  }

  /// Sums over each unit, and what its unexplained failing mail looks like.
  void gather(const Homes& homes) {
    auto& facts = result_.units;
    facts.assign(units_.units.size(), {});
    std::vector<report::SmallDay> ok_day(units_.units.size());
    std::vector<bool> seen(units_.units.size(), false);
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto& all = kinds_.cells[kind];
      auto& unit = facts[units_.of_kind[kind]];
      if (!seen[units_.of_kind[kind]]) unit.first = all.day;
      seen[units_.of_kind[kind]] = true;
      unit.last = std::max<Day>(unit.last, kinds_.last[kind]);
      if (by_spf(kind)) unit.spf_aligned += all.messages;
      if (marks_[kind] == 0) unit.failing += all.messages;
    }
    const std::vector<Day> from = unit_windows();
    struct Asked {            // All that is asked of a cell's kind: cells are very many, kinds are not near each other.
      report::SmallDay from;  // Of the unit's window.
      std::uint32_t unit = 0;
      bool direct_ok = false;
      bool indirect_ok = false;
      bool suspect = false;
      bool is_unsigned = false;
    };
    std::vector<Asked> of_kind;
    reserve_large(of_kind, kinds_.cells.size());
    bool any_suspect = false;
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto number = units_.of_kind[kind];
      const bool suspect = marks_[kind] == 0 && !units_.units[number].passers_by;
      of_kind.push_back({from[kind], number, flow(kind) == Flow::direct_ok,
                         flow(kind) == Flow::indirect_ok || passed_on(kind), suspect, (marks_[kind] & kByDkim) == 0});
      any_suspect |= suspect;
    }
    Day newest = Day::min();
    std::uint64_t* of_newest = nullptr;  // What the owner sent on that day.
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const auto& cell = cells_[i];
      const Asked& kind = of_kind[kinds_.of_cell[i]];
      if (kind.direct_ok) {  // Cells come by day.
        if (of_newest == nullptr || newest != cell.day) of_newest = &owner_by_day_[day_number(cell.day)];
        newest = cell.day;
        *of_newest += cell.messages;
        if (kind.is_unsigned) add_to_newest(unsigned_by_day_, cell);
      }
      if (cell.day < kind.from) continue;
      auto& unit = facts[kind.unit];
      unit.messages += cell.messages;
      if (kind.indirect_ok) unit.indirect_ok += cell.messages;
      if (kind.direct_ok) {
        unit.direct_ok += cell.messages;
        if (unit.direct_ok_days == 0 || ok_day[kind.unit] != cell.day) ++unit.direct_ok_days;
        ok_day[kind.unit] = cell.day;
      }
    }
    suspects_.assign(units_.units.size(), {});
    foreign_host_.assign(units_.units.size(), 0);
    selector_passed_.assign(units_.units.size(), 0);
    for (std::size_t i = 0; any_suspect && i < cells_.size(); ++i) {
      const Asked& kind = of_kind[kinds_.of_cell[i]];
      if (kind.suspect && cells_[i].day >= kind.from) add_suspect(homes, i);
    }
    find_swarms();
  }

  /// Who has an account at a sending service does not send through a stranger's: such mail is somebody's who uses the
  /// same service.
  void mark_others_accounts() {
    std::set<std::pair<const Service*, std::uint32_t>> has_account;  // (service, author)
    for (std::uint32_t number = 0; number < units_.units.size(); ++number) {
      const Unit& unit = units_.units[number];
      if (unit.service == nullptr || !sends_for_customers(unit.service->kind)) continue;
      const bool proven = result_.units[number].direct_ok >= settings_.legit_min_ok;
      if (proven || decided(number, report::DecisionKind::approve)) has_account.emplace(unit.service, unit.author);
    }
    for (auto& unit : units_.units) {
      if (unit.service == nullptr || unit.strength < 3 || unit.tag.empty() || unit.tag == kOwnerTag) continue;
      // An account's number below the service's own domain is nobody else's name.
      const bool service_name = !known_dkim_suffix(unit.tag).empty() || !known_spf_suffix(unit.tag).empty();
      unit.others_account = !service_name && has_account.contains({unit.service, unit.author});
    }
  }

  void add_suspect(const Homes& homes, std::size_t i) {
    const auto number = units_.of_cell(i);
    const auto& cell = cells_[i];
    const auto& seen = view(i);
    auto& suspect = suspects_[number];
    add_to_newest(suspect.by_day, cell);
    suspect.messages += cell.messages;
    const auto note = [](std::vector<std::uint32_t>& list, std::uint32_t value) {
      if (list.size() <= 64 && std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
    };
    note(suspect.reporters, reporters_[cell.reporter]);
    if (seen.envelope != kNone) note(suspect.envelopes, seen.envelope);
    if (!seen.foreign_dkim.empty()) suspect.signed_by_other += cell.messages;
    if (seen.own_envelope_fails) suspect.with_own_envelope += cell.messages;
    if (!seen.foreign_spf.empty()) suspect.with_others_envelope += cell.messages;
    const bool known = std::any_of(seen.broken_selectors.begin(), seen.broken_selectors.end(), [&](auto selector) {
      return homes.passed(selector) >= settings_.legit_min_ok && !homes.is_home(selector, number);
    });
    if (known) {
      for (const auto selector : seen.broken_selectors) {
        selector_passed_[number] = std::max(selector_passed_[number], homes.passed(selector));
      }
      suspect.with_known_selector += cell.messages;
      if (const auto place = suspect.known_from.find(cell.address); place != suspect.known_from.end()) {
        if (place->second < cell.day) suspect.came_back += cell.messages;
      } else if (suspect.known_from.size() < 64) {
        suspect.known_from.emplace(cell.address, cell.day);
      }
      const auto* service = units_.units[number].service;
      const bool gateway = service != nullptr && service->kind == ServiceKind::security_gateway;
      const bool bulk = service != nullptr && sends_for_customers(service->kind);
      if (gateway || (!seen.foreign_spf.empty() && !bulk)) foreign_host_[number] += cell.messages;
    }
  }

  /// Marks units that were part of a day on which ten or more strange networks sent a few messages each, all with
  /// the same envelope domain.
  void find_swarms() {
    struct Group {
      std::vector<std::uint32_t> members;
      std::size_t passers_by = 0;
    };
    std::map<std::pair<int, std::uint32_t>, Group> groups;
    for (std::uint32_t number = 0; number < suspects_.size(); ++number) {
      const auto& unit = units_.units[number];
      const auto& suspect = suspects_[number];
      if (unit.basis != Basis::network || suspect.by_day.size() > 3 || suspect.envelopes.size() > 1) continue;
      const auto envelope = suspect.envelopes.empty() ? kNone : suspect.envelopes.front();
      for (const auto& [day, messages] : suspect.by_day) {
        if (messages <= kSwarmMessages) groups[{day, envelope}].members.push_back(number);
      }
    }
    for (std::size_t kind = 0; kind < kinds_.cells.size(); ++kind) {
      const auto& cell = kinds_.cells[kind];
      if (cell.messages > kSwarmMessages || !units_.units[units_.of_kind[kind]].passers_by) continue;
      const auto group = groups.find({day_number(cell.day), views_.evidence[cell.evidence].envelope});
      if (group != groups.end()) ++group->second.passers_by;
    }
    for (const auto& [key, group] : groups) {
      if (group.members.size() + group.passers_by < kSwarm) continue;
      for (const auto number : group.members) suspects_[number].in_swarm = true;
    }
  }

  /// The flow of each unit's unexplained failing mail: F0 and F5 to F10.
  void judge() {
    for (std::uint32_t number = 0; number < units_.units.size(); ++number) {
      auto& facts = result_.units[number];
      const auto [rule, flow] = failing_rule(number);
      facts.rule = rule;
      facts.failing_flow = flow;
      if (units_.units[number].passers_by) facts.failing_flow = Flow::spoof;
      if (rule != Rule::score || facts.failing == 0 || units_.units[number].passers_by) continue;
      auto points = score(units_.units[number], suspects_[number], owner_by_day_, today_);
      facts.score = points.points;
      facts.points = std::move(points.words);
      facts.failing_flow = facts.score >= settings_.cand_score    ? Flow::candidate_fail
                           : facts.score <= settings_.spoof_score ? Flow::spoof
                                                                  : Flow::unknown;
    }
  }

  std::pair<Rule, Flow> failing_rule(std::uint32_t number) const {
    const Unit& unit = units_.units[number];
    const UnitFacts& facts = result_.units[number];
    const auto share = [&](std::uint64_t part) {
      return static_cast<double>(part) >= settings_.mix_min * static_cast<double>(facts.messages);
    };
    if (decided(number, report::DecisionKind::approve)) return {Rule::decision, Flow::direct_fail};
    if (decided(number, report::DecisionKind::forwarder)) return {Rule::decision, Flow::indirect_fail};
    if (decided(number, report::DecisionKind::deny)) return {Rule::decision, Flow::spoof};
    if (unit.service != nullptr && unit.strength >= 2 &&
        (unit.service->kind == ServiceKind::forwarder || unit.service->kind == ServiceKind::mailing_list)) {
      return {Rule::forwarding_kind, Flow::indirect_fail};
    }
    if (facts.indirect_ok > 0 && facts.indirect_ok >= facts.direct_ok && share(facts.indirect_ok)) {
      return {Rule::survivors, Flow::indirect_fail};
    }
    if (broken_on_the_way(number)) return {Rule::broken_signature, Flow::indirect_fail};
    if (is_in_others_envelope(number)) return {Rule::others_envelope, Flow::indirect_fail};
    const bool proven = facts.direct_ok >= settings_.legit_min_ok && facts.direct_ok_days >= 2;
    // A customer of a sending service is proven by a few aligned messages; elsewhere they must be a fair part.
    const bool customer = unit.service != nullptr && sends_for_customers(unit.service->kind) && unit.strength >= 3;
    if (proven && (customer || share(facts.direct_ok))) return {Rule::proven_sender, Flow::direct_fail};
    if (unit.basis == Basis::own && facts.spf_aligned > 0) return {Rule::own_network, Flow::direct_fail};
    if (unit.own_tenant) return {Rule::own_network, Flow::direct_fail};
    return {Rule::score, Flow::unknown};
  }

  /// F5 without a list of forwarders. Anyone can have a mailbox at such a place and pretend: it is passing on only
  /// where it lasts and is little beside what the domain sends so that it can arrive like this.
  bool is_in_others_envelope(std::uint32_t number) const {
    constexpr std::uint64_t kTimesLess = 20;
    const auto& suspect = suspects_[number];
    if (suspect.by_day.size() < 3 || result_.units[number].direct_ok > 0) return false;
    if (!is_readdressed(units_.units[number], suspect)) return false;
    const int first = suspect.by_day.begin()->first;
    const int last = suspect.by_day.rbegin()->first;
    if (last - first < 7) return false;
    // What was signed arrives with its signature, whole or broken; only mail sent without can arrive without.
    const auto& sent_by_day = 2 * suspect.with_known_selector >= suspect.messages ? owner_by_day_ : unsigned_by_day_;
    std::uint64_t sent = 0;
    for (auto day = sent_by_day.lower_bound(first); day != sent_by_day.end() && day->first <= last; ++day) {
      sent += day->second;
    }
    return kTimesLess * suspect.messages <= sent;
  }

  /// F7: the owner's signature is there, its selector is good, and it broke at somebody else's.
  bool broken_on_the_way(std::uint32_t number) const {
    const auto& suspect = suspects_[number];
    if (suspect.messages == 0 || 2 * suspect.with_known_selector < suspect.messages) return false;
    if (units_.units[number].basis == Basis::own) return false;
    // Anyone can paste a signature. What passes mail on does so again and again, from a place of its own, and never
    // more than was sent.
    if (2 * suspect.came_back < suspect.with_known_selector) return false;
    if (suspect.by_day.size() < 3 || suspect.by_day.rbegin()->first - suspect.by_day.begin()->first < 7) return false;
    if (10 * suspect.with_known_selector > selector_passed_[number]) return false;
    if (2 * foreign_host_[number] >= suspect.messages) return true;
    if (suspect.by_day.size() < 10) return false;
    const int last = suspect.by_day.rbegin()->first;
    const int from = std::max(suspect.by_day.begin()->first, last - 55);
    return rank_correlation(suspect.by_day, owner_by_day_, from, last) >= 0.5;
  }

  /// Gives failing mail its flow, and passing mail the one its unit's decision asks for.
  void settle() {
    for (std::size_t i = 0; i < kinds_.cells.size(); ++i) {
      const auto number = units_.of_kind[i];
      if (passes(i)) {
        if (decided(number, report::DecisionKind::approve)) flow(i) = Flow::direct_ok;
        if (decided(number, report::DecisionKind::forwarder)) flow(i) = Flow::indirect_ok;
      } else if ((said_indirect(i) || passed_on(i)) && units_.units[number].decision == nullptr) {
        flow(i) = Flow::indirect_fail;
      } else {
        flow(i) = result_.units[number].failing_flow;
      }
    }
  }

  std::span<const report::Cell> cells_;
  std::span<const std::uint32_t> reporters_;
  const Views& views_;
  Units& units_;
  const Kinds& kinds_;
  Day today_;
  const config::ReadinessSettings& settings_;
  Flows result_;
  std::vector<std::uint8_t> marks_;  // By kind.
  std::vector<Suspect> suspects_;
  std::vector<std::uint64_t> foreign_host_;     // Broken signatures on somebody else's own infrastructure, by unit.
  std::vector<std::uint64_t> selector_passed_;  // What passed with the largest of their selectors.
  std::map<int, std::uint64_t> owner_by_day_;
  std::map<int, std::uint64_t> unsigned_by_day_;  // Of it, what passes by SPF alone.
};

}  // namespace

Flows find_flows(std::span<const report::Cell> cells, std::span<const std::uint32_t> reporters, const Views& views,
                 Units& units, Day today, std::span<const report::Decision> decisions,
                 const config::ReadinessSettings& settings) {
  return Walk(cells, reporters, views, units, today, settings).run(decisions);
}

}  // namespace ruagate::source
