#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "source/source.hpp"
#include "support/facts_builder.hpp"

namespace ruagate::source {
namespace {

using test::FactsBuilder;

TEST(Totals, CountAWindowOfOneSource) {
  const Day today = *parse_day("2026-11-20");
  FactsBuilder builder;
  builder.daily(today - days{9}, today, {"google.com", "Google Inc."}, FactsBuilder::own(), 10);
  auto quarantined = FactsBuilder::spoof("192.0.2.99");
  quarantined.disposition = report::Disposition::quarantine;
  quarantined.reason = report::OverrideReason{report::OverrideType::other, "x"};
  builder.add(today, "Yahoo", quarantined, 3);
  const auto facts = builder.facts();
  const domain::OrgDomains org_domains;
  const auto answer = classify(facts, today, {}, org_domains, {});
  ASSERT_EQ(answer.sources.size(), 1U);
  const auto sums = totals(answer, answer.sources[0], facts, today - days{1}, today);
  EXPECT_EQ(sums.messages, 43U);
  EXPECT_EQ(sums.aligned, 40U);
  EXPECT_EQ(sums.dkim_aligned, 40U);
  EXPECT_EQ(sums.spf_pass, 40U);
  EXPECT_EQ(sums.disposition_none, 40U);
  EXPECT_EQ(sums.disposition_quarantine, 3U);
  EXPECT_EQ(sums.overrides.at("other"), 3U);
  EXPECT_EQ(sums.days, 2);
  EXPECT_EQ(sums.first_seen, today - days{1});
  EXPECT_THAT(sums.reporters, testing::ElementsAre("Google", "Yahoo"));
  ASSERT_EQ(sums.addresses.size(), 2U);
  EXPECT_EQ(sums.addresses[0].ip, "192.0.2.10");
  EXPECT_EQ(sums.addresses[1].aligned, 0U);
}

}  // namespace
}  // namespace ruagate::source
