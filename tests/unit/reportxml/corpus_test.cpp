#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reportxml/reader.hpp"

// Reports from other projects, outside the tree: the folder named by RUAGATE_CORPUS with its expected.jsonl. Here those
// that are plain XML.
namespace ruagate::reportxml {
namespace {

TEST(Corpus, FactsOfPlainDocumentsAreMet) {
  const char* folder = std::getenv("RUAGATE_CORPUS");
  if (folder == nullptr) GTEST_SKIP() << "RUAGATE_CORPUS is not set";
  std::ifstream lines(std::filesystem::path(folder) / "expected.jsonl");
  ASSERT_TRUE(lines);
  std::string line;
  int read = 0;
  while (std::getline(lines, line)) {
    const auto expected = nlohmann::json::parse(line);
    if (expected["kind"] != "aggregate" || expected["container"] != "") continue;
    std::set<std::string> quirks = expected["quirks"];
    std::ifstream in(std::filesystem::path(folder) / expected["path"].get<std::string>(), std::ios::binary);
    std::ostringstream document;
    document << in.rdbuf();
    SCOPED_TRACE(expected["path"].get<std::string>());
    const auto reports = read_reports(document.str(), {}, {});
    if (!reports) {
      EXPECT_TRUE(quirks.contains("truncated-xml") || quirks.contains("read-by-regex")) << reports.error().message;
      continue;
    }
    ++read;
    ASSERT_EQ(reports->size(), 1U);
    const report::Report& report = reports->front();
    const report::Totals totals = report::totals_of(report);
    EXPECT_EQ(totals.messages, expected["messages"].get<std::uint64_t>());
    EXPECT_EQ(totals.dkim_aligned, expected["dkim_pass"].get<std::uint64_t>());
    EXPECT_EQ(totals.spf_aligned, expected["spf_pass"].get<std::uint64_t>());
    EXPECT_EQ(totals.aligned, expected["either_pass"].get<std::uint64_t>());
    if (expected["domain"].is_string()) {
      EXPECT_EQ(report.policy.domain, expected["domain"].get<std::string>());
    }
    if (expected["begin"].is_number()) {
      EXPECT_EQ(epoch_seconds(report.begin), expected["begin"].get<std::int64_t>());
    }
    if (expected["end"].is_number()) {
      EXPECT_EQ(epoch_seconds(report.end), expected["end"].get<std::int64_t>());
    }
    if (const std::string name = expected["org_name"].is_string() ? expected["org_name"].get<std::string>() : "";
        !name.empty()) {
      EXPECT_EQ(report.reporter, name);
    }
  }
  EXPECT_GT(read, 40);
}

}  // namespace
}  // namespace ruagate::reportxml
