#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reportxml/reader.hpp"
#include "support/report_json.hpp"

// Every tests/data/reports/NN-topic.xml is read as its .expected.json (or, for refusals, .error) says.
// NN-topic.context.json, where there is one, is the mail around the document. UPDATE_GOLDEN=1 writes
// the expectations anew and reports the cases as skipped.
namespace ruagate {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

const fs::path kFolder = fs::path(RUAGATE_SOURCE_DIR) / "tests/data/reports";

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

reportxml::Context context_for(const fs::path& document) {
  reportxml::Context context;
  fs::path path = document;
  path.replace_extension(".context.json");
  if (!fs::exists(path)) return context;
  const auto json = nlohmann::json::parse(content_of(path));
  context.subject = json.value("subject", "");
  context.from = json.value("from", "");
  context.file_name = json.value("file_name", "");
  if (json.contains("mail_date")) context.mail_date = instant_from(json["mail_date"].get<std::int64_t>());
  return context;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".xml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ReportFile : public testing::TestWithParam<std::string> {};

TEST_P(ReportFile, IsReadAsExpected) {
  const fs::path document = kFolder / (GetParam() + ".xml");
  const fs::path expected = kFolder / (GetParam() + ".expected.json");
  const fs::path refusal = kFolder / (GetParam() + ".error");
  const auto reports = reportxml::read_reports(content_of(document), context_for(document), {});
  std::string actual;
  if (reports) {
    ordered_json json = ordered_json::array();
    for (const report::Report& report : *reports) json.push_back(test::to_json(report));
    actual = json.dump(1) + "\n";  // throws on text that is not UTF-8
  } else {
    actual = std::string(reports.error().code) + ": " + reports.error().message + "\n";
  }
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    fs::remove(reports ? refusal : expected);
    std::ofstream(reports ? expected : refusal, std::ios::binary) << actual;
    GTEST_SKIP() << "expectation written anew";
  }
  ASSERT_EQ(fs::exists(expected), !fs::exists(refusal));
  if (reports) {
    ASSERT_TRUE(fs::exists(expected)) << "read, but expected to be refused:\n" << actual;
    EXPECT_EQ(actual, content_of(expected));
  } else {
    ASSERT_TRUE(fs::exists(refusal)) << "refused: " << actual;
    EXPECT_EQ(actual, content_of(refusal));
  }
}

INSTANTIATE_TEST_SUITE_P(Data, ReportFile, testing::ValuesIn(cases()), [](const auto& instance) {
  std::string name = instance.param;
  for (char& c : name) {
    if (c == '-' || c == '.') c = '_';
  }
  return name;
});

}  // namespace
}  // namespace ruagate
