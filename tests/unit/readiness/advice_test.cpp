#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readiness/verdict.hpp"
#include "support/facts_builder.hpp"

namespace ruagate::readiness {
namespace {

using report::DkimResult;
using report::SpfResult;
using test::FactsBuilder;
using Mail = FactsBuilder::Mail;

const Day kToday = *parse_day("2026-11-20");
const Day kStart = kToday - days{27};
const std::vector<std::string> kReporters = {"google.com", "Yahoo", "Outlook.com"};

/// One failing mail from a network that the owner's server has been using.
struct Case {
  std::string name;
  Mail mail;
  std::string failure;
  std::string says;  ///< Must stand in the fix.
};

Mail own_failing() {
  Mail mail = FactsBuilder::own("192.0.2.20", "s1");
  mail.spf = SpfResult::fail;
  mail.spf_aligned = false;
  mail.dkim_result = DkimResult::fail;
  mail.dkim_aligned = false;
  return mail;
}

std::vector<Case> cases() {
  std::vector<Case> result;
  result.push_back({"body hash", own_failing(), "dkim_bodyhash_own", "s1._domainkey.example.com"});
  Mail mail = own_failing();
  mail.selector = "gone";
  mail.dkim_result = DkimResult::permerror;
  result.push_back({"key missing", mail, "dkim_key_missing", "dig TXT gone._domainkey.example.com"});
  mail = own_failing();
  mail.dkim.clear();
  result.push_back({"application server", mail, "own_app_server", "192.0.2.20"});
  mail.spf = SpfResult::permerror;
  result.push_back({"too many look-ups", mail, "spf_over_limit", "10 look-ups"});
  mail.spf = SpfResult::temperror;
  result.push_back({"DNS of its own", mail, "spf_temperror", "TTL"});
  mail.spf = SpfResult::none;
  result.push_back({"no SPF record", mail, "spf_missing", "has no SPF record"});
  mail = own_failing();
  mail.dkim = "mail.example.com";
  mail.dkim_result = DkimResult::pass;
  result.push_back({"strict", mail, "strict_alignment", "adkim=r"});
  return result;
}

class Advised : public testing::TestWithParam<Case> {};

TEST_P(Advised, NamesTheFault) {
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  builder.daily(kStart, kToday, kReporters, GetParam().mail, 5);
  const auto facts = builder.facts();
  const domain::OrgDomains org_domains;
  const auto classified = source::classify(facts, kToday, {}, org_domains, {});
  ASSERT_EQ(classified.sources.size(), 1U) << classified.sources.back().key;
  const auto advice = advise(classified, classified.sources[0], facts, kStart, kToday, org_domains);
  EXPECT_EQ(advice.failure, GetParam().failure);
  EXPECT_THAT(advice.fix, testing::HasSubstr(GetParam().says));
  EXPECT_THAT(advice.fix, testing::Not(testing::HasSubstr("{")));
}

INSTANTIATE_TEST_SUITE_P(OwnServer, Advised, testing::ValuesIn(cases()));

Advice advice_for(const FactsBuilder& builder, const std::string& key,
                  const std::vector<report::Decision>& decisions = {}) {
  const auto facts = builder.facts();
  const domain::OrgDomains org_domains;
  const auto classified = source::classify(facts, kToday, decisions, org_domains, {});
  for (const auto& source : classified.sources) {
    if (source.key == key) return advise(classified, source, facts, kStart, kToday, org_domains);
  }
  ADD_FAILURE() << key << " is not there";
  return {};
}

TEST(Advise, SaysNothingWhereNothingFails) {
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  const auto advice = advice_for(builder, "own:192.0.2.0/24");
  EXPECT_EQ(advice.failure, "none");
  EXPECT_EQ(advice.fix, "");
}

TEST(Advise, SpoofNeedsNoAction) {
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  builder.daily(kStart, kToday, kReporters, FactsBuilder::spoof("203.0.113.5"), 5);
  const auto advice = advice_for(builder, "spoof:example.com");
  EXPECT_EQ(advice.failure, "spoof");
  EXPECT_THAT(advice.fix, testing::StartsWith("No action"));
}

TEST(Advise, RotationIsToldFromABrokenKey) {
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  Mail rotated = own_failing();
  rotated.selector = "s2";
  builder.daily(kToday - days{4}, kToday, kReporters, rotated, 30);
  EXPECT_EQ(advice_for(builder, "own:192.0.2.0/24").failure, "dkim_rotation_broken");
}

TEST(Advise, ServiceThatCannotSignIsTold) {
  report::Decision decision;
  decision.domain = "example.com";
  decision.what = "freshbooks.com";
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  builder.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.7", "freshbooks.com"), 5);
  const auto advice = advice_for(builder, "domain:freshbooks.com", {decision});
  EXPECT_EQ(advice.failure, "esp_cannot_align");
  EXPECT_THAT(advice.fix, testing::HasSubstr("FreshBooks"));
}

TEST(Advise, HostileNamesDoNotGetIntoCommands) {
  FactsBuilder builder;
  builder.daily(kStart, kToday, kReporters, FactsBuilder::own(), 50);
  Mail hostile = own_failing();
  hostile.selector = "x; rm -rf /";
  builder.daily(kStart, kToday, kReporters, hostile, 5);
  Mail foreign = FactsBuilder::unaligned("203.0.113.7", "$(reboot).example");
  builder.daily(kStart, kToday, kReporters, foreign, 5);
  const auto facts = builder.facts();
  const domain::OrgDomains org_domains;
  const auto classified = source::classify(facts, kToday, {}, org_domains, {});
  for (const auto& source : classified.sources) {
    EXPECT_THAT(source.key, testing::Not(testing::HasSubstr("$")));
    const auto advice = advise(classified, source, facts, kStart, kToday, org_domains);
    EXPECT_THAT(advice.fix, testing::Not(testing::HasSubstr("rm -rf")));
    EXPECT_THAT(advice.fix, testing::Not(testing::HasSubstr("reboot")));
  }
}

}  // namespace
}  // namespace ruagate::readiness
