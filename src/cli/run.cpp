#include "cli/run.hpp"

#include <csignal>
#include <new>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"

namespace ruagate::cli {

namespace {

void add_global_options(CLI::App& app, Context& context) {
  app.add_option("--config", context.config_file, "Configuration file (TOML); default /etc/ruagate/ruagate.toml")
      ->type_name("FILE");
  app.add_option("--db", context.db_path, "Database; overrides the configuration, and is enough without one")
      ->type_name("PATH");
  app.add_option("--format", context.format_name, "text, json, csv or html, where the command can")
      ->check(CLI::IsMember({"text", "json", "csv", "html"}))
      ->type_name("FORMAT");
  app.add_flag("--json", context.json, "Short for --format json");
  app.add_flag("--quiet", context.quiet, "Errors only on standard error");
  app.add_flag("--verbose", context.verbose, "Say more on standard error");
}

/// What is wrong on one line, with where to look.
std::string with_help(const CLI::App& app, std::string_view what) {
  std::string command = "ruagate";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  return printable(what, 400) + " (see " + command + " --help)";
}

int run_action(Context& context) {
  log::set_level(context.quiet ? log::Level::error : context.verbose ? log::Level::info : log::Level::warning);
  const int code = context.action();
  context.out.flush();
  if (!context.out) throw CommandError(kFailure, "cannot write the result to standard output");
  return code;
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  // A reader that closes its end early (head, less) makes writing fail, not the process die without a word.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A file may not grow further (ulimit, LimitFSIZE): a fault as a full disk is.
  Context context(out, err);
  const auto failed = [&](int code, const std::string& line) {
    std::istringstream lines(line);
    for (std::string one; std::getline(lines, one);) err << "ruagate: " << one << '\n';
    err.flush();
    return code;
  };

  CLI::App app("ruagate reads DMARC aggregate reports and says whether a domain may raise its policy.", "ruagate");
  app.set_version_flag("--version", "ruagate " RUAGATE_VERSION);
  app.set_help_flag("-h,--help", "Show this help");
  app.fallthrough();
  app.footer("Exit codes: 0 done, 1 failure, 2 wrong use; readiness also 10 hold, 11 not enough data, 12 step back.");
  add_global_options(app, context);
  Command commands(app);
  add_ingest(commands, context);
  add_readiness(commands, context);
  add_sources(commands, context);
  add_summary(commands, context);
  add_reports(commands, context);
  add_records(commands, context);
  add_senders(commands, context);
  add_rejects(commands, context);
  add_serve(commands, context);
  add_token(commands, context);
  add_db(commands, context);
  add_config(commands, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return out.flush() ? kDone : kFailure;
  } catch (const CLI::CallForAllHelp&) {
    out << app.help("", CLI::AppFormatMode::All);
    return out.flush() ? kDone : kFailure;
  } catch (const CLI::CallForVersion&) {
    out << "ruagate " RUAGATE_VERSION "\n";
    return out.flush() ? kDone : kFailure;
  } catch (const CLI::ParseError& error) {
    return failed(kWrongUse, with_help(app, error.what()));
  }
  // Checked here and not by CLI11, which would name a missing command before a misspelt option.
  if (!context.action) return failed(kWrongUse, with_help(app, "a subcommand is missing"));

  try {
    return run_action(context);
  } catch (const CommandError& error) {
    return failed(error.exit_code(), error.what());
  } catch (const store::StoreError& error) {
    return failed(kFailure, error.what());
  } catch (const std::bad_alloc&) {
    return failed(kFailure, "out of memory");
  } catch (const std::exception& error) {
    return failed(kFailure, error.what());
  }
}

}  // namespace ruagate::cli
