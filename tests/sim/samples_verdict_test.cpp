#include <algorithm>

#include <gtest/gtest.h>

#include "readiness/verdict.hpp"
#include "sim/facts.hpp"
#include "sim/samples_once.hpp"
#include "sim/samples_world.hpp"

// The samples must give the verdicts that samples/README.md promises.
namespace ruagate::sim {
namespace {

using readiness::Verdict;

constexpr Day kAsked = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

readiness::DomainVerdict verdict_of(std::string_view domain, const std::vector<report::Decision>& decisions = {}) {
  static const domain::OrgDomains org_domains;
  readiness::Question question;
  question.as_of = kAsked;
  return readiness::evaluate(facts_of(domain, test::samples().deliveries), question, decisions, org_domains, {});
}

/// What the verdict stands on, for the message of a failing test.
std::string explain(const readiness::DomainVerdict& verdict) {
  std::string text = std::string(to_string(verdict.verdict)) + ": " + verdict.reason;
  for (const readiness::Gate& gate : verdict.gates) {
    if (!gate.ok) text += "\n  " + gate.gate + ": " + gate.text;
  }
  for (const readiness::Blocker& blocker : verdict.blockers) {
    text += "\n  " + blocker.key + " " + blocker.advice.failure;
  }
  return text;
}

bool blames(const readiness::DomainVerdict& verdict, std::string_view key, source::Class source_class) {
  return std::any_of(verdict.blockers.begin(), verdict.blockers.end(), [&](const readiness::Blocker& blocker) {
    return blocker.key == key && blocker.source_class == source_class;
  });
}

TEST(SamplesVerdict, CleanDomainIsReady) {
  const auto verdict = verdict_of("example.com");
  EXPECT_EQ(verdict.verdict, Verdict::ready) << explain(verdict);
  EXPECT_EQ(verdict.step, "none");
  EXPECT_EQ(verdict.next_step, "quarantine-10");
  EXPECT_GT(verdict.legitimate_pass_rate.value_or(0), 0.99);
  EXPECT_LT(verdict.legitimate_pass_rate.value_or(1), 1.0);
}

TEST(SamplesVerdict, UnalignedEspHolds) {
  const auto verdict = verdict_of("shop.example");
  EXPECT_EQ(verdict.verdict, Verdict::hold) << explain(verdict);
  EXPECT_TRUE(blames(verdict, "dkim:mcsv.net", source::Class::candidate)) << explain(verdict);
}

TEST(SamplesVerdict, ApprovedEspIsABlockerWithItsOwnFix) {
  report::Decision approved;
  approved.domain = "shop.example";
  approved.kind = report::DecisionKind::approve;
  approved.what = "dkim:mcsv.net";
  const auto verdict = verdict_of("shop.example", {approved});
  EXPECT_EQ(verdict.verdict, Verdict::hold) << explain(verdict);
  ASSERT_TRUE(blames(verdict, "dkim:mcsv.net", source::Class::legitimate)) << explain(verdict);
  EXPECT_EQ(verdict.blockers.front().advice.failure, "esp_dkim_unaligned");
}

TEST(SamplesVerdict, SpoofingDoesNotHold) {
  const auto verdict = verdict_of("bank.example");
  EXPECT_EQ(verdict.verdict, Verdict::ready) << explain(verdict);
  EXPECT_GT(verdict.unauthorized, 40 * verdict.legitimate);
}

TEST(SamplesVerdict, ParkedDomainMayRejectAtOnce) {
  const auto verdict = verdict_of("parked.example");
  EXPECT_EQ(verdict.verdict, Verdict::ready) << explain(verdict);
  EXPECT_EQ(verdict.next_step, "reject") << explain(verdict);
}

TEST(SamplesVerdict, NineDaysAreNotEnough) {
  const auto verdict = verdict_of("startup.example");
  EXPECT_EQ(verdict.verdict, Verdict::not_enough_data) << explain(verdict);
  EXPECT_TRUE(verdict.earliest.has_value());
}

TEST(SamplesVerdict, LostKeyAtQuarantineStepsBack) {
  const auto verdict = verdict_of("travel.example");
  EXPECT_EQ(verdict.verdict, Verdict::step_back) << explain(verdict);
  EXPECT_EQ(verdict.step, "quarantine-100");
  EXPECT_TRUE(blames(verdict, "spf:bookinghost.test", source::Class::legitimate)) << explain(verdict);
}

TEST(SamplesVerdict, HealthyDomainAtRejectIsAtItsTarget) {
  const auto verdict = verdict_of("example.org");
  EXPECT_EQ(verdict.verdict, Verdict::at_target) << explain(verdict);
  EXPECT_GT(verdict.generation_rfc9990, 0.5);
}

TEST(SamplesVerdict, UndecidedServiceHolds) {
  const auto verdict = verdict_of("school.example");
  EXPECT_EQ(verdict.verdict, Verdict::hold) << explain(verdict);
  EXPECT_TRUE(blames(verdict, "dkim:sendgrid.net", source::Class::candidate)) << explain(verdict);
}

}  // namespace
}  // namespace ruagate::sim
