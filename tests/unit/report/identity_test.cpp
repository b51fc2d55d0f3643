#include "report/identity.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace ruagate::report {
namespace {

Record record(std::string_view ip, std::uint64_t messages) {
  Record record;
  record.source_ip = IpAddress::parse(ip);
  record.message_count = messages;
  record.evidence.author_domain = "example.com";
  return record;
}

std::uint64_t sum(const std::vector<std::pair<Day, std::uint64_t>>& spread) {
  return std::accumulate(spread.begin(), spread.end(), std::uint64_t{0},
                         [](std::uint64_t total, const auto& share) { return total + share.second; });
}

const Day kDay = day_from_number(20'000);
Instant at(int day, int hour) {
  return Instant{kDay + days{day}} + std::chrono::hours{hour};
}

TEST(RecordsDigest, DoesNotDependOnTheOrderOfRecords) {
  Report a;
  a.records = {record("192.0.2.1", 1), record("192.0.2.2", 2), record("192.0.2.2", 2)};
  Report b = a;
  std::reverse(b.records.begin(), b.records.end());
  EXPECT_EQ(records_digest(a), records_digest(b));
}

TEST(RecordsDigest, SeesCountsAndRepetitions) {
  Report a;
  a.records = {record("192.0.2.1", 1)};
  Report more = a;
  more.records[0].message_count = 2;
  Report twice = a;
  twice.records.push_back(a.records[0]);
  EXPECT_NE(records_digest(a), records_digest(more));
  EXPECT_NE(records_digest(a), records_digest(twice));
  EXPECT_NE(records_digest(a), records_digest(Report{}));
}

TEST(RecordsDigest, TellsNullSenderFromSilence) {
  Report silent;
  silent.records = {record("192.0.2.1", 1)};
  Report null = silent;
  null.records[0].evidence.envelope_from = "";
  EXPECT_NE(records_digest(silent), records_digest(null));
}

TEST(RecordsDigest, IgnoresHumanResults) {
  Report a;
  a.records = {record("192.0.2.1", 1)};
  a.records[0].evidence.dkim = {{"example.com", "s", DkimResult::pass, "fine"}};
  a.records[0].evidence.spf = {{"example.com", SpfScope::mfrom, SpfResult::pass, ""}};
  Report b = a;
  b.records[0].evidence.dkim[0].human_result.clear();
  b.records[0].evidence.spf[0].human_result = "ok";
  EXPECT_EQ(records_digest(a), records_digest(b));
}

TEST(Identity, IgnoresTheCaseOfTheReporterOnly) {
  Report a;
  a.reporter = "Google.com";
  a.report_id = "Ab";
  Report b = a;
  b.reporter = "google.COM";
  EXPECT_EQ(identity_of(a), identity_of(b));
  b.report_id = "ab";
  EXPECT_FALSE(identity_of(a) == identity_of(b));
}

TEST(SpreadOverDays, KeepsADayOnItsDay) {
  using Spread = std::vector<std::pair<Day, std::uint64_t>>;
  EXPECT_EQ(spread_over_days(at(0, 0), at(1, 0) - std::chrono::seconds{1}, 7), (Spread{{kDay, 7}}));
  EXPECT_EQ(spread_over_days(at(0, 22), at(1, 22), 7), (Spread{{kDay, 7}}));
  EXPECT_EQ(spread_over_days(at(0, 0), at(1, 1), 7), (Spread{{kDay, 7}}));
  EXPECT_EQ(spread_over_days(at(0, 5), at(0, 5), 7), (Spread{{kDay, 7}}));
}

TEST(SpreadOverDays, SharesByOverlapAndKeepsTheSum) {
  const auto two = spread_over_days(at(0, 12), at(2, 0), 9);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0], (std::pair{kDay, std::uint64_t{3}}));
  EXPECT_EQ(two[1], (std::pair{kDay + days{1}, std::uint64_t{6}}));
  for (const std::uint64_t messages : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{1'000'003},
                                       std::uint64_t{10'000'000'000}}) {
    for (int span = 1; span <= 62; ++span) EXPECT_EQ(sum(spread_over_days(at(0, 7), at(span, 7), messages)), messages);
  }
}

TEST(SpreadOverDays, DoesNotSpreadOverMonths) {
  const auto spread = spread_over_days(at(0, 0), at(200, 0), 5);
  ASSERT_EQ(spread.size(), 1U);
  EXPECT_EQ(spread[0], (std::pair{kDay, std::uint64_t{5}}));
}

}  // namespace
}  // namespace ruagate::report
