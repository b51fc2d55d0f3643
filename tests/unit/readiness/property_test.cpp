#include <gtest/gtest.h>

#include <random>

#include "readiness/verdict.hpp"
#include "support/facts_builder.hpp"

namespace ruagate::readiness {
namespace {

using test::FactsBuilder;
using Mail = FactsBuilder::Mail;

const Day kToday = *parse_day("2026-11-20");
const std::vector<std::string> kReporters = {"google.com", "Yahoo", "Outlook.com", "GMX"};

/// A small random world: a server, a service, a forwarder and strangers, in random health.
FactsBuilder random_world(unsigned seed, Day today) {
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) {
    return static_cast<int>(random() % static_cast<unsigned>(high - low + 1)) + low;
  };
  FactsBuilder builder;
  const Day start = today - days{pick(20, 90)};
  builder.policy(start, today, kReporters, pick(0, 2) == 0 ? report::Policy::quarantine : report::Policy::none,
                 pick(0, 1) == 0 ? 100 : 25);
  const int volume = pick(2, 200);
  const int broken_percent = pick(0, 3) * 2;
  Mail broken = FactsBuilder::own("192.0.2.66");
  broken.spf = report::SpfResult::fail;
  broken.spf_aligned = false;
  broken.dkim_result = report::DkimResult::fail;
  broken.dkim_aligned = false;
  Mail service = FactsBuilder::unaligned("203.0.113.9", "sendgrid.net");
  service.dkim = "example.com";
  service.selector = "sg";
  service.dkim_aligned = true;
  Mail forwarded = FactsBuilder::own("198.51.100.20");
  forwarded.envelope = "forward.example";
  forwarded.spf_aligned = false;
  const int service_percent = pick(0, 60);
  for (Day day = start; day <= today; day += days{1}) {
    for (const auto& reporter : kReporters) {
      const int n = volume + pick(0, volume);
      builder.add(day, reporter, FactsBuilder::own(), static_cast<std::uint64_t>(n));
      builder.add(day, reporter, broken, static_cast<std::uint64_t>(n * broken_percent / 100));
      builder.add(day, reporter, service, static_cast<std::uint64_t>(n * service_percent / 100));
      builder.add(day, reporter, forwarded, static_cast<std::uint64_t>(pick(0, 2)));
    }
  }
  return builder;
}

DomainVerdict judged(const report::DomainFacts& facts, Day today) {
  static const domain::OrgDomains kOrgDomains;
  Question question;
  question.as_of = today;
  return evaluate(facts, question, {}, kOrgDomains, {});
}

class Property : public testing::TestWithParam<unsigned> {};

TEST_P(Property, OneJudgeSaysOfEachDayWhatAnotherSays) {
  const auto facts = random_world(GetParam(), kToday).facts();
  static const domain::OrgDomains kOrgDomains;
  const config::ReadinessSettings settings;
  Judge judge(facts, {}, kOrgDomains, settings);
  for (const int age : {0, 1, 2, 0, 15, 1}) {
    Question question;
    question.as_of = kToday - days{age};
    const auto together = judge.verdict(question);
    const auto alone = judged(facts, question.as_of);
    EXPECT_EQ(together.verdict, alone.verdict) << age;
    EXPECT_EQ(together.reason, alone.reason) << age;
    EXPECT_EQ(together.record, alone.record) << age;
    EXPECT_EQ(together.blockers.size(), alone.blockers.size()) << age;
    EXPECT_EQ(together.gates.size(), alone.gates.size()) << age;
  }
}

TEST_P(Property, MorePassingMailNeverTurnsReadyIntoHold) {
  auto facts = random_world(GetParam(), kToday).facts();
  const auto before = judged(facts, kToday);
  if (before.verdict != Verdict::ready) return;
  for (auto& cell : facts.cells) {
    if (source::is_aligned(cell)) cell.messages *= 2;
  }
  const auto after = judged(facts, kToday);
  EXPECT_EQ(after.verdict, Verdict::ready) << after.reason;
}

TEST_P(Property, MoreSpoofingNeverChangesAVerdict) {
  const auto builder = random_world(GetParam(), kToday);
  const auto before = judged(builder.facts(), kToday);
  auto spoofed = builder;
  std::mt19937 random(GetParam());
  for (int network = 0; network < 60; ++network) {
    const std::string ip = "1" + std::to_string(10 + network / 10) + "." + std::to_string(network) + ".9.9";
    auto mail = FactsBuilder::spoof(ip, network % 3 == 0 ? "example.com" : network % 3 == 1 ? "other.example" : "");
    if (network % 4 == 0) {  // Some paste a dead signature.
      mail.dkim = "example.com";
      mail.dkim_result = report::DkimResult::fail;
    }
    for (int day = 0; day < 40; ++day) {
      spoofed.add(kToday - days{day}, kReporters[random() % kReporters.size()], mail, random() % 500);
    }
  }
  const auto after = judged(spoofed.facts(), kToday);
  EXPECT_EQ(before.verdict, after.verdict) << before.reason << " / " << after.reason;
  EXPECT_EQ(before.record, after.record);
  EXPECT_EQ(before.earliest, after.earliest);
  EXPECT_EQ(before.blockers.size(), after.blockers.size());
}

TEST_P(Property, ShiftingAllDatesShiftsTheAnswerAlike) {
  const int shift = 137;
  const auto here = judged(random_world(GetParam(), kToday).facts(), kToday);
  const auto there = judged(random_world(GetParam(), kToday + days{shift}).facts(), kToday + days{shift});
  EXPECT_EQ(here.verdict, there.verdict);
  EXPECT_EQ(here.legitimate, there.legitimate);
  EXPECT_EQ(here.window_from + days{shift}, there.window_from);
  EXPECT_EQ(here.record, there.record);
  EXPECT_EQ(here.blockers.size(), there.blockers.size());
  ASSERT_EQ(here.earliest.has_value(), there.earliest.has_value());
  EXPECT_EQ(here.earliest.value_or(kToday) + days{shift}, there.earliest.value_or(kToday + days{shift}));
}

TEST_P(Property, OrderOfCellsWithinADayDoesNotMatter) {
  auto facts = random_world(GetParam(), kToday).facts();
  const auto before = judged(facts, kToday);
  std::mt19937 random(GetParam());
  std::shuffle(facts.cells.begin(), facts.cells.end(), random);
  std::stable_sort(facts.cells.begin(), facts.cells.end(), [](const auto& a, const auto& b) { return a.day < b.day; });
  const auto after = judged(facts, kToday);
  EXPECT_EQ(before.verdict, after.verdict);
  EXPECT_EQ(before.reason, after.reason);
  ASSERT_EQ(before.gates.size(), after.gates.size());
  for (std::size_t i = 0; i < before.gates.size(); ++i) {
    EXPECT_EQ(before.gates[i].ok, after.gates[i].ok);
    EXPECT_EQ(before.gates[i].text, after.gates[i].text);
  }
  ASSERT_EQ(before.blockers.size(), after.blockers.size());
  for (std::size_t i = 0; i < before.blockers.size(); ++i) EXPECT_EQ(before.blockers[i].key, after.blockers[i].key);
}

TEST_P(Property, LaterCellsAreIgnored) {
  const auto builder = random_world(GetParam(), kToday);
  auto longer = builder;
  longer.daily(kToday + days{1}, kToday + days{20}, kReporters, FactsBuilder::spoof("192.0.2.10"), 1000);
  longer.policy(kToday + days{1}, kToday + days{20}, kReporters, report::Policy::reject);
  const auto before = judged(builder.facts(), kToday);
  const auto after = judged(longer.facts(), kToday);
  EXPECT_EQ(before.verdict, after.verdict);
  EXPECT_EQ(before.reason, after.reason);
  EXPECT_EQ(before.step, after.step);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Property, testing::Range(1U, 25U));

}  // namespace
}  // namespace ruagate::readiness
