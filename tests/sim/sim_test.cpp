#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/archive.hpp"
#include "sim/samples_once.hpp"
#include "sim/samples_world.hpp"

namespace ruagate::sim {
namespace {

using report::AlignmentResult;
using report::Disposition;
using report::OverrideType;
using report::Policy;

constexpr Day kDay = std::chrono::sys_days{std::chrono::year{2026} / 11 / 2};  // a Monday

TEST(Random, SameSeedGivesTheSameNumbersEverywhere) {
  // First outputs of xoshiro256** whose state is four outputs of splitmix64 from 0.
  Random random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452aU);
  Random again = Random::stream(7, "an actor", 20'000);
  Random same = Random::stream(7, "an actor", 20'000);
  Random other_day = Random::stream(7, "an actor", 20'001);
  Random other_actor = Random::stream(7, "another", 20'000);
  const std::uint64_t first = again.next();
  EXPECT_EQ(first, same.next());
  EXPECT_NE(first, other_day.next());
  EXPECT_NE(first, other_actor.next());
}

TEST(Random, SuccessesStayNearTheirMean) {
  Random random(11);
  EXPECT_EQ(random.successes(50, 0), 0U);
  EXPECT_EQ(random.successes(50, 1'000'000), 50U);
  for (const std::uint64_t count : {1000U, 1'000'000U}) {
    std::uint64_t sum = 0;
    for (int i = 0; i < 100; ++i) sum += random.successes(count, 30'000);
    EXPECT_NEAR(static_cast<double>(sum), static_cast<double>(count) * 3, static_cast<double>(count) * 0.2) << count;
  }
}

TEST(Random, SharesAddUpAndFollowTheWeights) {
  Random random(3);
  for (const std::uint64_t count : {0U, 1U, 17U, 100'000U}) {
    const auto parts = random.share_out(count, {50, 30, 0, 20});
    ASSERT_EQ(parts.size(), 4U);
    EXPECT_EQ(parts[0] + parts[1] + parts[2] + parts[3], count);
    EXPECT_EQ(parts[2], 0U);
    if (count == 100'000U) {
      EXPECT_NEAR(static_cast<double>(parts[0]), 50'000.0, 1500.0);
    }
  }
}

TEST(Archive, ChecksumAndBase64HaveTheirKnownValues) {
  EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
  EXPECT_EQ(base64("f"), "Zg==\r\n");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy\r\n");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64(std::string(60, 'a')).find("\r\n"), 76U);
}

const Receiver& receiver_named(const std::vector<Receiver>& all, std::string_view submitter) {
  return *std::find_if(all.begin(), all.end(), [&](const Receiver& it) { return it.submitter == submitter; });
}

report::PublishedPolicy policy_of(Policy p) {
  report::PublishedPolicy policy;
  policy.domain = "example.com";
  policy.p = p;
  return policy;
}

Traffic traffic_of(Truth truth, report::DkimResult dkim, report::SpfResult spf) {
  return {
      .actor = "somebody",
      .truth = truth,
      .source_ip = *IpAddress::parse("192.0.2.1"),
      .evidence =
          {.author_domain = "example.com",
           .envelope_from = "example.com",
           .envelope_to = {},
           .dkim = {{.domain = "example.com", .selector = "a", .result = dkim, .human_result = {}}},
           .spf = {{.domain = "mail.example.com", .scope = report::SpfScope::mfrom, .result = spf, .human_result = {}}},
           .reasons = {}},
      .messages = 1000};
}

class Observe : public testing::Test {
 protected:
  std::vector<report::Record> seen_by(std::string_view submitter, const report::PublishedPolicy& policy,
                                      const Traffic& traffic) {
    Observed observed;
    observe(receiver_named(receivers_, submitter), policy, traffic, traffic.messages, org_domains_, random_, observed);
    std::uint64_t sum = 0;
    for (const report::Record& record : observed.records) sum += record.message_count;
    EXPECT_EQ(sum, traffic.messages);
    EXPECT_EQ(observed.messages, traffic.messages);
    return observed.records;
  }

  const std::vector<Receiver> receivers_ = receivers();
  const domain::OrgDomains org_domains_;
  Random random_{5};
};

TEST_F(Observe, AppliesThePolicyToUnalignedMailOnly) {
  const auto good = traffic_of(Truth::direct, report::DkimResult::fail, report::SpfResult::pass);
  const auto bad = traffic_of(Truth::spoofed, report::DkimResult::fail, report::SpfResult::fail);

  const auto passed = seen_by("yahoo.com", policy_of(Policy::reject), good);
  ASSERT_EQ(passed.size(), 1U);
  EXPECT_EQ(passed[0].spf_aligned, AlignmentResult::pass);
  EXPECT_EQ(passed[0].dkim_aligned, AlignmentResult::fail);
  EXPECT_EQ(passed[0].disposition, Disposition::none);
  // RFC 9990 has a word of its own for it.
  EXPECT_EQ(seen_by("gmx.net", policy_of(Policy::reject), good)[0].disposition, Disposition::pass);
  EXPECT_EQ(seen_by("gmx.net", policy_of(Policy::none), good)[0].disposition, Disposition::none);

  const auto failed = seen_by("yahoo.com", policy_of(Policy::reject), bad);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].disposition, Disposition::reject);
}

TEST_F(Observe, SparesWhatPctAndTestModeSpare) {
  const auto bad = traffic_of(Truth::spoofed, report::DkimResult::none, report::SpfResult::fail);
  report::PublishedPolicy policy = policy_of(Policy::quarantine);
  policy.pct = 10;
  policy.testing = true;

  const auto older = seen_by("yahoo.com", policy, bad);
  ASSERT_EQ(older.size(), 2U);
  EXPECT_EQ(older[0].disposition, Disposition::none);
  ASSERT_EQ(older[0].evidence.reasons.size(), 1U);
  EXPECT_EQ(older[0].evidence.reasons[0].type, OverrideType::sampled_out);
  EXPECT_EQ(older[1].disposition, Disposition::quarantine);
  EXPECT_NEAR(static_cast<double>(older[1].message_count), 100.0, 40.0);

  const auto newer = seen_by("gmx.net", policy, bad);
  ASSERT_EQ(newer.size(), 1U);
  EXPECT_EQ(newer[0].disposition, Disposition::none);
  ASSERT_EQ(newer[0].evidence.reasons.size(), 1U);
  EXPECT_EQ(newer[0].evidence.reasons[0].type, OverrideType::policy_test_mode);
}

TEST_F(Observe, GivesAReasonForIndirectMailItRecognises) {
  const auto broken = traffic_of(Truth::forwarded, report::DkimResult::fail, report::SpfResult::softfail);
  const auto records = seen_by("google.com", policy_of(Policy::reject), broken);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].disposition, Disposition::none);
  EXPECT_EQ(records[0].evidence.reasons[0].type, OverrideType::local_policy);
  EXPECT_EQ(records[0].evidence.reasons[0].comment, "arc=pass");
  EXPECT_EQ(records[1].disposition, Disposition::reject);
  EXPECT_TRUE(records[1].evidence.reasons.empty());
}

TEST(DirectSender, FaultsHoldOnTheirDaysOnly) {
  DirectSender::Settings settings;
  settings.name = "sender";
  settings.addresses = {"192.0.2.1", "192.0.2.2"};
  settings.author_domain = "example.com";
  settings.envelope_domain = "bounce.example.net";
  settings.signatures = {
      {.domain = "example.com", .selector = "a", .result = report::DkimResult::pass, .human_result = {}}};
  settings.rhythm = Rhythm::every_day(400);
  settings.stray_dkim_ppm = 0;
  settings.stray_spf_ppm = 0;
  settings.stray_both_ppm = 0;
  settings.faults = {{.days = {.from = kDay + days{1}, .to = kDay + days{1}},
                      .ppm = 1'000'000,
                      .dkim = report::DkimResult::permerror,
                      .spf = {}}};
  const DirectSender sender(settings);
  for (int i = 0; i < 3; ++i) {
    std::vector<Traffic> traffic;
    sender.send(1, kDay + days{i}, traffic);
    std::uint64_t sum = 0;
    for (const Traffic& part : traffic) {
      sum += part.messages;
      EXPECT_EQ(part.evidence.dkim.front().result, i == 1 ? report::DkimResult::permerror : report::DkimResult::pass);
    }
    EXPECT_EQ(sum, sender.volume(1, kDay + days{i}));
    EXPECT_NEAR(static_cast<double>(sum), 400.0, 61.0);
  }
}

TEST(PolicyHistory, TellsThePolicyOfTheDay) {
  PolicyHistory history;
  history.publish(kDay, policy_of(Policy::none));
  history.publish(kDay + days{10}, policy_of(Policy::quarantine));
  EXPECT_FALSE(history.on(kDay - days{1}).has_value());
  EXPECT_EQ(history.on(kDay + days{9})->p, Policy::none);
  EXPECT_EQ(history.on(kDay + days{10})->p, Policy::quarantine);
  EXPECT_EQ(history.on(kDay + days{100})->p, Policy::quarantine);
}

TEST(World, WhatIsReportedIsWhatReceiversSaw) {
  const World world = samples_world();
  const domain::OrgDomains org_domains;
  for (const SimulatedDomain& domain : world.domains) {
    TrueVolume truth;
    std::uint64_t reported = 0;
    for (const Delivery& delivery : simulate_day(world, domain, kSamplesTo, org_domains, truth)) {
      reported += totals_of(delivery.report).messages;
      EXPECT_GT(totals_of(delivery.report).messages, 0U);
      EXPECT_EQ(delivery.report.policy.domain, domain.name);
    }
    std::uint64_t seen = 0;
    for (const auto& [what, messages] : truth) seen += messages;
    EXPECT_EQ(reported, seen) << domain.name;
  }
}

TEST(Samples, SameBytesEachTime) {
  const Samples& first = test::samples();
  const Samples second = make_samples();
  ASSERT_EQ(first.files.size(), second.files.size());
  for (std::size_t i = 0; i < first.files.size(); ++i) {
    ASSERT_EQ(first.files[i].path, second.files[i].path);
    ASSERT_TRUE(first.files[i].bytes == second.files[i].bytes) << first.files[i].path;
  }
}

TEST(Samples, AreASmallWorldOfManyKinds) {
  const Samples& samples = test::samples();
  std::size_t bytes = 0;
  for (const SampleFile& file : samples.files) bytes += file.bytes.size();
  EXPECT_LT(samples.files.size(), 2500U);
  EXPECT_LT(bytes, 6U << 20U);

  std::set<std::string> domains;
  std::set<std::string> reporters;
  std::set<std::pair<std::string, std::string>> identities;
  std::map<report::Generation, int> generations;
  Day first = Day::max();
  Day last = Day::min();
  for (const Delivery& delivery : samples.deliveries) {
    domains.insert(delivery.report.policy.domain);
    reporters.insert(delivery.report.reporter);
    ++generations[delivery.report.generation];
    first = std::min(first, day_of(delivery.report.begin));
    last = std::max(last, day_of(delivery.report.begin));
    EXPECT_TRUE(identities.emplace(delivery.report.reporter, delivery.report.report_id).second)
        << delivery.report.reporter << ' ' << delivery.report.report_id;
    EXPECT_LT(delivery.sent, Instant{kSamplesTo + days{2}});
  }
  EXPECT_GE(domains.size(), 7U);
  EXPECT_GE(reporters.size(), 12U);
  EXPECT_GE(generations[report::Generation::rfc7489], 200);
  EXPECT_GE(generations[report::Generation::rfc9990], 200);
  EXPECT_EQ((last - first).count(), 44);
  EXPECT_EQ(last, kSamplesTo);
}

}  // namespace
}  // namespace ruagate::sim
