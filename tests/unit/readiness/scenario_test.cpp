#include "unit/readiness/scenario.hpp"

namespace ruagate::readiness {
namespace {

using namespace test;
using testing::HasSubstr;

TEST_F(Scenario, CleanDomainIsReadyAfterFourWeeks) {
  history(40);
  own();
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict) << verdict.reason;
  EXPECT_EQ(verdict.step, "none");
  EXPECT_EQ(verdict.next_step, "quarantine-10");
  EXPECT_EQ(verdict.record, "v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:rua@example.com");
  EXPECT_EQ(verdict.legitimate_pass_rate, 1.0);
  EXPECT_GT(*verdict.legitimate_pass_rate_low, 0.99);
  EXPECT_TRUE(verdict.blockers.empty());
  EXPECT_FALSE(gate(verdict, "dns_health").checked);
}

TEST_F(Scenario, ReadyIsAnnouncedOnTheSecondDay) {
  history(28);
  own();
  const auto first = evaluated();
  EXPECT_EQ(first.verdict, Verdict::not_enough_data);
  EXPECT_FALSE(gate(first, "ready_streak").ok);
  EXPECT_EQ(first.earliest, kToday + days{1});
  builder_ = FactsBuilder();
  history(29);
  own();
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
}

TEST_F(Scenario, NewDomainHasTooLittleDataAndSaysWhenThereIsEnough) {
  history(10);
  own();
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::not_enough_data);
  EXPECT_EQ(verdict.earliest, kToday + days{18});
  EXPECT_FALSE(gate(verdict, "days_on_step").ok);
  EXPECT_THAT(verdict.reason, HasSubstr("2026-12-08"));
  EXPECT_EQ(verdict.record, "v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:rua@example.com");
}

TEST_F(Scenario, NothingAtAllIsNotEnoughData) {
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::not_enough_data);
  EXPECT_FALSE(verdict.legitimate_pass_rate);
  EXPECT_EQ(verdict.record, "");
}

TEST_F(Scenario, HalfSetUpServiceBlocksWithItsFix) {
  history(60);
  own();
  builder_.daily(start_, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 20);
  Mail aligned = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  aligned.dkim = "example.com";
  aligned.other_dkim = "mcsv.net";
  aligned.dkim_aligned = true;
  builder_.daily(kToday - days{9}, kToday - days{4}, {"google.com"}, aligned, 2);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  const auto& blocker = verdict.blockers[0];
  EXPECT_EQ(blocker.source, "Mailchimp");
  EXPECT_EQ(blocker.key, "dkim:mcsv.net");
  EXPECT_EQ(blocker.source_class, source::Class::legitimate);
  EXPECT_EQ(blocker.advice.failure, "esp_dkim_unaligned");
  EXPECT_THAT(blocker.advice.fix, testing::AllOf(HasSubstr("Mailchimp"), HasSubstr("d=example.com")));
  EXPECT_EQ(blocker.messages, 28U * 3 * 20 + 12);
  EXPECT_EQ(blocker.aligned, 12U);
  EXPECT_THAT(blocker.ips, testing::ElementsAre("203.0.113.9"));
  EXPECT_EQ(verdict.impact.legitimate_failing, 1680U);
  EXPECT_EQ(verdict.impact.legitimate_affected_expected, 168U);
  EXPECT_EQ(verdict.impact.legitimate_affected_worst, 1680U);
}

TEST_F(Scenario, UndecidedServiceAsksTheOwnerAndADecisionActsAtOnce) {
  history(60);
  own();
  builder_.daily(start_, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 20);
  const auto asked = evaluated();
  EXPECT_EQ(asked.verdict, Verdict::hold);
  ASSERT_EQ(asked.blockers.size(), 1U);
  EXPECT_EQ(asked.blockers[0].source_class, source::Class::candidate);
  EXPECT_EQ(asked.blockers[0].advice.failure, "candidate_decide");
  EXPECT_THAT(asked.blockers[0].advice.fix,
              testing::AllOf(HasSubstr("ruagate senders approve example.com dkim:mcsv.net"),
                             HasSubstr("ruagate senders deny example.com dkim:mcsv.net"), HasSubstr("d=example.com")));
  decide(report::DecisionKind::approve, "dkim:mcsv.net");
  const auto approved = evaluated();
  EXPECT_EQ(approved.verdict, Verdict::hold);
  ASSERT_EQ(approved.blockers.size(), 1U);
  EXPECT_EQ(approved.blockers[0].advice.failure, "esp_dkim_unaligned");
  decisions_.clear();
  decide(report::DecisionKind::deny, "mcsv.net");
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
  decisions_.clear();
  decide(report::DecisionKind::forwarder, "203.0.113.9");
  EXPECT_EQ(evaluated().verdict, Verdict::hold) << "too much forwarded mail fails";
  decide(report::DecisionKind::acknowledge, "");
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
}

TEST_F(Scenario, HundredfoldSpoofingChangesNothing) {
  history(40);
  own(10);
  for (int i = 0; i < 300; ++i) {
    const std::string ip = std::to_string(110 + i / 100) + "." + std::to_string(i % 100) + ".3.3";
    builder_.daily(start_, kToday, {"google.com"}, FactsBuilder::spoof(ip, i % 2 == 0 ? "example.com" : ""), 10);
  }
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
  EXPECT_EQ(verdict.unauthorized, 300U * 28 * 10);
  EXPECT_EQ(verdict.impact.unauthorized_stopped, 8400U);
  EXPECT_EQ(verdict.legitimate_pass_rate, 1.0);
}

TEST_F(Scenario, ForwardersAreCountedApart) {
  history(60);
  own();
  Mail intact = FactsBuilder::own("198.51.100.20");
  intact.envelope = "forward.example";
  intact.spf_aligned = false;
  Mail broken = intact;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(start_, kToday, {"google.com"}, intact, 6).daily(start_, kToday, {"google.com"}, broken, 2);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
  EXPECT_EQ(verdict.forwarded, 28U * 8);
  EXPECT_EQ(verdict.forwarded_aligned, 28U * 6);
  EXPECT_EQ(verdict.legitimate, 28U * 300);
}

TEST_F(Scenario, MailingListsMustBeAcknowledgedBeforeReject) {
  history(60, report::Policy::quarantine);
  own();
  Mail list = FactsBuilder::spoof("198.51.100.30", "list.example");
  list.spf = report::SpfResult::pass;
  list.reason = report::OverrideReason{report::OverrideType::mailing_list, ""};
  builder_.daily(start_, kToday, {"google.com"}, list, 2);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.next_step, "reject");
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "indirect").ok);
  decide(report::DecisionKind::acknowledge, "");
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
}

TEST_F(Scenario, SpfAloneIsFineUntilReject) {
  Mail spf_only = FactsBuilder::own("198.51.100.40");
  spf_only.dkim.clear();
  spf_only.dkim_aligned = false;
  history(40);
  own();
  builder_.daily(start_, kToday, kReporters, spf_only, 30);
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
  builder_ = FactsBuilder();
  history(40, report::Policy::quarantine);
  own();
  builder_.daily(start_, kToday, kReporters, spf_only, 30);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].key, "own:198.51.100.0/24");
  EXPECT_EQ(verdict.blockers[0].advice.failure, "dkim_none");
}

TEST_F(Scenario, MonthlySenderThatFailedBlocksThoughSilent) {
  history(200);
  own();
  Mail good = FactsBuilder::own("198.51.100.50", "billing");
  good.envelope = "billing.example.com";
  Mail broken = good;
  broken.spf = report::SpfResult::fail;
  broken.spf_aligned = false;
  broken.dkim.clear();
  broken.dkim_aligned = false;
  for (const int back : {155, 125, 95}) builder_.daily(kToday - days{back}, kToday - days{back}, kReporters, good, 40);
  for (const int back : {65, 35}) builder_.daily(kToday - days{back}, kToday - days{back}, kReporters, broken, 40);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_EQ(verdict.blockers.size(), 1U) << unmet(verdict);
  EXPECT_EQ(verdict.blockers[0].key, "own:198.51.100.0/24");
  report::Decision retired;
  retired.domain = "example.com";
  retired.what = "own:198.51.100.0/24";
  retired.retired = true;
  decisions_.push_back(retired);
  EXPECT_EQ(evaluated().verdict, Verdict::ready);
}

TEST_F(Scenario, ProvenFixLetsTheDomainGoOn) {
  history(60);
  own();
  builder_.daily(start_, kToday - days{16}, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 60);
  Mail fixed = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  fixed.dkim = "example.com";
  fixed.selector = "k2";
  fixed.other_dkim = "mcsv.net";
  fixed.dkim_aligned = true;
  builder_.daily(kToday - days{15}, kToday, kReporters, fixed, 60);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict) << verdict.reason;
  EXPECT_EQ(verdict.impact.legitimate_affected_worst, 0U);
  EXPECT_GT(verdict.impact.legitimate_failing, 0U);
}

TEST_F(Scenario, ParkedDomainMayRejectAtOnce) {
  history(40);
  for (int i = 0; i < 10; ++i) builder_.add(kToday - days{3 * i}, "google.com", FactsBuilder::spoof("203.0.113.5"), 9);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
  EXPECT_EQ(verdict.next_step, "reject");
  EXPECT_EQ(verdict.record, "v=DMARC1; p=reject; rua=mailto:rua@example.com");
  builder_ = FactsBuilder();
  history(20);
  EXPECT_EQ(evaluated().verdict, Verdict::not_enough_data);
}

TEST_F(Scenario, SubdomainThatInheritsThePolicyHoldsItBack) {
  history(60);
  own();
  Mail mail = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  mail.author = "news.example.com";
  builder_.daily(start_, kToday, kReporters, mail, 20);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "subdomains").ok);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].author_domain, "news.example.com");
  EXPECT_THAT(verdict.notes, testing::Contains(HasSubstr("p=quarantine; pct=10; t=y; sp=none")));
  builder_ = FactsBuilder();
  builder_.sp(report::Policy::reject);
  history(60);
  own();
  builder_.daily(start_, kToday, kReporters, mail, 20);
  const auto apart = evaluated();
  EXPECT_EQ(apart.verdict, Verdict::ready) << "sp= gives the subdomains a policy of their own";
  EXPECT_THAT(apart.record, HasSubstr("sp=reject"));
}

TEST_F(Scenario, TestingLadderHasItsOwnStepsAndRecords) {
  ladder_ = Ladder::testing;
  history(40);
  own();
  const auto first = evaluated();
  EXPECT_EQ(first.verdict, Verdict::ready);
  EXPECT_EQ(first.next_step, "quarantine-testing");
  EXPECT_EQ(first.record, "v=DMARC1; p=quarantine; t=y; rua=mailto:rua@example.com");
  builder_ = FactsBuilder();
  start_ = kToday - days{40};
  builder_.policy(start_, kToday, kReporters, report::Policy::reject, std::nullopt, true, report::Generation::rfc9990);
  own();
  const auto last = evaluated();
  EXPECT_EQ(last.step, "reject-testing");
  EXPECT_EQ(last.verdict, Verdict::ready) << unmet(last);
  EXPECT_EQ(last.record, "v=DMARC1; p=reject; rua=mailto:rua@example.com");
  EXPECT_DOUBLE_EQ(last.generation_rfc9990, 1.0);
}

TEST_F(Scenario, OneReceiverThatSeesASourceFailBlocks) {
  history(60);
  own();
  Mail broken = FactsBuilder::own("192.0.2.12");
  broken.spf_aligned = false;
  broken.spf = report::SpfResult::fail;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(start_, kToday, {"mx.small.example"}, broken, 4);
  builder_.daily(start_, kToday, {"mx.small.example"}, FactsBuilder::own(), 2);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "reporter_pass_rate").ok);
  EXPECT_TRUE(gate(verdict, "source_pass_rate").ok);
  ASSERT_FALSE(verdict.blockers.empty());
  EXPECT_EQ(verdict.blockers[0].advice.failure, "dkim_one_reporter");
}

TEST_F(Scenario, HoleInTheReportsIsNotEnoughData) {
  history(60);
  builder_.daily(start_, kToday - days{15}, kReporters, FactsBuilder::own(), 100);
  builder_.daily(kToday - days{7}, kToday, kReporters, FactsBuilder::own(), 100);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::not_enough_data);
  EXPECT_FALSE(gate(verdict, "gap").ok);
  EXPECT_GT(*verdict.earliest, kToday + days{7});
}

TEST_F(Scenario, QuietWeekendsAreNoHole) {
  history(60);
  for (Day day = start_; day <= kToday; day += days{1}) {
    const std::chrono::weekday weekday{day};
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) continue;
    for (const auto& reporter : kReporters) builder_.add(day, reporter, FactsBuilder::own(), 30);
  }
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
}

TEST_F(Scenario, SmallDomainNeedsNotWaitForEver) {
  history(60);
  builder_.daily(start_, kToday, {"google.com"}, FactsBuilder::own(), 3);
  builder_.daily(start_, kToday, {"Yahoo"}, FactsBuilder::own(), 1);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
}

TEST_F(Scenario, SilentReporterIsMissed) {
  history(60);
  builder_.daily(start_, kToday, {"google.com", "Yahoo"}, FactsBuilder::own(), 100);
  FactsBuilder silent;
  silent.policy(start_, kToday, {"google.com", "Yahoo"}, report::Policy::none);
  silent.daily(start_, kToday, {"google.com", "Yahoo"}, FactsBuilder::own(), 100);
  silent.policy(start_, kToday - days{10}, {"Outlook.com"}, report::Policy::none);
  silent.daily(start_, kToday - days{10}, {"Outlook.com"}, FactsBuilder::own(), 100);
  builder_ = silent;
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::not_enough_data);
  EXPECT_THAT(gate(verdict, "reporter_silent").text, HasSubstr("Microsoft"));
}

TEST_F(Scenario, RepairedSignatureIsProvenInDays) {
  history(60, report::Policy::quarantine);
  own();
  Mail spf_only = FactsBuilder::own("198.51.100.40");
  spf_only.dkim.clear();
  spf_only.dkim_aligned = false;
  builder_.daily(start_, kToday - days{10}, kReporters, spf_only, 30);
  builder_.daily(kToday - days{9}, kToday, kReporters, FactsBuilder::own("198.51.100.40", "new"), 30);
  const auto verdict = evaluated();
  EXPECT_TRUE(gate(verdict, "dkim").ok) << gate(verdict, "dkim").text;
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
}

TEST_F(Scenario, KeyThatIsGoneIsNamedBeforeRejectThoughSpfPasses) {
  history(60, report::Policy::quarantine);
  own();
  Mail keyless = FactsBuilder::own("198.51.100.40", "gone");
  keyless.dkim_result = report::DkimResult::permerror;
  keyless.dkim_aligned = false;
  builder_.daily(start_, kToday, kReporters, keyless, 30);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_FALSE(verdict.blockers.empty());
  EXPECT_EQ(verdict.blockers[0].advice.failure, "dkim_key_missing");
}

TEST_F(Scenario, RepairFromWeakToGoodIsProven) {
  history(60, report::Policy::quarantine);
  own();
  Mail weak = FactsBuilder::own("198.51.100.40", "b");
  Mail broken = weak;
  broken.spf_aligned = false;
  broken.spf = report::SpfResult::fail;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(start_, kToday, kReporters, weak, 94);
  builder_.daily(start_, kToday - days{13}, kReporters, broken, 6);
  const auto verdict = evaluated();
  EXPECT_TRUE(gate(verdict, "source_pass_rate").ok) << gate(verdict, "source_pass_rate").text;
}

TEST_F(Scenario, WithoutRuaTheRecordSaysSoInANote) {
  history(40);
  own();
  Question question;
  question.as_of = kToday;
  const auto verdict = evaluate(builder_.facts(), question, decisions_, org_domains_, settings_);
  EXPECT_EQ(verdict.record, "v=DMARC1; p=quarantine; pct=10; t=y");
  EXPECT_THAT(verdict.notes, Contains(HasSubstr("keep the rua= tag")));
}

/// Five messages a day, and two of another system.
void send_little(FactsBuilder& builder, Day from) {
  for (const auto& reporter : kReporters) {
    builder.daily(from, kToday, {reporter}, FactsBuilder::own(), reporter == "Yahoo" ? 1 : 2);
  }
  builder.daily(from, kToday, {"google.com"}, FactsBuilder::own("203.0.113.40", "shop"), 2);
}

TEST_F(Scenario, SmallDomainWhoseMailAllPassesGoesOnByWhatASeasonShows) {
  history(100, report::Policy::quarantine, 50);
  send_little(builder_, start_);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict) << verdict.reason;
  EXPECT_EQ(verdict.next_step, "quarantine-100");
}

TEST_F(Scenario, SmallDomainWithoutASeasonWaits) {
  history(16, report::Policy::quarantine, 50);
  send_little(builder_, start_);
  EXPECT_FALSE(gate(evaluated(), "projected_harm").ok) << "28 messages prove little";
}

TEST_F(Scenario, SeasonSpeaksForNobodyWhoBrokeLately) {
  history(100, report::Policy::quarantine, 50);
  send_little(builder_, start_);
  const Mail invoice = FactsBuilder::own("203.0.113.20", "invoices");
  for (Day day = start_; day + days{13} < kToday; day += days{7}) builder_.add(day, "google.com", invoice, 2);
  const auto sound = evaluated();
  EXPECT_TRUE(gate(sound, "source_pass_rate").ok) << gate(sound, "source_pass_rate").text;
  builder_.add(kToday - days{3}, "google.com", FactsBuilder::spoof("203.0.113.20"), 2);
  EXPECT_FALSE(gate(evaluated(), "source_pass_rate").ok) << "both of its messages in two weeks";
}

TEST_F(Scenario, OutageThatIsOverDoesNotCountInTheSeasonOfASoundSource) {
  history(100, report::Policy::quarantine, 50);
  builder_.daily(start_, kToday, kReporters, FactsBuilder::own(), 10);
  builder_.add(kToday - days{50}, "google.com", FactsBuilder::spoof("192.0.2.10"), 40);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict) << verdict.reason;
}

}  // namespace
}  // namespace ruagate::readiness
