#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"
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

/// How long a watched mailbox is left alone when nothing tells of new mail.
constexpr std::chrono::seconds kPoll{30};
constexpr std::chrono::seconds kLongestPause{60};
/// A server that refuses a login is not asked often: some lock the account.
constexpr std::chrono::seconds kLongestPauseRefused{600};

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

/// Says a fault once, and again only when it changes: a watched mailbox may fail for hours.
class Faults {
 public:
  explicit Faults(std::string name) : name_(std::move(name)) {}
  void happened(const std::string& what) {
    if (what != last_) log::error(format("{}: {}", printable(name_), what));
    last_ = what;
  }
  void over() {
    if (!last_.empty()) log::warning(format("{}: works again", printable(name_)));
    last_.clear();
  }

 private:
  std::string name_;
  std::string last_;
};

/// Follows one mailbox until a signal. A failing database or mailbox is tried again after a growing pause.
ingest::Outcome follow(const Opened& opened, const std::string& database, const Clock& clock,
                       const ingest::Options& options) {
  mailbox::Mailbox& mailbox = *opened.mailbox;
  std::optional<store::Store> store;
  std::unique_ptr<ingest::Worker> worker;
  ingest::Outcome total;
  const auto keep_total = [&] {
    if (worker) merge(total, worker->outcome());
    worker.reset();
    store.reset();
  };

  Faults faults(mailbox.name());
  std::chrono::seconds pause{1};
  std::minstd_rand random(std::random_device{}());
  while (!stop_requested()) {
    auto longest = kLongestPause;
    try {
      if (!store) {
        store.emplace(database, store::OpenMode::write);
        store->give_up_when(stop_requested);
        worker = std::make_unique<ingest::Worker>(&*store, clock, options);
      }
      const std::uint64_t before = worker->outcome().reports_new;
      const auto run = worker->run(mailbox, stop_requested, {}, opened.border);
      if (run) {
        faults.over();
        pause = std::chrono::seconds{1};
        const std::uint64_t added = worker->outcome().reports_new - before;
        if (added > 0)
          log::info(format("{}: {} new report{}", printable(mailbox.name()), added, added == 1 ? "" : "s"));
        mailbox.wait(kPoll, stop_requested);
        continue;
      }
      if (run.error().code == "login_refused") longest = kLongestPauseRefused;
      faults.happened(run.error().message);
    } catch (const store::StoreError& error) {
      faults.happened(error.what());
      keep_total();
    }
    // Between a half and the whole, so that many do not come back at the same instant.
    const std::chrono::milliseconds whole(pause);
    const auto jittered =
        whole / 2 + std::chrono::milliseconds(random() % static_cast<unsigned long>(whole.count() / 2));
    for (auto left = jittered; left.count() > 0 && !stop_requested(); left -= std::chrono::milliseconds{200}) {
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    pause = std::min(2 * pause, longest);
  }
  keep_total();
  return total;
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
      const ingest::Outcome outcome = follow(opened, context.database(), context.clock, ingest_options);
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
