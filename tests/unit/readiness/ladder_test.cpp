#include "readiness/ladder.hpp"

#include <gtest/gtest.h>

namespace ruagate::readiness {
namespace {

Policy policy(report::Policy p, std::optional<int> pct = std::nullopt, std::optional<bool> testing = std::nullopt) {
  Policy result;
  result.p = p;
  result.pct = pct;
  result.testing = testing;
  return result;
}

constexpr auto kNone = report::Policy::none;
constexpr auto kQuarantine = report::Policy::quarantine;
constexpr auto kReject = report::Policy::reject;

TEST(Ladder, PutsPublishedPoliciesOnThePctLadder) {
  const auto step = [](const Policy& published) { return steps(Ladder::pct)[step_of(published, Ladder::pct)]; };
  EXPECT_EQ(step({}), "none");
  EXPECT_EQ(step(policy(kNone, 100)), "none");
  EXPECT_EQ(step(policy(kQuarantine, 0, true)), "none");
  EXPECT_EQ(step(policy(kQuarantine, 5, true)), "none");
  EXPECT_EQ(step(policy(kQuarantine, 10, true)), "quarantine-10");
  EXPECT_EQ(step(policy(kQuarantine, 20)), "quarantine-10");
  EXPECT_EQ(step(policy(kQuarantine, 25)), "quarantine-25");
  EXPECT_EQ(step(policy(kQuarantine, 75)), "quarantine-50");
  EXPECT_EQ(step(policy(kQuarantine, 100)), "quarantine-100");
  EXPECT_EQ(step(policy(kQuarantine)), "quarantine-100");
  EXPECT_EQ(step(policy(kQuarantine, std::nullopt, true)), "none");
  EXPECT_EQ(step(policy(kReject, 50)), "quarantine-100");
  EXPECT_EQ(step(policy(kReject, 0, true)), "quarantine-100");
  EXPECT_EQ(step(policy(kReject, 100)), "reject");
  EXPECT_EQ(step(policy(kReject)), "reject");
}

TEST(Ladder, PutsPublishedPoliciesOnTheTestingLadder) {
  const auto step = [](const Policy& published) { return steps(Ladder::testing)[step_of(published, Ladder::testing)]; };
  EXPECT_EQ(step(policy(kNone)), "none");
  EXPECT_EQ(step(policy(kQuarantine, std::nullopt, true)), "quarantine-testing");
  EXPECT_EQ(step(policy(kQuarantine, 25)), "quarantine-testing");
  EXPECT_EQ(step(policy(kQuarantine)), "quarantine");
  EXPECT_EQ(step(policy(kReject, std::nullopt, true)), "reject-testing");
  EXPECT_EQ(step(policy(kReject, 100, false)), "reject");
}

TEST(Ladder, KnowsTargetsOfEitherName) {
  EXPECT_EQ(steps(Ladder::pct)[target_step("quarantine", Ladder::pct)], "quarantine-100");
  EXPECT_EQ(steps(Ladder::testing)[target_step("quarantine-100", Ladder::testing)], "quarantine");
  EXPECT_EQ(steps(Ladder::testing)[target_step("reject", Ladder::testing)], "reject");
  EXPECT_EQ(steps(Ladder::pct)[target_step("quarantine-25", Ladder::pct)], "quarantine-25");
}

TEST(Record, NeverAsksMoreOfOneGenerationThanOfTheOther) {
  const auto& pct = ladder_steps(Ladder::pct);
  EXPECT_EQ(record_for(pct[1], policy(kNone), "mailto:rua@example.com"),
            "v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:rua@example.com");
  EXPECT_EQ(record_for(pct[4], policy(kQuarantine, 50, true), ""), "v=DMARC1; p=quarantine");
  EXPECT_EQ(record_for(pct[5], policy(kQuarantine), ""), "v=DMARC1; p=reject");
  EXPECT_EQ(record_for(ladder_steps(Ladder::testing)[3], policy(kQuarantine), ""), "v=DMARC1; p=reject; t=y");
  for (const auto& step : pct) {
    EXPECT_EQ(step.pct.has_value(), step.testing) << step.name;
  }
}

TEST(Record, KeepsTheTagsThatTheStepDoesNotChange) {
  Policy published = policy(kNone);
  published.sp = kReject;
  published.np = kQuarantine;
  published.adkim = report::AlignmentMode::strict;
  published.aspf = report::AlignmentMode::relaxed;
  published.fo = "1";
  EXPECT_EQ(record_for(ladder_steps(Ladder::pct)[4], published, "mailto:a@example.com"),
            "v=DMARC1; p=quarantine; sp=reject; np=quarantine; adkim=s; fo=1; rua=mailto:a@example.com");
  EXPECT_EQ(present_record({}, ""), "");
}

TEST(Thresholds, FollowTheProfile) {
  config::ReadinessSettings settings;
  EXPECT_EQ(thresholds_for(1, Ladder::pct, settings).min_days, 28);
  settings.profile = "fast";
  EXPECT_EQ(thresholds_for(1, Ladder::pct, settings).min_days, 14);
  EXPECT_EQ(thresholds_for(1, Ladder::pct, settings).new_quiet, 0);
  EXPECT_EQ(thresholds_for(5, Ladder::pct, settings).new_quiet, 14);
  settings.profile = "strict";
  EXPECT_DOUBLE_EQ(thresholds_for(5, Ladder::pct, settings).lb_min, 0.98);
  EXPECT_DOUBLE_EQ(thresholds_for(5, Ladder::pct, settings).harm_max, 0.0025);
}

}  // namespace
}  // namespace ruagate::readiness
