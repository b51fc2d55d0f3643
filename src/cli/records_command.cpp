#include <CLI/CLI.hpp>

#include "cli/context.hpp"
#include "cli/filters.hpp"

namespace ruagate::cli {

void add_records(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("records", "List and export single records of reports");
  auto filters = add_filter_options(*command);
  command->callback([&context, filters] {
    context.action = [&context, filters] {
      const present::Format format = context.format({.json = true, .csv = true});
      store::Filter filter = filters->filter();
      const bool text = format == present::Format::text;
      const auto shown = filter.limit ? filter.limit : text ? std::optional(kTextLimit) : std::nullopt;
      if (shown) filter.limit = *shown + 1;
      store::Store store = context.open(store::OpenMode::read);
      present::RecordsWriter writer(context.out, format, context.style());
      std::uint64_t rows = 0;
      store.records(filter, [&](store::RecordRow&& row) {
        if (shown && rows == *shown) {
          ++rows;
          return false;
        }
        ++rows;
        writer.row(row);
        return static_cast<bool>(context.out);
      });
      writer.finish(shown && rows > *shown);
      return int{kDone};
    };
  });
}

}  // namespace ruagate::cli
