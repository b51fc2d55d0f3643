#include "store/turn.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>

namespace ruagate::store {

namespace {

constexpr std::chrono::minutes kPatience{10};
constexpr std::chrono::milliseconds kSlice{50};

std::string same_name(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

}  // namespace

struct WriteTurn::Queue {
  std::mutex opening;
  int connections = 0;  ///< Guarded by `opening`.
  std::mutex lock;
  std::condition_variable changed;
  std::deque<const WriteTurn*> waiting;
  bool is_taken = false;

  /// The queue of a file, for as long as somebody holds it.
  static std::shared_ptr<Queue> of(const std::string& path) {
    static std::mutex all_lock;
    static std::map<std::string, std::weak_ptr<Queue>> all;
    const std::lock_guard hold(all_lock);
    std::erase_if(all, [](const auto& entry) { return entry.second.expired(); });
    auto& entry = all[same_name(path)];
    std::shared_ptr<Queue> queue = entry.lock();
    if (!queue) entry = queue = std::make_shared<Queue>();
    return queue;
  }
};

WriteTurn::WriteTurn(const std::string& path) : queue_(Queue::of(path)) {}

WriteTurn::~WriteTurn() {
  leave();
  if (!is_open_) return;
  const std::lock_guard hold(queue_->opening);
  --queue_->connections;
}

std::unique_lock<std::mutex> WriteTurn::begin_opening() {
  return std::unique_lock(queue_->opening);
}

bool WriteTurn::is_first() const {
  return queue_->connections == 0;
}

void WriteTurn::opened() {
  ++queue_->connections;
  is_open_ = true;
}

bool WriteTurn::take(const std::function<bool()>& gives_up) {
  std::unique_lock hold(queue_->lock);
  queue_->waiting.push_back(this);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const auto is_mine = [&] { return !queue_->is_taken && queue_->waiting.front() == this; };
  while (!is_mine()) {
    queue_->changed.wait_for(hold, kSlice);
    if (is_mine()) break;
    if (!gives_up() && std::chrono::steady_clock::now() < end) continue;
    std::erase(queue_->waiting, this);
    queue_->changed.notify_all();
    return false;
  }
  queue_->waiting.pop_front();
  queue_->is_taken = true;
  has_turn_ = true;
  return true;
}

void WriteTurn::leave() {
  if (!has_turn_) return;
  has_turn_ = false;
  const std::lock_guard hold(queue_->lock);
  queue_->is_taken = false;
  queue_->changed.notify_all();
}

}  // namespace ruagate::store
