#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/documents.hpp"
#include "ingest/ingest.hpp"
#include "ingest/reading.hpp"
#include "support/report_mail.hpp"
#include "support/temp_dir.hpp"

// Attachments that are stored already are known by their bytes, and everything comes out as if they had been read.
namespace ruagate::ingest {
namespace {

namespace fs = std::filesystem;
using test::mail_with;
using test::report_mail;
using test::report_xml;
using testing::IsEmpty;

TEST(DocumentKey, TellsBytesApartAndKeepsATimeTogether) {
  const auto key = document_key("bytes", "r.example!example.com!1790000000!1790086399.xml.gz");
  EXPECT_EQ(key, document_key("bytes", "r.example!example.com!1790000000!1790086399!7.zip"));
  EXPECT_EQ(key, document_key("bytes", "1790086399000.zip"));  // Milliseconds.
  EXPECT_NE(key, document_key("bytez", "r.example!example.com!1790000000!1790086399.xml.gz"));
  const int day = key[0] * 256 + key[1];
  EXPECT_EQ(day, 1'790'086'399 / 86'400);
  const auto nameless = document_key("bytes", "report-20261103.xml");
  EXPECT_EQ(nameless[0] + nameless[1], 0);
  EXPECT_TRUE(std::equal(key.begin() + 2, key.end(), nameless.begin() + 2));
}

/// Like mail_with(), from the border's own host with what it says about DMARC.
std::string mail_that(std::string_view result, std::string_view bytes, std::string_view extra = "") {
  return "Authentication-Results: mx.example.com; dmarc=" + std::string(result) + " header.from=example.org\n" +
         std::string(extra) + mail_with("application/gzip", "r.xml.gz", bytes);
}

std::string replaced(std::string text, std::string_view old, std::string_view by) {
  text.replace(text.find(old), old.size(), by);
  return text;
}

class DocumentsTest : public testing::Test {
 protected:
  DocumentsTest() {
    for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(root_ / part);
  }
  /// What comes of these mails, and of no others.
  Outcome ingest(const std::vector<std::string>& mails, Options options = {}) {
    fs::remove_all(root_ / "new");
    fs::create_directories(root_ / "new");
    for (std::size_t i = 0; i < mails.size(); ++i) test::write_file(root_ / "new" / std::to_string(i), mails[i]);
    mailbox::Options as_configured;
    as_configured.name = "rua";
    auto mailbox = *mailbox::open_maildir(root_.string(), as_configured);
    Worker worker(&store_, clock_, options);
    EXPECT_TRUE(worker.run(*mailbox, {}, {}, border_));
    EXPECT_THAT(store_.check(), IsEmpty());
    return worker.outcome();
  }
  /// True if no document had to be read.
  static bool knew_all(const Outcome& outcome) { return outcome.stage_seconds.at("xml") == 0; }
  report::Trust trust() {
    auto trust = report::Trust::unverified;
    store_.reports({}, [&](store::ReportRow&& row) {
      trust = row.provenance.trust;
      return true;
    });
    return trust;
  }

  test::TempDir dir_;
  fs::path root_ = dir_ / "Maildir";
  store::Store store_{(dir_ / "x.db").string(), store::OpenMode::write};
  FixedClock clock_{instant_from(1'790'100'000)};
  Border border_{{"mx.example.com"}, {"example.com"}};
};

TEST_F(DocumentsTest, AreNotReadAgain) {
  const std::vector<std::string> mails{report_mail(1), report_mail(2), "Subject: x\n" + report_mail(2),
                                       mail_with("text/xml", "r.xml", report_xml(3))};
  auto outcome = ingest(mails);
  EXPECT_EQ(outcome.reports_new, 3U);
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_FALSE(knew_all(outcome));
  outcome = ingest(mails);
  EXPECT_EQ(outcome.reports_duplicate, 4U);
  EXPECT_EQ(outcome.messages, 4U);
  EXPECT_EQ(outcome.records, 0U);
  EXPECT_TRUE(knew_all(outcome));
  outcome = ingest({report_mail(4), report_mail(1)});
  EXPECT_EQ(outcome.reports_new, 1U);
  EXPECT_EQ(outcome.reports_duplicate, 1U);
}

TEST_F(DocumentsTest, AreKnownByAnyReaderAndWithoutRaw) {
  Options options;
  options.keep_raw = false;
  (void)ingest({report_mail(1)}, options);
  for (const std::size_t readers : {0U, 1U, 3U}) {
    options.readers = readers;
    const auto outcome = ingest(std::vector<std::string>(50, report_mail(1)), options);
    EXPECT_EQ(outcome.reports_duplicate, 50U);
    EXPECT_TRUE(knew_all(outcome));
  }
}

TEST_F(DocumentsTest, InAnotherWrappingAreReadAndDuplicates) {
  (void)ingest({report_mail(1)});
  const auto outcome = ingest({mail_with("text/xml", "r1.xml", report_xml(1))});
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_FALSE(knew_all(outcome));
}

TEST_F(DocumentsTest, OfBetterAuthenticatedMailRaiseTrust) {
  const auto bytes = unpack::gzip(report_xml(1));
  (void)ingest({mail_that("fail", bytes)});
  EXPECT_EQ(trust(), report::Trust::failed);
  EXPECT_EQ(store_.trend("example.com", day_of(instant_from(0)), day_of(clock_.now())).size(), 0U);
  const auto outcome = ingest({mail_that("pass", bytes, "X-Other: mail\n")});
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_TRUE(knew_all(outcome));
  EXPECT_EQ(trust(), report::Trust::trusted);
  EXPECT_EQ(store_.trend("example.com", day_of(instant_from(0)), day_of(clock_.now())).size(), 1U);
  (void)ingest({mail_that("fail", bytes)});
  EXPECT_EQ(trust(), report::Trust::trusted);
}

TEST_F(DocumentsTest, WhoseReportIsReplacedWhileTheyWaitAreReadAfterAll) {
  (void)ingest({report_mail(1, 10)});
  Options options;
  options.batch_time = std::chrono::hours{1};
  // Both are looked up before the first is written.
  const auto outcome = ingest({report_mail(1, 70), report_mail(1, 10)}, options);
  EXPECT_EQ(outcome.reports_conflicting, 2U);
  EXPECT_EQ(outcome.reports_duplicate, 0U);
  EXPECT_EQ(store_.stats().messages, 70U);
  EXPECT_EQ(store_.rejects().size(), 1U);  // Of the same bytes.
  const auto after = ingest({report_mail(1, 70), report_mail(1, 10)});
  EXPECT_EQ(after.reports_duplicate, 1U);
  EXPECT_EQ(after.reports_conflicting, 1U);
}

TEST_F(DocumentsTest, ReplacedWhileTheyWaitAreFoundAgainBesideAMailInAnArchive) {
  (void)ingest({report_mail(1, 10)});
  Options options;
  options.batch_time = std::chrono::hours{1};
  // An archive that holds a mail comes before the document.
  const auto beside =
      replaced(report_mail(1, 10), "--b\nContent-Type: application/gzip",
               "--b\nContent-Type: application/gzip\nContent-Disposition: attachment; filename=\"m.eml.gz\"\n"
               "Content-Transfer-Encoding: base64\n\n" +
                   test::base64(unpack::gzip(report_mail(2))) + "\n--b\nContent-Type: application/gzip");
  const auto outcome = ingest({report_mail(1, 70), beside}, options);
  EXPECT_EQ(outcome.reports_conflicting, 2U);
  EXPECT_EQ(outcome.reports_new, 1U);
  EXPECT_EQ(store_.rejects().size(), 1U);
}

TEST_F(DocumentsTest, OfWhichAReportWasLeftOutAreReadEachTime) {
  auto empty = report_xml(2);
  empty = replaced(empty, "<domain>example.com</domain><adkim>", "<adkim>");
  empty = empty.substr(0, empty.find("<record>")) + "</feedback>";
  const auto both = "<?xml version=\"1.0\"?><reports>" +
                    replaced(report_xml(1), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "") +
                    replaced(empty, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "") + "</reports>";
  const auto mail =
      replaced(mail_with("application/gzip", "r.xml.gz", unpack::gzip(both)), "Report domain: example.com", "x");
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
  EXPECT_FALSE(knew_all(ingest({mail})));
}

TEST_F(DocumentsTest, WithSeveralReportsAreReadEachTime) {
  auto both = report_xml(1) + report_xml(2);
  both = "<?xml version=\"1.0\"?><reports>" + both.substr(both.find("<feedback>"));
  both = replaced(both, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "") + "</reports>";
  const auto mail = mail_with("application/gzip", "r.xml.gz", unpack::gzip(both));
  EXPECT_EQ(ingest({mail}).reports_new, 2U);
  const auto outcome = ingest({mail});
  EXPECT_EQ(outcome.reports_duplicate, 2U);
  EXPECT_FALSE(knew_all(outcome));
}

TEST_F(DocumentsTest, ThatLeaveOpenWhatTheMailSaysAreReadEachTime) {
  const auto xml = replaced(report_xml(1), "<org_name>example.org</org_name><email>dmarc@example.org</email>", "");
  auto mail = mail_with("application/gzip", "r.xml.gz", unpack::gzip(xml));
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
  EXPECT_EQ(ingest({mail}).reports_duplicate, 1U);
  mail = replaced(mail, "Submitter: example.org", "Submitter: other.example");
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
}

TEST_F(DocumentsTest, InAMailFromLongBeforeTheirPeriodAreRead) {
  const auto mail = report_mail(1);
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
  const auto outcome = ingest({replaced(mail, "Mon, 16 Nov 2026", "Mon, 16 Nov 2020")});
  EXPECT_FALSE(knew_all(outcome));
  EXPECT_EQ(outcome.reports_new, 1U);  // Of the mail's own day.
}

TEST_F(DocumentsTest, OfWhichARecordWasLeftOutAreReadAgainForABetterReader) {
  const auto xml = replaced(report_xml(1), "<record>", "<record><row><count>x</count></row></record><record>");
  const auto mail = mail_with("application/gzip", "r.xml.gz", unpack::gzip(xml));
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
  EXPECT_FALSE(knew_all(ingest({mail})));
}

TEST_F(DocumentsTest, BesideWhatCannotBeReadLeaveTheMailRejected) {
  auto mail = report_mail(1);
  EXPECT_EQ(ingest({mail}).reports_new, 1U);
  mail = replaced(mail, "\n--b--\n",
                  "\n--b\nContent-Type: application/zip\nContent-Disposition: attachment; filename=\"x.zip\"\n\n"
                  "garbage\n--b--\n");
  const auto outcome = ingest({mail});
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_EQ(outcome.rejected_count, 1U);
  EXPECT_TRUE(knew_all(outcome));
}

TEST_F(DocumentsTest, ADryRunReadsThemAll) {
  (void)ingest({report_mail(1)});
  Options options;
  options.dry_run = true;
  const auto outcome = ingest({report_mail(1)}, options);
  EXPECT_EQ(outcome.reports_new, 1U);  // It does not ask what is stored.
}

TEST_F(DocumentsTest, OfEarlierVersionsAreLearntWhenTheyComeAgain) {
  StageTimes times;
  auto read = read_bytes(report_mail(1), "rua/new/1", {}, {}, {}, times);
  store_.begin();
  (void)store_.insert(read.reports.at(0).report, {"a", clock_.now(), read.trust}, {});
  store_.commit();
  auto outcome = ingest({report_mail(1)});
  EXPECT_EQ(outcome.reports_duplicate, 1U);
  EXPECT_FALSE(knew_all(outcome));
  EXPECT_TRUE(knew_all(ingest({report_mail(1)})));
}

}  // namespace
}  // namespace ruagate::ingest
