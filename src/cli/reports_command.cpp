#include "base/format.hpp"
#include "cli/context.hpp"
#include "cli/filters.hpp"
#include "ingest/ingest.hpp"

namespace ruagate::cli {

namespace {

int show(Context& context, std::int64_t id, bool raw) {
  const present::Format format = context.format({.json = true});
  store::Store store = context.open(store::OpenMode::read);
  const auto report = store.report(id);
  if (!report) throw CommandError(kWrongUse, ruagate::format("no report {}; `ruagate reports` lists them", id));
  if (!raw) {
    present::write_report(context.out, *report, store.records_of(id), format, context.style());
    return kDone;
  }
  const auto document = store.raw(id);
  if (!document) {
    throw CommandError(kFailure, ruagate::format("report {}: the document is not kept (keep_raw_days)", id));
  }
  context.out << value_or_throw(ingest::document_text(*document, context.ingest_options().limits));
  return kDone;
}

/// Either all of them or none.
int accept(Context& context, const std::vector<std::int64_t>& ids) {
  store::Store store = context.open(store::OpenMode::write);
  store.begin();
  for (const std::int64_t id : ids) {
    if (store.accept(id, context.clock.now())) continue;
    const bool is_there = store.report(id).has_value();
    store.rollback();
    throw CommandError(kWrongUse, is_there ? ruagate::format("report {} does not wait; nothing changed", id)
                                           : ruagate::format("no report {}; nothing changed", id));
  }
  store.commit();
  if (!context.quiet) {
    context.out << ruagate::format("accepted {} report{}\n", ids.size(), ids.size() == 1 ? "" : "s");
  }
  return kDone;
}

}  // namespace

void add_reports(Command& app, Context& context) {
  Command command = app.add_subcommand("reports", "List and export reports");
  auto filters = add_filter_options(command);
  command.callback([&context, filters] {
    if (!context.action)
      context.action = [&context, filters] {
        return write_rows<present::ReportsWriter>(context, *filters, &store::Store::reports);
      };
  });

  auto ids = std::make_shared<std::vector<std::int64_t>>();
  Command accepting = command.add_subcommand("accept", "Let implausible reports count");
  accepting.add_option("ID", *ids, "Numbers of the reports, from `ruagate reports` or the summary").required();
  accepting.callback([&context, ids] { context.action = [&context, ids] { return accept(context, *ids); }; });

  struct Options {
    std::int64_t id = 0;
    bool raw = false;
  };
  auto options = std::make_shared<Options>();
  Command one = command.add_subcommand("show", "One report with its records");
  one.add_option("ID", options->id, "Number of the report, from `ruagate reports`").required();
  one.add_flag("--raw", options->raw, "The document as the reporter sent it, unescaped");
  one.callback([&context, options] {
    context.action = [&context, options] { return show(context, options->id, options->raw); };
  });
}

}  // namespace ruagate::cli
