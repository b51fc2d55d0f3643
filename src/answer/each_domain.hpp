#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "answer/common.hpp"

namespace ruagate::answer {

/// Reads one domain after the other with `read(name)`, which gives a Loaded, works out what was read with `work`, on
/// other threads, while the next are read, and gives what came of it to `done`, in the order of `names`: a store is for
/// one thread, and half of the time goes into the work. `read` and `done` are called on the calling thread. What one of
/// the three throws comes out here, when nothing is under way any more.
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
    done(under_way.front().answer.get());
    cells -= under_way.front().cells;
    under_way.pop_front();
  };
  for (const std::string& name : names) {
    while (!under_way.empty() && (under_way.size() == at_once || cells > kMostCells)) take();
    Loaded loaded = read(name);
    const std::size_t more = loaded.facts.cells.size();
    auto answer = std::async(std::launch::async, [&work, loaded = std::move(loaded)] { return work(loaded); });
    under_way.push_back({std::move(answer), more});
    cells += more;
  }
  while (!under_way.empty()) take();
}

}  // namespace ruagate::answer
