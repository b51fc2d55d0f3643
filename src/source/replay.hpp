#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "source/flows.hpp"
#include "source/source.hpp"

namespace ruagate::source {

/// Days on which much of a selector's mail came from addresses that were never seen before and are no home of it: a
/// signed message sent again and again by strangers, or a stolen key. Of the class window, newest first.
struct ReplayDay {
  KeyAbuse abuse;
  std::vector<std::uint32_t> units;
};
std::vector<ReplayDay> find_replays(std::span<const report::Cell> cells, const Views& views, const Units& units,
                                    const Flows& flows, Day today, const config::ReadinessSettings& settings);

}  // namespace ruagate::source
