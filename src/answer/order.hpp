#pragma once

#include "readiness/verdict.hpp"

namespace ruagate::answer {

/// 0 is the worst news.
int rank(readiness::Verdict verdict);

}  // namespace ruagate::answer
