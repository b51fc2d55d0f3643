#include "base/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace ruagate {

std::counting_semaphore<>& spare_threads() {
  static std::counting_semaphore<> spare(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
  return spare;
}

void side_by_side(std::size_t count, const std::function<void(std::size_t)>& one, bool with_others) {
  std::atomic<std::size_t> next = 0;
  std::mutex lock;
  std::exception_ptr fault;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        one(i);
      } catch (...) {
        const std::lock_guard hold(lock);
        if (!fault) fault = std::current_exception();
        next = count;
      }
    }
  };
  const std::size_t most =
      with_others ? std::min<std::size_t>(count, std::clamp(std::thread::hardware_concurrency(), 1U, 8U)) : 1;
  std::vector<std::thread> helpers;
  helpers.reserve(most);
  while (helpers.size() + 1 < most && spare_threads().try_acquire()) {
    try {
      helpers.emplace_back(work);
    } catch (const std::system_error&) {
      spare_threads().release();
      break;
    }
  }
  work();
  for (std::thread& helper : helpers) {
    helper.join();
    spare_threads().release();
  }
  if (fault) std::rethrow_exception(fault);
}

}  // namespace ruagate
