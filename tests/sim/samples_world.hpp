#pragma once

#include "sim/world.hpp"

namespace ruagate::sim {

inline constexpr std::uint64_t kSamplesSeed = 20261120;
/// First and last reporting day of the samples: 45 days.
inline constexpr Day kSamplesFrom = std::chrono::sys_days{std::chrono::year{2026} / 10 / 6};
inline constexpr Day kSamplesTo = std::chrono::sys_days{std::chrono::year{2026} / 11 / 19};
/// Where the reports of the samples are sent.
inline constexpr std::string_view kSamplesMailbox = "rua@example.net";

/// Eight domains in different states; samples/README.md tells what each is.
World samples_world();

}  // namespace ruagate::sim
