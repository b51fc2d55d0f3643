#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/answer/world.hpp"

namespace ruagate::answer {

namespace {

using test::day;
using test::World;
using testing::HasSubstr;

WindowRequest last_days(int n) {
  WindowRequest request;
  request.days = n;
  return request;
}

const SourceAnswer* with_address(const SourcesAnswer& answer, const std::string& ip, const std::string& author) {
  for (const SourceAnswer& item : answer.sources) {
    if (item.source.author_domain != author) continue;
    for (const auto& address : item.totals.addresses) {
      if (address.ip == ip) return &item;
    }
  }
  return nullptr;
}

}  // namespace

TEST(Sources, DefaultIsThirtyDaysUpToTheNewestReports) {
  World world;
  add_example(world);
  world.now(Instant{day("2027-01-15")});
  const auto answer = sources(world.asked(), "example.com", {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->window.from, day("2026-10-22"));
  EXPECT_EQ(answer->window.to, day("2026-11-20"));
  EXPECT_EQ(answer->days_with_data, 30);
  EXPECT_EQ(answer->messages, 300U * 3 * 30);
  EXPECT_EQ(answer->aligned, 220U * 3 * 30);
}

TEST(Sources, NeverLookBeyondToday) {
  World world;
  add_example(world);
  world.now(Instant{day("2026-11-10")} + std::chrono::hours{5});
  const auto answer = sources(world.asked(), "example.com", last_days(7));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->window.to, day("2026-11-10"));
  EXPECT_EQ(answer->window.from, day("2026-11-04"));
}

TEST(Sources, TotalsAreOfTheWindowAloneAndClassesOfTheMemory) {
  World world;
  add_example(world);
  const auto answer = sources(world.asked(), "example.com", last_days(1));
  ASSERT_TRUE(answer);
  const SourceAnswer* own = with_address(*answer, "192.0.2.1", "example.com");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->totals.messages, 600U);
  EXPECT_EQ(own->totals.days, 1);
  EXPECT_EQ(own->source.source_class, source::Class::legitimate);
  const SourceAnswer* stranger = with_address(*answer, "203.0.113.9", "example.com");
  ASSERT_NE(stranger, nullptr);
  EXPECT_EQ(stranger->totals.aligned, 0U);
  EXPECT_NE(stranger->source.source_class, source::Class::legitimate);
  EXPECT_TRUE(std::is_sorted(answer->sources.begin(), answer->sources.end(),
                             [](const auto& a, const auto& b) { return a.totals.messages > b.totals.messages; }));
}

TEST(Sources, SinceAndUntilAreBothIncluded) {
  World world;
  add_example(world);
  WindowRequest request;
  request.since = day("2026-11-01");
  request.until = day("2026-11-02");
  const auto answer = sources(world.asked(), "example.com", request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->window.days(), 2);
  EXPECT_EQ(answer->messages, 300U * 3 * 2);
  request.as_of = day("2026-11-01");
  EXPECT_EQ(sources(world.asked(), "example.com", request)->window.days(), 1);
}

TEST(Sources, AWindowWithoutReportsIsEmptyNotWrong) {
  World world;
  add_example(world);
  WindowRequest request;
  request.as_of = day("2026-01-31");
  const auto before = sources(world.asked(), "example.com", request);
  ASSERT_TRUE(before);
  EXPECT_TRUE(before->sources.empty());
  EXPECT_EQ(before->window.to, day("2026-01-31"));
  request = {};
  request.since = day("2026-12-24");
  const auto after = sources(world.asked(), "example.com", request);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->sources.empty());
  EXPECT_EQ(after->window.days(), 1);
}

TEST(Sources, RefuseWindowsThatCannotBe) {
  World world;
  add_example(world);
  WindowRequest both = last_days(3);
  both.since = day("2026-11-01");
  WindowRequest backwards;
  backwards.since = day("2026-11-02");
  backwards.until = day("2026-11-01");
  WindowRequest after_as_of;
  after_as_of.since = day("2026-11-02");
  after_as_of.as_of = day("2026-11-01");
  for (const WindowRequest& request :
       {both, backwards, after_as_of, last_days(0), last_days(-5), last_days(1'000'000)}) {
    const auto answer = sources(world.asked(), "example.com", request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::usage);
    EXPECT_EQ(answer.error().code, "bad_window");
  }
}

TEST(Sources, UnknownDomainsNameTheCloseOnes) {
  World world;
  const auto empty = sources(world.asked(), "example.com", {});
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, HasSubstr("no reports yet"));
  add_example(world);
  const auto slip = sources(world.asked(), "exmaple.com", {});
  ASSERT_FALSE(slip);
  EXPECT_EQ(slip.error().kind, ErrorKind::usage);
  EXPECT_EQ(slip.error().code, "unknown_domain");
  EXPECT_THAT(slip.error().message, HasSubstr("did you mean example.com?"));
  const auto other = sources(world.asked(), "completely-different.net", {});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("there are example.com"));
  const auto below = sources(world.asked(), "never.example.com", {});
  ASSERT_FALSE(below);
  EXPECT_THAT(below.error().message, HasSubstr("ask for example.com"));
}

TEST(Sources, AnAuthorSubdomainIsAnsweredFromThePolicyAboveIt) {
  World world;
  add_example(world);
  const auto answer = sources(world.asked(), "Support.Example.COM.", last_days(1));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->domain, "support.example.com");
  EXPECT_EQ(answer->messages, 60U);
  for (const SourceAnswer& item : answer->sources) EXPECT_EQ(item.source.author_domain, "support.example.com");
}

TEST(Sources, AConfiguredDomainWithoutReportsIsKnown) {
  World world;
  world.config.domains.emplace_back().name = "quiet.example";
  const auto answer = sources(world.asked(), "quiet.example", {});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->sources.empty());
  EXPECT_EQ(answer->window.to, day("2026-11-21"));
}

TEST(Sources, TheOperatorsDecisionRules) {
  World world;
  add_example(world);
  report::Decision decision;
  decision.domain = "example.com";
  decision.what = "203.0.113.9";
  decision.decided_by = "alice";
  decision.decided_at = Instant{day("2026-11-20")};
  world.store().begin();
  world.store().set_decision(decision);
  world.store().commit();
  const auto answer = sources(world.asked(), "example.com", {});
  ASSERT_TRUE(answer);
  const SourceAnswer* approved = with_address(*answer, "203.0.113.9", "example.com");
  ASSERT_NE(approved, nullptr);
  EXPECT_EQ(approved->source.source_class, source::Class::legitimate);
  EXPECT_TRUE(approved->source.decision);
}

}  // namespace ruagate::answer
