#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "present/present.hpp"
#include "store/store.hpp"

namespace ruagate::cli {

/// The filter options that `reports` and `records` share.
struct FilterOptions {
  std::string domain, reporter, ip, since, until;
  std::optional<std::uint64_t> limit;

  /// Throws CommandError for a bad date, domain or address.
  store::Filter filter() const;
};

/// Adds --domain --reporter --ip --since --until --limit to `command`.
std::shared_ptr<FilterOptions> add_filter_options(Command& command);

/// Rows that text shows when no --limit is given; JSON and CSV give all.
inline constexpr std::uint64_t kTextLimit = 50;

/// Asks for the rows of `options` and writes each as it comes; text says when the list was cut. `ask` is
/// &store::Store::reports or &store::Store::records.
template <class Writer, class Row>
int write_rows(Context& context, const FilterOptions& options,
               void (store::Store::*ask)(const store::Filter&, const std::function<bool(Row&&)>&)) {
  const present::Format format = context.format({.json = true, .csv = true});
  store::Filter filter = options.filter();
  std::optional<std::uint64_t> shown = filter.limit;
  if (!shown && format == present::Format::text) shown = kTextLimit;
  if (shown) filter.limit = *shown + 1;  // one more tells whether the list was cut
  store::Store store = context.open(store::OpenMode::read);
  Writer writer(context.out, format, context.style());
  std::uint64_t rows = 0;
  bool more = false;
  (store.*ask)(filter, [&](Row&& row) {
    more = shown && rows == *shown;
    if (more) return false;
    ++rows;
    writer.row(row);
    return static_cast<bool>(context.out);
  });
  writer.finish(more);
  return kDone;
}

}  // namespace ruagate::cli
