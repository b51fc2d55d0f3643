#include <iostream>

#include "cli/run.hpp"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return ruagate::cli::run(argc, argv, std::cout, std::cerr);
}
