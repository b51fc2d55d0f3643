#include "base/memory.hpp"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace ruagate {

void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD
  constexpr int kMiB = 1 << 20;
  // To set the one keeps the other from growing by itself, as it would with the largest piece that was freed.
  static_cast<void>(mallopt(M_TRIM_THRESHOLD, 32 * kMiB));
  static_cast<void>(mallopt(M_MMAP_THRESHOLD, 4 * kMiB));
#endif
}

}  // namespace ruagate
