#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "readiness/ladder.hpp"
#include "readiness/policy_history.hpp"
#include "readiness/statistics.hpp"
#include "readiness/verdict.hpp"

// Everything one evaluation looks at: the classified facts, cut to what is known on the day, and the statistics of
// each source. Gates, regress rules, impact and advice read it; none of them changes it.
namespace ruagate::readiness {

/// A source's direct mail on one day at one reporter.
struct DirectCell {
  int day = 0;
  std::uint32_t reporter = 0;  ///< Index into World::reporters.
  std::uint64_t n = 0;
  std::uint64_t passed = 0;
  std::uint64_t dkim_passed = 0;
  std::uint64_t harmed = 0;  ///< Failed, and quarantined or rejected.
};

enum class Cadence : std::uint8_t { daily, weekly, monthly, quarterly, sporadic };
std::string_view to_string(Cadence cadence);
enum class Weight : std::uint8_t { minor, material, critical };

/// How sure one may be of a source on the way to the next step.
enum class Standing : std::uint8_t {
  fine,         ///< Proven to reach the thresholds.
  provisional,  ///< Few messages, all pass: fine, at the price of a share of the harm budget.
  unproven,     ///< Too little is known.
  failing,      ///< Proven to be below.
};

struct ReporterTally {
  std::uint32_t reporter = 0;
  Tally tally;
};

struct SourceStats {
  std::uint32_t source = 0;        ///< Index into Classified::sources.
  std::vector<DirectCell> cells;   ///< Direct mail up to the lagged end, by day.
  std::vector<DirectCell> newest;  ///< Direct mail after it: not all reports are there, but a fault shows.
  Cadence cadence = Cadence::sporadic;
  int from = 0;  ///< Window, day numbers; moved by cadence and by a proven fix.
  int to = 0;
  std::optional<int> fixed_from;  ///< First day of a proven fix inside the window.
  int dkim_from = 0;              ///< From when signatures are counted: the window's start, or their proven fix.
  Tally tally;                    ///< In the window.
  std::optional<Tally> season;    ///< Of a small source: the 90 days that show more than its window does.
  Tally dkim;
  int active_days = 0;
  std::vector<ReporterTally> reporters;  ///< In the window, by messages, descending.
  double weekly = 0;                     ///< Messages a week.
  Bounds bounds;
  Bounds dkim_bounds;
  Weight weight = Weight::minor;
  Standing standing = Standing::unproven;
  bool below = false;  ///< Shown to be below what the next step needs: to be named, and repaired.
  int first = 0;       ///< First and last day with direct mail, whole memory.
  int last = 0;
};

/// Messages by flow in some window.
struct Volumes {
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
  std::uint64_t direct_ok = 0;
  std::uint64_t direct_fail = 0;
  std::uint64_t candidate = 0;
  std::uint64_t indirect_ok = 0;
  std::uint64_t indirect_fail = 0;
  std::uint64_t spoof = 0;
  std::uint64_t unknown = 0;
  std::uint64_t legitimate() const { return direct_ok + direct_fail; }
};

/// What a reporter did, under the step in force, with legitimate mail that failed.
struct Observed {
  std::uint64_t failed = 0;
  std::uint64_t harmed = 0;
  bool newer = false;  ///< Its newest reports are of RFC 9990: it obeys t=y and knows no pct.
};

struct World {
  const report::DomainFacts& facts;
  const Question& question;
  config::ReadinessSettings settings;
  std::shared_ptr<const source::Classified> classified_on;  ///< Keeps `classified`.
  const source::Classified& classified;
  PolicyHistory history;
  std::size_t current = 0;  ///< Step in force.
  std::size_t target = 0;
  std::optional<std::size_t> next;  ///< Absent at the target.
  Thresholds th;                    ///< Of the next step; of the current one at the target.
  int end = 0;                      ///< Last day that counts: as_of less the lag.
  int from = 0;                     ///< First day of the statistics window.
  bool acknowledged = false;
  bool small = false;                    ///< Few legitimate messages a week.
  bool parked = false;                   ///< No mail of its own for a long time.
  std::vector<std::string> reporters;    ///< Canonical names.
  std::vector<std::uint32_t> canonical;  ///< For each reporter of the facts.
  std::vector<Observed> observed;        ///< By canonical reporter; zeros at none.
  std::vector<SourceStats> stats;        ///< Legitimate sources that the policy covers, by key.
  std::vector<bool> counted;             ///< By source: does the policy cover its author domain?
  std::vector<std::uint64_t> candidate;  ///< By source: failing candidate messages in 28 days.
  Volumes window;                        ///< Everything from..end.
  Volumes counted_window;                ///< The same for the author domains that the policy covers.
  Volumes month;                         ///< Covered ones in 28 days.
  double legitimate_weekly = 0;          ///< Covered direct messages a week, over 28 days.

  const source::Source& source(const SourceStats& stats_of) const { return classified.sources[stats_of.source]; }
  const Step& step(std::size_t index) const { return ladder_steps(question.ladder)[index]; }
};

/// Works everything out for question.as_of. `classifications` are those of the same facts and decisions.
World make_world(const report::DomainFacts& facts, const Question& question,
                 std::span<const report::Decision> decisions, const config::ReadinessSettings& settings,
                 source::Classifications& classifications);

/// How regularly a source sends, from its active days (ascending).
Cadence cadence_of(const std::vector<int>& active_days);
/// Runs of active days without a hole of more than a week: pairs of first and last day.
std::vector<std::pair<int, int>> bursts_of(const std::vector<int>& active_days);
/// After how many silent days a source of that cadence counts as gone.
int dormant_days(Cadence cadence, const config::ReadinessSettings& settings);

}  // namespace ruagate::readiness
