#pragma once

#include <cstddef>
#include <vector>

namespace ruagate {

/// Asks the system to give at once, and in large pages, memory that is about to be written as a whole: page by page,
/// when each is first written, costs more than to fill them, above all on virtual machines. Does nothing where that is
/// not possible, or too little to be worth it.
void take_pages(const void* memory, std::size_t bytes);

/// The same for a list that will become so long.
template <class T>
void reserve_large(std::vector<T>& list, std::size_t size) {
  list.reserve(size);
  take_pages(list.data(), size * sizeof(T));
}

}  // namespace ruagate
