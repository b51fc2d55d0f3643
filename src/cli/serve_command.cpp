#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "cli/mailboxes.hpp"
#include "cli/notify_socket.hpp"
#include "cli/serve.hpp"
#include "web/assets.hpp"

namespace ruagate::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
/// Responses under way when the service ends.
constexpr milliseconds kLastWords{1500};
/// After so long the process ends whatever still runs: everything that counts is in transactions.
constexpr milliseconds kLeaveWithin{4500};

void set_log(const Context& context, const config::Config& config) {
  const std::string& name = config.serve.log_level;
  log::Level level = name == "debug"     ? log::Level::debug
                     : name == "warning" ? log::Level::warning
                     : name == "error"   ? log::Level::error
                                         : log::Level::info;
  if (context.verbose) level = log::Level::debug;
  if (context.quiet) level = log::Level::error;
  log::set_level(level);
}

/// Each thread that works out an answer would get an arena of its own, which keeps what the largest domain took.
void share_memory_among_threads() {
  mallopt(M_ARENA_MAX, 2);
}

/// Tells this program file, and the list of public suffixes it uses, from others; empty when that cannot be known.
std::string this_program(const domain::OrgDomains& org_domains) {
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  if (failed) return {};
  const auto changed = std::filesystem::last_write_time(file, failed);
  if (failed) return {};
  return format("{} {} {} {}", RUAGATE_VERSION, size, changed.time_since_epoch().count(), org_domains.version());
}

/// Each connection is a descriptor, and the soft limit is often 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// What the threads that follow mailboxes were started with.
std::string ingest_settings(const config::Config& config) {
  config::Config part;
  part.store = config.store;
  part.limits = config.limits;
  part.mailboxes = config.mailboxes;
  return config::show(part);
}

/// Ends the process when leaving takes too long.
class LastResort {
 public:
  LastResort() : thread_([this] { watch(); }) {}
  ~LastResort() {
    {
      const std::lock_guard hold(lock_);
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

 private:
  void watch() {
    std::unique_lock hold(lock_);
    if (changed_.wait_for(hold, kLeaveWithin, [this] { return done_; })) return;
    log::warning("stopping: something does not end; leaving all the same, nothing is lost");
    _exit(0);
  }
  std::mutex lock_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

void sleep_unless_stopped(milliseconds time) {
  for (auto left = time; left.count() > 0 && !stop_requested(); left -= kTick) std::this_thread::sleep_for(kTick);
}

}  // namespace

void Followers::start(const config::Config& config) {
  stop();
  stop_ = false;
  board_.set(config.mailboxes);
  const std::function<bool()> stops = [this] { return stop_ || stop_requested(); };
  for (std::size_t i = 0; i < config.mailboxes.size(); ++i) {
    const config::MailboxSettings settings = config.mailboxes[i];
    const config::LimitSettings limits = config.limits;
    Following following{
        config.store.path,         context_.clock, ingest_options_of(config),
        context_.border(settings), stops,          [this, i](const FollowUpdate& update) {
                          board_.tell(i, update); }};
    threads_.emplace_back([settings, limits, stops, following = std::move(following)] {
      try {
        follow(
            settings.name,
            [&] {
              return open_mailbox(settings, limits, {"", stops});
            },
            following);
      } catch (const std::exception& error) {
        // A fault of ours; the others go on.
        log::error(format("{}: {}", printable(settings.name), printable(error.what(), 400)));
        FollowUpdate update;
        update.state = FollowUpdate::State::failing;
        update.error = error.what();
        following.tell(update);
      }
    });
  }
}

void Followers::stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Serve::Serve(Context& context)
    : context_(context),
      config_(context.config()),
      board_(context.clock),
      followers_(context, board_),
      tasks_(context.clock, context.org_domains(), stop_requested),
      started_at_(context.clock.now()) {}

std::shared_ptr<const http::Live> Serve::live_from(const config::Config& config) {
  return std::make_shared<const http::Live>(http::Live{config, ingest_options_of(config), ++generation_});
}

void Serve::check_access(const config::Config& config) const {
  const auto is_far = http::reaches_beyond_this_machine(config.http.listen);
  if (!is_far) {
    throw CommandError(kWrongUse, format("http.listen \"{}\": write it as ADDRESS:PORT or [ADDRESS]:PORT",
                                         printable(config.http.listen)));
  }
  if (!*is_far || config.http.behind_proxy) return;
  store::Store store(config.store.path, store::OpenMode::read);
  if (!store.tokens().empty()) return;
  throw CommandError(kWrongUse,
                     format("http.listen {}: other machines reach it, and there is no token; make one (ruagate token "
                            "create), or say behind_proxy = true where a proxy guards it",
                            printable(config.http.listen)));
}

int Serve::run() {
  log::set_form(config_.serve.log == "json" ? log::Form::json : log::Form::text);
  set_log(context_, config_);
  raise_descriptor_limit();
  share_memory_among_threads();
  { store::Store store(config_.store.path, store::OpenMode::write); }  // what is wrong with it is said now
  const NotifySocket manager;
  watch_signals();
  watch_reload();
  if (!config_.http.listen.empty()) {
    check_access(config_);
    const http::Parts parts{
        context_.clock,
        context_.org_domains(),
        RUAGATE_VERSION,
        this_program(context_.org_domains()),
        web::assets(),
        [this] {
          return answer::ServiceStatus{started_at_, RUAGATE_VERSION, board_.mailboxes(), tasks_.status()};
        },
        stop_requested};
    service_ = std::make_unique<http::Service>(parts, live_from(config_));
    work_out_overview();
    server_ = value_or_throw(http::Server::start(*service_, config_.http, config_.limits.message_bytes));
    log::info(format("listening on {}", server_->url()));
  }
  followers_.start(config_);
  tasks_.configure(config_);
  background();
  log::info(format("ruagate {} is ready, {} mailbox{}", RUAGATE_VERSION, config_.mailboxes.size(),
                   config_.mailboxes.size() == 1 ? "" : "es"));
  manager.tell("READY=1");

  using Steady = std::chrono::steady_clock;
  auto next_sign = Steady::now();
  while (!stop_requested()) {
    if (take_reload()) {
      manager.tell_reloading();
      reload();
      manager.tell("READY=1");
    }
    if (manager.watchdog() && Steady::now() >= next_sign) {
      // Not for long: a signal to end is not to wait for it.
      const auto every = std::chrono::duration_cast<milliseconds>(*manager.watchdog() / 4);
      if (!server_ || server_->is_alive(std::min<milliseconds>(every, std::chrono::seconds{1}))) {
        manager.tell("WATCHDOG=1");
      }
      next_sign = Steady::now() + *manager.watchdog() / 4;
    }
    std::this_thread::sleep_for(kTick);
  }
  manager.tell("STOPPING=1");
  leave();
  return kDone;
}

/// Before anybody can ask: who opens the page after a start is not to wait for all domains. Where there are so many
/// that it takes longer, the rest is worked out in the background.
void Serve::work_out_overview() {
  using Steady = std::chrono::steady_clock;
  constexpr std::chrono::seconds kLongest{5};
  const auto begin = Steady::now();
  const auto end = begin + kLongest;
  http::Reader reader;
  service_->work_out(reader, [end] { return stop_requested() || Steady::now() >= end; });
  if (const auto took = Steady::now() - begin; took >= std::chrono::seconds{1}) {
    log::info(format("the overview was worked out first, {:.1f} s", std::chrono::duration<double>(took).count()));
  }
}

void Serve::background() {
  scheduled_ = std::thread([this] {
    while (!stop_requested()) {
      tasks_.run_due();
      if (service_) service_->tidy();
      sleep_unless_stopped(std::chrono::seconds{1});
    }
  });
  if (!service_) return;
  // The overview is kept worked out, at a twentieth of the processors at most.
  warmer_ = std::thread([this] {
    http::Reader reader;
    while (!stop_requested()) {
      const auto begin = std::chrono::steady_clock::now();
      service_->warm(reader);
      const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
      sleep_unless_stopped(std::clamp<milliseconds>(20 * took, std::chrono::seconds{2}, std::chrono::minutes{5}));
    }
  });
}

void Serve::reload() {
  auto read = context_.read_config();
  if (!read) {
    log::error("the new configuration is not used: " + read.error().message);
    return;
  }
  if (read->store.path != config_.store.path) {
    log::warning("store.path has changed: that needs a restart, the old one is used on");
    read->store.path = config_.store.path;
  }
  if (server_) {
    if (const auto done = server_->reload_certificate(read->http); !done) {
      log::error("the new configuration is not used: " + done.error().message);
      return;
    }
    if (read->http.listen != config_.http.listen) {
      log::warning("http.listen has changed: that needs a restart, the old address is used on");
    }
    service_->configure(live_from(*read));
  }
  const bool mailboxes_changed = ingest_settings(*read) != ingest_settings(config_);
  tasks_.configure(*read);
  config_ = std::move(*read);
  set_log(context_, config_);
  if (mailboxes_changed) followers_.start(config_);
  log::info("the configuration was read again");
}

void Serve::leave() {
  const LastResort last_resort;
  if (server_) server_->stop(kLastWords);
  followers_.stop();
  scheduled_.join();
  if (warmer_.joinable()) warmer_.join();
  log::info("stopped");
}

void add_serve(Command& app, Context& context) {
  Command command = app.add_subcommand(
      "serve", "The service: follows every configured mailbox, answers over HTTP, does scheduled work");
  command.callback([&context] { context.action = [&context] { return Serve(context).run(); }; });
}

}  // namespace ruagate::cli
