#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ruagate::sim {

/// The simulation's own random numbers (xoshiro256**, seeded by splitmix64). Integer arithmetic alone and no
/// distribution of the standard library, so that a seed gives the same world on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// A stream of its own for one actor on one day: whatever other actors draw, this one's day stays the same.
  static Random stream(std::uint64_t seed, std::string_view label, std::int64_t day = 0);

  std::uint64_t next();
  /// Uniform in 0..bound-1; `bound` at least 1.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in low..high, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high);
  /// True in `ppm` of a million cases.
  bool chance(std::uint32_t ppm);
  /// How many of `count` trials succeed when each does in `ppm` of a million cases: exact trials for small counts,
  /// the mean and a spread of about its root for large ones.
  std::uint64_t successes(std::uint64_t count, std::uint32_t ppm);
  /// `value` with up to `percent` more or less.
  std::uint64_t around(std::uint64_t value, std::uint32_t percent);
  /// Parts `count` among `weights`; the parts add up to `count`.
  std::vector<std::uint64_t> share_out(std::uint64_t count, const std::vector<std::uint32_t>& weights);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace ruagate::sim
