#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace ruagate::ingest {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RUAGATE_SOURCE_DIR;

std::map<std::string, std::string> sources() {
  std::map<std::string, std::string> all;
  for (const auto* room : {"mime", "unpack", "reportxml", "mailbox", "store", "ingest"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / "src" / room)) {
      if (entry.path().extension() == ".cpp") all[entry.path().string()] = test::read_file(entry.path());
    }
  }
  return all;
}

/// First column of the table under `heading`.
std::set<std::string> documented(const std::string& heading) {
  auto text = test::read_file(kRoot / "docs/rejects.md");
  text = text.substr(text.find("\n## " + heading));
  text = text.substr(0, text.find("\n## ", 4));
  std::set<std::string> codes;
  const std::regex row("\n\\| `([a-z_]+)` \\|");
  for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match) codes.insert((*match)[1]);
  return codes;
}

/// Codes that the sources give to what they refuse.
std::map<std::string, std::string> find_used() {
  std::map<std::string, std::string> codes;
  const std::regex patterns[] = {
      std::regex("ErrorKind::(?:malformed|too_large),\\s*[^\"();{}]*\"([a-z_]+)\""),
      std::regex("ErrorKind::(?:malformed|too_large),\\s*[^\"();{}]*\"[a-z_]+\" : \"([a-z_]+)\""),
      std::regex("\\brefuse\\([^\";]*\"([a-z]+_[a-z_]+)\""),
      std::regex("refused\\.push_back\\(\\{\\{\\}, \"([a-z_]+)\""),
      std::regex("too_large_code[^\";]*\"([a-z_]+)\""),
      std::regex("\"(zip_member_too_large|conflicting_report)\""),
  };
  for (const auto& [file, text] : sources()) {
    for (const auto& pattern : patterns) {
      for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
        codes[(*match)[1]] = file;
      }
    }
  }
  return codes;
}

const std::map<std::string, std::string>& used() {
  static const auto codes = find_used();
  return codes;
}

TEST(RejectCodes, EveryCodeInTheSourcesIsDocumented) {
  const auto table = documented("Reason codes");
  const auto ignored = documented("Ignored mail");
  const auto& codes = used();
  EXPECT_GE(codes.size(), 20U) << "the patterns no longer find the codes";
  for (const auto& [code, file] : codes) {
    EXPECT_TRUE(table.contains(code) || ignored.contains(code))
        << code << " of " << file << " is not in docs/rejects.md";
  }
}

TEST(RejectCodes, EveryDocumentedCodeIsInUse) {
  const auto& codes = used();
  for (const auto& code : documented("Reason codes")) {
    EXPECT_TRUE(codes.contains(code)) << code << " is documented, but nothing uses it";
  }
}

TEST(RejectCodes, EveryKindOfIgnoredMailIsInUse) {
  std::string all;
  for (const auto& [file, text] : sources()) all += text;
  const auto kinds = documented("Ignored mail");
  EXPECT_EQ(kinds.size(), 8U);
  for (const auto& kind : kinds) EXPECT_NE(all.find("\"" + kind + "\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace ruagate::ingest
