#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ingest/ingest.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::ingest {
namespace {

using nlohmann::json;

bool has_quirk(const json& expected, const std::string& quirk) {
  for (const auto& one : expected["quirks"]) {
    if (one == quirk) return true;
  }
  return false;
}

/// What `bytes` gave, against one report's facts; "" when they agree.
std::string compare(const json& facts, const report::Report& report) {
  const auto totals = report::totals_of(report);
  std::string wrong;
  const auto expect = [&](const char* what, std::uint64_t have, const json& want) {
    if (want.is_number() && want.get<std::uint64_t>() != have) {
      wrong += std::string(" ") + what + " " + std::to_string(have) + " != " + want.dump();
    }
  };
  expect("messages", totals.messages, facts["messages"]);
  expect("dkim_pass", totals.dkim_aligned, facts["dkim_pass"]);
  expect("spf_pass", totals.spf_aligned, facts["spf_pass"]);
  expect("either_pass", totals.aligned, facts["either_pass"]);
  return wrong;
}

/// Real mail, read when RUAGATE_CORPUS names a folder of it with its expected.jsonl.
TEST(Corpus, EveryFileIsReadRefusedOrIgnoredAsExpected) {
  const char* corpus = std::getenv("RUAGATE_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "RUAGATE_CORPUS is not set";
  std::ifstream lines(std::filesystem::path(corpus) / "expected.jsonl");
  ASSERT_TRUE(lines);
  std::size_t files = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto expected = json::parse(line);
    const auto path = expected["path"].get<std::string>();
    SCOPED_TRACE(path);
    ++files;
    auto mailbox = mailbox::open_path((std::filesystem::path(corpus) / path).string(), 64U << 20);
    ASSERT_TRUE(mailbox);
    ASSERT_TRUE((*mailbox)->begin_pass());
    std::vector<ReadReport> reports;
    std::string refused;
    std::string ignored;
    for (;;) {
      const auto messages = (*mailbox)->next(100);
      ASSERT_TRUE(messages);
      if (messages->empty()) break;
      for (const auto& message : *messages) {
        auto read = read_message(*(*mailbox)->fetch(message), message.origin, {});
        std::move(read.reports.begin(), read.reports.end(), std::back_inserter(reports));
        for (const auto& one : read.refused) refused += one.reason + " (" + one.detail + ") ";
        ignored += read.ignored_as;
      }
    }
    const auto kind = expected["kind"].get<std::string>();
    if (kind == "aggregate") {
      const auto facts = expected.contains("reports") ? expected["reports"] : json::array({expected});
      const bool may_refuse = has_quirk(expected, "read-by-regex") || has_quirk(expected, "truncated-xml") ||
                              has_quirk(expected, "xml-not-well-formed");
      if (reports.empty() && may_refuse && !refused.empty()) continue;
      EXPECT_EQ(reports.size(), facts.size()) << "refused " << refused << ", ignored " << ignored;
      EXPECT_EQ(refused, "");
      for (std::size_t i = 0; i < std::min(reports.size(), facts.size()); ++i) {
        EXPECT_EQ(may_refuse ? "" : compare(facts[i], reports[i].report), "");
      }
      continue;
    }
    EXPECT_TRUE(reports.empty());
    if (kind == "unreadable") {
      EXPECT_NE(refused, "") << "ignored as " << ignored;
    } else if (kind == "other") {
      EXPECT_NE(refused + ignored, "");  // One is a zip bomb, the others are nothing.
    } else {
      EXPECT_EQ(refused, "");
      if (kind == "tlsrpt") {
        EXPECT_EQ(ignored, "tls_report");
      }
      if (kind == "failure") {
        const bool about_dmarc = !expected.contains("feedback_type") || expected["feedback_type"].is_null() ||
                                 expected["feedback_type"] == "auth-failure";
        EXPECT_EQ(ignored, about_dmarc ? "failure_report" : "feedback_loop");
      }
    }
  }
  EXPECT_GT(files, 0U);
}

}  // namespace
}  // namespace ruagate::ingest
