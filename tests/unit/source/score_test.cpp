#include "source/score.hpp"

#include <gtest/gtest.h>

namespace ruagate::source {
namespace {

using ByDay = std::map<int, std::uint64_t>;

TEST(RankCorrelation, IsOneForTheSameOrderAndMinusOneForTheOpposite) {
  const ByDay up = {{1, 1}, {2, 5}, {3, 9}, {4, 100}};
  const ByDay also_up = {{1, 10}, {2, 20}, {3, 21}, {4, 22}};
  const ByDay down = {{1, 9}, {2, 5}, {3, 3}, {4, 1}};
  EXPECT_NEAR(rank_correlation(up, also_up, 1, 4), 1.0, 1e-12);
  EXPECT_NEAR(rank_correlation(up, down, 1, 4), -1.0, 1e-12);
}

TEST(RankCorrelation, IsZeroWithoutVariation) {
  const ByDay flat = {{1, 5}, {2, 5}, {3, 5}};
  const ByDay up = {{1, 1}, {2, 2}, {3, 3}};
  EXPECT_EQ(rank_correlation(flat, up, 1, 3), 0.0);
  EXPECT_EQ(rank_correlation(up, up, 1, 2), 0.0);
}

TEST(LongRhythm, SeesMonthlyAndQuarterlyRuns) {
  EXPECT_TRUE(has_long_rhythm({{1, 5}, {31, 5}}));
  EXPECT_TRUE(has_long_rhythm({{1, 5}, {2, 5}, {92, 5}}));
  EXPECT_FALSE(has_long_rhythm({{1, 5}, {15, 5}, {29, 5}}));
  EXPECT_FALSE(has_long_rhythm({{1, 5}}));
}

}  // namespace
}  // namespace ruagate::source
