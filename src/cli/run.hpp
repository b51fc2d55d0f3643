#pragma once

#include <iosfwd>

namespace ruagate::cli {

/// Runs one command of the command line and returns its exit code (0 done, 1 failure, 2 wrong use; readiness also 10,
/// 11, 12). Results go to `out`, errors as one line each to `err`. Throws nothing.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace ruagate::cli
