#include "readiness/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ruagate::readiness {

Bounds wilson(double p, double n, double z) {
  if (n <= 0) return {};
  const double z2 = z * z;
  const double centre = p + z2 / (2 * n);
  const double spread = z * std::sqrt(std::max(0.0, p * (1 - p) / n + z2 / (4 * n * n)));
  const double scale = 1 + z2 / n;
  return {std::clamp((centre - spread) / scale, 0.0, 1.0), std::clamp((centre + spread) / scale, 0.0, 1.0)};
}

double effective_size(double n, double squares, double rho) {
  if (n <= 0) return 0;
  const double lump = squares / n;  // The mean size of a message's cell.
  return n / (1 + (lump - 1) * rho);
}

double zero_failure_size(double low, double z) {
  return low >= 1 ? HUGE_VAL : low * z * z / (1 - low);
}

void Tally::add(std::uint64_t n, std::uint64_t passed) {
  n_ += n;
  passed_ += passed;
  squares_ += static_cast<double>(n) * static_cast<double>(n);
}

double Tally::rate() const {
  return n_ == 0 ? 1.0 : static_cast<double>(passed_) / static_cast<double>(n_);
}

}  // namespace ruagate::readiness
