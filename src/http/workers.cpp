#include "http/workers.hpp"

#include <utility>

namespace ruagate::http {

namespace {

/// Answers that may wait; beyond, clients are told to come again.
constexpr std::size_t kMaxWaiting = 1024;
/// Threads beyond the places, for those that stand aside.
constexpr std::size_t kSpare = 8;

/// Whose thread this is.
thread_local Workers* g_mine = nullptr;

}  // namespace

Workers::Workers(int places) : places_(static_cast<std::size_t>(places)), readers_(places_ + kSpare) {
  for (Reader& reader : readers_) free_.push_back(&reader);
  for (std::size_t i = 0; i < readers_.size(); ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  stop();
}

Workers::Aside::Aside() {
  if (g_mine == nullptr) return;
  {
    const std::lock_guard hold(g_mine->lock_);
    --g_mine->running_;
  }
  g_mine->more_.notify_one();
}

Workers::Aside::~Aside() {
  if (g_mine == nullptr) return;
  const std::lock_guard hold(g_mine->lock_);
  ++g_mine->running_;  // Beyond the places for a moment: nobody waits to go on.
}

bool Workers::add(Job job) {
  {
    const std::lock_guard hold(lock_);
    if (stops_ || jobs_.size() >= kMaxWaiting) return false;
    jobs_.push_back(std::move(job));
  }
  more_.notify_one();
  return true;
}

void Workers::stop() {
  {
    const std::lock_guard hold(lock_);
    stops_ = true;
    jobs_.clear();
  }
  more_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::work() {
  g_mine = this;
  std::unique_lock hold(lock_);
  while (true) {
    more_.wait(hold, [this] { return stops_ || (!jobs_.empty() && running_ < places_); });
    if (stops_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    Reader& reader = *free_.back();
    free_.pop_back();
    ++running_;
    hold.unlock();
    job(reader);  // never throws: handle() and admit() do not
    hold.lock();
    --running_;
    // Connections keep memory; beyond the places they are only needed while somebody waits.
    if (readers_.size() - free_.size() > places_) {
      hold.unlock();
      reader.forget();
      hold.lock();
    }
    free_.push_back(&reader);
  }
}

}  // namespace ruagate::http
