#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/ingest.hpp"
#include "ingest/neighbours.hpp"
#include "support/report_mail.hpp"

namespace ruagate::ingest {
namespace {

using test::mail_with;
using test::report_mail;
using test::report_xml;
using testing::HasSubstr;
using testing::IsEmpty;

ReadMessage read(std::string_view bytes, std::string_view origin = "x") {
  return read_message(bytes, origin, Limits{});
}

/// "" or "part: reason" for each refusal, joined.
std::string refusals(const ReadMessage& message) {
  std::string all;
  for (const auto& refused : message.refused) all += (all.empty() ? "" : "; ") + refused.part + ": " + refused.reason;
  return all;
}

std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int k = 0; k < 8; ++k) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xEDB88320U : crc >> 1U;
  }
  return ~crc;
}

/// A zip archive of stored members.
std::string zip(const std::vector<std::pair<std::string, std::string>>& members) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
    return text;
  };
  std::string files;
  std::string directory;
  for (const auto& [name, content] : members) {
    const auto common = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(crc32_of(content), 4) +
                        number(content.size(), 4) + number(content.size(), 4) + number(name.size(), 2) + number(0, 2);
    directory += "PK\x01\x02" + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                 number(files.size(), 4) + name;
    files += "PK\x03\x04" + common + name + content;
  }
  return files + directory + "PK\x05\x06" + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
         number(directory.size(), 4) + number(files.size(), 4) + number(0, 2);
}

TEST(ReadMessage, ReadsAReportFromMail) {
  const auto message = read(report_mail(7));
  ASSERT_EQ(message.reports.size(), 1U) << refusals(message) << message.ignored_as;
  const auto& report = message.reports[0];
  EXPECT_EQ(report.report.report_id, "r7");
  EXPECT_EQ(report.part, "r7.xml.gz");
  EXPECT_EQ(report.raw, unpack::gzip(report_xml(7)));
  EXPECT_EQ(report.raw_encoding, unpack::RawEncoding::gzip);
  EXPECT_THAT(message.refused, IsEmpty());
  EXPECT_EQ(message.ignored_as, "");
}

TEST(ReadMessage, ReadsLooseFilesOfEveryKind) {
  for (const auto& bytes : {report_xml(1), unpack::gzip(report_xml(1)), zip({{"a.xml", report_xml(1)}})}) {
    const auto message = read(bytes);
    ASSERT_EQ(message.reports.size(), 1U) << refusals(message);
    // What is kept brings the document back.
    EXPECT_EQ(*unpack::restore(message.reports[0].raw, message.reports[0].raw_encoding, {}), report_xml(1));
  }
}

TEST(ReadMessage, ReadsEveryMemberAndKeepsEachByItself) {
  const auto message =
      read(mail_with("application/zip", "x.zip", zip({{"a.xml", report_xml(1)}, {"b.xml", report_xml(2)}})));
  ASSERT_EQ(message.reports.size(), 2U);
  EXPECT_EQ(message.reports[0].part, "x.zip/a.xml");
  EXPECT_EQ(*unpack::restore(message.reports[1].raw, message.reports[1].raw_encoding, {}), report_xml(2));
}

TEST(ReadMessage, ReadsReportsInsideForwardedMailAndPackedMail) {
  const auto forwarded = "From: a@example.com\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + report_mail(3);
  EXPECT_EQ(read(forwarded).reports.size(), 1U);
  EXPECT_EQ(read(unpack::gzip(report_mail(3))).reports.size(), 1U);
}

TEST(ReadMessage, AReportAsTextOfTheMailIsRead) {
  const auto message = read("From: a@example.com\nSubject: x\n\n" + report_xml(4));
  ASSERT_EQ(message.reports.size(), 1U) << refusals(message) << message.ignored_as;
}

TEST(ReadMessage, OrdinaryMailIsIgnoredWhateverMarkupItHolds) {
  for (const auto* mail :
       {"From: a@example.com\nSubject: hello\n\nHow are you?\n", "From: a@example.com\nSubject: hello\n\n",
        "From: a@example.com\nContent-Type: text/html\n\n<?xml version=\"1.0\"?><!DOCTYPE "
        "html><html><body>x<br></html>",
        "From: a@example.com\nContent-Type: text/html\n\n<html><p>one<p>two</html>",
        "From: a@example.com\nContent-Type: text/plain\n\nUse <?xml version=\"1.0\"?> at the top, then <feedback> & so "
        "on",
        "From: a@example.com\nContent-Type: image/svg+xml\n\n<!DOCTYPE svg><svg/>",
        "From: a@example.com\nContent-Type: application/octet-stream\nContent-Disposition: attachment; "
        "filename=x.html\n\n<!doctype html><p>one"}) {
    const auto message = read(mail);
    EXPECT_EQ(message.ignored_as, "not_a_report") << mail << refusals(message);
    EXPECT_THAT(message.reports, IsEmpty());
  }
}

TEST(ReadMessage, RefusesWhatIsNoContainerAlthoughItSaysSo) {
  const auto message = read(mail_with("application/zip", "x.zip", "these are no archive bytes"));
  ASSERT_EQ(refusals(message), "x.zip: attachment_unreadable");
  EXPECT_EQ(message.refused[0].bytes, "these are no archive bytes");
  EXPECT_THAT(message.refused[0].detail, HasSubstr("part 2"));
  EXPECT_EQ(refusals(read(mail_with("application/octet-stream", "x.xml", "no markup"))),
            "x.xml: attachment_unreadable");
  // Not declared to be anything: somebody's attachment.
  EXPECT_EQ(read(mail_with("application/octet-stream", "x.pdf", "%PDF")).ignored_as, "not_a_report");
}

TEST(ReadMessage, ATruncatedContainerIsRefusedAndKept) {
  const auto whole = unpack::gzip(report_xml(1));
  const auto cut = whole.substr(0, whole.size() / 2);
  const auto message = read(mail_with("application/gzip", "x.xml.gz", cut));
  ASSERT_EQ(refusals(message), "x.xml.gz: gzip_truncated");
  EXPECT_EQ(message.refused[0].bytes, cut);
  const auto loose = read(cut, "dir/x.xml.gz");
  ASSERT_EQ(loose.refused.size(), 1U);
  EXPECT_EQ(loose.refused[0].reason, "gzip_truncated");
  EXPECT_EQ(loose.refused[0].bytes, "");  // The whole file is kept.
}

TEST(ReadMessage, AGoodAndABadPartGiveBoth) {
  auto mail = report_mail(5);
  const auto end = mail.rfind("--b--");
  mail.insert(end, "--b\nContent-Type: application/zip; name=y.zip\n\ngarbage\n");
  const auto message = read(mail);
  EXPECT_EQ(message.reports.size(), 1U);
  EXPECT_EQ(refusals(message), "y.zip: attachment_unreadable");
}

TEST(ReadMessage, PlaceholdersAreNoAlarm) {
  EXPECT_EQ(read(mail_with("application/gzip", "x.xml.gz", unpack::gzip("unused"))).ignored_as, "empty_payload");
  EXPECT_EQ(read(mail_with("application/zip", "x.zip", zip({{"x.xml", ""}}))).ignored_as, "empty_payload");
  EXPECT_EQ(read(unpack::gzip(std::string(100'000, '\0'))).ignored_as, "empty_payload");
}

TEST(ReadMessage, LooseFilesThatAreNothing) {
  EXPECT_EQ(refusals(read("")), ": empty_message");
  EXPECT_EQ(refusals(read("\n \n")), ": empty_message");
  EXPECT_EQ(refusals(read(std::string_view("\xC2\x57\x5F\xB8\x1D\x7B\xB0\x52\x11\x00\x01", 11))),
            ": not_a_mail_or_report");
  EXPECT_EQ(read("just some words\n").ignored_as, "not_a_report");
  EXPECT_EQ(read("<?xml version=\"1.0\"?><other/>").ignored_as, "not_a_report");
  EXPECT_EQ(read(unpack::gzip("just some words\n")).ignored_as, "not_a_report");
  EXPECT_EQ(refusals(read("<!DOCTYPE lolz [<!ENTITY a \"x\">]><feedback>&a;</feedback>")), ": doctype_refused");
}

constexpr std::string_view kTlsReport =
    R"({"organization-name":"Example","date-range":{},"report-id":"1","policies":[]})";

TEST(ReadMessage, TlsReportsAreIgnored) {
  EXPECT_EQ(read(kTlsReport).ignored_as, "tls_report");
  EXPECT_EQ(read(unpack::gzip(kTlsReport)).ignored_as, "tls_report");
  EXPECT_EQ(read(mail_with("application/tlsrpt+gzip", "a.json.gz", unpack::gzip(kTlsReport))).ignored_as, "tls_report");
  // A damaged one is nobody's loss here.
  EXPECT_EQ(read(mail_with("application/tlsrpt+gzip", "a.json.gz", unpack::gzip(kTlsReport).substr(0, 30))).ignored_as,
            "tls_report");
  EXPECT_EQ(read(R"({"policies": 1})").ignored_as, "not_a_report");
}

std::string feedback_mail(std::string_view fields) {
  return "From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; "
         "boundary=b\n\n--b\n\nHello\n--b\nContent-Type: message/feedback-report\n\n" +
         std::string(fields) +
         "\n--b\nContent-Type: message/rfc822\n\nFrom: s@example.com\nContent-Type: application/zip; "
         "name=a.zip\n\nbroken\n--b--\n";
}

TEST(ReadMessage, FeedbackReportsAreIgnoredByKind) {
  EXPECT_EQ(read(feedback_mail("Feedback-Type: auth-failure\nVersion: 1\n")).ignored_as, "failure_report");
  EXPECT_EQ(read(feedback_mail("Feedback-Type: abuse\nVersion: 1\n")).ignored_as, "feedback_loop");
  EXPECT_EQ(read(feedback_mail("Version: 1\nAuth-Failure: dmarc\n")).ignored_as, "failure_report");
  EXPECT_EQ(read("Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n").ignored_as, "feedback_loop");
  EXPECT_EQ(read("Feedback-Type: auth-failure\nUser-Agent: x\nVersion: 1\n").ignored_as, "failure_report");
}

TEST(ReadMessage, FailureNoticesInProseAreRecognised) {
  EXPECT_EQ(
      read("From: a@example.com\nSubject: x\n\n\nA message claiming to be from you has failed the published DMARC "
           "policy for your domain.\n\n  Sender Domain: example.com\n")
          .ignored_as,
      "failure_report");
}

TEST(ReadMessage, BouncesAndSizeNoticesAreRecognised) {
  EXPECT_EQ(read("From: MAILER-DAEMON@example.com\nMIME-Version: 1.0\nContent-Type: multipart/report; "
                 "report-type=delivery-status; boundary=b\n\n--b\n\nsorry\n--b\nContent-Type: "
                 "message/delivery-status\n\nAction: failed\n--b--\n")
                .ignored_as,
            "bounce");
  EXPECT_EQ(read("From: Mail Delivery <mailer-daemon@example.com>\nSubject: Undelivered\n\nsorry\n").ignored_as,
            "bounce");
  EXPECT_EQ(read("From: a@example.com\nSubject: x\n\nReport-Date: Mon\nReport-Domain: example.com\nReport-ID: 1\n"
                 "Report-Size: 99999999\nSubmitter: example.org\n")
                .ignored_as,
            "size_notice");
}

TEST(ReadMessage, ABrokenPartOfSomethingLikeABounceIsStillAReject) {
  EXPECT_EQ(refusals(read("From: mailer-daemon@example.com\nContent-Type: application/zip; name=a.zip\n\nbroken\n")),
            "a.zip: attachment_unreadable");
}

TEST(ReadMessage, NamesFromOutsideAreMadeHarmless) {
  const auto message = read(mail_with("application/zip", "../../etc/\x1b[31mx.zip", "garbage"));
  ASSERT_EQ(message.refused.size(), 1U);
  EXPECT_EQ(message.refused[0].part.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.refused[0].part.find('/'), std::string::npos);
}

TEST(ReadMessage, LimitsAreRefusalsWithTheirCode) {
  Limits limits;
  limits.unpack.max_document_bytes = 100;
  EXPECT_EQ(
      refusals(read_message(unpack::gzip(report_xml(1)), "x", limits)).find("document_too_large") == std::string::npos,
      false);
  limits = {};
  limits.mime.max_message_bytes = 100;
  EXPECT_EQ(refusals(read_message(report_mail(1), "x", limits)), ": message_too_large");
}

}  // namespace
}  // namespace ruagate::ingest
