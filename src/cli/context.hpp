#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"
#include "ingest/ingest.hpp"
#include "present/present.hpp"
#include "store/store.hpp"

// What every command of the command line needs: the options that stand before or after any command, the configuration,
// the database, and where to write.
namespace ruagate::cli {

/// Exit codes of all commands (readiness adds 10 to 12).
enum ExitCode : int { kDone = 0, kFailure = 1, kWrongUse = 2 };

/// Ends a command with one line on standard error.
class CommandError : public std::runtime_error {
 public:
  CommandError(int exit_code, const std::string& line) : std::runtime_error(line), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// The value, or a CommandError with the exit code that belongs to the kind of error.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result)
    throw CommandError(result.error().kind == ErrorKind::usage ? kWrongUse : kFailure, result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Formats a command can write; text is always among them.
struct Formats {
  bool json = true;
  bool csv = false;
  bool html = false;
};

struct Context {
  // Options.
  std::string config_file;
  std::string db_path;
  std::string format_name;
  bool json = false;
  bool quiet = false;
  bool verbose = false;

  /// Set by the command that was chosen; run after all options are read.
  std::function<int()> action;

  SystemClock clock;
  std::ostream& out;
  std::ostream& err;

  Context(std::ostream& out_stream, std::ostream& err_stream) : out(out_stream), err(err_stream) {}

  /// The format asked for. Throws CommandError if the command cannot write it.
  present::Format format(const Formats& formats) const;
  /// Colour and width of standard output.
  present::Style style() const;
  /// Read once. Throws CommandError.
  const config::Config& config();
  /// The same, read again. Errors: usage.
  Result<config::Config> read_config() const;
  /// The configuration with --db applied.
  const std::string& database();
  store::Store open(store::OpenMode mode);
  const domain::OrgDomains& org_domains();
  /// Limits and batch sizes from the configuration.
  ingest::Options ingest_options();
  /// The border of a configured mailbox. The Public Suffix List is loaded only when one is named.
  ingest::Border border(const config::MailboxSettings& mailbox);

 private:
  std::optional<config::Config> config_;
  std::unique_ptr<domain::OrgDomains> org_domains_;
};

/// Limits and batch sizes of a configuration.
ingest::Options ingest_options_of(const config::Config& config);

/// Days and domain names of the command line. Throw CommandError that names the option.
std::optional<Day> day_option(const std::string& text, const char* option);
std::string domain_argument(const std::string& text);

/// Set by SIGINT and SIGTERM once watch_signals() was called.
bool stop_requested();
void watch_signals();
/// SIGHUP asks to read the configuration again, once watch_reload() was called; true once for each.
void watch_reload();
bool take_reload();

// One file each.
void add_config(Command& app, Context& context);
void add_db(Command& app, Context& context);
void add_ingest(Command& app, Context& context);
void add_readiness(Command& app, Context& context);
void add_records(Command& app, Context& context);
void add_rejects(Command& app, Context& context);
void add_reports(Command& app, Context& context);
void add_serve(Command& app, Context& context);
void add_senders(Command& app, Context& context);
void add_sources(Command& app, Context& context);
void add_summary(Command& app, Context& context);
void add_token(Command& app, Context& context);

}  // namespace ruagate::cli
