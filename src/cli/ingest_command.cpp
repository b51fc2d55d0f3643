#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"
#include "cli/follow.hpp"
#include "cli/mailboxes.hpp"
#include "cli/progress.hpp"

namespace ruagate::cli {

namespace {

/// A mailbox and the border its mail came in through; paths of the command line have none.
struct Opened {
  std::unique_ptr<mailbox::Mailbox> mailbox;
  ingest::Border border;
};
using Mailboxes = std::vector<Opened>;

struct Options {
  std::vector<std::string> paths;
  bool watch = false;
  bool dry_run = false;
  std::string trace_file;
};

/// Every PATH must be readable before anything is read, so that a slip of the pen changes nothing.
Mailboxes open_paths(const Options& options, const config::LimitSettings& limits) {
  Mailboxes mailboxes;
  std::string faults;
  int code = kWrongUse;
  for (const std::string& path : options.paths) {
    auto opened = mailbox::open_path(path, limits.message_bytes, limits.document_bytes);
    if (!opened) {
      faults += opened.error().message + "\n";
      if (opened.error().kind != ErrorKind::usage) code = kFailure;
      continue;
    }
    mailboxes.push_back({std::move(*opened), {}});
  }
  if (!faults.empty()) throw CommandError(code, faults);
  return mailboxes;
}

/// The configured mailboxes. One that cannot be opened does not stop the others; it is a failure of the run.
Mailboxes open_configured(Context& context, const Options& options, std::vector<std::string>& failures) {
  const config::Config& config = context.config();
  if (config.mailboxes.empty()) {
    throw CommandError(kWrongUse, "nothing to read: name a PATH, or configure a [[mailbox]] (ruagate config init)");
  }
  Mailboxes mailboxes;
  for (const config::MailboxSettings& settings : config.mailboxes) {
    auto opened = open_mailbox(settings, config.limits, {options.trace_file, stop_requested});
    if (opened) {
      mailboxes.push_back({std::move(*opened), context.border(settings)});
    } else {
      failures.push_back(format("mailbox {}: {}", printable(settings.name), opened.error().message));
    }
  }
  return mailboxes;
}

void report_failures(std::ostream& err, const std::vector<std::string>& failures) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(failures.size(), kShown); ++i) err << "ruagate: " << failures[i] << '\n';
  if (failures.size() > kShown) err << format("ruagate: and {} more like these\n", failures.size() - kShown);
}

int finish(Context& context, const ingest::Outcome& outcome, present::Format format) {
  present::Style style = context.style();
  style.explain = context.verbose;
  present::write(context.out, outcome, format, style);
  context.out.flush();
  report_failures(context.err, outcome.failures);
  return outcome.failures.empty() ? kDone : kFailure;
}

int ingest_once(Context& context, const Options& options) {
  const present::Format format = context.format({.json = true});
  std::vector<std::string> failures;
  const Mailboxes mailboxes = options.paths.empty() ? open_configured(context, options, failures)
                                                    : open_paths(options, context.config().limits);
  ingest::Options ingest_options = context.ingest_options();
  ingest_options.dry_run = options.dry_run;
  std::optional<store::Store> store;
  if (!options.dry_run) store.emplace(context.open(store::OpenMode::write));

  watch_signals();
  ingest::Worker worker(store ? &*store : nullptr, context.clock, ingest_options);
  {
    ProgressLine line(context.err, isatty(STDERR_FILENO) != 0 && !context.quiet);
    for (const auto& [mailbox, border] : mailboxes) {
      if (stop_requested()) break;
      const auto show = [&line, &name = mailbox->name()](const ingest::Progress& progress) {
        line.show(name, progress);
      };
      // Its error is among the failures of the outcome.
      (void)worker.run(*mailbox, stop_requested, show, border);
    }
  }
  ingest::Outcome outcome = worker.outcome();
  outcome.failures.insert(outcome.failures.end(), failures.begin(), failures.end());
  if (stop_requested()) context.err << "ruagate: stopped; what was read is stored, the rest is left for the next run\n";
  return finish(context, outcome, format);
}

int ingest_and_watch(Context& context, const Options& options) {
  const present::Format format = context.format({.json = true});
  if (options.dry_run) throw CommandError(kWrongUse, "--watch and --dry-run contradict each other");
  if (std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end()) {
    throw CommandError(kWrongUse, "--watch cannot follow standard input");
  }
  std::vector<std::string> failures;
  Mailboxes mailboxes = options.paths.empty() ? open_configured(context, options, failures)
                                              : open_paths(options, context.config().limits);
  report_failures(context.err, failures);
  if (mailboxes.empty()) return kFailure;
  context.open(store::OpenMode::write);  // a database that cannot be used is said now, not in the log later

  watch_signals();
  ingest::Outcome total;
  std::mutex total_lock;
  std::vector<std::thread> threads;
  const ingest::Options ingest_options = context.ingest_options();
  for (const Opened& opened : mailboxes) {
    threads.emplace_back([&] {
      const ingest::Outcome outcome = follow(
          *opened.mailbox, {context.database(), context.clock, ingest_options, opened.border, stop_requested, {}});
      const std::lock_guard lock(total_lock);
      merge(total, outcome);
    });
  }
  for (std::thread& thread : threads) thread.join();
  total.failures.insert(total.failures.end(), failures.begin(), failures.end());
  return finish(context, total, format);
}

}  // namespace

void add_ingest(Command& app, Context& context) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("ingest", "Read report mail into the database");
  command.add_option("PATH", options->paths,
                     "Maildir, mbox, folder, .eml, .xml, .gz, .zip, or - for standard input; only read, never changed. "
                     "Without PATH every configured mailbox is read once");
  command.add_flag("--watch", options->watch, "Go on: wait for new mail until SIGINT or SIGTERM");
  command
      .add_option("--trace-imap", options->trace_file,
                  "Add the conversation with IMAP servers to FILE, for support; secrets are masked")
      .type_name("FILE");
  command.add_flag("--dry-run", options->dry_run, "Read and judge everything, store and acknowledge nothing");
  command.callback([&context, options] {
    context.action = [&context, options] {
      return options->watch ? ingest_and_watch(context, *options) : ingest_once(context, *options);
    };
  });
}

}  // namespace ruagate::cli
