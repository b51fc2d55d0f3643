#pragma once

#include <optional>
#include <set>
#include <vector>

#include "sim/loop/owner.hpp"
#include "sim/loop/play.hpp"

namespace ruagate::sim::loop {

/// Compares what was said with what is true, day by day.
class Marks {
 public:
  /// With `trace`, each mistake is told on standard error.
  Marks(const History& history, const MailDays& mail, const Owner& owner, const domain::OrgDomains& org_domains,
        bool trace)
      : history_(history), mail_(mail), owner_(owner), org_domains_(org_domains), trace_(trace) {}

  /// After the mail of `day` under `step`.
  void end_day(Day day, std::size_t step, Outcome& outcome);
  /// `opinion` was given on `situation.today`.
  void hear(const Situation& situation, const Opinion& opinion, Outcome& outcome);
  void step_changed(std::size_t from, std::size_t to, Outcome& outcome);
  Raise raise_of(Day today, std::size_t step);
  void finish(Outcome& outcome);

 private:
  void count_harm(Day day, std::size_t step, Outcome& outcome) const;
  void watch_step_back(const Situation& situation, const Opinion& opinion, Outcome& outcome);
  void count_holding(const Situation& situation, const Opinion& opinion);
  void mark_names(const Situation& situation, const Opinion& opinion, Outcome& outcome);
  void mark_classes(const Situation& situation, Outcome& outcome);
  bool weak(std::size_t stream, Day today, std::size_t step, std::string* code) const;
  bool can_be_seen(std::size_t stream, Day today, std::size_t step) const;
  bool matters(std::size_t stream, Day today) const;
  bool repaired_lately(const Members& members, Day today) const;
  std::optional<std::uint32_t> weak_part(const Members& members, Day today, std::size_t step) const;
  double harm_now(Day day, std::size_t step) const;
  void note_questions(const Situation& situation, const Opinion& opinion);
  void tell(Day day, std::string_view what, std::string_view whom) const;

  const History& history_;
  const MailDays& mail_;
  const Owner& owner_;
  const domain::OrgDomains& org_domains_;
  bool trace_;
  std::optional<Day> raised_;
  std::set<std::size_t> asked_;  // Streams that the owner is asked about today.
  int held_ = 0;
  bool trying_ = false;
  std::optional<Day> onset_;      // First day of a harm that asks for a step back.
  std::optional<Day> last_bad_;   // Newest day on which one was in force.
  std::optional<Day> last_real_;  // Newest day on which a step back was no false alarm.
};

}  // namespace ruagate::sim::loop
