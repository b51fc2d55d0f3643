#include <filesystem>
#include <fstream>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"
#include "cli/mailboxes.hpp"

namespace ruagate::cli {

namespace {

int check(Context& context) {
  const config::Config& config = context.config();
  std::string faults;
  for (const config::MailboxSettings& settings : config.mailboxes) {
    const auto mailbox = open_mailbox(settings, config.limits);
    if (!mailbox) faults += format("mailbox {}: {}\n", printable(settings.name), mailbox.error().message);
  }
  const std::filesystem::path folder = std::filesystem::absolute(config.store.path).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    faults += format("store.path: the folder {} does not exist\n", folder.string());
  }
  if (!faults.empty()) throw CommandError(kWrongUse, faults);
  if (!context.quiet) {
    context.out << format("{}: good ({} mailbox{}, database {})\n",
                          config.file.empty() ? "defaults, no configuration file" : config.file,
                          config.mailboxes.size(), config.mailboxes.size() == 1 ? "" : "es", config.store.path);
  }
  return kDone;
}

int init(Context& context, const std::string& file) {
  if (file.empty()) {
    context.out << config::example();
    return kDone;
  }
  if (std::filesystem::exists(file)) throw CommandError(kFailure, format("{}: exists already", printable(file)));
  std::ofstream out(file, std::ios::binary);
  out << config::example();
  if (!out.flush()) throw CommandError(kFailure, format("{}: cannot be written", printable(file)));
  if (!context.quiet)
    context.out << format("wrote {}; edit it, then run: ruagate config check --config {}\n", file, file);
  return kDone;
}

}  // namespace

void add_config(Command& app, Context& context) {
  Command command = app.add_subcommand("config", "Check, show or begin a configuration file");
  auto file = std::make_shared<std::string>();

  command.add_subcommand("check", "Name every mistake by file, line and key, and try the mailboxes")
      .callback([&context] { context.action = [&context] { return check(context); }; });
  command.add_subcommand("show", "The settings in force, as TOML").callback([&context] {
    context.action = [&context] {
      context.out << config::show(context.config());
      return int{kDone};
    };
  });
  Command beginning = command.add_subcommand("init", "An example with every setting, to FILE or standard output");
  beginning.add_option("FILE", *file, "A new file");
  beginning.callback([&context, file] { context.action = [&context, file] { return init(context, *file); }; });
}

}  // namespace ruagate::cli
