#include <iostream>

#include "base/memory.hpp"
#include "cli/run.hpp"

int main(int argc, char** argv) {
  ruagate::keep_freed_memory();
  std::ios::sync_with_stdio(false);
  return ruagate::cli::run(argc, argv, std::cout, std::cerr);
}
