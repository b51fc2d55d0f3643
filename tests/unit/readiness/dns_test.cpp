#include "source/dns.hpp"

#include "unit/readiness/scenario.hpp"

namespace ruagate::readiness {
namespace {

using namespace test;
using testing::HasSubstr;

/// Fixed answers.
class FixedDns final : public source::Dns {
 public:
  std::optional<Record> dmarc(std::string_view) const override { return record; }
  std::optional<Spf> spf(std::string_view) const override { return spf_record; }
  std::optional<Key> dkim_key(std::string_view, std::string_view) const override { return key; }
  std::optional<std::string> host_name(const IpAddress& address) const override {
    return address == host_address ? std::optional<std::string>(host) : std::nullopt;
  }
  std::optional<std::uint32_t> network_owner(const IpAddress&) const override { return std::nullopt; }

  std::optional<Record> record;
  std::optional<Spf> spf_record;
  std::optional<Key> key;
  IpAddress host_address = *IpAddress::parse("198.51.100.9");
  std::string host;
};

class WithDns : public Scenario {
 protected:
  WithDns() {
    dns_ = &dns;
    dns.record = source::Dns::Record{true, report::Policy::none, true};
    dns.spf_record = source::Dns::Spf{};
    dns.key = source::Dns::Key{true, 2048};
  }
  FixedDns dns;
};

TEST_F(WithDns, SoundRecordsAreSaidToBeSound) {
  history(40);
  own();
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::ready) << unmet(verdict);
  EXPECT_TRUE(gate(verdict, "dns_health").checked);
  EXPECT_THAT(gate(verdict, "policy_known").text, HasSubstr("DNS shows the same"));
}

TEST_F(WithDns, EachFaultOfSpfIsNamed) {
  history(40);
  own();
  const auto says = [&](source::Dns::Spf spf) {
    dns.spf_record = spf;
    const auto verdict = evaluated();
    EXPECT_EQ(verdict.verdict, Verdict::hold);
    return gate(verdict, "dns_health").text;
  };
  EXPECT_THAT(says({.records = 0}), HasSubstr("has no SPF record"));
  EXPECT_THAT(says({.records = 2}), HasSubstr("more than one SPF record"));
  EXPECT_THAT(says({.plus_all = true}), HasSubstr("+all"));
  EXPECT_THAT(says({.lookups = 11}), HasSubstr("10 look-ups"));
}

TEST_F(WithDns, FullSpfRecordOfSeveralServicesAsksForASubdomain) {
  history(40);
  own();
  const auto asks = [&] {
    const auto notes = evaluated().notes;
    return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
      return note.find("a subdomain of its own (news.example.com)") != std::string::npos;
    });
  };
  Mail service = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  service.dkim = "example.com";
  service.other_dkim = "mcsv.net";
  service.dkim_aligned = true;
  builder_.daily(start_, kToday, kReporters, service, 20);
  dns.spf_record->lookups = 11;
  EXPECT_FALSE(asks()) << "one service has room";
  service.ip = "203.0.114.9";
  service.other_dkim = service.envelope = "sendgrid.net";
  service.selector = "s2";
  builder_.daily(start_, kToday, kReporters, service, 20);
  EXPECT_TRUE(asks());
  dns.spf_record->lookups = 9;
  EXPECT_FALSE(asks());
  dns_ = nullptr;  // Then receivers that give up say it.
  EXPECT_FALSE(asks());
  Mail gave_up = FactsBuilder::own();
  gave_up.spf = report::SpfResult::permerror;
  gave_up.spf_aligned = false;
  builder_.daily(kToday - days{10}, kToday, kReporters, gave_up, 2);
  EXPECT_TRUE(asks());
}

TEST_F(WithDns, LostOrShortKeyHolds) {
  history(40);
  own();
  dns.key = source::Dns::Key{true, 512};
  EXPECT_THAT(gate(evaluated(), "dns_health").text, HasSubstr("512 bits"));
  dns.key = source::Dns::Key{false, 0};
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  EXPECT_THAT(gate(verdict, "dns_health").text, HasSubstr("s1._domainkey.example.com"));
}

TEST_F(WithDns, BrokenSpfUnderEnforcementStepsBackWhereMuchMailReliesOnIt) {
  history(60, report::Policy::quarantine);
  dns.record->p = report::Policy::quarantine;
  Mail spf_only = FactsBuilder::own();
  spf_only.dkim.clear();
  spf_only.dkim_aligned = false;
  own(100);
  dns.spf_record = source::Dns::Spf{.permerror = true};
  EXPECT_TRUE(gate(evaluated(), "dns_break").ok) << "all of it is signed";
  builder_.daily(start_, kToday, kReporters, spf_only, 50);
  const auto verdict = evaluated();
  EXPECT_FALSE(gate(verdict, "dns_break").ok);
  EXPECT_EQ(verdict.verdict, Verdict::step_back);
}

TEST_F(WithDns, PolicyThatReportsDoNotShowYetIsWaitedFor) {
  history(40);
  own();
  dns.record->p = report::Policy::quarantine;
  EXPECT_EQ(evaluated().verdict, Verdict::not_enough_data);
  dns.record->p = report::Policy::none;
  dns.record->has_rua = false;
  EXPECT_EQ(evaluated().verdict, Verdict::not_enough_data);
}

TEST_F(WithDns, HostNameInsideTheDomainSpeaksForItsOwner) {
  history(60);
  own();
  builder_.daily(start_, kToday, kReporters, FactsBuilder::spoof("198.51.100.9"), 20);
  EXPECT_EQ(evaluated().verdict, Verdict::ready) << "a stranger";
  dns.host = "printer.example.com";
  const auto verdict = evaluated();
  EXPECT_EQ(verdict.verdict, Verdict::hold);
  ASSERT_EQ(verdict.blockers.size(), 1U);
  EXPECT_EQ(verdict.blockers[0].key, "host:example.com");
  EXPECT_EQ(verdict.blockers[0].source_class, source::Class::candidate);
}

}  // namespace
}  // namespace ruagate::readiness
