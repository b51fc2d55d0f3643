#pragma once

#include <cstdio>
#include <cstdlib>

namespace ruagate::fuzz {

/// Ends the program, loudly, when a property does not hold.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", what);
  std::abort();
}

}  // namespace ruagate::fuzz
