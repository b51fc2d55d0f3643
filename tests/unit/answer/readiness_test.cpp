#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/answer/world.hpp"

namespace ruagate::answer {

namespace {

using test::day;
using test::World;
using testing::ElementsAre;

void add_clean(World& world, const std::string& domain) {
  world.daily(domain, day("2026-09-20"), day("2026-11-20"), {World::record("192.0.2.1", domain, domain, true, 500)});
}

std::vector<std::string> names(const ReadinessAnswer& answer) {
  std::vector<std::string> out;
  for (const auto& verdict : answer.domains) out.push_back(verdict.domain);
  return out;
}

}  // namespace

TEST(Readiness, AllDomainsWorstFirstWhenNoneIsNamed) {
  World world;
  add_clean(world, "a-clean.example");
  add_example(world);
  world.config.domains.emplace_back().name = "quiet.example";
  const auto answer = readiness(world.asked(), {}, std::nullopt, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->as_of, day("2026-11-21"));
  ASSERT_EQ(answer->domains.size(), 3U);
  EXPECT_TRUE(std::is_sorted(answer->domains.begin(), answer->domains.end(), is_worse));
  std::map<std::string, readiness::Verdict> verdicts;
  for (const auto& verdict : answer->domains) verdicts[verdict.domain] = verdict.verdict;
  EXPECT_EQ(verdicts.at("quiet.example"), readiness::Verdict::not_enough_data);
  EXPECT_EQ(verdicts.at("a-clean.example"), readiness::Verdict::ready);
  EXPECT_NE(verdicts.at("example.com"), readiness::Verdict::ready);
}

TEST(Readiness, NamedDomainsComeInTheirOrderEachOnce) {
  World world;
  add_clean(world, "a.example");
  add_clean(world, "b.example");
  const auto answer = readiness(world.asked(), {"b.example", "A.example", "b.example"}, std::nullopt, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_THAT(names(*answer), ElementsAre("b.example", "a.example"));
}

TEST(Readiness, ReportsThatDoNotCountAreTooLittleDataNotAnUnknownDomain) {
  World world;
  add_clean(world, "a.example");
  world.config.readiness.count_reports = "trusted";  // None of them came in so.
  world.store().count(counted_by(world.config.readiness));
  for (const std::vector<std::string>& named : {std::vector<std::string>{"a.example"}, {}}) {
    const auto answer = readiness(world.asked(), named, std::nullopt, std::nullopt);
    ASSERT_TRUE(answer);
    EXPECT_THAT(names(*answer), ElementsAre("a.example"));
    EXPECT_EQ(answer->domains[0].verdict, readiness::Verdict::not_enough_data);
    EXPECT_THAT(answer->domains[0].reason, testing::HasSubstr("186 reports, but none counts"));
    EXPECT_THAT(answer->domains[0].reason, testing::HasSubstr("trusted_authserv_ids"));
    EXPECT_EQ(exit_code(*answer), 11);
  }
  EXPECT_FALSE(readiness(world.asked(), {"other.example"}, std::nullopt, std::nullopt));
}

TEST(Readiness, ExplanationHasEverySourceWithItsEvidence) {
  World world;
  add_example(world);
  auto answer = readiness(world.asked(), {"example.com"}, std::nullopt, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->sources.empty());
  explain(world.asked(), *answer);
  ASSERT_EQ(answer->sources.size(), 1U);
  EXPECT_EQ(answer->sources[0].size(), 4U);
  std::uint64_t messages = 0;
  for (const auto& item : answer->sources[0]) {
    EXPECT_FALSE(item.source.evidence.empty()) << item.source.key;
    for (const auto flow : item.totals.by_flow) messages += flow;
  }
  EXPECT_EQ(messages, answer->domains[0].messages) << "each message has one flow";
}

TEST(Readiness, UnknownDomainIsAUsageError) {
  World world;
  add_clean(world, "a.example");
  const auto answer = readiness(world.asked(), {"a.example", "c.example"}, std::nullopt, std::nullopt);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::usage);
  EXPECT_EQ(answer.error().code, "unknown_domain");
}

TEST(Readiness, TargetRuaAndLadderComeFromTheConfiguration) {
  World world;
  add_clean(world, "a.example");
  world.config.domains.push_back({});
  world.config.domains.back().name = "a.example";
  world.config.domains.back().target = "quarantine";
  world.config.domains.back().rua = "mailto:dmarc@a.example";
  world.config.readiness.ladder = "testing";
  const auto answer = readiness(world.asked(), {}, day("2026-11-20"), std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->domains[0].ladder, readiness::Ladder::testing);
  EXPECT_EQ(answer->domains[0].target, "quarantine");
  EXPECT_THAT(answer->domains[0].record, testing::HasSubstr("rua=mailto:dmarc@a.example"));
  const auto other = readiness(world.asked(), {}, day("2026-11-20"), readiness::Ladder::pct);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->domains[0].ladder, readiness::Ladder::pct);
}

TEST(Readiness, AsOfSeesNothingOfLaterDays) {
  World world;
  add_clean(world, "a.example");
  const auto early = readiness(world.asked(), {}, day("2026-09-25"), std::nullopt);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->domains[0].verdict, readiness::Verdict::not_enough_data);
  EXPECT_LE(early->domains[0].window_to, day("2026-09-25"));
}

TEST(Readiness, AnEmptyDatabaseHasNoDomains) {
  World world;
  const auto answer = readiness(world.asked(), {}, std::nullopt, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->domains.empty());
}

}  // namespace ruagate::answer
