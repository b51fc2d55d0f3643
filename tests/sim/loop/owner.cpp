#include "sim/loop/owner.hpp"

#include <algorithm>

namespace ruagate::sim::loop {

std::uint32_t Members::main() const {
  const auto most = [&](auto count) {
    return std::max_element(parts.begin(), parts.end(),
                            [&](const auto& a, const auto& b) { return count(a.second) < count(b.second); });
  };
  auto best = most([](const Part& part) { return part.failing; });
  if (best->second.failing == 0) best = most([](const Part& part) { return part.undermarked; });
  if (best->second.failing == 0 && best->second.undermarked == 0)
    best = most([](const Part& part) { return part.messages; });
  return best->first;
}

std::map<std::string, Members> members_of(const Situation& situation, const domain::OrgDomains& org_domains) {
  std::map<std::string, Members> result;
  const auto& facts = situation.log.facts();
  const auto classified = source::classify(facts, situation.today, situation.decisions, org_domains, {});
  for (const auto& source : classified.sources) {
    Members& members = result[source.key];
    for (int window : {35, 400}) {  // What it sends now; a silent source by its memory.
      for (const auto index : source.cells) {
        const auto& cell = facts.cells[index];
        if (cell.day + days{window} < situation.today) continue;
        auto& part = members.parts[situation.log.actor(index)];
        part.messages += cell.messages;
        if (!source::is_aligned(cell)) part.failing += cell.messages;
        if (cell.dkim_aligned != report::AlignmentResult::pass) part.undermarked += cell.messages;
      }
      if (!members.parts.empty()) break;
    }
  }
  return result;
}

int Owner::delay(std::string_view what, Day today, int low, int high) const {
  Random random = Random::stream(history_.seed, std::string("owner/").append(what), day_number(today));
  return static_cast<int>(random.between(static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high)));
}

void Owner::act(Day day) {
  for (auto repair = repairs_.begin(); repair != repairs_.end();) {
    if (repair->second > day) {
      ++repair;
      continue;
    }
    Stream& stream = *history_.streams[repair->first];
    stream.change(day, stream.sound);
    repaired_[repair->first] = day;
    repair = repairs_.erase(repair);
  }
  for (auto answer = answers_.begin(); answer != answers_.end();) {
    if (answer->second.first > day) {
      ++answer;
      continue;
    }
    answer->second.second.decided_at = Instant{day};
    decisions_.push_back(answer->second.second);
    answer = answers_.erase(answer);
  }
  if (acknowledge_ && *acknowledge_ <= day && !acknowledged_) {
    report::Decision decision;
    decision.domain = history_.domain;
    decision.kind = report::DecisionKind::acknowledge;
    decision.decided_at = Instant{day};
    decisions_.push_back(decision);
    acknowledged_ = true;
  }
}

std::optional<Day> Owner::repaired(std::size_t stream) const {
  const auto found = repaired_.find(stream);
  return found == repaired_.end() ? std::nullopt : std::optional<Day>(found->second);
}

void Owner::plan_repair(std::size_t stream, const std::string& code, Day today) {
  const Setup& setup = history_.streams[stream]->setup(today);
  if (setup.code == "none" && setup.signing == "none") return;
  const bool right = code.empty() || code == setup.code || code == setup.signing;
  const Day day = today + days{right ? delay(history_.streams[stream]->name(), today, 2, 14)
                                     : delay(history_.streams[stream]->name(), today, 14, 28)};
  const auto [planned, is_new] = repairs_.try_emplace(stream, day);
  if (!is_new) planned->second = std::min(planned->second, day + days{right ? 0 : 365});
}

void Owner::plan_answer(const std::string& key, const Members& members, Day today, bool retired) {
  if (answers_.contains(key)) return;
  const bool told = std::any_of(decisions_.begin(), decisions_.end(), [&](const auto& decision) {
    return decision.what == key && decision.retired == retired;
  });
  if (told) return;
  report::Decision decision;
  decision.domain = history_.domain;
  decision.what = key;
  decision.decided_by = "owner";
  decision.retired = retired;
  switch (actors_[members.main()].role) {
    case Actor::Role::stream:
      decision.kind = report::DecisionKind::approve;
      break;
    case Actor::Role::impostor:
      decision.kind = report::DecisionKind::deny;
      break;
    case Actor::Role::forwarder:
    case Actor::Role::list:
    case Actor::Role::gateway:
      decision.kind = report::DecisionKind::forwarder;
      break;
  }
  answers_.emplace(key, std::pair{today + days{delay(key, today, 0, 10)}, decision});
}

void Owner::hear(const Situation& situation, const Opinion& opinion) {
  const Day today = situation.today;
  if (opinion.wants_acknowledgement && !acknowledge_) acknowledge_ = today + days{delay("acknowledge", today, 0, 10)};
  for (const Named& named : opinion.named) {
    if (named.key.empty()) {
      plan_repair(named.stream, named.code, today);
      continue;
    }
    if (!members_.contains(named.key) || !looked_ || *looked_ + days{7} <= today) {
      members_ = members_of(situation, org_domains_);
      looked_ = today;
    }
    const auto found = members_.find(named.key);
    if (found == members_.end() || found->second.parts.empty()) continue;
    if (named.undecided) {
      plan_answer(named.key, found->second, today);
      continue;
    }
    const Actor& main = actors_[found->second.main()];
    if (main.role != Actor::Role::stream) {
      plan_answer(named.key, found->second, today);  // "That is not mine."
      continue;
    }
    const bool gone = history_.streams[main.stream]->settings().active.to < today;
    if (gone) {
      plan_answer(named.key, found->second, today, true);
      continue;
    }
    for (const auto& [actor, part] : found->second.parts) {
      if (actors_[actor].role == Actor::Role::stream) plan_repair(actors_[actor].stream, named.code, today);
    }
  }
}

}  // namespace ruagate::sim::loop
