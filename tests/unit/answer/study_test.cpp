#include "answer/study.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <tuple>
#include <vector>

#include "answer/overview.hpp"
#include "unit/answer/world.hpp"

namespace ruagate::answer {

namespace {

using test::day;
using test::World;

/// Keeps all, and counts what was made.
struct Kept final : KeptStudies {
  std::shared_ptr<Study> get(const std::string& domain, Day first, Day last,
                             const std::function<std::shared_ptr<Study>()>& make) override {
    const std::lock_guard hold(lock);
    auto& study = studies[{domain, first, last}];
    if (!study) {
      study = make();
      ++made;
    }
    return study;
  }
  std::mutex lock;
  std::map<std::tuple<std::string, Day, Day>, std::shared_ptr<Study>> studies;
  int made = 0;
};

/// What each question says, in some of its words.
std::vector<std::string> answers(const Asked& asked) {
  std::vector<std::string> all;
  const auto verdict = readiness(asked, {"example.com"}, std::nullopt, std::nullopt);
  all.push_back(verdict->domains[0].reason + std::to_string(verdict->domains[0].messages));
  const auto found = sources(asked, "example.com", {});
  for (const auto& one : found->sources) {
    all.push_back(one.source.key + std::to_string(one.totals.messages) + one.advice.fix);
  }
  const auto line = timeline(asked, "example.com", std::nullopt, std::nullopt);
  for (const auto& one : line->days) {
    all.push_back(std::to_string(one.messages) + '/' + std::to_string(one.groups[0].messages));
  }
  const auto steps = impact(asked, "example.com", std::nullopt, std::nullopt);
  for (const auto& one : steps->steps) all.push_back(one.step + std::to_string(one.unmet.size()) + one.record);
  all.push_back(std::to_string(source_page(asked, "example.com", found->sources[0].source.key, {})->days.size()));
  return all;
}

}  // namespace

TEST(Study, QuestionsThatShareOneAnswerAsThoseThatReadForThemselves) {
  World world;
  add_example(world);
  const auto alone = answers(world.asked());
  Kept kept;
  Asked asked = world.asked();
  asked.studies = &kept;
  EXPECT_EQ(answers(asked), alone);
  EXPECT_EQ(answers(asked), alone);
  EXPECT_EQ(kept.made, 1) << "they look at the same days, as far as there are any";
}

TEST(Study, ServesSeveralThreads) {
  World world;
  add_example(world);
  const Asked asked = world.asked();
  const auto one = study(asked, "example.com", day("2026-10-01"), day("2026-11-20"), std::nullopt);
  const auto question = question_for(asked, "example.com", day("2026-11-20"), std::nullopt);
  const std::string reason = one->with_judge([&](readiness::Judge& judge) { return judge.verdict(question).reason; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      EXPECT_EQ(one->classified(day("2026-11-20") - days{i})->sources.empty(), false);
      EXPECT_EQ(one->with_judge([&](readiness::Judge& judge) { return judge.verdict(question).reason; }), reason);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace ruagate::answer
