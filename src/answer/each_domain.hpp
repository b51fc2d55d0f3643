#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "answer/common.hpp"
#include "base/side_by_side.hpp"

namespace ruagate::answer {

/// `work(loaded)` on a spare thread; where there is none, or none can be started, when the answer is asked for.
template <class Work>
auto begin_work(Work& work, const std::shared_ptr<const Loaded>& loaded) {
  if (spare_threads().try_acquire()) {
    struct GiveBack {
      ~GiveBack() { spare_threads().release(); }
    };
    try {
      return std::async(std::launch::async, [&work, loaded] {
        const GiveBack give_back;
        return work(*loaded);
      });
    } catch (const std::system_error&) {
      spare_threads().release();
    }
  }
  return std::async(std::launch::deferred, [&work, loaded] { return work(*loaded); });
}

/// Reads one domain after the other with `read(name)`, which gives a Loaded, works out what was read with `work`, on
/// other threads, while the next are read, and gives what came of it to `done`, in the order of `names`: a store is for
/// one thread, and half of the time goes into the work. `read` and `done` are called on the calling thread. What one of
/// the three throws comes out here, when nothing is under way any more and `done` has had what came before it.
template <class Read, class Work, class Done>
void for_each_domain(const std::vector<std::string>& names, Read read, Work work, Done done) {
  if (names.size() == 1) {
    done(work(read(names.front())));
    return;
  }
  constexpr std::size_t kMostCells = 1'000'000;  // At once, of several domains: a hundred bytes each.
  struct UnderWay {
    std::future<decltype(work(std::declval<const Loaded&>()))> answer;
    std::size_t cells = 0;
  };
  const std::size_t at_once = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  std::deque<UnderWay> under_way;
  std::size_t cells = 0;
  const auto take = [&] {
    auto first = std::move(under_way.front());
    under_way.pop_front();
    cells -= first.cells;
    done(first.answer.get());
  };
  const auto read_next = [&](const std::string& name) {
    try {
      return std::make_shared<const Loaded>(read(name));
    } catch (...) {
      while (!under_way.empty()) take();
      throw;
    }
  };
  for (const std::string& name : names) {
    while (!under_way.empty() && (under_way.size() == at_once || cells > kMostCells)) take();
    const auto loaded = read_next(name);
    const std::size_t more = loaded->facts.cells.size();
    under_way.push_back({begin_work(work, loaded), more});
    cells += more;
  }
  while (!under_way.empty()) take();
}

}  // namespace ruagate::answer
