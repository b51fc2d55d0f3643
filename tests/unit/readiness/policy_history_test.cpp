#include "readiness/policy_history.hpp"

#include <gtest/gtest.h>

#include "support/facts_builder.hpp"

namespace ruagate::readiness {
namespace {

using test::FactsBuilder;
const Day kToday = *parse_day("2026-11-20");
const std::vector<std::string> kAll = {"google.com", "Yahoo", "Outlook.com"};

TEST(PolicyHistory, SaysSinceWhen) {
  FactsBuilder builder;
  builder.policy(kToday - days{60}, kToday - days{11}, kAll, report::Policy::none)
      .policy(kToday - days{10}, kToday, kAll, report::Policy::quarantine, 10, std::nullopt);
  const auto history = policy_history(builder.facts(), kToday, Ladder::pct);
  EXPECT_EQ(history.step, 1U);
  EXPECT_EQ(history.since, kToday - days{10});
  EXPECT_EQ(history.first, kToday - days{60});
  EXPECT_EQ(history.policy.seen, kToday);
  EXPECT_FALSE(history.lowered);
}

TEST(PolicyHistory, FollowsTheMajorityWhileSomeLag) {
  FactsBuilder builder;
  builder.policy(kToday - days{30}, kToday - days{4}, kAll, report::Policy::none)
      .policy(kToday - days{3}, kToday, {"google.com", "Yahoo"}, report::Policy::quarantine)
      .policy(kToday - days{3}, kToday, {"Outlook.com"}, report::Policy::none);
  const auto history = policy_history(builder.facts(), kToday, Ladder::pct);
  EXPECT_EQ(history.step, 4U);
  EXPECT_EQ(history.since, kToday - days{3});
}

TEST(PolicyHistory, OneOddDayIsNoChange) {
  FactsBuilder builder;
  builder.policy(kToday - days{30}, kToday - days{10}, kAll, report::Policy::quarantine)
      .policy(kToday - days{9}, kToday - days{9}, kAll, report::Policy::none)
      .policy(kToday - days{8}, kToday, kAll, report::Policy::quarantine);
  const auto history = policy_history(builder.facts(), kToday, Ladder::pct);
  EXPECT_EQ(history.since, kToday - days{30});
  EXPECT_FALSE(history.lowered);
}

TEST(PolicyHistory, ReadsPctAndTestingFromTheirOwnGenerations) {
  FactsBuilder builder;
  builder.policy(kToday - days{9}, kToday, {"Yahoo"}, report::Policy::quarantine, 25, std::nullopt)
      .policy(kToday - days{9}, kToday, {"google.com"}, report::Policy::quarantine, std::nullopt, true,
              report::Generation::rfc9990);
  const auto facts = builder.facts();
  const auto history = policy_history(facts, kToday, Ladder::pct);
  EXPECT_EQ(history.policy.pct, 25);
  EXPECT_EQ(history.policy.testing, true);
  EXPECT_EQ(history.step, 2U);
  EXPECT_EQ(policy_history(facts, kToday, Ladder::testing).step, 1U);
}

TEST(PolicyHistory, SeesAStepBack) {
  FactsBuilder builder;
  builder.policy(kToday - days{40}, kToday - days{6}, kAll, report::Policy::quarantine)
      .policy(kToday - days{5}, kToday, kAll, report::Policy::none);
  EXPECT_EQ(policy_history(builder.facts(), kToday, Ladder::pct).lowered, kToday - days{5});
}

TEST(PolicyHistory, IsEmptyWithoutReportsAndIgnoresLaterOnes) {
  FactsBuilder builder;
  builder.policy(kToday + days{1}, kToday + days{9}, kAll, report::Policy::reject);
  const auto history = policy_history(builder.facts(), kToday, Ladder::pct);
  EXPECT_FALSE(history.policy.p);
  EXPECT_FALSE(history.since);
}

}  // namespace
}  // namespace ruagate::readiness
