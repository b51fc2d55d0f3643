#pragma once

// The only door to fmt: other rooms include this header and say ruagate::format.
#include <fmt/format.h>

namespace ruagate {

using fmt::format;

}  // namespace ruagate
