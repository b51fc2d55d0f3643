#include "unit/readiness/scenario.hpp"

namespace ruagate::readiness {
namespace {

using namespace test;
using testing::HasSubstr;

TEST_F(Scenario, FreshRegressionUnderEnforcementStepsBack) {
  history(60, report::Policy::quarantine);
  own();
  Mail broken = FactsBuilder::own();
  broken.spf = report::SpfResult::fail;
  broken.spf_aligned = false;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  broken.disposition = report::Disposition::quarantine;
  builder_.daily(kToday - days{5}, kToday, kReporters, broken, 80);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::step_back);
  EXPECT_EQ(verdict.next_step, "none");
  EXPECT_EQ(verdict.record, "v=DMARC1; p=none; rua=mailto:rua@example.com");
  ASSERT_FALSE(verdict.blockers.empty());
  EXPECT_EQ(verdict.blockers[0].advice.failure, "dkim_bodyhash_own");
  EXPECT_FALSE(gate(verdict, "regression").ok);
}

TEST_F(Scenario, SmallRegressionAtRejectGoesToQuarantineFirst) {
  history(60, report::Policy::reject);
  own();
  Mail broken = FactsBuilder::own("192.0.2.11");
  broken.spf = report::SpfResult::fail;
  broken.spf_aligned = false;
  broken.dkim.clear();
  broken.dkim_aligned = false;
  broken.disposition = report::Disposition::reject;
  builder_.daily(kToday - days{9}, kToday, kReporters, broken, 4);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::step_back) << verdict.reason;
  EXPECT_EQ(verdict.next_step, "quarantine-100");
}

TEST_F(Scenario, RejectWithoutTrafficIsNeverWeakened) {
  history(60, report::Policy::reject);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::at_target);
  EXPECT_FALSE(verdict.next_step);
  EXPECT_EQ(verdict.record, "v=DMARC1; p=reject; rua=mailto:rua@example.com");
}

TEST_F(Scenario, TargetIsRespected) {
  history(60, report::Policy::quarantine);
  own();
  target_ = "quarantine";
  EXPECT_EQ(evaluated().verdict, Verdict::at_target);
}

TEST_F(Scenario, LoweredPolicyCoolsDown) {
  start_ = kToday - days{80};
  builder_.policy(start_, kToday - days{8}, kReporters, report::Policy::quarantine, 25);
  builder_.policy(kToday - days{7}, kToday, kReporters, report::Policy::quarantine, 10);
  own(500);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "cooldown").ok);
}

TEST_F(Scenario, NewLargeSenderUnderEnforcementIsAnAlertNotAStepBack) {
  history(60, report::Policy::quarantine, 50);
  own();
  builder_.daily(kToday - days{20}, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 40);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "new_candidates").ok);
}

TEST_F(Scenario, StepBackIsAskedForTheMorningAfterTheFirstBadDay) {
  history(60, report::Policy::quarantine);
  builder_.daily(start_, kToday - days{2}, kReporters, FactsBuilder::own(), 100);
  Mail broken = FactsBuilder::own();
  broken.spf_aligned = false;
  broken.spf = report::SpfResult::fail;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(kToday - days{1}, kToday - days{1}, kReporters, broken, 100);
  EXPECT_EQ(evaluated().verdict, Verdict::step_back);
}

TEST_F(Scenario, OneNoisyDayIsNoReasonToStepBack) {
  history(60, report::Policy::quarantine);
  own(1000);
  Mail broken = FactsBuilder::own();
  broken.spf_aligned = false;
  broken.spf = report::SpfResult::fail;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  broken.disposition = report::Disposition::quarantine;
  builder_.daily(kToday - days{2}, kToday - days{2}, kReporters, broken, 120);
  EXPECT_NE(evaluated().verdict, Verdict::step_back);
}

TEST_F(Scenario, WhatWaitsForADecisionIsNamedAtTheTargetToo) {
  history(60, report::Policy::reject);
  own();
  builder_.daily(start_, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 20);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::at_target);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].advice.failure, "candidate_decide");
}

TEST_F(Scenario, WhatReceiversDoNowCountsForTheNextStep) {
  const auto set_up = [&](report::Disposition at_yahoo) {
    builder_ = FactsBuilder();
    history(60, report::Policy::quarantine, 10);
    own(1000);
    Mail broken = FactsBuilder::own("192.0.2.12");
    broken.spf_aligned = false;
    broken.spf = report::SpfResult::fail;
    broken.dkim.clear();
    broken.dkim_aligned = false;
    builder_.daily(start_, kToday, {"google.com"}, broken, 5);
    broken.disposition = at_yahoo;
    builder_.daily(start_, kToday, {"Yahoo"}, broken, 5);
    return evaluated();
  };
  const auto obeys = set_up(report::Disposition::none);
  EXPECT_EQ(obeys.next_step, "quarantine-25");
  const auto ignores_pct = set_up(report::Disposition::quarantine);
  // 140 messages fail at each; who puts all of them aside at 10 % will do so at 25 %.
  EXPECT_GT(ignores_pct.impact.legitimate_affected_expected, 130U);
  EXPECT_LT(obeys.impact.legitimate_affected_expected, 40U);
  EXPECT_GT(*gate(ignores_pct, "projected_harm").have, 3 * *gate(obeys, "projected_harm").have);
}

TEST_F(Scenario, HarmIsBlamedOnThoseWhoDoIt) {
  history(60, report::Policy::quarantine, 50);
  own(1000);
  Mail lost = FactsBuilder::own("192.0.2.12");
  lost.spf_aligned = false;
  lost.spf = report::SpfResult::fail;
  lost.dkim.clear();
  lost.dkim_aligned = false;
  builder_.daily(start_, kToday, kReporters, lost, 30);  // 3 % of the server's mail.
  Mail invoices = FactsBuilder::own("198.51.100.9", "inv");
  invoices.envelope = "inv.example.com";
  Mail stray = invoices;
  stray.dkim_result = report::DkimResult::fail;
  stray.spf = report::SpfResult::softfail;
  stray.dkim_aligned = stray.spf_aligned = false;
  for (int back = 3; back < 20; back += 4)
    builder_.daily(kToday - days{back}, kToday - days{back}, {"Yahoo"}, invoices, 4);
  builder_.add(kToday - days{7}, "Yahoo", stray, 1);
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "projected_harm").ok);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].key, "own:192.0.2.0/24") << "one stray invoice is not what the harm comes from";
}

TEST_F(Scenario, SubdomainsWithAPolicyOfTheirOwnMayFollow) {
  Mail news = FactsBuilder::own("203.0.113.9", "news");
  news.author = news.envelope = news.dkim = "news.example.com";
  const auto set_up = [&](const Mail& mail, report::Policy p) {
    builder_ = FactsBuilder();
    builder_.sp(report::Policy::none);
    history(60, p);
    own();
    builder_.daily(start_, kToday, kReporters, mail, 50);
    return evaluated();
  };
  const auto sound = set_up(news, report::Policy::quarantine);
  ASSERT_TRUE(sound.subdomains);
  EXPECT_EQ(sound.subdomains->verdict, Verdict::ready) << sound.subdomains->reason;
  EXPECT_EQ(sound.subdomains->next, report::Policy::quarantine);
  EXPECT_EQ(sound.subdomains->record, "v=DMARC1; p=quarantine; rua=mailto:rua@example.com");
  const auto by_steps = set_up(news, report::Policy::reject);
  ASSERT_TRUE(by_steps.subdomains);
  EXPECT_EQ(by_steps.subdomains->record, "v=DMARC1; p=reject; sp=quarantine; rua=mailto:rua@example.com");
  Mail broken = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  broken.author = "news.example.com";
  const auto weak = set_up(broken, report::Policy::quarantine);
  EXPECT_EQ(weak.verdict, Verdict::ready) << "they have a policy of their own";
  ASSERT_TRUE(weak.subdomains);
  EXPECT_EQ(weak.subdomains->verdict, Verdict::hold);
  ASSERT_EQ(weak.subdomains->blockers.size(), 1U);
  EXPECT_EQ(weak.subdomains->blockers[0].author_domain, "news.example.com");
}

TEST_F(Scenario, RetiredCountsFromTheDecisionOn) {
  history(60);
  own();
  Mail broken = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  builder_.daily(start_, kToday - days{10}, kReporters, broken, 20);
  report::Decision retired;
  retired.domain = "example.com";
  retired.what = "dkim:mcsv.net";
  retired.retired = true;
  retired.decided_at = Instant{kToday - days{9}};
  decisions_ = {retired};
  const auto silent = evaluated();
  EXPECT_EQ(silent.verdict, Verdict::ready) << unmet(silent) << silent.reason;
  builder_.daily(kToday - days{7}, kToday, kReporters, broken, 20);
  const auto again = evaluated();
  EXPECT_EQ(again.verdict, Verdict::hold) << "it was turned off, and sends all the same";
  ASSERT_EQ(again.blockers.size(), 1U);
  EXPECT_EQ(again.blockers[0].key, "dkim:mcsv.net");
}

TEST_F(Scenario, SignedMailFromManyNewAddressesHintsAtKeyAbuse) {
  history(60);
  own(20);
  Mail replayed = FactsBuilder::own();
  replayed.spf = report::SpfResult::fail;
  replayed.spf_aligned = false;
  replayed.envelope = "elsewhere.example";
  for (int i = 0; i < 30; ++i) {
    replayed.ip = "203.0." + std::to_string(i) + ".7";
    builder_.add(kToday - days{5}, "google.com", replayed, 4);
  }
  const auto verdict = evaluated();
  EXPECT_THAT(verdict.notes, testing::Contains(HasSubstr("example.com/s1")));
  builder_ = FactsBuilder();
  history(60);
  own(20);
  for (int i = 0; i < 30; ++i) {  // Forwarders that are seen again and again are none.
    replayed.ip = "203.0." + std::to_string(i) + ".7";
    builder_.daily(start_, kToday, {"google.com"}, replayed, 4);
  }
  EXPECT_THAT(evaluated().notes, testing::Not(testing::Contains(HasSubstr("key abuse"))));
}

TEST_F(Scenario, WhoLosesAStrayMessageBesideTheCauseOfHarmIsNotNamed) {
  history(60, report::Policy::quarantine);
  own();
  builder_.daily(start_, kToday, kReporters, FactsBuilder::own("203.0.113.20", "billing"), 100);
  Mail broken = FactsBuilder::spoof("192.0.2.10");
  broken.disposition = report::Disposition::quarantine;
  builder_.daily(kToday - days{6}, kToday, kReporters, broken, 40);
  Mail stray = FactsBuilder::spoof("203.0.113.20");
  stray.disposition = report::Disposition::quarantine;
  builder_.add(kToday - days{4}, "google.com", stray, 1);
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "observed_harm").ok);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].key, "own:192.0.2.0/24");
}

TEST_F(Scenario, SenderThatAppearsUnderEnforcementIsShownWithWhatItHasSent) {
  history(60, report::Policy::quarantine);
  own();
  builder_.daily(kToday - days{1}, kToday - days{1}, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"),
                 500);
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "new_candidates").ok);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].messages, 1500U) << "newer than the window of the other figures";
  EXPECT_EQ(verdict.blockers[0].advice.failure, "candidate_decide");
}

}  // namespace
}  // namespace ruagate::readiness
