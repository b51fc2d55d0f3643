#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "source/known.hpp"
#include "source/source.hpp"
#include "support/facts_builder.hpp"

namespace ruagate::source::test {

using report::DkimResult;
using report::SpfResult;
using ruagate::test::FactsBuilder;
using Mail = FactsBuilder::Mail;

inline const Day kToday = *parse_day("2026-11-20");
inline const Day kStart = kToday - days{59};
inline const std::vector<std::string> kReporters = {"google.com", "Yahoo", "Outlook.com"};

class Classify : public testing::Test {
 protected:
  /// Kept until the end of the test.
  const Classified& classified(const std::vector<report::Decision>& decisions = {}) {
    facts_ = builder_.facts();
    return answers_.emplace_back(classify(facts_, kToday, decisions, org_domains_, settings_));
  }
  void own(std::uint64_t messages = 50) { builder_.daily(kStart, kToday, kReporters, FactsBuilder::own(), messages); }

  static const Source* find(const Classified& answer, std::string_view key) {
    for (const auto& source : answer.sources) {
      if (source.key == key) return &source;
    }
    return nullptr;
  }
  /// Messages of a source by flow.
  std::map<Flow, std::uint64_t> flows(const Classified& answer, const Source& source) const {
    std::map<Flow, std::uint64_t> result;
    for (const auto cell : source.cells) result[answer.flows[cell]] += facts_.cells[cell].messages;
    return result;
  }
  static report::Decision decision(report::DecisionKind kind, std::string what) {
    report::Decision result;
    result.domain = "example.com";
    result.kind = kind;
    result.what = std::move(what);
    result.decided_by = "anna";
    return result;
  }

  FactsBuilder builder_;
  report::DomainFacts facts_;
  std::list<Classified> answers_;
  domain::OrgDomains org_domains_;
  config::ReadinessSettings settings_;
};

}  // namespace ruagate::source::test
