#include <gtest/gtest.h>

#include "answer/answer.hpp"

namespace ruagate::answer {

namespace {

readiness::DomainVerdict verdict(const std::string& domain, readiness::Verdict value, std::uint64_t worst = 0) {
  readiness::DomainVerdict v;
  v.domain = domain;
  v.verdict = value;
  v.impact.legitimate_affected_worst = worst;
  return v;
}

ReadinessAnswer answer_of(const std::vector<readiness::Verdict>& verdicts) {
  ReadinessAnswer answer;
  for (const readiness::Verdict value : verdicts) answer.domains.push_back(verdict("x", value));
  return answer;
}

}  // namespace

TEST(ExitCode, TheHighestOfSeveralDomainsWins) {
  using readiness::Verdict;
  EXPECT_EQ(exit_code(answer_of({})), 0);
  EXPECT_EQ(exit_code(answer_of({Verdict::ready, Verdict::at_target})), 0);
  EXPECT_EQ(exit_code(answer_of({Verdict::hold, Verdict::ready})), 10);
  EXPECT_EQ(exit_code(answer_of({Verdict::not_enough_data, Verdict::hold})), 11);
  EXPECT_EQ(exit_code(answer_of({Verdict::not_enough_data, Verdict::step_back, Verdict::hold})), 12);
}

TEST(Order, WorstNewsFirstThenMailAtStakeThenName) {
  using readiness::Verdict;
  EXPECT_TRUE(is_worse(verdict("z", Verdict::step_back), verdict("a", Verdict::hold, 1000)));
  EXPECT_TRUE(is_worse(verdict("z", Verdict::hold, 1000), verdict("a", Verdict::hold, 10)));
  EXPECT_TRUE(is_worse(verdict("a", Verdict::hold, 10), verdict("z", Verdict::hold, 10)));
  EXPECT_FALSE(is_worse(verdict("a", Verdict::hold, 10), verdict("a", Verdict::hold, 10)));
  EXPECT_TRUE(is_worse(verdict("a", Verdict::hold), verdict("a", Verdict::not_enough_data)));
  EXPECT_TRUE(is_worse(verdict("a", Verdict::ready), verdict("a", Verdict::at_target)));
}

TEST(Order, FailingMailOfBlockersIsAtStake) {
  readiness::DomainVerdict v = verdict("a", readiness::Verdict::hold, 5);
  v.blockers.resize(2);
  v.blockers[0].messages = 100;
  v.blockers[0].aligned = 40;
  v.blockers[1].messages = 1;
  v.blockers[1].aligned = 2;
  EXPECT_EQ(at_stake(v), 60U);
}

}  // namespace ruagate::answer
