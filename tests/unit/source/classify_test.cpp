#include "unit/source/classify.hpp"

namespace ruagate::source {
namespace {

using namespace test;

TEST_F(Classify, OwnServerIsLegitimateByItsNetwork) {
  own();
  const auto answer = classified();
  ASSERT_EQ(answer.sources.size(), 1U);
  EXPECT_EQ(answer.sources[0].key, "own:192.0.2.0/24");
  EXPECT_EQ(answer.sources[0].source_class, Class::legitimate);
  EXPECT_EQ(answer.sources[0].strength, 3);
  EXPECT_THAT(answer.sources[0].evidence, testing::Contains(testing::HasSubstr("SPF passes")));
}

TEST_F(Classify, NetworksThatShareASelectorAreOneSystemNamedAfterTheFirst) {
  own();
  builder_.daily(kStart + days{10}, kToday, kReporters, FactsBuilder::own("198.51.100.7"), 5);
  builder_.daily(kStart + days{10}, kToday, kReporters, FactsBuilder::own("2001:db8:1::7", "other"), 5);
  const auto answer = classified();
  ASSERT_EQ(answer.sources.size(), 2U);
  EXPECT_EQ(answer.sources[0].key, "own:192.0.2.0/24");
  EXPECT_EQ(answer.sources[1].key, "own:2001:db8:1::/48");
}

TEST_F(Classify, SelectorsThatReportersLeaveOutJoinNothing) {
  own();
  Mail mail = FactsBuilder::own("192.0.2.10", "");
  builder_.daily(kStart, kToday, {"mail.test"}, mail, 5);
  mail = FactsBuilder::own("198.51.100.7", "other");
  mail.envelope = "billing.example.com";
  builder_.daily(kStart, kToday, kReporters, mail, 5);
  mail.selector.clear();
  builder_.daily(kStart, kToday, {"mail.test"}, mail, 5);
  const auto answer = classified();
  ASSERT_EQ(answer.sources.size(), 2U) << "they share no name";
  EXPECT_EQ(answer.sources[0].key, "own:192.0.2.0/24");
  EXPECT_EQ(answer.sources[1].key, "own:198.51.100.0/24");
}

TEST_F(Classify, FailingMailFromTheOwnNetworkIsTheOwners) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::spoof("192.0.2.77"), 2);
  const auto answer = classified();
  ASSERT_EQ(answer.sources.size(), 1U);
  EXPECT_EQ(flows(answer, answer.sources[0])[Flow::direct_fail], 60U * 3 * 2);
}

TEST_F(Classify, ServiceThatSignsWithItsOwnDomainIsACandidate) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  const auto answer = classified();
  const auto* source = find(answer, "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->name, "Mailchimp");
  EXPECT_EQ(source->source_class, Class::candidate);
  EXPECT_GE(source->score, settings_.cand_score);
}

TEST_F(Classify, ServiceThatIsHalfSetUpIsOneLegitimateSource) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  Mail aligned = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  aligned.dkim = "example.com";
  aligned.other_dkim = "mcsv.net";
  aligned.dkim_aligned = true;
  builder_.daily(kToday - days{5}, kToday, {"google.com"}, aligned, 2);
  const auto answer = classified();
  const auto* source = find(answer, "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::legitimate);
  EXPECT_EQ(source->tag, "owner");
  EXPECT_EQ(flows(answer, *source)[Flow::direct_ok], 12U);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_fail], 1800U);
}

TEST_F(Classify, DkimOnlyServiceIsHomeOfItsSelector) {
  own();
  Mail mail = FactsBuilder::unaligned("203.0.113.9", "sendgrid.net");
  mail.dkim = "example.com";
  mail.selector = "s9";
  mail.dkim_aligned = true;
  builder_.daily(kStart, kToday, kReporters, mail, 10);
  const auto answer = classified();
  const auto* source = find(answer, "dkim:sendgrid.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::legitimate);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_ok], 1800U);
}

TEST_F(Classify, DkimOnlyNetworksOfAnUnknownVendorAreOneOwnSystem) {
  own();
  for (const char* ip : {"203.0.113.9", "198.51.100.9", "198.51.101.9"}) {
    Mail mail = FactsBuilder::own(ip, "vendor");
    mail.envelope.clear();
    mail.spf_aligned = false;
    builder_.daily(kStart, kToday, kReporters, mail, 10);
  }
  const auto answer = classified();
  const auto* source = find(answer, "own:198.51.100.0/24");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(answer.sources.size(), 2U);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_ok], 5400U);
}

TEST_F(Classify, ForwarderIsKnownByWhatSurvives) {
  own();
  Mail intact = FactsBuilder::own("198.51.100.20");
  intact.envelope = "forward.example";
  intact.spf_aligned = false;
  Mail broken = intact;
  broken.dkim_result = DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(kStart, kToday, {"google.com"}, intact, 3).daily(kStart, kToday, {"google.com"}, broken, 1);
  const auto answer = classified();
  const auto* source = find(answer, "spf:forward.example");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::forwarder);
  EXPECT_EQ(source->kind, ForwarderKind::forwarder);
  EXPECT_EQ(flows(answer, *source)[Flow::indirect_ok], 180U);
  EXPECT_EQ(flows(answer, *source)[Flow::indirect_fail], 60U);
}

TEST_F(Classify, ReceiversWordMakesAMailingList) {
  own();
  Mail list = FactsBuilder::spoof("198.51.100.30", "list.example");
  list.spf = SpfResult::pass;
  list.reason = report::OverrideReason{report::OverrideType::mailing_list, ""};
  builder_.daily(kStart, kToday, {"google.com"}, list, 4);
  const auto answer = classified();
  const auto* source = find(answer, "spf:list.example");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::forwarder);
  EXPECT_EQ(source->kind, ForwarderKind::mailing_list);
}

TEST_F(Classify, ArcPassInALocalPolicyIsForwarding) {
  own();
  Mail mail = FactsBuilder::spoof("198.51.100.30");
  mail.reason = report::OverrideReason{report::OverrideType::local_policy, "arc=pass as.1.example=pass"};
  builder_.daily(kStart, kToday, {"google.com"}, mail, 4);
  EXPECT_EQ(find(classified(), "net:198.51.100.0/24")->source_class, Class::forwarder);
}

TEST_F(Classify, SampledOutSaysNothing) {
  own();
  Mail mail = FactsBuilder::spoof("198.51.100.30");
  mail.reason = report::OverrideReason{report::OverrideType::sampled_out, ""};
  builder_.daily(kStart, kToday, {"google.com"}, mail, 4);
  EXPECT_EQ(find(classified(), "spoof:example.com")->source_class, Class::unauthorized);
}

TEST_F(Classify, SignatureBrokenAtSomebodyElsesIsForwarding) {
  own();
  Mail broken = FactsBuilder::own("198.51.100.20");
  broken.envelope = "customer.example";
  broken.spf_aligned = false;
  broken.dkim_result = DkimResult::fail;
  broken.dkim_aligned = false;
  builder_.daily(kStart, kToday, {"google.com"}, broken, 1);
  EXPECT_EQ(find(classified(), "spf:customer.example")->source_class, Class::forwarder);
}

TEST_F(Classify, TenantThatForwardsOnASharedPlatformIsNotTheOwner) {
  Mail ours = FactsBuilder::own("209.85.220.41", "google");
  builder_.daily(kStart, kToday, kReporters, ours, 50);
  Mail forwarded = ours;
  forwarded.ip = "209.85.220.69";
  forwarded.envelope = "customer.example";
  forwarded.spf_aligned = false;
  builder_.daily(kStart, kToday, kReporters, forwarded, 3);
  const auto answer = classified();
  ASSERT_NE(find(answer, "tenant:google-workspace/owner"), nullptr);
  EXPECT_EQ(find(answer, "tenant:google-workspace/owner")->source_class, Class::legitimate);
  ASSERT_NE(find(answer, "tenant:google-workspace/customer.example"), nullptr);
  EXPECT_EQ(find(answer, "tenant:google-workspace/customer.example")->source_class, Class::forwarder);
}

TEST_F(Classify, DefaultSignatureThatSpellsTheDomainIsTheOwners) {
  own();
  Mail mail = FactsBuilder::unaligned("209.85.220.41", "example-com.20230601.gappssmtp.com");
  mail.envelope.clear();
  builder_.daily(kStart, kToday, kReporters, mail, 5);
  const auto* source = find(classified(), "tenant:google-workspace/owner");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::legitimate);
}

TEST_F(Classify, SwarmOfSpoofersIsOneLine) {
  own();
  for (int i = 0; i < 2000; ++i) {
    const std::string ip = std::to_string(110 + i / 250) + "." + std::to_string(i % 250) + ".7.7";
    builder_.add(kStart + days{i % 50}, kReporters[static_cast<std::size_t>(i % 3)], FactsBuilder::spoof(ip), 3);
  }
  const auto answer = classified();
  EXPECT_EQ(answer.sources.size(), 2U);
  const auto* source = find(answer, "spoof:example.com");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::unauthorized);
  EXPECT_EQ(source->cells.size(), 2000U);
}

TEST_F(Classify, SteadySpoofersAreNoCandidates) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::spoof("203.0.113.50"), 40);
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::spoof("203.0.114.50", "example.com"), 40);
  Mail throwaway = FactsBuilder::spoof("203.0.115.50", "throwaway.example");
  throwaway.spf = SpfResult::pass;
  builder_.daily(kStart, kToday, kReporters, throwaway, 40);
  const auto answer = classified();
  for (const auto& source : answer.sources) {
    if (source.tag == "owner") continue;
    EXPECT_EQ(source.source_class, Class::unauthorized) << source.key;
  }
}

TEST_F(Classify, PastedSignatureDoesNotMakeAForwarder) {
  own();
  Mail pasted = FactsBuilder::spoof("203.0.113.50");
  pasted.dkim = "example.com";
  pasted.selector = "s1";
  pasted.dkim_result = DkimResult::fail;
  builder_.daily(kStart, kToday, kReporters, pasted, 40);
  EXPECT_NE(find(classified(), "spoof:example.com"), nullptr);
}

TEST_F(Classify, PastedSignatureFromEverNewPlacesIsNoForwarding) {
  own();
  Mail pasted = FactsBuilder::own("198.51.100.20");
  pasted.envelope = "stranger.example";
  pasted.spf_aligned = false;
  pasted.dkim_result = DkimResult::fail;
  pasted.dkim_aligned = false;
  for (int day = 0; day < 50; ++day) {
    pasted.ip = "203." + std::to_string(day) + ".7.7";
    builder_.add(kStart + days{day}, "google.com", pasted, 3);
  }
  const auto answer = classified();
  for (const auto& source : answer.sources) EXPECT_NE(source.source_class, Class::forwarder) << source.key;
}

TEST_F(Classify, PastedSignatureSpeaksForNobodyWhoComesFromEverNewPlaces) {
  own();
  Mail pasted = FactsBuilder::own("198.51.100.20");
  pasted.envelope = "stranger.example";
  pasted.spf_aligned = false;
  pasted.dkim_result = DkimResult::fail;
  pasted.dkim_aligned = false;
  for (int day = 0; day < 58; day += 3) {
    pasted.ip = "203." + std::to_string(day) + ".7.7";
    builder_.add(kStart + days{day}, "google.com", pasted, 20);
  }
  const auto answer = classified();
  EXPECT_EQ(answer.sources.size(), 2U);
  EXPECT_NE(find(answer, "spoof:example.com"), nullptr);
}

TEST_F(Classify, DecisionsRuleByKeyAddressNetworkAndDomain) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  for (const char* what : {"dkim:mcsv.net", "203.0.113.9", "203.0.113.0/24", "mcsv.net"}) {
    const auto approved = classified({decision(report::DecisionKind::approve, what)});
    ASSERT_EQ(approved.sources.size(), 2U) << what;
    EXPECT_EQ(approved.sources[1].source_class, Class::legitimate) << what;
    EXPECT_EQ(flows(approved, approved.sources[1])[Flow::direct_fail], 1800U) << what;
    EXPECT_THAT(approved.sources[1].evidence.front(), testing::HasSubstr("by anna")) << what;
    const auto denied = classified({decision(report::DecisionKind::deny, what)});
    EXPECT_EQ(denied.sources[1].source_class, Class::unauthorized) << what;
    const auto forwarder = classified({decision(report::DecisionKind::forwarder, what)});
    EXPECT_EQ(forwarder.sources[1].source_class, Class::forwarder) << what;
    EXPECT_EQ(flows(forwarder, forwarder.sources[1])[Flow::indirect_fail], 1800U) << what;
  }
}

TEST_F(Classify, DecisionsTakeANetworkOutOfTheCrowdOfStrangers) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::spoof("203.0.113.50"), 4);
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::spoof("203.0.114.50"), 4);
  const auto answer = classified({decision(report::DecisionKind::approve, "net:203.0.113.0/24")});
  const auto* source = find(answer, "net:203.0.113.0/24");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::legitimate);
  EXPECT_EQ(find(answer, "spoof:example.com")->cells.size(), 180U);
}

TEST_F(Classify, DecisionsTakeOutANetworkThatCameByOnce) {
  own();
  builder_.add(kToday - days{20}, "Yahoo", FactsBuilder::spoof("203.0.113.50"), 4);
  builder_.add(kToday - days{20}, "Yahoo", FactsBuilder::spoof("203.0.114.50"), 4);
  for (const char* what : {"net:203.0.113.0/24", "203.0.113.50", "203.0.113.0/24"}) {
    const auto answer = classified({decision(report::DecisionKind::approve, what)});
    const auto* source = find(answer, "net:203.0.113." + std::string(what[10] == '5' ? "50" : "0/24"));
    ASSERT_NE(source, nullptr) << what;
    EXPECT_EQ(source->source_class, Class::legitimate) << what;
    EXPECT_EQ(find(answer, "spoof:example.com")->cells.size(), 1U) << what;
  }
}

TEST_F(Classify, WhatCameByOnceIsAStrangerOnlyWhereNothingElseIsSaidOfIt) {
  own();
  const Day day = kToday - days{3};
  Mail forwarded = FactsBuilder::spoof("203.0.113.50");
  forwarded.reason = report::OverrideReason{report::OverrideType::forwarded, ""};
  builder_.add(day, "Yahoo", forwarded, 4);
  builder_.add(day, "Yahoo", FactsBuilder::unaligned("203.0.114.50", "unheard-of.example"), 4);
  builder_.add(day, "Yahoo", FactsBuilder::spoof("192.0.2.77"), 4);  // beside the own server
  builder_.add(day, "Yahoo", FactsBuilder::spoof("203.0.115.50"), 4);
  const auto answer = classified();
  EXPECT_EQ(find(answer, "net:203.0.113.0/24")->source_class, Class::forwarder);
  EXPECT_NE(find(answer, "dkim:unheard-of.example"), nullptr);
  EXPECT_EQ(flows(answer, *find(answer, "own:192.0.2.0/24"))[Flow::direct_fail], 4U);
  EXPECT_EQ(find(answer, "spoof:example.com")->cells.size(), 1U);
  settings_.spoof_score = -10;
  EXPECT_EQ(find(classified(), "net:203.0.115.0/24")->source_class, Class::unknown) << "the operator asks for more";
}

TEST_F(Classify, NetworksThatCameByOnceMakeTheSwarmThatOthersBelongTo) {
  own();
  settings_.spoof_score = -2;  // What comes a month later again is above it, but for the swarm.
  const Day day = kToday - days{2};
  const auto add_swarm = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      builder_.add(day, "Yahoo", FactsBuilder::spoof("203.0." + std::to_string(i) + ".1"), 1);
    }
  };
  builder_.add(day - days{30}, "Yahoo", FactsBuilder::spoof("198.18.0.1"), 1);
  builder_.add(day, "Yahoo", FactsBuilder::spoof("198.18.0.1"), 1);
  add_swarm(1, 9);
  EXPECT_NE(find(classified(), "net:198.18.0.0/24"), nullptr) << "nine networks with itself are no swarm";
  add_swarm(9, 10);
  EXPECT_EQ(find(classified(), "net:198.18.0.0/24"), nullptr);
}

TEST_F(Classify, DamagedCellsWithoutMessagesAreNobodys) {
  own();
  builder_.add(kToday, "Yahoo", FactsBuilder::spoof("203.0.113.50"), 1);
  builder_.add(kToday, "Yahoo", FactsBuilder::unaligned("203.0.114.50", "mcsv.net"), 1);
  facts_ = builder_.facts();
  for (auto& cell : facts_.cells) {
    if (cell.messages == 1) cell.messages = 0;
  }
  const auto answer = classify(facts_, kToday, {}, org_domains_, settings_);
  EXPECT_EQ(answer.sources.size(), 1U);
  EXPECT_EQ(std::count(answer.source_of.begin(), answer.source_of.end(), kNoSource), 2);
}

TEST_F(Classify, OneDayAfterAnotherIsClassifiedAsByItself) {
  own();
  builder_.policy(kStart, kToday, kReporters, report::Policy::none);
  builder_.daily(kStart + days{20}, kToday, kReporters, FactsBuilder::own("192.0.9.1", "s2"), 3);
  builder_.daily(kToday - days{2}, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  facts_ = builder_.facts();
  report::PublishedPolicy strict = facts_.policies.front();
  strict.adkim = report::AlignmentMode::strict;
  for (auto& policy_day : facts_.policy_days) {  // The domain asked for strict alignment until five days ago.
    if (policy_day.day < kToday - days{5}) policy_day.policy = report::add_policy(facts_, strict);
  }
  Classifications classifications(facts_, {}, org_domains_, settings_);
  for (const int age : {0, 9, 1, 30, 0, 4}) {
    const auto together = classifications.on(kToday - days{age});
    const auto alone = classify(facts_, kToday - days{age}, {}, org_domains_, settings_);
    EXPECT_EQ(together->flows, alone.flows) << age;
    EXPECT_EQ(together->source_of, alone.source_of) << age;
    ASSERT_EQ(together->sources.size(), alone.sources.size()) << age;
    for (std::size_t i = 0; i < alone.sources.size(); ++i) {
      EXPECT_EQ(together->sources[i].key, alone.sources[i].key) << age;
      EXPECT_EQ(together->sources[i].evidence, alone.sources[i].evidence) << age;
    }
  }
}

TEST_F(Classify, DecisionsAboutOtherDomainsDoNotCount) {
  own();
  builder_.daily(kStart, kToday, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"), 10);
  auto other = decision(report::DecisionKind::deny, "mcsv.net");
  other.domain = "example.org";
  EXPECT_EQ(find(classified({other}), "dkim:mcsv.net")->source_class, Class::candidate);
}

TEST_F(Classify, SubdomainsAreSourcesOfTheirOwn) {
  own();
  Mail mail = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  mail.author = "news.example.com";
  builder_.daily(kStart, kToday, kReporters, mail, 10);
  const auto answer = classified();
  const auto* source = find(answer, "dkim:mcsv.net@news.example.com");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->author_domain, "news.example.com");
}

TEST_F(Classify, CellsAfterTodayAreNotLookedAt) {
  own();
  builder_.daily(kToday + days{1}, kToday + days{9}, kReporters, FactsBuilder::unaligned("203.0.113.9", "mcsv.net"),
                 10);
  const auto answer = classified();
  EXPECT_EQ(answer.sources.size(), 1U);
  EXPECT_EQ(answer.source_of.size(), facts_.cells.size());
  EXPECT_EQ(answer.source_of.back(), kNoSource);
}

TEST_F(Classify, RecordsWithoutAnAddressAreNoNetwork) {
  own();
  Mail mail = FactsBuilder::own("");
  builder_.daily(kStart, kToday, kReporters, mail, 1);
  const auto answer = classified();
  EXPECT_NE(find(answer, "net:none"), nullptr);
}

TEST_F(Classify, EnvelopeCalledListsMakesAMailingList) {
  own();
  Mail list = FactsBuilder::own("198.51.100.30");
  list.envelope = "lists.club.test";
  list.spf_aligned = false;
  builder_.daily(kStart, kToday, {"google.com"}, list, 1);
  list.dkim_result = DkimResult::fail;
  list.dkim_aligned = false;
  builder_.daily(kStart, kToday, {"google.com"}, list, 3);
  const auto& answer = classified();
  const auto* source = find(answer, "spf:club.test");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::forwarder);
  EXPECT_EQ(source->kind, ForwarderKind::mailing_list);
}

TEST_F(Classify, FirstRunOfAServiceIsAQuestionNotSpoofing) {
  own();
  Mail run = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  builder_.daily(kToday - days{3}, kToday - days{3}, kReporters, run, 300);
  const auto& answer = classified();
  const auto* source = find(answer, "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::candidate);
}

TEST_F(Classify, NothingGivesNothing) {
  const auto answer = classified();
  EXPECT_TRUE(answer.sources.empty());
}

/// Mail of an unsigned system that another customer's mailboxes pass on: nothing of the owner's is left in it.
Mail readdressed(const std::string& envelope) {
  Mail mail = FactsBuilder::unaligned("40.107.22.52", envelope);
  mail.dkim.clear();
  return mail;
}

/// The owner's server, which does not sign.
Mail unsigned_own() {
  Mail mail = FactsBuilder::own();
  mail.dkim.clear();
  mail.dkim_aligned = false;
  return mail;
}

TEST_F(Classify, AnotherCustomersMailboxesPassOnWhatIsLittleBesideTheDomainsMail) {
  builder_.daily(kStart, kToday, kReporters, unsigned_own(), 50);
  builder_.daily(kToday - days{20}, kToday, kReporters, readdressed("contoso.onmicrosoft.com"), 1);
  builder_.daily(kToday - days{20}, kToday, kReporters, readdressed("bounces.fabrikam.mail.onmicrosoft.com"), 1);
  const auto answer = classified();
  for (const auto* key :
       {"tenant:microsoft-365/contoso.onmicrosoft.com", "tenant:microsoft-365/fabrikam.mail.onmicrosoft.com"}) {
    ASSERT_NE(find(answer, key), nullptr) << key;
    EXPECT_EQ(find(answer, key)->source_class, Class::forwarder) << key;
  }
}

TEST_F(Classify, MailWithoutTheSignatureOfADomainThatSignsWasNotPassedOn) {
  own();
  builder_.daily(kToday - days{20}, kToday, kReporters, readdressed("sister.onmicrosoft.com"), 1);
  const auto answer = classified();
  ASSERT_NE(find(answer, "tenant:microsoft-365/sister.onmicrosoft.com"), nullptr);
  EXPECT_EQ(find(answer, "tenant:microsoft-365/sister.onmicrosoft.com")->source_class, Class::candidate);
}

TEST_F(Classify, AnotherCustomersMailboxesThatSendMuchAreNoForwarder) {
  builder_.daily(kStart, kToday, kReporters, unsigned_own(), 50);
  builder_.daily(kToday - days{20}, kToday, kReporters, readdressed("contoso.onmicrosoft.com"), 200);
  const auto answer = classified();
  const auto* source = find(answer, "tenant:microsoft-365/contoso.onmicrosoft.com");
  ASSERT_NE(source, nullptr);
  EXPECT_NE(source->source_class, Class::forwarder) << "who pretends could send as much as he likes";
}

TEST_F(Classify, FirstMailInAnothersEnvelopeIsNoQuestion) {
  own();
  Mail mail = readdressed("contoso.onmicrosoft.com");
  mail.dkim = "contoso.onmicrosoft.com";
  builder_.daily(kToday - days{1}, kToday, kReporters, mail, 40);
  const auto answer = classified();
  ASSERT_NE(find(answer, "tenant:microsoft-365/contoso.onmicrosoft.com"), nullptr);
  EXPECT_NE(find(answer, "tenant:microsoft-365/contoso.onmicrosoft.com")->source_class, Class::candidate);
}

TEST_F(Classify, WeeklySenderStaysAQuestionUntilItsSecondRunIsReported) {
  own();
  Mail run = FactsBuilder::unaligned("203.0.113.9", "mcsv.net");
  builder_.daily(kToday - days{8}, kToday - days{8}, kReporters, run, 300);
  const auto* source = find(classified(), "dkim:mcsv.net");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::candidate) << "the next run may have been yesterday";
  builder_ = FactsBuilder();
  own();
  builder_.daily(kToday - days{20}, kToday - days{20}, kReporters, run, 300);
  const auto answer = classified();
  EXPECT_EQ(find(answer, "dkim:mcsv.net")->source_class, Class::unknown) << "one day, then nothing";
}

TEST_F(Classify, QuarterlySenderIsKnownByTheRunBefore) {
  own();
  Mail run = FactsBuilder::unaligned("203.0.113.9", "vendor.test");
  run.dkim = "example.com";
  run.selector = "q";
  run.dkim_aligned = true;
  for (const int ago : {93, 92}) builder_.daily(kToday - days{ago}, kToday - days{ago}, kReporters, run, 100);
  run.dkim_result = DkimResult::permerror;  // Meanwhile its key has gone.
  run.dkim_aligned = false;
  for (const int ago : {1, 0}) builder_.daily(kToday - days{ago}, kToday - days{ago}, kReporters, run, 100);
  const auto answer = classified();
  const auto* source = find(answer, "spf:vendor.test");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->source_class, Class::legitimate);
  EXPECT_EQ(flows(answer, *source)[Flow::direct_fail], 600U);
}

TEST_F(Classify, VendorWhoseBounceHostIsCalledListIsAQuestion) {
  own();
  Mail mail = FactsBuilder::unaligned("203.0.113.9", "vendor.test");
  mail.envelope = "b.list.vendor.test";
  for (int ago = 27; ago >= 0; ago -= 3) builder_.daily(kToday - days{ago}, kToday - days{ago}, kReporters, mail, 20);
  const auto answer = classified();
  ASSERT_NE(find(answer, "dkim:vendor.test"), nullptr);
  EXPECT_EQ(find(answer, "dkim:vendor.test")->source_class, Class::candidate);
}

}  // namespace
}  // namespace ruagate::source
