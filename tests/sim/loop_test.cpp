#include <gtest/gtest.h>

#include "sim/loop/score.hpp"

// A few histories through the closed loop. The full table is made by `ruagate_sim_score` (docs/readiness.md).
namespace ruagate::sim::loop {
namespace {

/// Small worlds, so that the test stays quick.
Parameters small_worlds() {
  Parameters parameters;
  parameters.most_services = 2;
  parameters.weekly_high = 2e4;
  parameters.parked_share = 0;
  return parameters;
}

TEST(Loop, HistoriesAreTheSameEachTime) {
  const domain::OrgDomains org_domains;
  const auto once = run("calendar", {10}, small_worlds(), calendar, org_domains);
  const auto again = run("calendar", {10}, small_worlds(), calendar, org_domains);
  EXPECT_EQ(once.outcomes[0].ramp.harmed, again.outcomes[0].ramp.harmed);
  EXPECT_EQ(once.outcomes[0].ramp.legitimate, again.outcomes[0].ramp.legitimate);
  EXPECT_DOUBLE_EQ(same_days(once, again), 1.0);
}

TEST(Loop, ProductDoesLessHarmThanTheCalendarAndNamesWhatIsWrong) {
  const domain::OrgDomains org_domains;
  const std::vector<std::uint64_t> seeds = {46};
  const auto said = run(
      "product", seeds, small_worlds(), [&] { return product(org_domains, {}); }, org_domains);
  const auto by_date = run("calendar", seeds, small_worlds(), calendar, org_domains);
  const Score product_score = score(said, nullptr);
  const Score calendar_score = score(by_date, nullptr);
  EXPECT_EQ(product_score.wrong_ramp, 0);
  EXPECT_EQ(product_score.wrong_reject, 0);
  EXPECT_GT(calendar_score.wrong_ramp + calendar_score.wrong_reject, 0) << "these worlds have something to find";
  EXPECT_LE(product_score.avoidable_ramp, 300);
  EXPECT_LE(product_score.avoidable_reject, 300);
  EXPECT_GE(product_score.at_reject, 0.5);
  EXPECT_GE(product_score.recall, 0.7);
  EXPECT_GE(product_score.code, 0.9);
  EXPECT_LE(product_score.legit_as_spoof, 0.002);
}

}  // namespace
}  // namespace ruagate::sim::loop
