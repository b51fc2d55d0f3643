#pragma once

#include <cstdint>

namespace ruagate::readiness {

struct Bounds {
  double low = 0;
  double high = 1;
};

/// Wilson's score interval for a rate `p` seen in `n` trials; one-sided bounds for a one-sided `z`. [0, 1] for n = 0.
Bounds wilson(double p, double n, double z);

/// How many independent trials `n` messages are worth: mail comes in lumps, and one campaign is one event.
/// `squares` is the sum of the squared counts of its (day, reporter) cells.
double effective_size(double n, double squares, double rho);

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

}  // namespace ruagate::readiness
