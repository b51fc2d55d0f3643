#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/name.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::config {
namespace {

using testing::HasSubstr;

Result<Config> parse(std::string_view text, const std::string& file) {
  return config::parse(text, file, domain::normalize);
}

std::string error_of(std::string_view text) {
  const auto parsed = parse(text, "ruagate.toml");
  return parsed ? "no error" : parsed.error().message;
}

TEST(Config, EmptyFileGivesDefaults) {
  const auto parsed = parse("", "ruagate.toml");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->store.path, "/var/lib/ruagate/ruagate.db");
  EXPECT_EQ(parsed->store.keep_raw_days, 90);
  EXPECT_EQ(parsed->readiness.p_min[4], 0.99);
  EXPECT_EQ(parsed->target_of("example.com"), "reject");
}

TEST(Config, ChecksTrustedAuthservIds) {
  const std::string mailbox = "[[mailbox]]\ntype = \"maildir\"\npath = \"/mail\"\ntrusted_authserv_ids = ";
  const auto parsed = parse(mailbox + "[\"mx.example.com\"]\n[readiness]\ncount_reports = \"trusted\"\n", "x.toml");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(parsed->mailboxes.at(0).trusted_authserv_ids, testing::ElementsAre("mx.example.com"));
  EXPECT_EQ(parsed->readiness.count_reports, "trusted");
  EXPECT_THAT(error_of(mailbox + "[\"\"]"), HasSubstr("is not an authserv-id"));
  EXPECT_THAT(error_of(mailbox + "[\"mx; dmarc=pass\"]"), HasSubstr("is not an authserv-id"));
  EXPECT_THAT(error_of("[readiness]\ncount_reports = \"some\""), HasSubstr("count_reports"));
}

TEST(Config, ReadsEverySection) {
  const auto parsed = parse(R"(
[store]
path = "/tmp/x.db"
keep_raw_days = 0
[[mailbox]]
type = "maildir"
path = "/mail"
processed = "move:Archive"
[readiness]
ladder = "testing"
p_min = { reject = 0.995 }
lb_min = 0.9
[[domain]]
name = "Example.COM."
target = "quarantine"
rua = "mailto:rua@example.com"
[summary]
mail_to = ["a@example.com"]
)",
                            "ruagate.toml");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->mailboxes.at(0).name, "/mail");
  EXPECT_EQ(parsed->mailboxes.at(0).processed, "move:Archive");
  EXPECT_EQ(parsed->readiness.p_min[0], 0.95);
  EXPECT_EQ(parsed->readiness.p_min[4], 0.995);
  EXPECT_EQ(parsed->readiness.lb_min[4], 0.9);
  EXPECT_EQ(parsed->target_of("example.com"), "quarantine");
  EXPECT_EQ(parsed->rua_of("example.com"), "mailto:rua@example.com");
}

TEST(Config, NamesFileLineAndKeyOfEveryMistake) {
  const std::string message = error_of(
      "[store]\npth = \"x\"\nkeep_raw_days = \"many\"\n[[mailbox]]\ntype = \"pop3\"\npath = \"/m\"\nprocessed = "
      "\"burn\"\n");
  EXPECT_THAT(message, HasSubstr("ruagate.toml:2: store.pth: unknown key"));
  EXPECT_THAT(message, HasSubstr("ruagate.toml:3: store.keep_raw_days: must be a whole number, not text"));
  EXPECT_THAT(message,
              HasSubstr("ruagate.toml:5: mailbox[1].type: \"pop3\" is not one of: maildir, mbox, folder, imap"));
  EXPECT_THAT(message, HasSubstr("ruagate.toml:7: mailbox[1].processed: \"burn\" is not one of"));
}

TEST(Config, RefusesWhatCannotBe) {
  EXPECT_THAT(error_of("nonsense = 1"), HasSubstr("ruagate.toml:1: nonsense: unknown key"));
  EXPECT_THAT(error_of("[stroe]\n"), HasSubstr("stroe: unknown section"));
  EXPECT_THAT(error_of("[store\n"), HasSubstr("ruagate.toml:1:"));
  EXPECT_THAT(error_of("[store]\nkeep_raw_days = -1"), HasSubstr("outside 0 to"));
  EXPECT_THAT(error_of("[store]\nkeep_raw_days = 1.5"), HasSubstr("must be a whole number, not a number"));
  EXPECT_THAT(error_of("[readiness]\np_min = { half = 0.5 }"), HasSubstr("readiness.p_min.half: unknown step"));
  EXPECT_THAT(error_of("[readiness]\nz = nan"), HasSubstr("outside"));
  EXPECT_THAT(error_of("[[mailbox]]\npath = \"/m\""), HasSubstr("mailbox[1].type: missing"));
  EXPECT_THAT(error_of("[[mailbox]]\ntype = \"folder\"\npath = \"/m\"\nprocessed = \"move:../x\""),
              HasSubstr("inside the mailbox"));
  EXPECT_THAT(error_of("[[mailbox]]\ntype = \"folder\"\npath = \"/m\"\nprocessed = \"flag\""),
              HasSubstr("cannot flag"));
  EXPECT_THAT(error_of("[[domain]]\nname = \"a b\""), HasSubstr("domain[1].name: is not a domain name"));
  EXPECT_THAT(error_of("[[domain]]\nname = \"a.example\"\n[[domain]]\nname = \"A.example\""), HasSubstr("twice"));
  EXPECT_THAT(error_of("[summary]\nsendmail = \"sendmail\""), HasSubstr("absolute path"));
  EXPECT_THAT(error_of("[[mailbox]]\ntype=\"maildir\"\npath=\"/m\"\npassword = \"x\""),
              HasSubstr("secrets never stand"));
  EXPECT_THAT(error_of("store = 1"), HasSubstr("must be a table"));
}

TEST(Config, ShowIsReadBackUnchanged) {
  const auto first = parse("[store]\npath = \"/tmp/\\\"q\\\".db\"\n[[domain]]\nname = \"a.example\"\n", "f");
  ASSERT_TRUE(first);
  const std::string shown = show(*first);
  const auto second = parse(shown, "f");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(show(*second), shown);
  EXPECT_EQ(second->store.path, "/tmp/\"q\".db");
}

TEST(Config, ExampleIsValidAndHoldsTheDefaults) {
  const auto parsed = parse(example(), "example");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(show(*parsed), show(*parse("", "defaults")));
}

TEST(Config, ExampleWithEverythingSwitchedOnIsValid) {
  std::string text;
  for (std::size_t at = 0; at < example().size();) {
    const std::string all = example();
    const std::size_t end = all.find('\n', at);
    std::string line = all.substr(at, end - at);
    at = end + 1;
    const bool is_setting =
        line.starts_with("# ") && (line.find(" = ") != std::string::npos || line.starts_with("# [["));
    const bool is_section = line.starts_with("# [") && line.ends_with("]");
    if (is_setting || is_section) line.erase(0, 2);
    text += line + "\n";
  }
  const auto parsed = parse(text, "example");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->mailboxes.size(), 2U);
  EXPECT_EQ(parsed->domains.size(), 1U);
  EXPECT_EQ(parsed->summary.mail_to.size(), 1U);
  EXPECT_EQ(parsed->http.listen, "127.0.0.1:8290");
  EXPECT_EQ(parsed->serve.retention_at, "02:30");
}

TEST(Config, WrongSettingsOfTheServiceAreNamed) {
  for (const auto& [text, says] : {std::pair("[http]\nbehind_proxy = 1", "2: http.behind_proxy: must be true or false"),
                                   std::pair("[http]\ncert_file = \"/x\"", "cert_file: cert_file and key_file belong"),
                                   std::pair("[http]\nhosts = [\"a:1\"]", "is not a host name"),
                                   std::pair("[http]\nthreads = 0", "outside 1 to 64"),
                                   std::pair("[serve]\ncheck_at = \"24:00\"", "is not a time of day"),
                                   std::pair("[serve]\nsummary_at = \"05:00\"", "needs summary_file"),
                                   std::pair("[serve]\nsummary_file = \"x\"", "must be an absolute path"),
                                   std::pair("[serve]\nlog = \"xml\"", "is not one of")}) {
    const auto parsed = parse(text, "x");
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find(says), std::string::npos) << parsed.error().message;
  }
  EXPECT_TRUE(parse("[serve]\nretention_at = \"\"\ncheck_at = \"23:59\"", "x"));
}

TEST(Config, MissingFileIsNamed) {
  const auto loaded = load("/nonexistent/ruagate.toml", domain::normalize);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "/nonexistent/ruagate.toml: No such file or directory");
  test::TempDir folder;
  EXPECT_FALSE(load(folder.path(), domain::normalize));
}

}  // namespace
}  // namespace ruagate::config
