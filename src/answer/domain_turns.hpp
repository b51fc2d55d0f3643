#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "store/store.hpp"

namespace ruagate::answer {

/// Which of many domains is worked on by whom. Private to this room: see for_each_domain().
class DomainTurns {
 public:
  explicit DomainTurns(std::size_t count) : through_(count, false) {}
  DomainTurns(const DomainTurns&) = delete;
  DomainTurns& operator=(const DomainTurns&) = delete;

  using Size = std::function<std::uint64_t(store::Store&, std::size_t)>;
  using One = std::function<void(store::Store&, std::size_t)>;

  /// Calls `one` for each, on this thread with `store` and on spare ones with connections of their own, and `give` on
  /// this one, now and then, and when all are through. `size` gives the cells of one: of several at once there are not
  /// more than memory should hold.
  void run(store::Store& store, const Size& size, const One& one, const std::function<void()>& give);

  /// Whether the domain and all those before it are worked out.
  bool is_through(std::size_t i) const;

 private:
  bool run_next(store::Store& store, const Size& size, const One& one);
  void stop(std::exception_ptr fault, std::size_t at);

  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::vector<bool> through_;
  std::size_t next_ = 0;
  std::uint64_t cells_ = 0;  ///< Of those under way.
  std::exception_ptr fault_;
  std::size_t fault_at_ = 0;
};

}  // namespace ruagate::answer
