#include "answer/domain_turns.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "base/side_by_side.hpp"

namespace ruagate::answer {

bool DomainTurns::is_through(std::size_t i) const {
  const std::lock_guard hold(lock_);
  return i < through_.size() && through_[i] && (!fault_ || i < fault_at_);
}

/// Of several faults the first in order counts, as if all had been done one after the other.
void DomainTurns::stop(std::exception_ptr fault, std::size_t at) {
  const std::lock_guard hold(lock_);
  if (!fault_ || at < fault_at_) {
    fault_ = std::move(fault);
    fault_at_ = at;
  }
  next_ = through_.size();
}

bool DomainTurns::run_next(store::Store& store, const Size& size, const One& one) {
  constexpr std::uint64_t kMostCells = 2'000'000;  // At once, of several domains: some fifty bytes each.
  std::size_t i = 0;
  {
    const std::lock_guard hold(lock_);
    if (next_ == through_.size()) return false;
    i = next_++;
  }
  std::uint64_t cells = 0;
  try {
    const std::uint64_t wanted = size(store, i);
    {
      std::unique_lock hold(lock_);
      changed_.wait(hold, [&] { return cells_ == 0 || cells_ + wanted <= kMostCells; });
      if (fault_ && fault_at_ < i) return false;
      cells = wanted;
      cells_ += cells;
    }
    one(store, i);
    const std::lock_guard hold(lock_);
    through_[i] = true;
  } catch (...) {
    stop(std::current_exception(), i);
  }
  {
    const std::lock_guard hold(lock_);
    cells_ -= cells;
  }
  changed_.notify_all();
  return true;
}

void DomainTurns::run(store::Store& store, const Size& size, const One& one, const std::function<void()>& give) {
  constexpr std::size_t kWorthAThread = 8;  // Domains: opening another connection costs as much as one small domain.
  constexpr std::size_t kMostReaders = 4;   // Each connection remembers texts and addresses for itself.
  const std::size_t readers =
      through_.size() < kWorthAThread
          ? 1
          : std::min<std::size_t>(kMostReaders, std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> helpers;
  helpers.reserve(readers);
  while (helpers.size() + 1 < readers && spare_threads().try_acquire()) {
    try {
      helpers.emplace_back([&] {
        try {
          store::Store other = store.another();
          while (run_next(other, size, one)) {
          }
        } catch (const store::StoreError&) {
          // No further connection is to be had: then the one is enough.
        } catch (...) {
          stop(std::current_exception(), 0);
        }
      });
    } catch (const std::system_error&) {
      spare_threads().release();
      break;
    }
  }
  std::exception_ptr refused;  // What `give` threw.
  try {
    while (run_next(store, size, one)) give();
  } catch (...) {
    refused = std::current_exception();
    stop(refused, 0);
  }
  for (std::thread& helper : helpers) {
    helper.join();
    spare_threads().release();
  }
  if (refused) std::rethrow_exception(refused);
  give();
  if (fault_) std::rethrow_exception(fault_);
}

}  // namespace ruagate::answer
