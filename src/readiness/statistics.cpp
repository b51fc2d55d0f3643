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

double z_for_each(double z, std::size_t looks) {
  const auto tail = [](double at) { return std::erfc(at / std::sqrt(2.0)) / 2; };
  const double wanted = tail(z) / static_cast<double>(std::max<std::size_t>(looks, 1));
  double low = z;
  double high = z + 10;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (tail(middle) > wanted ? low : high) = middle;
  }
  return high;
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

Tally tally_of(std::span<const DaySum> days) {
  Tally tally;
  for (const DaySum& day : days) tally.add(day.n, day.passed);
  return tally;
}

double measured_size(std::span<const DaySum> days, double rho) {
  const Tally all = tally_of(days);
  const double assumed = all.effective(rho);
  const double p = all.rate();
  if (days.size() < 2 || p <= 0 || p >= 1) return assumed;
  double squares = 0;  // Of what each day has more or less than its share.
  for (const DaySum& day : days) {
    const double more = static_cast<double>(day.passed) - p * static_cast<double>(day.n);
    squares += more * more;
  }
  const auto n = static_cast<double>(all.n());
  const auto count = static_cast<double>(days.size());
  const double variance = count / (count - 1) * squares / (n * n);
  return variance > 0 ? std::min(assumed, p * (1 - p) / variance) : assumed;
}

bool is_below(std::span<const DaySum> days, double wanted, double rho, double z) {
  const Tally all = tally_of(days);
  if (all.n() == 0 || all.rate() >= wanted) return false;
  if (all.rate() < kBadRate) return all.bounds(rho, z).high < wanted;
  constexpr std::uint64_t kEnough = 20;
  const auto broken = std::count_if(days.begin(), days.end(),
                                    [](const DaySum& day) { return day.n >= kEnough && day.rate() < kBadRate; });
  if (broken > 1) return true;
  return days.size() > 1 && wilson(all.rate(), measured_size(days, rho), z).high < wanted;
}

}  // namespace ruagate::readiness
