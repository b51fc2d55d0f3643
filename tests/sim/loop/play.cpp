#include "sim/loop/play.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/format.hpp"
#include "readiness/ladder.hpp"
#include "sim/loop/mailday.hpp"
#include "sim/loop/marks.hpp"
#include "sim/loop/owner.hpp"

namespace ruagate::sim::loop {

namespace {

constexpr auto kLadder = readiness::Ladder::pct;

report::PublishedPolicy published(const std::string& domain, std::size_t step) {
  const auto& tags = readiness::ladder_steps(kLadder)[step];
  report::PublishedPolicy policy;
  policy.domain = domain;
  policy.p = tags.p;
  policy.pct = tags.pct;
  if (tags.testing) policy.testing = true;
  return policy;
}

class Play {
 public:
  Play(History history, Judge& judge, const domain::OrgDomains& org_domains, bool trace)
      : history_(std::move(history)),
        judge_(judge),
        trace_(trace),
        log_(history_.domain),
        mail_(history_, org_domains),
        owner_(history_, org_domains, mail_.actors()),
        marks_(history_, mail_, owner_, org_domains, trace) {}

  Outcome run() {
    outcome_.parked = history_.parked;
    for (int i = 0; i < kDays; ++i) {
      const Day day = kFirstDay + days{i};
      happen(history_, day);
      owner_.act(day);
      if (next_step_) move_to(*next_step_, day);
      mail_.send(day, published(history_.domain, step_));
      marks_.end_day(day, step_, outcome_);
      morning(day + days{1});
    }
    marks_.finish(outcome_);
    return std::move(outcome_);
  }

 private:
  void move_to(std::size_t step, Day day) {
    marks_.step_changed(step_, step, outcome_);
    step_ = step;
    since_ = day;
    next_step_.reset();
    const bool last = step_ + 1 == readiness::steps(kLadder).size();
    if (last && !outcome_.at_reject) outcome_.at_reject = static_cast<int>((day - kFirstDay).count());
  }

  void morning(Day today) {
    const auto news = mail_.arriving(today);
    for (const auto& report : news) log_.add(report);
    const Situation situation{history_, log_, today, owner_.decisions(), step_, since_, news};
    const Opinion opinion = judge_.ask(situation);
    marks_.hear(situation, opinion, outcome_);
    if (trace_) say(today, opinion);
    owner_.hear(situation, opinion);
    if (opinion.move == Move::raise) {
      outcome_.raises.push_back(marks_.raise_of(today, opinion.step));
      next_step_ = opinion.step;
    }
    if (opinion.move == Move::lower && opinion.step < step_) next_step_ = opinion.step;
  }

  void say(Day today, const Opinion& opinion) {
    const std::string line = format("{} step {} {} failing {:.4f}: {}", to_iso(today), step_,
                                    opinion.move == Move::raise   ? "RAISE"
                                    : opinion.move == Move::lower ? "LOWER"
                                    : opinion.holds               ? "hold"
                                                                  : "wait",
                                    failing_share(history_, today, false), opinion.reason);
    if (line.substr(10) != said_) std::fputs((line + "\n").c_str(), stderr);
    if (line.substr(10) != said_) {
      for (const auto& named : opinion.named) std::fputs(format("    {} {}\n", named.key, named.code).c_str(), stderr);
    }
    said_ = line.substr(10);
  }

  History history_;
  Judge& judge_;
  bool trace_;
  FactsLog log_;
  MailDays mail_;
  Owner owner_;
  Marks marks_;
  Outcome outcome_;
  std::size_t step_ = 0;
  Day since_ = kFirstDay;
  std::optional<std::size_t> next_step_;
  std::string said_;
};

}  // namespace

Outcome play(History history, Judge& judge, const domain::OrgDomains& org_domains, bool trace) {
  return Play(std::move(history), judge, org_domains, trace).run();
}

}  // namespace ruagate::sim::loop
