#pragma once

#include "sim/samples.hpp"

namespace ruagate::sim::test {

/// The samples, made once for a test program.
inline const Samples& samples() {
  static const Samples made = make_samples();
  return made;
}

}  // namespace ruagate::sim::test
