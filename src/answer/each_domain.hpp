#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace ruagate::answer {

/// Reads one domain after the other with `load(name)`, works out what was read with `work`, on other threads, while the
/// next are read, and gives what came of it to `done`, in the order of `names`: a store is for one thread, and two
/// thirds of the time go into the work. `load` and `done` are called on the calling thread. What one of the three
/// throws comes out here, when nothing is under way any more.
template <class Name, class Load, class Work, class Done>
void for_each_domain(const std::vector<Name>& names, Load load, Work work, Done done) {
  if (names.size() == 1) {
    done(work(load(names.front())));
    return;
  }
  using Read = decltype(load(names.front()));
  using Answer = decltype(work(std::declval<const Read&>()));
  const std::size_t at_once = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  std::deque<std::future<Answer>> under_way;
  const auto take = [&] {
    done(under_way.front().get());
    under_way.pop_front();
  };
  for (const Name& name : names) {
    if (under_way.size() == at_once) take();
    under_way.push_back(std::async(std::launch::async, [&work, read = load(name)] { return work(read); }));
  }
  while (!under_way.empty()) take();
}

}  // namespace ruagate::answer
