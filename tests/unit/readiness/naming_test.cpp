#include "base/format.hpp"
#include "unit/readiness/scenario.hpp"

// Who is named as a reason to wait: only those that are shown to be at fault.
namespace ruagate::readiness::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> named(const DomainVerdict& verdict) {
  std::vector<std::string> keys;
  for (const auto& blocker : verdict.blockers) keys.push_back(blocker.key);
  return keys;
}

class Naming : public Scenario {
 protected:
  /// A second server of its own; failing mail of it passes nothing.
  static Mail billing(bool passes) {
    Mail mail = FactsBuilder::own("198.51.100.50", "billing");
    mail.envelope = "billing.example.com";
    if (passes) return mail;
    mail.spf = report::SpfResult::fail;
    mail.spf_aligned = false;
    mail.dkim.clear();
    mail.dkim_aligned = false;
    return mail;
  }
  /// On one day `failing` of 300 messages of that server fail, at all reporters alike.
  void billing_day(int back, std::uint64_t failing) {
    builder_.daily(kToday - days{back}, kToday - days{back}, kReporters, billing(true), 100 - failing / 3);
    builder_.daily(kToday - days{back}, kToday - days{back}, kReporters, billing(false), failing / 3);
  }
};

TEST_F(Naming, FourBadDaysHoldButShowNoFault) {
  history(60, report::Policy::quarantine);
  own();
  for (int back = 0; back <= 60; ++back) {
    const bool bad = back == 4 || back == 10 || back == 18 || back == 25;
    billing_day(back, bad ? 27 : 0);
  }
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "source_pass_rate").ok) << "98.7 % of 99 %: too close to tell";
  EXPECT_THAT(gate(verdict, "source_pass_rate").text, HasSubstr("198.51.100.0/24"));
  EXPECT_THAT(named(verdict), ElementsAre());
}

TEST_F(Naming, SteadyFaultOfTheSameSizeIsNamed) {
  history(60, report::Policy::quarantine);
  own();
  for (int back = 0; back <= 60; ++back) billing_day(back, 9);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_THAT(named(verdict), ElementsAre("own:198.51.100.0/24")) << unmet(verdict);
}

TEST_F(Naming, BrokenSinceTwoDaysIsNamed) {
  history(60, report::Policy::quarantine);
  own();
  for (int back = 0; back <= 60; ++back) billing_day(back, back <= 3 ? 300 : 0);
  EXPECT_THAT(named(evaluated()), ElementsAre("own:198.51.100.0/24"));
}

TEST_F(Naming, SmallStreamThatWasNeverSetUpIsNamedThoughMostOfTheSourcePasses) {
  history(60, report::Policy::quarantine);
  own();
  Mail good = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  good.dkim = "example.com";
  good.other_dkim = "mcsv.net";
  good.dkim_aligned = true;
  for (int back = 58; back > 0; back -= 7) {
    const Day day = kToday - days{back};
    builder_.daily(day, day, kReporters, good, 1000);
    builder_.daily(day, day, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 12);
  }
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_THAT(named(verdict), ElementsAre("dkim:mcsv.net")) << unmet(verdict);
  EXPECT_EQ(verdict.blockers[0].advice.failure, "esp_dkim_unaligned");
}

TEST_F(Naming, FaultOfOneDayThatIsOverIsNotNamed) {
  history(60, report::Policy::quarantine);
  own();
  for (int back = 0; back <= 60; ++back) billing_day(back, back == 6 ? 150 : 0);
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "stability").ok);
  EXPECT_THAT(named(verdict), ElementsAre()) << unmet(verdict);
}

TEST_F(Naming, FirstDayOfAGoodRunProvesAMonthlySendersFix) {
  history(200);
  own();
  for (const int back : {65, 64, 35, 34}) billing_day(back, 300);
  billing_day(125, 0);
  billing_day(95, 0);
  EXPECT_THAT(named(evaluated()), ElementsAre("own:198.51.100.0/24"));
  billing_day(4, 0);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict) << verdict.reason;
}

TEST_F(Naming, MonthlySenderWhoseLastRunFellShortHoldsUnnamedWhereOneDayShowsNoFault) {
  history(200);
  own();
  for (const int back : {155, 125, 95, 65}) billing_day(back, 0);
  billing_day(35, 24);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold) << "92 % of 300 invoices, and nobody knows of the next run";
  EXPECT_FALSE(gate(verdict, "dormant_failures").ok);
  EXPECT_THAT(gate(verdict, "dormant_failures").text, HasSubstr("276 of 300"));
  EXPECT_THAT(named(verdict), ElementsAre());
}

TEST_F(Naming, MonthlySenderThatIsBetterButFallsShortStillHolds) {
  history(200);
  own();
  for (const int back : {125, 95, 65}) billing_day(back, 300);
  billing_day(35, 24);
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_FALSE(gate(verdict, "dormant_failures").ok);
}

TEST_F(Naming, WeeklySendersFixIsSeenThoughTheNewMailIsNotPerfect) {
  history(60, report::Policy::quarantine);
  own();
  for (int back = 58; back > 14; back -= 7) billing_day(back, 300);
  for (int back = 9; back > 0; back -= 7) billing_day(back, back > 7 ? 6 : 3);
  const auto verdict = evaluated();
  EXPECT_THAT(named(verdict), ElementsAre()) << unmet(verdict);
  EXPECT_THAT(verdict.impact.legitimate_affected_worst, testing::Le(12U)) << "what was repaired does not count";
}

TEST_F(Naming, OfManyStrangersThatSendLittleNoneIsTheCause) {
  history(60);
  for (int back = 59; back >= 0; --back) {
    const Day day = kToday - days{back};
    if (std::chrono::weekday{day}.iso_encoding() > 5) continue;
    builder_.daily(day, day, kReporters, FactsBuilder::own(), 40);
    for (int stranger = 0; stranger < 12; ++stranger) {
      Mail mail = FactsBuilder::spoof(format("203.0.{}.9", stranger), format("stranger{}.test", stranger));
      mail.spf = report::SpfResult::pass;
      builder_.add(day, kReporters[0], mail, 1);
    }
  }
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "unknown_volume").ok);
  EXPECT_THAT(named(verdict), ElementsAre());
}

TEST_F(Naming, SmallSenderIsNamedByWhatItDidForASeason) {
  history(120, report::Policy::quarantine);
  own();
  for (int back = 120; back >= 0; --back) {
    const Day day = kToday - days{back};
    builder_.add(day, kReporters[back % 3], billing(true), 5);
    if (back % 7 == 3) builder_.add(day, kReporters[back % 2], billing(false), 1);
  }
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_THAT(named(verdict), ElementsAre("own:198.51.100.0/24")) << unmet(verdict);
}

}  // namespace
}  // namespace ruagate::readiness::test
