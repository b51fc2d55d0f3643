#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ruagate::sim::test {

/// True if `tolerances` name nothing but what sound reporters leave out every day: optional elements, and AOL's
/// character set. Anything else in a simulated report is a fault of the generator.
inline bool are_habits(const std::vector<std::string>& tolerances) {
  constexpr std::array<std::string_view, 5> kHabits = {"envelope_from_missing", "legacy_encoding",
                                                       "policy_tags_missing", "sp_missing", "spf_scope_missing"};
  return std::all_of(tolerances.begin(), tolerances.end(), [&](const std::string& name) {
    return std::find(kHabits.begin(), kHabits.end(), name) != kHabits.end();
  });
}

}  // namespace ruagate::sim::test
