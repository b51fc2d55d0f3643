#include "sim/random.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace ruagate::sim {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;
/// Above this many trials only mean and spread are drawn.
constexpr std::uint64_t kExactTrials = 2000;

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t integer_root(std::uint64_t value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31U; bit != 0; bit >>= 1U) {
    const std::uint64_t trial = root | bit;
    if (trial * trial <= value) root = trial;
  }
  return root;
}

/// count * ppm / 10^6 without overflow for any count.
std::uint64_t part_of(std::uint64_t count, std::uint64_t ppm) {
  return count / kMillion * ppm + count % kMillion * ppm / kMillion;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

Random Random::stream(std::uint64_t seed, std::string_view label, std::int64_t day) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : label) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::uint64_t mixed = seed ^ std::rotl(hash, 17);
  mixed = splitmix64(mixed) ^ static_cast<std::uint64_t>(day);
  return Random{splitmix64(mixed)};
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t surplus = (~std::uint64_t{0} % bound + 1) % bound;  // 2^64 mod bound
  for (;;) {
    const std::uint64_t drawn = next();
    if (drawn <= ~std::uint64_t{0} - surplus) return drawn % bound;
  }
}

std::uint64_t Random::between(std::uint64_t low, std::uint64_t high) {
  return low + below(high - low + 1);
}

bool Random::chance(std::uint32_t ppm) {
  return below(kMillion) < ppm;
}

std::uint64_t Random::successes(std::uint64_t count, std::uint32_t ppm) {
  if (ppm == 0) return 0;
  if (ppm >= kMillion) return count;
  std::uint64_t hits = 0;
  if (count <= kExactTrials) {
    for (std::uint64_t i = 0; i < count; ++i) hits += chance(ppm) ? 1 : 0;
    return hits;
  }
  // Four uniform draws of +-spread: variance 4/3 of (spread^2), near enough to the binomial's for large counts.
  const std::uint64_t mean = part_of(count, ppm);
  const std::uint64_t spread = integer_root(part_of(mean, kMillion - ppm));
  hits = mean + 4 * spread;
  for (int i = 0; i < 4; ++i) hits -= std::min(hits, below(2 * spread + 1));
  return std::min(hits, count);
}

std::uint64_t Random::around(std::uint64_t value, std::uint32_t percent) {
  const std::uint64_t reach = value * percent / 100;
  return value - reach + below(2 * reach + 1);
}

std::vector<std::uint64_t> Random::share_out(std::uint64_t count, const std::vector<std::uint32_t>& weights) {
  std::vector<std::uint64_t> parts(weights.size(), 0);
  std::uint64_t weight_left = 0;
  for (const std::uint32_t weight : weights) weight_left += weight;
  std::uint64_t left = count;
  for (std::size_t i = 0; i < weights.size() && left > 0 && weight_left > 0; ++i) {
    const auto ppm = static_cast<std::uint32_t>(weights[i] * kMillion / weight_left);
    parts[i] = weights[i] == weight_left ? left : successes(left, ppm);
    left -= parts[i];
    weight_left -= weights[i];
  }
  return parts;
}

}  // namespace ruagate::sim
