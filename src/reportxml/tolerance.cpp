#include "reportxml/tolerance.hpp"

#include <algorithm>
#include <array>

namespace ruagate::reportxml {

namespace {

constexpr std::array<std::string_view, kToleranceCount> kNames = {
#define RUAGATE_NAME(name) #name,
    RUAGATE_TOLERANCES(RUAGATE_NAME)
#undef RUAGATE_NAME
};

}  // namespace

std::string_view to_string(Tolerance tolerance) {
  return kNames.at(static_cast<std::size_t>(tolerance));
}

std::vector<std::string> Tolerances::names() const {
  std::vector<std::string> names;
  names.reserve(set_.count());
  for (std::size_t i = 0; i < kToleranceCount; ++i) {
    if (set_.test(i)) names.emplace_back(kNames[i]);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace ruagate::reportxml
