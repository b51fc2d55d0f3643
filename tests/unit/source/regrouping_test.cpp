#include "unit/source/classify.hpp"

namespace ruagate::source {
namespace {

using namespace test;

TEST_F(Classify, MailThatLostEveryIdentityStaysWithTheSenderOfItsNetwork) {
  own();
  Mail sound = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  sound.other_dkim = "example.com";
  sound.dkim_aligned = true;
  builder_.daily(kStart, kToday, kReporters, sound, 40);
  Mail fault = FactsBuilder::unaligned("203.0.113.10", "mcsv.net");
  fault.spf = SpfResult::temperror;
  fault.dkim_result = DkimResult::temperror;
  builder_.daily(kStart, kToday, {"Yahoo"}, fault, 1);
  const auto& answer = classified();
  ASSERT_EQ(answer.sources.size(), 2U) << answer.sources.back().key;
  const auto* source = find(answer, "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_fail], 60U);
}

TEST_F(Classify, StrangerInAServicesNetworkIsNotTheService) {
  own();
  Mail sound = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  sound.other_dkim = "example.com";
  sound.dkim_aligned = true;
  builder_.daily(kStart, kToday, kReporters, sound, 40);
  builder_.daily(kStart, kToday, {"Yahoo"}, FactsBuilder::spoof("203.0.113.10", "stranger.example"), 1);
  const auto& answer = classified();
  const auto* source = find(answer, "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_fail], 0U);
}

TEST_F(Classify, VendorsSignatureThatTravelledIsForwarding) {
  own();
  Mail spf_only = FactsBuilder::unaligned("203.0.113.9", "sendgrid.net");
  spf_only.envelope = "em1.example.com";
  spf_only.spf_aligned = true;
  builder_.daily(kStart, kToday, kReporters, spf_only, 40);
  Mail forwarded = spf_only;
  forwarded.ip = "198.51.100.77";
  forwarded.spf = SpfResult::softfail;
  forwarded.spf_aligned = false;
  builder_.daily(kStart, kToday, {"google.com"}, forwarded, 2);
  const auto& answer = classified();
  const auto* service = find(answer, "dkim:sendgrid.net");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->source_class, Class::legitimate);
  EXPECT_EQ(flows(answer, *service)[Flow::direct_fail], 0U);
  const auto* forwarder = find(answer, "net:198.51.100.0/24");
  ASSERT_NE(forwarder, nullptr);
  EXPECT_EQ(forwarder->source_class, Class::forwarder);
}

TEST_F(Classify, ServiceThatStopsToShowItsNameStaysOneSource) {
  own();
  Mail before = FactsBuilder::unaligned("203.0.113.9", "sendgrid.net");
  before.envelope = "em1.example.com";
  before.spf_aligned = true;
  builder_.daily(kStart, kToday - days{20}, kReporters, before, 40);
  Mail after = FactsBuilder::own("203.0.113.9", "sg");
  after.envelope = "em1.example.com";
  builder_.daily(kToday - days{19}, kToday, kReporters, after, 40);
  const auto& answer = classified();
  EXPECT_EQ(answer.sources.size(), 2U);
  const auto* service = find(answer, "dkim:sendgrid.net");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(flows(answer, *service)[Flow::direct_ok], 60U * 3 * 40);
}

TEST_F(Classify, VendorIsOneSourceWhetherItSignsOrNot) {
  own();
  builder_.daily(kStart, kToday - days{20}, kReporters, FactsBuilder::unaligned("203.0.113.9", "vendor.test"), 40);
  Mail after = FactsBuilder::own("203.0.113.9", "v2");
  after.envelope = "bounce.vendor.test";
  after.spf_aligned = false;
  builder_.daily(kToday - days{19}, kToday, kReporters, after, 40);
  const auto& answer = classified({decision(report::DecisionKind::approve, "spf:vendor.test")});
  const auto* vendor = find(answer, "dkim:vendor.test");
  ASSERT_NE(vendor, nullptr);
  EXPECT_EQ(vendor->source_class, Class::legitimate);
  EXPECT_TRUE(vendor->decision.has_value()) << "a decision by the other name counts";
  EXPECT_EQ(vendor->cells.size(), 60U * 3);
}

TEST_F(Classify, AnotherCustomerOfAServiceIsAnotherSource) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 20);
  Mail stranger = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  stranger.other_dkim = "customer.test";
  builder_.daily(kStart, kToday, kReporters, stranger, 5);
  const auto& answer = classified();
  EXPECT_NE(find(answer, "dkim:mcsv.net"), nullptr);
  EXPECT_NE(find(answer, "tenant:mailchimp/customer.test"), nullptr);
}

TEST_F(Classify, VendorThatShowsOnlyTheOwnersNameSinceItWasSetUpStaysOneSource) {
  own();
  builder_.daily(kStart, kToday - days{20}, kReporters, FactsBuilder::unaligned("203.0.113.9", "mandrillapp.com"), 10);
  Mail set_up = FactsBuilder::own("203.0.113.9", "em1");
  set_up.envelope = "em1.example.com";
  builder_.daily(kToday - days{19}, kToday, kReporters, set_up, 10);
  const auto answer = classified();
  ASSERT_EQ(answer.sources.size(), 2U);
  const Source* vendor = find(answer, "dkim:mandrillapp.com");
  ASSERT_NE(vendor, nullptr);
  EXPECT_EQ(vendor->source_class, Class::legitimate);
  EXPECT_EQ(flows(answer, *vendor)[Flow::direct_ok], 20U * 3 * 10);
}

TEST_F(Classify, StrayFailureBeforeAVendorWasSetUpDoesNotMakeItTwoSources) {
  own();
  builder_.daily(kStart, kToday - days{20}, kReporters, FactsBuilder::unaligned("203.0.113.9", "mandrillapp.com"), 10);
  builder_.add(kStart + days{5}, "google.com", FactsBuilder::spoof("203.0.113.9", "elsewhere.test"), 1);
  Mail set_up = FactsBuilder::own("203.0.113.9", "em1");
  set_up.envelope = "em1.example.com";
  builder_.daily(kToday - days{19}, kToday, kReporters, set_up, 10);
  const auto answer = classified();
  EXPECT_EQ(answer.sources.size(), 2U);
  EXPECT_EQ(find(answer, "own:203.0.113.0/24"), nullptr);
}

TEST_F(Classify, NetworkThatStillSendsUnderAnotherNameIsTwoSources) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  Mail mine = FactsBuilder::own("203.0.113.10", "em1");
  mine.envelope = "em1.example.com";
  builder_.daily(kToday - days{19}, kToday, kReporters, mine, 10);
  const auto answer = classified();
  EXPECT_NE(find(answer, "own:203.0.113.0/24"), nullptr);
  EXPECT_NE(find(answer, "dkim:mcsv.net"), nullptr);
}

TEST_F(Classify, StrangersAccountAtAServiceThatTheDomainUsesIsNoQuestion) {
  Mail mine = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  mine.dkim = "example.com";
  mine.other_dkim = "mcsv.net";
  mine.dkim_aligned = true;
  Mail abuse = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  abuse.dkim = "abuser.example";
  abuse.other_dkim = "mcsv.net";
  own();
  for (int day = 0; day < 60; day += 4) builder_.daily(kStart + days{day}, kStart + days{day}, kReporters, abuse, 5);
  const auto unused = classified();
  ASSERT_NE(find(unused, "tenant:mailchimp/abuser.example"), nullptr);
  EXPECT_EQ(find(unused, "tenant:mailchimp/abuser.example")->source_class, Class::candidate)
      << "perhaps an agency: somebody must say";
  builder_.daily(kStart, kToday, kReporters, mine, 10);
  const auto answer = classified();
  ASSERT_NE(find(answer, "tenant:mailchimp/abuser.example"), nullptr);
  EXPECT_EQ(find(answer, "tenant:mailchimp/abuser.example")->source_class, Class::unauthorized);
}

TEST_F(Classify, SignatureThatTravelledThroughAGatewayIsForwarding) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "vendor.test"), 20);
  Mail through = FactsBuilder::unaligned("198.51.100.40", "vendor.test");
  through.envelope = "pphosted.com";
  builder_.daily(kStart, kToday, kReporters, through, 1);
  const auto answer = classified();
  EXPECT_EQ(find(answer, "tenant:proofpoint-pps-pod/vendor.test"), nullptr) << "the gateway does not speak for it";
  ASSERT_NE(find(answer, "dkim:pphosted.com"), nullptr);
  EXPECT_EQ(find(answer, "dkim:pphosted.com")->source_class, Class::forwarder);
}

TEST_F(Classify, StrangersAccountInNetworksThatTheDomainSendsFromIsNotTheDomains) {
  own();
  Mail mine = FactsBuilder::own("203.0.113.9", "n1");  // A vendor nobody knows, with a return path of the domain's.
  mine.envelope = "em1.example.com";
  mine.other_dkim = "vendor.test";
  builder_.daily(kStart, kToday, kReporters, mine, 10);
  Mail abuse = FactsBuilder::unaligned("203.0.113.9", "bounce.vendor.test");
  abuse.dkim = "abuser.example";
  abuse.other_dkim = "vendor.test";
  builder_.daily(kStart, kToday, kReporters, abuse, 3);
  const auto answer = classified();
  const auto* vendor = find(answer, "own:203.0.113.0/24");
  ASSERT_NE(vendor, nullptr);
  EXPECT_EQ(flows(answer, *vendor)[Flow::direct_fail], 0U);
  const auto* strangers = find(answer, "spoof:example.com");
  ASSERT_NE(strangers, nullptr);
  EXPECT_EQ(flows(answer, *strangers)[Flow::spoof], 60U * 3 * 3);
}

TEST_F(Classify, VendorsOwnNameInNetworksThatTheDomainSendsFromIsTheDomains) {
  own();
  Mail mine = FactsBuilder::own("203.0.113.9", "n1");
  mine.envelope = "em1.example.com";
  mine.other_dkim = "vendor.test";
  builder_.daily(kStart, kToday, kReporters, mine, 10);
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "vendor.test"), 3);
  const auto answer = classified();
  ASSERT_NE(find(answer, "own:203.0.113.0/24"), nullptr);
  EXPECT_EQ(flows(answer, *find(answer, "own:203.0.113.0/24"))[Flow::direct_fail], 60U * 3 * 3);
}

TEST_F(Classify, VendorThatSignsWithAnotherNameThanItsBounceHostIsNoStrangersAccount) {
  own();
  Mail mine = FactsBuilder::own("203.0.113.9", "n1");
  mine.envelope = "em1.example.com";
  builder_.daily(kStart, kToday, kReporters, mine, 10);
  Mail unaligned = FactsBuilder::unaligned("203.0.113.9", "v-bounce.test");
  unaligned.dkim = "v-mail.test";
  builder_.daily(kStart, kToday, kReporters, unaligned, 3);
  const auto answer = classified();
  ASSERT_NE(find(answer, "own:203.0.113.0/24"), nullptr);
  EXPECT_EQ(flows(answer, *find(answer, "own:203.0.113.0/24"))[Flow::direct_fail], 60U * 3 * 3);
}

}  // namespace
}  // namespace ruagate::source
