#include <filesystem>
#include <fstream>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"

namespace ruagate::cli {

namespace {

std::string bytes_of(store::Store& store, std::int64_t id) {
  auto bytes = store.reject_bytes(id);
  return bytes ? std::move(*bytes) : std::string();
}

store::RejectRow find(store::Store& store, std::int64_t id) {
  auto row = store.reject(id);
  if (!row) throw CommandError(kWrongUse, format("no reject {}; `ruagate rejects list` lists them", id));
  return *row;
}

/// The rejects named, or all when none is. Throws CommandError for an unknown number.
std::vector<store::RejectRow> chosen(store::Store& store, const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return store.rejects();
  std::vector<store::RejectRow> rows;
  rows.reserve(ids.size());
  for (const std::int64_t id : ids) rows.push_back(find(store, id));
  return rows;
}

int export_rejects(Context& context, const std::string& folder, const std::vector<std::int64_t>& ids) {
  namespace fs = std::filesystem;
  store::Store store = context.open(store::OpenMode::read);
  const auto rows = chosen(store, ids);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw CommandError(kFailure, format("{}: {}", printable(folder), error.message()));
  for (const store::RejectRow& row : rows) {
    // The name is ours alone: what a sender called the file never reaches the file system.
    const fs::path path = fs::path(folder) / format("reject-{}.{}", row.id, row.whole_message ? "eml" : "bin");
    if (fs::exists(path)) throw CommandError(kFailure, format("{}: exists already", path.string()));
    std::ofstream file(path, std::ios::binary);
    file << bytes_of(store, row.id);
    if (!file.flush()) throw CommandError(kFailure, format("{}: cannot be written", path.string()));
    context.out << path.string() << '\n';
  }
  return kDone;
}

int drop(Context& context, const std::vector<std::int64_t>& ids, bool all) {
  if (ids.empty() && !all) throw CommandError(kWrongUse, "rejects drop: name the rejects by number, or say --all");
  if (!ids.empty() && all) throw CommandError(kWrongUse, "rejects drop: either numbers or --all");
  store::Store store = context.open(store::OpenMode::write);
  const auto rows = chosen(store, ids);
  store.begin();
  for (const store::RejectRow& row : rows) store.drop_reject(row.id);
  store.commit();
  if (!context.quiet) context.out << format("dropped {} reject{}\n", rows.size(), rows.size() == 1 ? "" : "s");
  return kDone;
}

}  // namespace

void add_rejects(Command& app, Context& context) {
  Command command = app.add_subcommand("rejects", "What could not be read: list, look at, try again, export, drop");
  struct Options {
    std::int64_t id = 0;
    std::vector<std::int64_t> ids;
    std::string folder;
    bool all = false;
  };
  auto options = std::make_shared<Options>();

  command.add_subcommand("list", "All rejects").callback([&context] {
    context.action = [&context] {
      const present::Format format = context.format({.json = true, .csv = true});
      store::Store store = context.open(store::OpenMode::read);
      present::write_rejects(context.out, store.rejects(), format, context.style());
      return int{kDone};
    };
  });

  Command show = command.add_subcommand("show", "One reject: reason, what to do, and the beginning of its bytes");
  show.add_option("ID", options->id, "Number of the reject").required();
  show.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true});
      store::Store store = context.open(store::OpenMode::read);
      present::write_reject(context.out, find(store, options->id), bytes_of(store, options->id), format,
                            context.style());
      return int{kDone};
    };
  });

  Command retry = command.add_subcommand("retry", "Read rejects again with this version");
  retry.add_option("ID", options->ids, "Numbers; all rejects when none is given");
  retry.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true});
      store::Store store = context.open(store::OpenMode::write);
      std::vector<std::int64_t> ids;
      for (const store::RejectRow& row : chosen(store, options->ids)) ids.push_back(row.id);
      const auto outcome = ingest::retry_rejects(store, context.clock, context.ingest_options(), ids);
      present::write_retry(context.out, outcome, format, context.style());
      return int{kDone};
    };
  });

  Command exporting = command.add_subcommand("export", "Write the bytes of rejects to files in a folder");
  exporting.add_option("FOLDER", options->folder, "Created when missing; no file is overwritten").required();
  exporting.add_option("ID", options->ids, "Numbers; all rejects when none is given");
  exporting.callback([&context, options] {
    context.action = [&context, options] { return export_rejects(context, options->folder, options->ids); };
  });

  Command dropping = command.add_subcommand("drop", "Forget rejects and their bytes");
  dropping.add_option("ID", options->ids, "Numbers");
  dropping.add_flag("--all", options->all, "All of them");
  dropping.callback([&context, options] {
    context.action = [&context, options] { return drop(context, options->ids, options->all); };
  });
}

}  // namespace ruagate::cli
