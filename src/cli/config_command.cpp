#include <filesystem>
#include <fstream>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"
#include "cli/mailboxes.hpp"

namespace ruagate::cli {

namespace {

struct CheckOptions {
  bool connect = false;
  std::string trace_file;
};

/// Logs in to every server of the configuration. Faults are added to `faults`.
void try_servers(Context& context, const CheckOptions& options, std::string& faults) {
  const config::Config& config = context.config();
  for (const config::MailboxSettings& settings : config.mailboxes) {
    if (settings.type != "imap") continue;
    const auto described = describe_mailbox(settings, config.limits, {options.trace_file, stop_requested});
    if (!described) {
      faults += format("mailbox {}: {}\n", printable(settings.name), described.error().message);
      continue;
    }
    for (const std::string& line : *described)
      context.out << format("mailbox {}: {}\n", printable(settings.name), line);
  }
}

int check(Context& context, const CheckOptions& options) {
  const config::Config& config = context.config();
  std::string faults;
  for (const config::MailboxSettings& settings : config.mailboxes) {
    const auto mailbox = open_mailbox(settings, config.limits, {});
    if (!mailbox) faults += format("mailbox {}: {}\n", printable(settings.name), mailbox.error().message);
  }
  const std::filesystem::path folder = std::filesystem::absolute(config.store.path).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    faults += format("store.path: the folder {} does not exist\n", folder.string());
  }
  if (!faults.empty()) throw CommandError(kWrongUse, faults);
  if (options.connect) {
    watch_signals();
    try_servers(context, options, faults);
    if (!faults.empty()) throw CommandError(kFailure, faults);
  }
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

  auto options = std::make_shared<CheckOptions>();
  Command checking = command.add_subcommand("check", "Name every mistake by file, line and key, and try the mailboxes");
  checking.add_flag("--connect", options->connect,
                    "Log in to the mail servers as well, and say what will happen to mail; nothing is changed");
  checking.add_option("--trace-imap", options->trace_file, "Add the conversation to FILE; secrets are masked")
      .type_name("FILE");
  checking.callback([&context, options] { context.action = [&context, options] { return check(context, *options); }; });
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
