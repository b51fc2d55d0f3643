#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "cli/board.hpp"
#include "cli/context.hpp"
#include "cli/tasks.hpp"
#include "http/server.hpp"
#include "http/service.hpp"

// The parts of `ruagate serve`.
namespace ruagate::cli {

/// The threads that follow the configured mailboxes.
class Followers {
 public:
  Followers(Context& context, Board& board) : context_(context), board_(board) {}
  ~Followers() { stop(); }
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;

  /// Follows the mailboxes of `config`; those before are let go first.
  void start(const config::Config& config);
  /// Returns when all threads are gone.
  void stop();

 private:
  Context& context_;
  Board& board_;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

/// All of the service; from here on nothing but a signal ends it.
class Serve {
 public:
  explicit Serve(Context& context);
  /// Errors of the start are CommandErrors; after it, everything is logged and goes on.
  int run();

 private:
  void check_access(const config::Config& config) const;
  void reload();
  void work_out_overview();
  void background();
  void leave();
  std::shared_ptr<const http::Live> live_from(const config::Config& config);

  Context& context_;
  config::Config config_;
  Board board_;
  Followers followers_;
  Tasks tasks_;
  Instant started_at_{};
  std::uint64_t generation_ = 0;
  std::unique_ptr<http::Service> service_;
  std::unique_ptr<http::Server> server_;
  std::thread scheduled_;
  std::thread warmer_;
};

}  // namespace ruagate::cli
