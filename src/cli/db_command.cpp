#include "base/format.hpp"
#include "cli/context.hpp"

namespace ruagate::cli {

void add_db(Command& app, Context& context) {
  Command command = app.add_subcommand("db", "Keep the database: migrate, check, back up, prune, count");
  auto destination = std::make_shared<std::string>();

  command.add_subcommand("migrate", "Bring the database to this version's schema").callback([&context] {
    context.action = [&context] {
      store::Store store = context.open(store::OpenMode::migrate);
      const auto applied = store.migrate();
      for (const std::string& name : applied) context.out << "applied " << name << '\n';
      if (applied.empty() && !context.quiet) {
        context.out << format("schema {} is current\n", store.schema_version());
      }
      return int{kDone};
    };
  });

  command.add_subcommand("check", "Integrity, and roll-ups against the records").callback([&context] {
    context.action = [&context] {
      store::Store store = context.open(store::OpenMode::read);
      const auto faults = store.check();
      for (const std::string& fault : faults) context.out << fault << '\n';
      if (!faults.empty()) {
        throw CommandError(
            kFailure, format("{}: {} fault{} found", context.database(), faults.size(), faults.size() == 1 ? "" : "s"));
      }
      if (!context.quiet) context.out << context.database() << " is sound\n";
      return int{kDone};
    };
  });

  Command backup = command.add_subcommand("backup", "A consistent copy, beside running work");
  backup.add_option("FILE", *destination, "Where to; an existing file is not overwritten").required();
  backup.callback([&context, destination] {
    context.action = [&context, destination] {
      store::Store store = context.open(store::OpenMode::read);
      store.backup(*destination);
      if (!context.quiet) context.out << *destination << '\n';
      return int{kDone};
    };
  });

  command.add_subcommand("prune", "Delete what keep_raw_days and keep_records_days no longer keep")
      .callback([&context] {
        context.action = [&context] {
          const config::StoreSettings& settings = context.config().store;
          store::Store store = context.open(store::OpenMode::write);
          const Instant now = context.clock.now();
          const auto outcome = store.prune(now - days{settings.keep_raw_days}, now - days{settings.keep_records_days});
          if (!context.quiet) {
            context.out << format(
                "deleted {} documents older than {} days and {} records of {} reports older than {} days\n",
                outcome.raw_documents, settings.keep_raw_days, outcome.records, outcome.reports_emptied,
                settings.keep_records_days);
          }
          return int{kDone};
        };
      });

  command.add_subcommand("stats", "What is in the database").callback([&context] {
    context.action = [&context] {
      const present::Format format = context.format({.json = true});
      store::Store store = context.open(store::OpenMode::read);
      present::write_stats(context.out, store.stats(), format, context.style());
      return int{kDone};
    };
  });
}

}  // namespace ruagate::cli
