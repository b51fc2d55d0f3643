#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ruagate::mime {

/// Names of what was forgiven while one message was read (docs/tolerances.md). There are few names, so a list does.
class Tolerances {
 public:
  /// `name` has static storage.
  void add(std::string_view name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  }
  std::vector<std::string> sorted() const {
    std::vector<std::string> names(names_.begin(), names_.end());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::vector<std::string_view> names_;
};

}  // namespace ruagate::mime
