#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "answer/common.hpp"
#include "answer/domain_turns.hpp"

namespace ruagate::answer {

/// Reads the days first..last of each domain and works out with `work(loaded)` what is asked of it, several domains at
/// once: on this thread and on spare ones, each with a connection of its own. `done` has what came of it, on this
/// thread, in the order of `names`. What is thrown on the way comes out here, when nothing is under way any more and
/// `done` has had what came before it.
template <class Work, class Done>
void for_each_domain(const Asked& asked, const std::vector<std::string>& names, Day first, Day last, Work work,
                     Done done) {
  using Answer = decltype(work(std::declval<const Loaded&>()));
  std::vector<std::optional<Answer>> answers(names.size());
  std::size_t given = 0;
  DomainTurns turns(names.size());
  const auto one = [&](store::Store& store, std::size_t i) {
    // Freed before the next is begun.
    const Loaded loaded = load(store, names[i], first, last);
    answers[i].emplace(work(loaded));
  };
  const auto give = [&] {
    for (; turns.is_through(given); ++given) {
      done(std::move(*answers[given]));
      answers[given].reset();
    }
  };
  turns.run(
      asked.store, [&](store::Store& store, std::size_t i) { return store.cells(names[i], first, last); }, one, give);
}

}  // namespace ruagate::answer
