#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "answer/each_domain.hpp"
#include "answer/health.hpp"
#include "answer/overview.hpp"
#include "base/format.hpp"
#include "unit/answer/world.hpp"

namespace ruagate::answer {

namespace {

using test::day;
using test::World;

}  // namespace

TEST(Overview, GlancesAgreeWithTheVerdicts) {
  World world;
  add_example(world);
  world.config.domains.emplace_back().name = "quiet.example";
  const OverviewAnswer answer = overview(world.asked(), std::nullopt);
  const auto judged = readiness(world.asked(), {}, std::nullopt, std::nullopt);
  ASSERT_EQ(answer.domains.size(), judged->domains.size());
  for (std::size_t i = 0; i < answer.domains.size(); ++i) {
    const DomainGlance& glance = answer.domains[i];
    const readiness::DomainVerdict& verdict = judged->domains[i];
    EXPECT_EQ(glance.domain, verdict.domain);
    EXPECT_EQ(glance.verdict, verdict.verdict);
    EXPECT_EQ(glance.blockers, verdict.blockers.size());
    EXPECT_EQ(glance.at_stake, at_stake(verdict));
    ASSERT_EQ(glance.sparkline.size(), 30U);
    EXPECT_EQ(glance.sparkline.back().day, answer.as_of);
    EXPECT_EQ(std::accumulate(glance.groups.begin(), glance.groups.end(), std::uint64_t{0}), glance.messages);
  }
  EXPECT_EQ(answer.domains[0].domain, "example.com");
  EXPECT_EQ(answer.domains[0].messages, 27U * 3 * 300) << "28 days up to today, which has no reports";
}

TEST(Overview, SaysWhatChangedSinceTheDayBefore) {
  World world;
  world.daily("example.com", day("2026-09-20"), day("2026-11-20"),
              {World::record("192.0.2.1", "example.com", "example.com", true, 500)});
  world.now(Instant{day("2026-11-21")});
  const auto before = overview(world.asked(), day("2026-11-14")).domains[0];
  EXPECT_TRUE(before.new_blockers.empty());
  EXPECT_TRUE(before.verdict_before);
  EXPECT_FALSE(overview(world.asked(), day("2026-09-20")).domains[0].verdict_before) << "nothing was known then";
}

TEST(Overview, KeptGlancesAreNotWorkedOutAgain) {
  struct Kept final : KeptGlances {
    std::optional<DomainGlance> find(const std::string& domain) override {
      asked.push_back(domain);
      const auto hit = glances.find(domain);
      return hit == glances.end() ? std::nullopt : std::optional(hit->second);
    }
    void keep(const DomainGlance& glance) override {
      kept.push_back(glance.domain);
      glances.insert_or_assign(glance.domain, glance);
    }
    std::map<std::string, DomainGlance> glances;
    std::vector<std::string> asked;
    std::vector<std::string> kept;
  };
  World world;
  add_example(world);
  Kept kept;
  overview(world.asked(), std::nullopt, &kept);
  EXPECT_THAT(kept.kept, testing::ElementsAre("example.com"));
  kept.glances.at("example.com").reports = 12345;
  EXPECT_EQ(overview(world.asked(), std::nullopt, &kept).domains[0].reports, 12345U);
  EXPECT_THAT(kept.kept, testing::ElementsAre("example.com"));
  EXPECT_THAT(kept.asked, testing::ElementsAre("example.com", "example.com"));
}

std::vector<std::string> forty(World& world) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    names.push_back(format("d{}.example", i));
    world.daily(names.back(), day("2026-11-18"), day("2026-11-20"),
                {World::record("192.0.2.1", names.back(), names.back(), true, static_cast<std::uint64_t>(i) + 1)});
  }
  return names;
}

TEST(EachDomain, AnswersComeInOrderAndErrorsComeOut) {
  World world;
  const std::vector<std::string> names = forty(world);
  const Day first = day("2026-11-19");
  const Day last = day("2026-11-20");
  const auto here = std::this_thread::get_id();
  const auto sum_of = [](const Loaded& loaded) {
    std::uint64_t sum = 0;
    for (const auto& cell : loaded.facts.cells) sum += cell.messages;
    return std::pair(loaded.facts.domain, sum);
  };
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for_each_domain(world.asked(), names, first, last, sum_of, [&](auto&& answer) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    out.push_back(std::move(answer));
  });
  ASSERT_EQ(out.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(out[i], std::pair(names[i], 6 * (i + 1)));

  std::atomic<int> worked = 0;
  const auto fails = [&](const Loaded& loaded) {
    if (loaded.facts.domain == "d5.example" || loaded.facts.domain == "d9.example")
      throw std::runtime_error(loaded.facts.domain);
    ++worked;
    return loaded.facts.domain;
  };
  std::vector<std::string> before;
  try {
    for_each_domain(world.asked(), names, first, last, fails, [&](std::string&& name) { before.push_back(name); });
    FAIL() << "nothing came out";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string_view(error.what()), "d5.example") << "the first, whichever thread was quicker";
  }
  EXPECT_THAT(before, testing::ElementsAreArray(names.begin(), names.begin() + 5));
  EXPECT_LT(worked, 38) << "those behind it are not begun";

  const auto refuses = [](auto&&) { throw std::logic_error("done"); };
  EXPECT_THROW(for_each_domain(world.asked(), names, first, last, sum_of, refuses), std::logic_error);
  for_each_domain(world.asked(), {}, first, last, fails, [](auto&&) { FAIL(); });
}

TEST(EachDomain, AStoreThatIsInterruptedStopsAllThreads) {
  World world;
  const std::vector<std::string> names = forty(world);
  std::atomic<bool> stop = false;
  store::Store reader(world.store().path(), store::OpenMode::read);
  reader.interrupt_when([&] { return stop.load(); });
  const Asked asked{reader, world.asked().org_domains, world.config, world.asked().clock};
  std::atomic<int> worked = 0;
  EXPECT_THROW(for_each_domain(
                   asked, names, day("2026-11-01"), day("2026-11-20"),
                   [&](const Loaded&) {
                     stop = true;
                     return ++worked;
                   },
                   [](int) {}),
               store::StoreError);
  EXPECT_LT(worked, 40);
}

TEST(EachDomain, AnotherStoreCountsTheSame) {
  World world;
  add_example(world);
  store::Store reader(world.store().path(), store::OpenMode::read);
  const auto reports = [](store::Store& store) {
    return store.facts("example.com", day("2026-11-01"), day("2026-11-20")).policy_days.size();
  };
  ASSERT_GT(reports(reader), 0U);
  reader.count(store::Counted::trusted);
  EXPECT_EQ(reports(reader), 0U) << "nothing shows who sent them";
  store::Store other = reader.another();
  EXPECT_EQ(reports(other), 0U);
}

TEST(Timeline, HasEveryDayAndSumsByWhatMessagesCountAs) {
  World world;
  add_example(world);
  const auto answer = timeline(world.asked(), "example.com", day("2026-11-10"), day("2026-11-21"));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->days.size(), 12U);
  EXPECT_EQ(answer->days.back().messages, 0U);
  for (std::size_t i = 0; i + 1 < answer->days.size(); ++i) {
    const TimelineDay& one = answer->days[i];
    EXPECT_EQ(one.messages, 900U);
    EXPECT_EQ(one.reports, 3U);
    EXPECT_EQ(one.aligned, 660U);
    EXPECT_EQ(one.groups[0].aligned, 660U);
    std::uint64_t sum = 0;
    for (const auto& group : one.groups) sum += group.messages;
    EXPECT_EQ(sum, 900U);
  }
  EXPECT_EQ(timeline(world.asked(), "example.com", std::nullopt, std::nullopt)->days.size(), 90U);
  EXPECT_EQ(timeline(world.asked(), "no.example", {}, {}).error().code, "unknown_domain");
  EXPECT_EQ(timeline(world.asked(), "example.com", day("2026-11-21"), day("2026-11-20")).error().code, "bad_window");
  EXPECT_EQ(timeline(world.asked(), "example.com", day("2020-11-21"), day("2026-11-20")).error().code, "bad_window");
}

TEST(Impact, TheNextStepIsTheVerdictsAndStrongerOnesHitMore) {
  World world;
  add_example(world);
  const auto answer = impact(world.asked(), "example.com", std::nullopt, std::nullopt);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->steps.size(), 5U);
  EXPECT_EQ(answer->steps[0].place, readiness::Place::next);
  EXPECT_EQ(answer->steps[0].step, answer->verdict.next_step);
  EXPECT_EQ(answer->steps[0].impact.unauthorized_stopped, answer->verdict.impact.unauthorized_stopped);
  EXPECT_EQ(answer->steps[0].record, answer->verdict.record);
  for (std::size_t i = 1; i < answer->steps.size(); ++i) {
    EXPECT_GE(answer->steps[i].impact.unauthorized_stopped, answer->steps[i - 1].impact.unauthorized_stopped);
    EXPECT_FALSE(answer->steps[i].unmet.empty());
  }
  world.config.domains.push_back({"example.com", "quarantine", ""});
  const auto modest = impact(world.asked(), "example.com", std::nullopt, readiness::Ladder::testing);
  EXPECT_FALSE(modest->steps[1].beyond_target);
  EXPECT_TRUE(modest->steps[3].beyond_target);
}

TEST(SourcePage, DaysIdentitiesAndReportersAddUp) {
  World world;
  add_example(world);
  const WindowRequest window{7, day("2026-11-20"), {}, {}};
  const auto all = sources(world.asked(), "example.com", window);
  ASSERT_TRUE(all);
  for (const SourceAnswer& source : all->sources) {
    const auto page = source_page(world.asked(), "example.com", source.source.key, window);
    ASSERT_TRUE(page) << source.source.key;
    std::uint64_t by_day = 0;
    std::uint64_t by_reporter = 0;
    for (const auto& row : page->days) by_day += row.messages;
    for (const auto& row : page->reporters) by_reporter += row.messages;
    EXPECT_EQ(page->days.size(), 7U);
    EXPECT_EQ(page->reporters.size(), 3U);
    EXPECT_EQ(by_day, source.totals.messages);
    EXPECT_EQ(by_reporter, source.totals.messages);
    for (const auto& identity : page->identities) EXPECT_LE(identity.pass, identity.messages);
  }
  EXPECT_EQ(source_page(world.asked(), "example.com", "dkim:no.example", window).error().code, "unknown_source");
}

TEST(MissingReporters, OnlyThoseWhoSentOnMostDaysAndFellSilent) {
  report::DomainFacts facts;
  facts.domain = "example.com";
  facts.reporters = {"steady", "silent", "rare", "late"};
  const auto add = [&](std::uint32_t reporter, Day at) {
    report::PolicyDay& one = facts.policy_days.emplace_back();
    one.day = at;
    one.reporter = reporter;
    one.reports = 1;
    one.messages = 10;
  };
  const Day today = day("2026-11-21");
  for (int back = 60; back >= 1; --back) {
    add(0, today - days{back});
    if (back >= 6) add(1, today - days{back});
    if (back >= 6 && back % 7 == 0) add(2, today - days{back});
    if (back >= 3) add(3, today - days{back});
  }
  const auto missing = missing_reporters(facts, today);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].reporter, "silent");
  EXPECT_EQ(missing[0].silent_days, 6);
  EXPECT_EQ(missing[0].days_before, 28);
  EXPECT_EQ(missing[0].messages, 280U);
  EXPECT_TRUE(missing_reporters(facts, today + days{90}).empty()) << "long ago is no news";
}

}  // namespace ruagate::answer
