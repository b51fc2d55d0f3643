#include "readiness/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "readiness/gates.hpp"
#include "readiness/world.hpp"

namespace ruagate::readiness {
namespace {

constexpr double kZ = 1.645;

TEST(Wilson, HasTheKnownLowerBounds) {
  EXPECT_NEAR(wilson(8.0 / 8, 8, kZ).low, 0.747, 0.0005);
  EXPECT_NEAR(wilson(50.0 / 50, 50, kZ).low, 0.949, 0.0005);
  EXPECT_NEAR(wilson(95.0 / 100, 100, kZ).low, 0.901, 0.0005);
  EXPECT_NEAR(wilson(980.0 / 1000, 1000, kZ).low, 0.971, 0.0006);
  EXPECT_NEAR(wilson(9900.0 / 10000, 10000, kZ).low, 0.988, 0.0006);
}

TEST(Wilson, IsWholeWithoutTrialsAndStaysInside) {
  EXPECT_EQ(wilson(0.5, 0, kZ).low, 0.0);
  EXPECT_EQ(wilson(0.5, 0, kZ).high, 1.0);
  EXPECT_NEAR(wilson(1.0, 10, kZ).high, 1.0, 1e-12);
  EXPECT_GE(wilson(0.0, 10, kZ).low, 0.0);
}

TEST(ZeroFailureSize, GivesTheSizesOfTheTable) {
  const std::pair<double, double> table[] = {{0.90, 25}, {0.92, 32},  {0.94, 43}, {0.95, 52},
                                             {0.97, 88}, {0.98, 133}, {0.99, 268}};
  for (const auto& [low, size] : table) EXPECT_EQ(std::ceil(zero_failure_size(low, kZ)), size) << low;
}

TEST(Wilson, ReachesTheBoundsWithFailuresAtTheSizesOfTheTable) {
  const double table[][3] = {{.95, .90, 100}, {.97, .94, 200}, {.98, .95, 150}, {.99, .97, 200}, {.99, .98, 600}};
  for (const auto& [rate, low, size] : table) EXPECT_GE(wilson(rate, size, kZ).low, low - 0.001) << rate << " " << low;
}

TEST(EffectiveSize, CountsCampaignsNotMessages) {
  const auto cells = [](double n, int count) {
    const double each = n / count;
    return effective_size(n, each * each * count, 0.01);
  };
  EXPECT_NEAR(cells(100'000, 1), 100, 0.5);
  EXPECT_NEAR(cells(100'000, 20), 1961, 1);
  EXPECT_NEAR(cells(1'000, 20), 671, 1);
  EXPECT_NEAR(cells(20, 20), 20, 1e-9);
  EXPECT_EQ(effective_size(0, 0, 0.01), 0);
}

TEST(Tally, AddsUpCells) {
  Tally tally;
  EXPECT_EQ(tally.rate(), 1.0);
  tally.add(100, 90);
  tally.add(100, 100);
  EXPECT_EQ(tally.n(), 200U);
  EXPECT_EQ(tally.failed(), 10U);
  EXPECT_DOUBLE_EQ(tally.rate(), 0.95);
  EXPECT_NEAR(tally.effective(0.01), 200 / 1.99, 1e-9);
}

std::vector<int> every(int gap, int count, int length = 1) {
  std::vector<int> days_active;
  for (int i = 0; i < count; ++i) {
    for (int day = 0; day < length; ++day) days_active.push_back(1000 + i * gap + day);
  }
  return days_active;
}

TEST(Cadence, IsReadFromTheGaps) {
  EXPECT_EQ(cadence_of(every(1, 30)), Cadence::daily);
  EXPECT_EQ(cadence_of(every(7, 6)), Cadence::weekly);
  EXPECT_EQ(cadence_of(every(30, 3)), Cadence::monthly);
  EXPECT_EQ(cadence_of(every(30, 3, 3)), Cadence::monthly) << "a run of three days is one burst";
  EXPECT_EQ(cadence_of(every(91, 3, 2)), Cadence::quarterly);
  EXPECT_EQ(cadence_of(every(50, 3)), Cadence::sporadic);
  EXPECT_EQ(cadence_of({1000}), Cadence::sporadic);
  EXPECT_EQ(cadence_of({}), Cadence::sporadic);
}

/// `count` days of `n` messages, of which `failed` fail on each of the first `bad` days.
std::vector<DaySum> days_with(int count, std::uint64_t n, int bad, std::uint64_t failed) {
  std::vector<DaySum> result;
  for (int day = 0; day < count; ++day) result.push_back({1000 + day, n, day < bad ? n - failed : n});
  return result;
}

TEST(IsBelow, AsksForMoreWhereDaysDiffer) {
  const auto steady = days_with(28, 10000, 28, 150);  // 98.5 % every day
  const auto lumpy = days_with(28, 10000, 5, 840);    // 98.5 % by five bad days
  EXPECT_TRUE(is_below(steady, 0.99, 0.01, 1.645));
  EXPECT_FALSE(is_below(lumpy, 0.99, 0.01, 1.645));
  EXPECT_LT(measured_size(lumpy, 0.01), measured_size(steady, 0.01));
  EXPECT_DOUBLE_EQ(measured_size(steady, 0.01), tally_of(steady).effective(0.01)) << "never more than assumed";
}

TEST(IsBelow, KnowsABreakThoughTheOtherDaysWereGood) {
  EXPECT_TRUE(is_below(days_with(28, 100, 6, 100), 0.95, 0.01, 1.645)) << "a fifth is lost";
  EXPECT_TRUE(is_below(days_with(1, 100, 1, 100), 0.95, 0.01, 1.645));
  EXPECT_TRUE(is_below(days_with(28, 100, 2, 25), 0.99, 0.01, 1.645)) << "broken twice, though few are lost";
  EXPECT_FALSE(is_below(days_with(1, 60, 1, 1), 0.99, 0.01, 1.645)) << "one of sixty";
  EXPECT_FALSE(is_below(days_with(1, 1000, 1, 80), 0.99, 0.01, 1.645)) << "one day is one event";
  EXPECT_FALSE(is_below(days_with(28, 100, 0, 0), 0.95, 0.01, 1.645));
  EXPECT_FALSE(is_below({}, 0.95, 0.01, 1.645));
}

TEST(Words, NeverRoundAFailureAway) {
  EXPECT_EQ(percent(1.0), "100.0 %");
  EXPECT_EQ(percent(0.99999), "99.99 %");
  EXPECT_EQ(percent(0.982), "98.2 %");
  EXPECT_EQ(percent(0.0000001), "0.01 %");
  EXPECT_EQ(percent(0.0), "0.0 %");
  EXPECT_EQ(messages(1), "1 message");
  EXPECT_EQ(messages(1234567), "1,234,567 messages");
}

TEST(ZForEach, IsStricterTheMoreIsLookedAt) {
  EXPECT_NEAR(z_for_each(2.576, 1), 2.576, 1e-6);
  EXPECT_NEAR(z_for_each(1.645, 10), 2.576, 2e-3) << "a tenth of 5 %";
  EXPECT_NEAR(z_for_each(2.326348, 100), 3.719016, 1e-4) << "a hundredth of 1 %";
  EXPECT_DOUBLE_EQ(z_for_each(2.576, 0), z_for_each(2.576, 1));
}

}  // namespace
}  // namespace ruagate::readiness
