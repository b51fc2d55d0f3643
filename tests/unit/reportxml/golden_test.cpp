#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/names.hpp"
#include "reportxml/reader.hpp"

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

template <class T>
ordered_json maybe(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

template <class T>
ordered_json named(const std::optional<T>& value) {
  return value ? ordered_json(std::string(report::to_string(*value))) : ordered_json(nullptr);
}

ordered_json to_json(const report::Record& record) {
  ordered_json json;
  json["ip"] = record.source_ip ? ordered_json(record.source_ip->to_string()) : ordered_json(nullptr);
  json["messages"] = record.message_count;
  json["disposition"] = report::to_string(record.disposition);
  json["dkim_aligned"] = report::to_string(record.dkim_aligned);
  json["spf_aligned"] = report::to_string(record.spf_aligned);
  json["author_domain"] = record.evidence.author_domain;
  json["envelope_from"] = maybe(record.evidence.envelope_from);
  json["envelope_to"] = maybe(record.evidence.envelope_to);
  json["dkim"] = ordered_json::array();
  for (const report::DkimAuth& dkim : record.evidence.dkim) {
    json["dkim"].push_back({dkim.domain, dkim.selector, report::to_string(dkim.result), dkim.human_result});
  }
  json["spf"] = ordered_json::array();
  for (const report::SpfAuth& spf : record.evidence.spf) {
    json["spf"].push_back({spf.domain, report::to_string(spf.scope), report::to_string(spf.result), spf.human_result});
  }
  json["reasons"] = ordered_json::array();
  for (const report::OverrideReason& reason : record.evidence.reasons) {
    json["reasons"].push_back({report::to_string(reason.type), reason.comment});
  }
  return json;
}

ordered_json to_json(const report::Report& report) {
  ordered_json json;
  json["generation"] = report::to_string(report.generation);
  json["version"] = maybe(report.version);
  json["reporter"] = report.reporter;
  json["report_id"] = report.report_id;
  json["email"] = maybe(report.email);
  json["extra_contact_info"] = maybe(report.extra_contact_info);
  json["generator"] = maybe(report.generator);
  json["errors"] = report.errors;
  json["begin"] = epoch_seconds(report.begin);
  json["end"] = epoch_seconds(report.end);
  const report::PublishedPolicy& policy = report.policy;
  json["policy"] = {{"domain", policy.domain},      {"p", named(policy.p)},
                    {"sp", named(policy.sp)},       {"np", named(policy.np)},
                    {"pct", maybe(policy.pct)},     {"testing", maybe(policy.testing)},
                    {"adkim", named(policy.adkim)}, {"aspf", named(policy.aspf)},
                    {"fo", maybe(policy.fo)},       {"discovery_method", maybe(policy.discovery_method)}};
  json["records"] = ordered_json::array();
  for (const report::Record& record : report.records) json["records"].push_back(to_json(record));
  json["records_left_out"] = report.records_left_out;
  json["tolerances"] = report.tolerances;
  return json;
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
    for (const report::Report& report : *reports) json.push_back(to_json(report));
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
