#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "http/cache.hpp"

namespace ruagate::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<const Answer> answer(const Basis& basis, const std::string& text) {
  Answer made;
  made.basis = basis;
  made.body = std::make_shared<const std::string>(text);
  made.made_at = std::chrono::steady_clock::now();
  return std::make_shared<const Answer>(made);
}

TEST(Cache, GivesWhatItHasUntilSomethingChanges) {
  AnswerCache cache(1U << 20);
  const Basis one{"s", {1, 1}};
  int made = 0;
  const auto make = [&](const Basis& basis) {
    return [&made, basis] {
      ++made;
      return answer(basis, std::to_string(made));
    };
  };
  EXPECT_EQ(*cache.get("q", one, make(one))->body, "1");
  EXPECT_EQ(*cache.get("q", one, make(one))->body, "1");
  EXPECT_EQ(*cache.get("r", one, make(one))->body, "2");
  const Basis facts{"s", {2, 1}};
  EXPECT_EQ(*cache.get("q", facts, make(facts))->body, "3");
  const Basis other{"t", {2, 1}};
  EXPECT_EQ(*cache.get("q", other, make(other))->body, "4");
}

TEST(Cache, CostlyAnswersAreUsedAWhileThoughFactsChangeButNeverAgainstADecision) {
  const auto now = std::chrono::steady_clock::now();
  Answer made;
  made.basis = {"s", {1, 1}};
  made.made_at = now;
  made.cost = milliseconds{200};
  EXPECT_TRUE(made.is_fresh({"s", {5, 1}}, now + seconds{1}));
  EXPECT_FALSE(made.is_fresh({"s", {5, 1}}, now + seconds{3}));
  EXPECT_FALSE(made.is_fresh({"s", {5, 2}}, now));
  EXPECT_FALSE(made.is_fresh({"t", {1, 1}}, now));
  EXPECT_TRUE(made.is_fresh({"s", {1, 1}}, now + seconds{3}));
  made.cost = seconds{60};
  EXPECT_FALSE(made.is_fresh({"s", {5, 1}}, now + seconds{11}));
}

TEST(Cache, IsBounded) {
  AnswerCache cache(100'000);
  const Basis basis{"s", {1, 1}};
  for (int i = 0; i < 100; ++i) {
    cache.get(std::to_string(i), basis, [&] { return answer(basis, std::string(9000, 'x')); });
  }
  int held = 0;
  for (int i = 0; i < 100; ++i) held += cache.peek(std::to_string(i), basis) != nullptr;
  EXPECT_GT(held, 5);
  EXPECT_LT(held, 12);
  EXPECT_TRUE(cache.peek("99", basis)) << "the newest stays";
  cache.get("huge", basis, [&] { return answer(basis, std::string(90'000, 'x')); });
  EXPECT_FALSE(cache.peek("huge", basis));
}

TEST(Cache, SeveralAskersLetOneWork) {
  AnswerCache cache(1U << 20);
  const Basis basis{"s", {1, 1}};
  std::atomic<int> made{0};
  std::atomic<int> waiting{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      ++waiting;
      cache.get("q", basis, [&] {
        while (waiting < 8) std::this_thread::yield();
        ++made;
        return answer(basis, "x");
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST(Cache, AFailureIsNotKept) {
  AnswerCache cache(1U << 20);
  const Basis basis{"s", {1, 1}};
  EXPECT_THROW(cache.get("q", basis, []() -> std::shared_ptr<const Answer> { throw std::runtime_error("x"); }),
               std::runtime_error);
  EXPECT_EQ(cache.get("q", basis, [] { return std::shared_ptr<const Answer>(); }), nullptr);
  EXPECT_EQ(*cache.get("q", basis, [&] { return answer(basis, "x"); })->body, "x");
}

}  // namespace
}  // namespace ruagate::http
