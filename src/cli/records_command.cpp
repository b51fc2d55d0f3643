#include "cli/context.hpp"
#include "cli/filters.hpp"

namespace ruagate::cli {

void add_records(Command& app, Context& context) {
  Command command = app.add_subcommand("records", "List and export single records of reports");
  auto filters = add_filter_options(command);
  command.callback([&context, filters] {
    context.action = [&context, filters] {
      return write_rows<present::RecordsWriter>(context, *filters, &store::Store::records);
    };
  });
}

}  // namespace ruagate::cli
