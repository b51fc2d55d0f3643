#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "domain/name.hpp"
#include "source/known.hpp"

namespace ruagate::source {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> read(const std::string& file) {
  std::ifstream in(std::string(RUAGATE_SOURCE_DIR) + "/schema/data/" + file);
  std::vector<Row> rows;
  std::string line;
  while (std::getline(in, line)) {
    Row row(1);
    for (const char c : line) {
      if (c == '\t') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(row);
  }
  return rows;
}

Row list(const std::string& field) {
  Row result;
  if (field == "?") return result;
  std::istringstream in(field);
  std::string part;
  while (std::getline(in, part, ',')) result.push_back(part);
  return result;
}

TEST(KnownSenders, HaveTheirColumnsAndKnownWords) {
  const auto rows = read("senders.tsv");
  ASSERT_GT(rows.size(), 150U);
  EXPECT_EQ(rows[0], (Row{"name", "kind", "spf_domains", "dkim_domains", "ptr_suffixes", "networks", "custom_dkim",
                          "custom_return_path", "shared", "setting"}));
  const std::set<std::string> kinds = {
      "mailbox-provider", "hosting",   "esp",         "transactional", "crm", "calendar", "other",
      "security-gateway", "forwarder", "mailing-list"};
  std::set<std::string> names;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 10U) << "line " << i + 1;
    const Row& row = rows[i];
    EXPECT_TRUE(names.insert(row[0]).second) << row[0];
    EXPECT_TRUE(kinds.contains(row[1])) << row[0] << ": " << row[1];
    for (const std::size_t column : {6U, 7U}) {
      EXPECT_THAT(row[column], testing::AnyOf("yes", "no", "?")) << row[0];
    }
    EXPECT_THAT(row[8], testing::AnyOf("yes", "no")) << row[0];
    for (const auto& field : row) EXPECT_FALSE(field.empty() || field.front() == ' ' || field.back() == ' ') << row[0];
    EXPECT_FALSE(row[2] == "?" && row[3] == "?" && row[4] == "?") << row[0] << " cannot be told from anything";
  }
  EXPECT_EQ(known_services().size(), rows.size() - 1);
}

TEST(KnownSenders, NameEachNormalizedDomainOnceForAColumn) {
  const auto rows = read("senders.tsv");
  for (const std::size_t column : {2U, 3U, 4U}) {
    std::map<std::string, std::string> owner;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      for (const auto& name : list(rows[i][column])) {
        EXPECT_EQ(domain::normalize(name), name) << rows[i][0];
        const auto [found, added] = owner.emplace(name, rows[i][0]);
        EXPECT_TRUE(added) << name << " in " << found->second << " and " << rows[i][0];
      }
    }
  }
}

TEST(KnownSenders, GiveNetworksAsNetworks) {
  for (const auto& row : read("senders.tsv")) {
    if (row[0] == "name") continue;
    for (const auto& text : list(row[5])) {
      const auto network = IpNetwork::parse(text);
      ASSERT_TRUE(network) << row[0] << ": " << text;
      EXPECT_EQ(network->to_string(), text) << row[0];
      EXPECT_GE(network->bits(), 8U) << "found by the first byte";
    }
  }
}

TEST(KnownSenders, AreFoundAtLabelBoundariesWithTheLongestMatch) {
  ASSERT_NE(service_by_dkim_domain("mcsv.net"), nullptr);
  EXPECT_EQ(service_by_dkim_domain("mcsv.net")->name, "Mailchimp");
  EXPECT_EQ(service_by_dkim_domain("mail12.atl.mcsv.net")->name, "Mailchimp");
  EXPECT_EQ(known_dkim_suffix("mail12.atl.mcsv.net"), "mcsv.net");
  EXPECT_EQ(service_by_dkim_domain("evilmcsv.net"), nullptr);
  EXPECT_EQ(service_by_dkim_domain(""), nullptr);
  EXPECT_EQ(service_by_spf_domain("calendar-server.bounces.google.com")->name, "Google Calendar");
  EXPECT_EQ(service_by_spf_domain("x.google.com")->name, "Google Workspace");
  EXPECT_EQ(service_by_spf_domain("spf.protection.outlook.com")->name, "Microsoft 365");
  EXPECT_EQ(service_by_address(*IpAddress::parse("209.85.220.41"))->name, "Google Workspace");
  EXPECT_EQ(service_by_address(*IpAddress::parse("2a01:111:f400:7e88::1"))->name, "Microsoft 365");
  EXPECT_EQ(service_by_address(*IpAddress::parse("192.0.2.1")), nullptr);
}

TEST(KnownReporters, HaveTheirColumnsAndEachSpellingOnce) {
  const auto rows = read("reporters.tsv");
  ASSERT_GT(rows.size(), 100U);
  const std::set<std::string> kinds = {"mailbox-provider", "security-gateway", "forwarder", "hosting", "enterprise"};
  std::set<std::string> names;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 4U) << "line " << i + 1;
    std::string lower = rows[i][0];
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_TRUE(names.insert(lower).second) << lower;
    EXPECT_TRUE(kinds.contains(rows[i][2])) << rows[i][2];
    for (const auto& name : list(rows[i][3])) EXPECT_EQ(domain::normalize(name), name);
  }
}

TEST(KnownReporters, HaveOneNameForTheirSpellings) {
  EXPECT_EQ(canonical_reporter("google.com"), "Google");
  EXPECT_EQ(canonical_reporter(" Google Inc. "), "Google");
  EXPECT_EQ(canonical_reporter("YAHOO! INC."), "Yahoo");
  EXPECT_EQ(canonical_reporter("AOL"), "Yahoo");
  EXPECT_EQ(canonical_reporter("esa1.hc1234-56.iphmx.com"), "Cisco Secure Email");
  EXPECT_EQ(canonical_reporter(" My Own Server "), "My Own Server");
  EXPECT_EQ(canonical_reporter(""), "");
}

}  // namespace
}  // namespace ruagate::source
