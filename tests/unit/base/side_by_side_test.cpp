#include "base/side_by_side.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace ruagate {
namespace {

TEST(SideBySide, EachIsCalledOnce) {
  for (const std::size_t count : {0U, 1U, 2U, 7U, 1000U}) {
    std::vector<std::atomic<int>> calls(count);
    side_by_side(count, [&](std::size_t i) { ++calls.at(i); });
    for (const auto& one : calls) EXPECT_EQ(one, 1);
  }
}

TEST(SideBySide, WhatIsThrownComesOutWhenAllIsThrough) {
  std::atomic<int> under_way = 0;
  std::atomic<std::size_t> begun = 0;
  const auto one = [&](std::size_t i) {
    ++under_way;
    ++begun;
    if (i == 3) {
      --under_way;
      throw std::runtime_error("three");
    }
    --under_way;
  };
  EXPECT_THROW(side_by_side(1000, one), std::runtime_error);
  EXPECT_EQ(under_way, 0);
  begun = 0;
  side_by_side(3, one);
  EXPECT_EQ(begun, 3U) << "and it goes on";
}

TEST(SideBySide, OneInsideAnotherEnds) {
  std::atomic<int> calls = 0;
  side_by_side(8, [&](std::size_t) { side_by_side(8, [&](std::size_t) { ++calls; }); });
  EXPECT_EQ(calls, 64);
}

TEST(SideBySide, WithoutSpareThreadsItIsDoneHere) {
  int taken = 0;
  while (spare_threads().try_acquire()) ++taken;
  EXPECT_GT(taken, 0);
  int calls = 0;  // By one thread alone.
  side_by_side(1000, [&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 1000);
  spare_threads().release(taken);
}

}  // namespace
}  // namespace ruagate
