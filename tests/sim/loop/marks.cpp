#include "sim/loop/marks.hpp"

#include <algorithm>
#include <cstdio>

#include "base/format.hpp"
#include "readiness/ladder.hpp"

namespace ruagate::sim::loop {

namespace {

constexpr auto kLadder = readiness::Ladder::pct;
constexpr int kLag = 2;
constexpr std::uint64_t kVisible = 20;  // Failing messages from which on a sender can be seen to be weak.
const config::ReadinessSettings kSettings;

readiness::Thresholds limits(std::size_t step) {
  return readiness::thresholds_for(std::max<std::size_t>(step, 1), kLadder, kSettings);
}

std::size_t last_step() {
  return readiness::steps(kLadder).size() - 1;
}

Kind kind_of(source::Class source_class) {
  switch (source_class) {
    case source::Class::legitimate:
      return Kind::legitimate;
    case source::Class::candidate:
      return Kind::candidate;
    case source::Class::forwarder:
      return Kind::forwarder;
    case source::Class::unauthorized:
      return Kind::unauthorized;
    case source::Class::unknown:
      break;
  }
  return Kind::unknown;
}

}  // namespace

void Marks::tell(Day day, std::string_view what, std::string_view whom) const {
  if (trace_) std::fputs(format("  {} {}: {}\n", to_iso(day), what, whom).c_str(), stderr);
}

bool Marks::weak(std::size_t stream, Day today, std::size_t step, std::string* code) const {
  const Stream& it = *history_.streams[stream];
  const auto th = limits(step);
  const Setup& setup = it.setup(today);
  if (setup.aligned() < th.p_min) {
    if (code != nullptr) *code = setup.code;
    return true;
  }
  if (!th.rejects || setup.signed_share() >= kSettings.dkim_min) return false;
  if (code != nullptr) *code = setup.signing;
  return true;
}

bool Marks::can_be_seen(std::size_t stream, Day today, std::size_t step) const {
  const Stream& it = *history_.streams[stream];
  if (it.settings().active.from > today) return false;
  const auto seen = mail_.sum(stream, it.since(today), today - days{kLag});
  const bool by_spf = it.setup(today).aligned() >= limits(step).p_min;
  return (by_spf ? seen.reported_unsigned : seen.reported_failed) >= kVisible;
}

/// By what it sends: a rare sender counts as its mean over its period.
bool Marks::matters(std::size_t stream, Day today) const {
  double own = 0;
  double all = 0;
  for (std::size_t i = 0; i < history_.streams.size(); ++i) {
    double volume = 0;
    const Stream& it = *history_.streams[i];
    const int back = it.is_rare() ? 92 : 28;
    for (int day = 0; day < back; ++day) volume += it.expected(today - days{day});
    if (i == stream) own = it.is_rare() ? volume : volume;
    all += volume * 28.0 / back;
  }
  return own >= kSettings.material_msgs || own >= kSettings.material_share * all;
}

double Marks::harm_now(Day day, std::size_t step) const {
  std::uint64_t all = 0;
  std::uint64_t failed = 0;
  for (std::size_t i = 0; i < history_.streams.size(); ++i) {
    const auto sum = mail_.sum(i, day - days{2}, day);
    all += sum.sent;
    failed += sum.failed;
  }
  return all == 0 ? 0 : limits(step).fraction * static_cast<double>(failed) / static_cast<double>(all);
}

void Marks::count_harm(Day day, std::size_t step, Outcome& outcome) const {
  Toll& toll = step == last_step() ? outcome.reject : outcome.ramp;
  const bool should_go_back = limits(step).fraction * failing_share(history_, day, false) > 2 * limits(step).harm_max;
  for (std::size_t i = 0; i < history_.streams.size(); ++i) {
    const StreamDay& mail = mail_.of(i, day);
    toll.legitimate += mail.sent;
    toll.harmed += mail.harmed;
    if (mail.harmed == 0 || !weak(i, day, step, nullptr)) continue;
    if (history_.streams[i]->setup(day).aligned() >= limits(step).p_min) continue;
    const Stream& stream = *history_.streams[i];
    const Day since = stream.since(day);
    const bool seen_before = raised_ && mail_.sum(i, since, *raised_ - days{kLag}).reported_failed >= kVisible;
    const bool overlooked = should_go_back && mail_.sum(i, since, day - days{5}).reported_failed >= kVisible;
    if (!seen_before && !overlooked) continue;
    toll.avoidable += mail.harmed;
    if (asked_.contains(i)) toll.asked += mail.harmed;
  }
}

void Marks::end_day(Day day, std::size_t step, Outcome& outcome) {
  if (step == 0) return;
  ++outcome.enforced_days;
  count_harm(day, step, outcome);
  const double most = 2 * limits(step).harm_max;
  const bool now = harm_now(day, step) > most;
  const bool to_come = limits(step).fraction * failing_share(history_, day, false) > most;
  if (now || to_come) last_real_ = day;
  const bool bad = now && to_come;
  if (bad && !onset_ && (!last_bad_ || *last_bad_ + days{1} < day)) onset_ = day;
  if (bad) last_bad_ = day;
}

void Marks::step_changed(std::size_t from, std::size_t to, Outcome& outcome) {
  if (trying_ && to > from) outcome.held.push_back(held_);
  held_ = 0;
  trying_ = false;
  onset_.reset();
}

Raise Marks::raise_of(Day today, std::size_t step) {
  const auto th = limits(step);
  Raise raise;
  raise.step = step;
  raise.day = static_cast<int>((today - kFirstDay).count());
  raise.wrong = th.fraction * failing_share(history_, today, false) > 2 * th.harm_max;
  raise.wrong_with_new = th.fraction * failing_share(history_, today, true) > 2 * th.harm_max;
  raised_ = today;
  return raise;
}

void Marks::count_holding(const Situation& situation, const Opinion& opinion) {
  if (situation.step >= last_step() || history_.parked) return;
  const auto th = limits(situation.step + 1);
  if ((situation.today - situation.since).count() < least_days(history_, situation.today, situation.step + 1)) return;
  trying_ = true;
  const bool safe = th.fraction * failing_share(history_, situation.today, true) <= th.harm_max;
  if (!safe || opinion.move == Move::raise) return;
  for (std::size_t i = 0; i < history_.streams.size(); ++i) {  // The rules ask for more than little harm.
    if (history_.streams[i]->settings().active.holds(situation.today) && matters(i, situation.today) &&
        weak(i, situation.today, situation.step + 1, nullptr)) {
      return;
    }
  }
  ++held_;
}

void Marks::watch_step_back(const Situation& situation, const Opinion& opinion, Outcome& outcome) {
  if (situation.step == 0) return;
  if (opinion.move != Move::lower) {
    // Mail that never passed is nobody's until somebody decides: to ask is all that can be done.
    const bool asks =
        std::any_of(opinion.named.begin(), opinion.named.end(), [](const Named& named) { return named.undecided; });
    if (onset_ && asks) {
      outcome.detected.push_back(static_cast<int>((situation.today - *onset_).count()));
      onset_.reset();
    }
    return;
  }
  if (onset_) {
    outcome.detected.push_back(static_cast<int>((situation.today - *onset_).count()));
    tell(situation.today, "asked for a step back since", to_iso(*onset_));
    onset_.reset();
  } else if (!last_real_ || situation.today - *last_real_ > days{10}) {
    ++outcome.false_alarms;
  }
}

/// A repair shows only in the mail that was sent since. Counts for a sender with a fair part of the source.
bool Marks::repaired_lately(const Members& members, Day today) const {
  Members::Part all;
  for (const auto& [number, part] : members.parts) {
    all.failing += part.failing;
    all.undermarked += part.undermarked;
  }
  return std::any_of(members.parts.begin(), members.parts.end(), [&](const auto& member) {
    const Actor& actor = mail_.actors()[member.first];
    const auto& part = member.second;
    if (actor.role != Actor::Role::stream || (4 * part.failing < all.failing && 4 * part.undermarked < all.undermarked))
      return false;
    const auto repaired = owner_.repaired(actor.stream);
    return repaired &&
           (today - *repaired <= days{9} || mail_.sum(actor.stream, *repaired, today - days{kLag}).sent < kVisible);
  });
}

/// Two senders at one service are one source: which of them is weak, and has a fair part of what fails, or of what
/// lacks the domain's signature where that is its weakness?
std::optional<std::uint32_t> Marks::weak_part(const Members& members, Day today, std::size_t step) const {
  Members::Part all;
  for (const auto& [actor, part] : members.parts) {
    all.failing += part.failing;
    all.undermarked += part.undermarked;
  }
  std::optional<std::uint32_t> found;
  std::uint64_t most = 0;
  for (const auto& [number, part] : members.parts) {
    const Actor& actor = mail_.actors()[number];
    if (actor.role != Actor::Role::stream || !weak(actor.stream, today, step, nullptr)) continue;
    const bool fails = history_.streams[actor.stream]->setup(today).aligned() < limits(step).p_min;
    const auto own = fails ? part.failing : part.undermarked;
    if (4 * own < (fails ? all.failing : all.undermarked) || (found && own <= most)) continue;
    found = number;
    most = own;
  }
  return found;
}

void Marks::mark_names(const Situation& situation, const Opinion& opinion, Outcome& outcome) {
  if (!opinion.holds || situation.step >= last_step()) return;
  const auto members = members_of(situation, org_domains_);
  const std::size_t next = situation.step + 1;
  std::vector<bool> found(history_.streams.size(), false);
  for (const Named& named : opinion.named) {
    const auto source = members.find(named.key);
    if (source == members.end() || source->second.parts.empty()) continue;
    const auto part = weak_part(source->second, situation.today, next);
    const Actor& main = mail_.actors()[part.value_or(source->second.main())];
    if (main.role != Actor::Role::stream) {
      ++outcome.named;
      tell(situation.today, "named without reason", named.key + " " + mail_.names()[source->second.main()]);
      continue;
    }
    std::string code;
    if (!weak(main.stream, situation.today, next, &code)) {
      if (repaired_lately(source->second, situation.today)) continue;
      ++outcome.named;
      tell(situation.today, "named though sound", named.key + " " + history_.streams[main.stream]->name());
      continue;
    }
    ++outcome.named;
    ++outcome.named_rightly;
    for (const auto& [actor, mail] : source->second.parts) {
      if (mail_.actors()[actor].role == Actor::Role::stream) found[mail_.actors()[actor].stream] = true;
    }
    if (can_be_seen(main.stream, situation.today, next) && matters(main.stream, situation.today)) {
      outcome.coded_rightly += named.undecided || named.code == code ? 1 : 0;
      ++outcome.coded;
      if (!named.undecided && named.code != code) {
        tell(situation.today, "wrong advice", named.key + " " + named.code + " instead of " + code);
      }
    }
  }
  for (std::size_t i = 0; i < history_.streams.size(); ++i) {
    const bool ended = history_.streams[i]->settings().active.to < situation.today;
    if (ended || !weak(i, situation.today, next, nullptr) || !can_be_seen(i, situation.today, next)) continue;
    if (!matters(i, situation.today)) continue;
    ++outcome.to_name;
    if (found[i]) ++outcome.found;
    if (!found[i]) tell(situation.today, "not named", history_.streams[i]->name());
  }
}

void Marks::mark_classes(const Situation& situation, Outcome& outcome) {
  const auto& facts = situation.log.facts();
  const auto classified = source::classify(facts, situation.today, situation.decisions, org_domains_, {});
  struct Sums {
    std::array<std::uint64_t, kKinds> called{};
    std::uint64_t as_list = 0;
    std::uint64_t aligned = 0;
    std::uint64_t all = 0;
  };
  std::vector<Sums> sums(mail_.actors().size());
  for (std::size_t i = 0; i < facts.cells.size(); ++i) {
    const auto& cell = facts.cells[i];
    const auto source = classified.source_of[i];
    if (source == source::kNoSource) continue;
    Sums& sum = sums[situation.log.actor(i)];
    if (source::is_aligned(cell)) sum.aligned += cell.messages;
    if (cell.day + days{28} < situation.today) continue;
    const auto& it = classified.sources[source];
    sum.called[static_cast<std::size_t>(kind_of(it.source_class))] += cell.messages;
    if (it.kind == source::ForwarderKind::mailing_list) sum.as_list += cell.messages;
    sum.all += cell.messages;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].all == 0) continue;
    const Actor& actor = mail_.actors()[i];
    Kind truth = Kind::forwarder;
    if (actor.role == Actor::Role::impostor) truth = Kind::unauthorized;
    if (actor.role == Actor::Role::stream) {
      // Mail that never passes can only be a guess, until the owner has decided.
      const bool guess = sums[i].aligned < 5 && sums[i].called[static_cast<std::size_t>(Kind::legitimate)] == 0;
      truth = guess ? Kind::candidate : Kind::legitimate;
    }
    const auto row = static_cast<std::size_t>(truth);
    if (sums[i].called[row] < sums[i].all) {
      const auto& c = sums[i].called;
      tell(situation.today, "called legit/cand/fwd/spoof/unknown",
           format("{}/{}/{}/{}/{} {}", c[0], c[1], c[2], c[3], c[4], mail_.names()[i]));
    }
    for (std::size_t k = 0; k < kKinds; ++k) outcome.by_message[row][k] += sums[i].called[k];
    const auto most = std::max_element(sums[i].called.begin(), sums[i].called.end()) - sums[i].called.begin();
    ++outcome.by_sender[row][static_cast<std::size_t>(most)];
    if (actor.role == Actor::Role::list) {
      ++outcome.lists;
      if (2 * sums[i].as_list >= sums[i].all) ++outcome.lists_known;
    }
  }
}

void Marks::note_questions(const Situation& situation, const Opinion& opinion) {
  asked_.clear();
  const auto is_question = [](const Named& named) { return named.undecided; };
  if (situation.step == 0 || std::none_of(opinion.named.begin(), opinion.named.end(), is_question)) return;
  const auto members = members_of(situation, org_domains_);
  for (const Named& named : opinion.named) {
    const auto source = members.find(named.key);
    if (!named.undecided || source == members.end()) continue;
    for (const auto& [number, part] : source->second.parts) {
      if (mail_.actors()[number].role == Actor::Role::stream) asked_.insert(mail_.actors()[number].stream);
    }
  }
}

void Marks::hear(const Situation& situation, const Opinion& opinion, Outcome& outcome) {
  note_questions(situation, opinion);
  count_holding(situation, opinion);
  watch_step_back(situation, opinion, outcome);
  const auto day = (situation.today - kFirstDay).count();
  if (day % 3 == 0) mark_names(situation, opinion, outcome);
  if (day % 14 == 0 && day >= 28) mark_classes(situation, outcome);
  if (opinion.rate_low && day % 7 == 0 && day >= 28) {
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
    for (std::size_t i = 0; i < history_.streams.size(); ++i) {
      if (history_.streams[i]->setup(situation.today).aligned() <= 0) continue;
      const auto sum = mail_.sum(i, situation.today - days{30}, situation.today);
      sent += sum.sent;
      failed += sum.failed;
    }
    if (sent == 0) return;
    ++outcome.bounds;
    if (1 - static_cast<double>(failed) / static_cast<double>(sent) >= *opinion.rate_low) ++outcome.bounds_kept;
  }
}

void Marks::finish(Outcome& outcome) {
  if (trying_) outcome.held.push_back(held_);
  if (onset_ && onset_ < kFirstDay + days{kDays - 7}) ++outcome.undetected;
}

}  // namespace ruagate::sim::loop
