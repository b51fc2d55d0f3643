#pragma once

#include <cstddef>
#include <functional>
#include <semaphore>

namespace ruagate {

/// Threads beside those that ask: as many as there are processors, for the whole process. Who starts one takes a place
/// here first, and gives it back when the thread is through.
std::counting_semaphore<>& spare_threads();

/// So many cells of facts take some five milliseconds: with fewer a thread is not worth its start.
inline constexpr std::size_t kManyCells = 100'000;

/// Calls `one(0)` to `one(count - 1)`, each once, in any order, on this thread and on spare ones; with a single
/// processor, no thread to be had, or without `with_others`, all on this. When one throws, those not begun are left
/// out, and the first that was thrown comes out here, when nothing is under way any more.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& one, bool with_others = true);

}  // namespace ruagate
