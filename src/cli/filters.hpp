#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/store.hpp"

namespace CLI {
class App;
}

namespace ruagate::cli {

/// The filter options that `reports` and `records` share.
struct FilterOptions {
  std::string domain, reporter, ip, since, until;
  std::optional<std::uint64_t> limit;

  /// Throws CommandError for a bad date, domain or address.
  store::Filter filter() const;
};

/// Adds --domain --reporter --ip --since --until --limit to `command`.
std::shared_ptr<FilterOptions> add_filter_options(CLI::App& command);

/// Rows that text shows when no --limit is given; JSON and CSV give all.
inline constexpr std::uint64_t kTextLimit = 50;

}  // namespace ruagate::cli
