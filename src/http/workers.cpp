#include "http/workers.hpp"

#include <utility>

namespace ruagate::http {

namespace {

/// Answers that may wait; beyond, clients are told to come again.
constexpr std::size_t kMaxWaiting = 1024;

}  // namespace

Workers::Workers(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  stop();
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
  Reader reader;
  std::unique_lock hold(lock_);
  while (true) {
    more_.wait(hold, [this] { return stops_ || !jobs_.empty(); });
    if (stops_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    hold.unlock();
    job(reader);  // never throws: handle() and admit() do not
    hold.lock();
  }
}

}  // namespace ruagate::http
