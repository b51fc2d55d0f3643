#include <cmath>

#include "base/format.hpp"
#include "readiness/gates.hpp"

namespace ruagate::readiness {

std::string percent(double rate) {
  const double value = rate * 100;
  // 99.96 % is not 100 %: never round a failure away.
  if (value > 99.9 && value < 100) return format("{:.2f} %", std::min(std::floor(value * 100) / 100, 99.99));
  if (value > 0 && value < 0.1) return format("{:.2f} %", std::max(value, 0.01));
  return format("{:.1f} %", value);
}

std::string thousands(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string messages(std::uint64_t count) {
  return thousands(count) + (count == 1 ? " message" : " messages");
}

}  // namespace ruagate::readiness
