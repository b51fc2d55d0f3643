#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ruagate::readiness {

struct Bounds {
  double low = 0;
  double high = 1;
};

/// Below this rate something is broken; above it days may merely differ.
inline constexpr double kBadRate = 0.90;

/// Wilson's score interval for a rate `p` seen in `n` trials; one-sided bounds for a one-sided `z`. [0, 1] for n = 0.
Bounds wilson(double p, double n, double z);

/// How many independent trials `n` messages are worth: mail comes in lumps, and one campaign is one event.
/// `squares` is the sum of the squared counts of its (day, reporter) cells.
double effective_size(double n, double squares, double rho);

/// The bound for each of `looks` looks that together go wrong by chance no more often than one does at `z`
/// (Bonferroni).
double z_for_each(double z, std::size_t looks);

/// The effective size at which a source without a failure reaches the lower bound `low`.
double zero_failure_size(double low, double z);

/// Messages and passes, added up cell by cell.
class Tally {
 public:
  /// One (day, reporter) cell.
  void add(std::uint64_t n, std::uint64_t passed);
  std::uint64_t n() const { return n_; }
  std::uint64_t passed() const { return passed_; }
  std::uint64_t failed() const { return n_ - passed_; }
  double rate() const;  ///< 1 without messages.
  double effective(double rho) const { return effective_size(static_cast<double>(n_), squares_, rho); }
  Bounds bounds(double rho, double z) const { return wilson(rate(), effective(rho), z); }

 private:
  std::uint64_t n_ = 0;
  std::uint64_t passed_ = 0;
  double squares_ = 0;
};

/// One day's messages, at all reporters together: a bad day is bad everywhere, so days are the lumps.
struct DaySum {
  int day = 0;
  std::uint64_t n = 0;
  std::uint64_t passed = 0;
  double rate() const { return n == 0 ? 1.0 : static_cast<double>(passed) / static_cast<double>(n); }
};

/// All days as one tally, each a lump.
Tally tally_of(std::span<const DaySum> days);

/// How many independent trials the messages are worth where days differ: as `rho` has it, or fewer, where the rates of
/// these days lie further apart than that. A fault that hits some days and not others proves less than one that is
/// there every day.
double measured_size(std::span<const DaySum> days, double rho);

/// Do these days show that the source is below `wanted`? Where it loses more than a tenth of the messages, they do when
/// the upper bound says so, and where something was broken on two of them; else the days themselves say how far they
/// vary, and a single one, being one event, shows nothing. `z` as in wilson().
bool is_below(std::span<const DaySum> days, double wanted, double rho, double z);

}  // namespace ruagate::readiness
