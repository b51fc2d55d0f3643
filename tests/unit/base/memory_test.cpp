#include <sys/resource.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/memory.hpp"

namespace ruagate {
namespace {

long faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// As ingestion does: a few MiB of messages come, and go.
void take_and_free() {
  std::vector<std::string> messages;
  for (int i = 0; i < 400; ++i) messages.emplace_back(10'000, 'x');
}

TEST(Memory, WhatWasFreedIsUsedAgainWithoutFaults) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "another allocator";
#endif
  keep_freed_memory();
  take_and_free();
  const auto before = faults();
  for (int i = 0; i < 20; ++i) take_and_free();
  EXPECT_LT(faults() - before, 1'000);  // A page for each 4 KiB would be 20,000.
}

}  // namespace
}  // namespace ruagate
