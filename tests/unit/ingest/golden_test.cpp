#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/ingest.hpp"
#include "support/report_json.hpp"
#include "support/temp_dir.hpp"

// Every mail and container of tests/data/reports is read as its NN-topic.expected.json says: reports, refusals, or the
// kind as which it is ignored. The documents (.xml) are the business of reportxml. UPDATE_GOLDEN=1 writes the
// expectations anew and reports the cases as skipped.
namespace ruagate::ingest {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

const fs::path kFolder = fs::path(RUAGATE_SOURCE_DIR) / "tests/data/reports";

ordered_json to_json(const ReadMessage& read) {
  ordered_json json;
  json["reports"] = ordered_json::array();
  for (const auto& one : read.reports) {
    ordered_json report;
    report["part"] = one.part;
    report["report"] = test::to_json(one.report);
    json["reports"].push_back(std::move(report));
  }
  json["refused"] = ordered_json::array();
  for (const auto& refused : read.refused) {
    json["refused"].push_back({{"part", refused.part}, {"reason", refused.reason}, {"detail", refused.detail}});
  }
  json["ignored_as"] = read.ignored_as;
  return json;
}

std::vector<std::string> cases() {
  static const std::set<std::string> kOther = {".xml", ".json", ".error", ".md"};
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (!kOther.contains(entry.path().extension().string())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class MailFile : public testing::TestWithParam<std::string> {};

TEST_P(MailFile, IsReadAsExpected) {
  const fs::path file = kFolder / GetParam();
  const fs::path expected = kFolder / (file.stem().string() + ".expected.json");
  const auto read = read_message(test::read_file(file), GetParam(), {});
  const std::string actual = to_json(read).dump(1) + "\n";  // throws on text that is not UTF-8
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    fs::remove(expected);
    test::write_file(expected, actual);
    GTEST_SKIP() << "expectation written anew";
  }
  EXPECT_EQ(actual, test::read_file(expected));
}

INSTANTIATE_TEST_SUITE_P(Data, MailFile, testing::ValuesIn(cases()), [](const auto& instance) {
  std::string name = instance.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace ruagate::ingest
