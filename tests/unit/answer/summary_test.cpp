#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/answer/world.hpp"

namespace ruagate::answer {

namespace {

using test::day;
using test::World;

const SummaryDomain& domain_of(const SummaryAnswer& answer, const std::string& name) {
  for (const SummaryDomain& domain : answer.domains) {
    if (domain.domain == name) return domain;
  }
  throw std::runtime_error("no domain " + name);
}

}  // namespace

TEST(Summary, ThePeriodEndsOnTheNewestDayThatIsOver) {
  World world;
  add_example(world);
  const auto answer = summary(world.asked(), Period::day, {}, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->window.from, day("2026-11-20"));
  EXPECT_EQ(answer->window.to, day("2026-11-20"));
  EXPECT_EQ(answer->before.from, day("2026-11-19"));
  world.now(Instant{day("2026-11-20")});
  EXPECT_EQ(summary(world.asked(), Period::day, {}, std::nullopt)->window.to, day("2026-11-19"));
  EXPECT_EQ(summary(world.asked(), Period::day, {}, day("2026-11-01"))->window.to, day("2026-11-01"));
  const auto week = summary(world.asked(), Period::week, {}, day("2026-11-20"));
  EXPECT_EQ(week->window.from, day("2026-11-14"));
  EXPECT_EQ(week->before.to, day("2026-11-13"));
  EXPECT_EQ(week->before.days(), 7);
  EXPECT_EQ(summary(world.asked(), Period::month, {}, day("2026-11-20"))->window.days(), 30);
}

TEST(Summary, CountsThePeriodAndTheOneBefore) {
  World world;
  add_example(world);
  world.daily("example.com", day("2026-11-20"), day("2026-11-20"),
              {World::record("203.0.113.9", "example.com", "", false, 1000)});
  const auto answer = summary(world.asked(), Period::day, {}, std::nullopt);
  ASSERT_TRUE(answer);
  const SummaryDomain& domain = domain_of(*answer, "example.com");
  EXPECT_EQ(domain.messages_before, 900U);
  EXPECT_EQ(domain.messages, 3900U);
  EXPECT_EQ(domain.unauthorized - domain.unauthorized_before, 3000U);
  EXPECT_EQ(domain.legitimate, 660U);
  EXPECT_EQ(domain.legitimate_aligned, 660U);
  EXPECT_EQ(answer->messages, 3900U);
  EXPECT_EQ(answer->reports, 6U);
  ASSERT_TRUE(domain.verdict_before);
}

TEST(Summary, NamesSourcesThatAreNewInThePeriod) {
  World world;
  add_example(world);
  world.daily("example.com", day("2026-11-20"), day("2026-11-20"),
              {World::record("198.51.100.200", "example.com", "sendgrid.net", false, 40)});
  const auto answer = summary(world.asked(), Period::day, {}, std::nullopt);
  ASSERT_TRUE(answer);
  const SummaryDomain& domain = domain_of(*answer, "example.com");
  ASSERT_EQ(domain.new_sources.size(), 1U);
  EXPECT_EQ(domain.new_sources[0].totals.addresses[0].ip, "198.51.100.200");
  EXPECT_EQ(domain.new_sources[0].totals.messages, 120U);
}

TEST(Summary, ADomainWithoutReportsBeforeHasNoVerdictBefore) {
  World world;
  world.daily("new.example", day("2026-11-20"), day("2026-11-20"),
              {World::record("192.0.2.1", "new.example", "new.example", true, 5)});
  const auto answer = summary(world.asked(), Period::day, {}, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(domain_of(*answer, "new.example").verdict_before);
}

TEST(Summary, TellsTheHealthOfIngestion) {
  World world;
  add_example(world);
  store::IngestRun old;
  old.started_at = old.finished_at = Instant{day("2026-11-01")};
  store::IngestRun fresh;
  fresh.started_at = Instant{day("2026-11-21")} - std::chrono::hours{2};
  fresh.finished_at = fresh.started_at + std::chrono::seconds{5};
  fresh.reports_new = 3;
  store::NewReject reject;
  reject.origin = "x.eml";
  reject.reason = "bad_xml";
  reject.bytes = "<";
  reject.seen_at = fresh.started_at;
  world.store().begin();
  world.store().add_run(old);
  world.store().add_run(fresh);
  world.store().add_reject(reject);
  world.store().commit();
  const auto answer = summary(world.asked(), Period::day, {}, std::nullopt);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->runs.size(), 1U);
  EXPECT_EQ(answer->runs[0].reports_new, 3U);
  EXPECT_EQ(answer->rejects_new, 1U);
  EXPECT_EQ(answer->rejects_kept, 1U);
  EXPECT_EQ(answer->last_ingest, fresh.finished_at);
}

TEST(Summary, OnlyTheDomainsThatWereNamed) {
  World world;
  add_example(world);
  world.daily("other.example", day("2026-11-20"), day("2026-11-20"),
              {World::record("192.0.2.1", "other.example", "other.example", true, 5)});
  const auto answer = summary(world.asked(), Period::day, {"other.example"}, std::nullopt);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->domains.size(), 1U);
  EXPECT_EQ(answer->messages, 15U);
  EXPECT_FALSE(summary(world.asked(), Period::day, {"nowhere.example"}, std::nullopt));
}

}  // namespace ruagate::answer
