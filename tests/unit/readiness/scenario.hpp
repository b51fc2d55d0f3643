#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "readiness/verdict.hpp"
#include "support/facts_builder.hpp"

namespace ruagate::readiness::test {

using ruagate::test::FactsBuilder;
using Mail = FactsBuilder::Mail;

inline const Day kToday = *parse_day("2026-11-20");
inline const std::vector<std::string> kReporters = {"google.com", "Yahoo", "Outlook.com"};

/// A domain at one step for some days, with its own well set-up server.
class Scenario : public testing::Test {
 protected:
  void history(int days_back, report::Policy p = report::Policy::none, std::optional<int> pct = 100,
               std::optional<bool> testing = std::nullopt) {
    start_ = kToday - days{days_back};
    builder_.policy(start_, kToday, kReporters, p, pct, testing);
  }
  void own(std::uint64_t messages = 100) { builder_.daily(start_, kToday, kReporters, FactsBuilder::own(), messages); }

  DomainVerdict evaluated() {
    Question question;
    question.as_of = kToday;
    question.ladder = ladder_;
    question.target = target_;
    question.rua = "mailto:rua@example.com";
    question.dns = dns_;
    const auto verdict = evaluate(builder_.facts(), question, decisions_, org_domains_, settings_);
    check_sums(verdict);
    return verdict;
  }
  static void check_sums(const DomainVerdict& verdict) {
    EXPECT_EQ(verdict.messages,
              verdict.legitimate + verdict.candidate + verdict.forwarded + verdict.unauthorized + verdict.unknown);
    EXPECT_FALSE(verdict.reason.empty());
  }
  static const Gate& gate(const DomainVerdict& verdict, std::string_view name) {
    static const Gate kMissing;
    for (const auto& each : verdict.gates) {
      if (each.gate == name) return each;
    }
    ADD_FAILURE() << "no gate " << name;
    return kMissing;
  }
  static std::string unmet(const DomainVerdict& verdict) {
    std::string names;
    for (const auto& each : verdict.gates) {
      if (!each.ok) names += each.gate + " ";
    }
    return names;
  }
  void decide(report::DecisionKind kind, std::string what) {
    report::Decision decision;
    decision.domain = "example.com";
    decision.kind = kind;
    decision.what = std::move(what);
    decisions_.push_back(decision);
  }

  FactsBuilder builder_;
  Day start_{};
  Ladder ladder_ = Ladder::pct;
  std::string target_ = "reject";
  const source::Dns* dns_ = nullptr;
  std::vector<report::Decision> decisions_;
  domain::OrgDomains org_domains_;
  config::ReadinessSettings settings_;
};

}  // namespace ruagate::readiness::test
