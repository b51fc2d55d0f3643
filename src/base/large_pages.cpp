#include "base/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace ruagate {

namespace {

/// For whole pages of that size between `begin` and `end`. What comes of it changes nothing but the speed.
void advise(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t page, int advice) {
  begin = (begin + page - 1) / page * page;
  end = end / page * page;
  if (begin < end) static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, advice));  // NOLINT: address
}

}  // namespace

void take_pages([[maybe_unused]] const void* memory, std::size_t bytes) {
  constexpr std::size_t kWorthIt = std::size_t{256} << 10;
  if (bytes < kWorthIt) return;
  [[maybe_unused]] const auto begin = reinterpret_cast<std::uintptr_t>(memory);
#ifdef MADV_HUGEPAGE
  advise(begin, begin + bytes, std::uintptr_t{2} << 20, MADV_HUGEPAGE);
#endif
#ifdef MADV_POPULATE_WRITE
  advise(begin, begin + bytes, 4096, MADV_POPULATE_WRITE);
#endif
}

}  // namespace ruagate
