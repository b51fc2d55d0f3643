#include "reportxml/reader.hpp"

#include <string>

#include <gtest/gtest.h>

#include "reportxml/encoding.hpp"
#include "reportxml/hints.hpp"
#include "reportxml/scanner.hpp"
#include "reportxml/values.hpp"

namespace ruagate::reportxml {
namespace {

std::string large_report(std::size_t records, const std::string& between = "\n") {
  std::string text =
      "<feedback><report_metadata><org_name>r.example</org_name><email>a@r.example</email><report_id>1</report_id>"
      "<date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>";
  for (std::size_t i = 0; i < records; ++i) {
    text +=
        "<record><row><source_ip>192.0.2." + std::to_string(i % 256) + "</source_ip><count>" +
        std::to_string(i % 9 + 1) +
        "</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated>"
        "</row><identifiers><header_from>example.com</header_from></identifiers></record>" +
        between;
  }
  // The policy stands behind the records here: the order of sections must not matter.
  return text + "<policy_published><domain>example.com</domain><p>reject</p></policy_published></feedback>";
}

TEST(ReadReports, GivesTheSameForSmallAndLargeDocuments) {
  const auto small = read_reports(large_report(300), {}, {});
  const auto padded = read_reports(large_report(300) + std::string(200'000, '\n'), {}, {});
  ASSERT_TRUE(small);
  ASSERT_TRUE(padded);
  EXPECT_EQ(small->front().records, padded->front().records);
  EXPECT_EQ(small->front().policy, padded->front().policy);
  EXPECT_EQ(small->front().tolerances, padded->front().tolerances);
}

TEST(ReadReports, TakesEveryRecordOfALargeReport) {
  for (const std::string between : {"", "\n", "junk", "<!-- x -->"}) {
    const auto reports = read_reports(large_report(5'000, between), {}, {});
    ASSERT_TRUE(reports);
    const report::Totals totals = report::totals_of(reports->front());
    EXPECT_EQ(totals.records, 5'000U);
    EXPECT_EQ(totals.messages, 5'000U / 9 * 45 + 5'000U % 9 * (5'000U % 9 + 1) / 2);
  }
}

TEST(ReadReports, KeepsTheCompleteRecordsOfACutDocument) {
  const std::string whole = large_report(2'000);
  Context context;
  context.file_name = "r.example!example.com!1!2.xml";
  const auto reports = read_reports(whole.substr(0, whole.size() / 2), context, {});
  ASSERT_TRUE(reports);
  EXPECT_GT(reports->front().records.size(), 900U);
  EXPECT_LT(reports->front().records.size(), 1'100U);
  EXPECT_EQ(reports->front().records_left_out, 1U);
}

TEST(LooksLikeReport, FindsTheRootBehindPrologueAndEncoding) {
  EXPECT_TRUE(looks_like_report("<?xml version=\"1.0\"?>\n<!-- a --><ns:feedback xmlns:ns='x'>"));
  EXPECT_TRUE(looks_like_report("junk <report_metadata>"));
  EXPECT_TRUE(looks_like_report(std::string("\xFF\xFE<\0f\0e\0e\0d\0b\0a\0c\0k\0>\0", 22)));
  EXPECT_FALSE(looks_like_report("feedback"));
  EXPECT_FALSE(looks_like_report("<html><body>feedback</body></html>"));
  EXPECT_FALSE(looks_like_report(""));
}

TEST(Epoch, ReadsWhatReportersWrite) {
  Tolerances t;
  EXPECT_EQ(read_epoch("1700000000", t), 1700000000);
  EXPECT_TRUE(t.names().empty());
  EXPECT_EQ(read_epoch(" 1700000000 ", t), 1700000000);
  EXPECT_EQ(read_epoch("1700000000.75", t), 1700000000);
  EXPECT_EQ(read_epoch("1700000000123", t), 1700000000);
  EXPECT_EQ(read_epoch("1700000000123456", t), 1700000000);
  EXPECT_EQ(read_epoch("2023-11-14", t), 1699920000);
  EXPECT_EQ(read_epoch("2023-11-14T22:13:20Z", t), 1700000000);
  EXPECT_EQ(read_epoch("2023-11-14T23:13:20.5+01:00", t), 1700000000);
  EXPECT_EQ(read_epoch("2023-11-14 22:13:20", t), 1700000000);
  for (const char* bad :
       {"", "0", "-5", "yesterday", "99999999999999999999", "2023-13-01", "2023-11-14T25:00:00Z", "."}) {
    EXPECT_EQ(read_epoch(bad, t), std::nullopt) << bad;
  }
}

TEST(Count, TakesWholeNumbersOnly) {
  EXPECT_EQ(read_count("12"), 12U);
  EXPECT_EQ(read_count(" +12.0 "), 12U);
  EXPECT_EQ(read_count("18446744073709551615"), 18446744073709551615U);
  for (const char* bad : {"", "-1", "1.5", "1e3", "0x10", "18446744073709551616", "1 2"}) {
    EXPECT_EQ(read_count(bad), std::nullopt) << bad;
  }
}

TEST(SourceAddress, IsReadThroughItsDecorations) {
  const auto text = [](std::string_view spelling) {
    Tolerances t;
    const auto address = read_address(spelling, t);
    return address ? address->to_string() : std::string("-");
  };
  EXPECT_EQ(text("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text("192.0.2.1:25"), "192.0.2.1");
  EXPECT_EQ(text("[192.0.2.1]"), "192.0.2.1");
  EXPECT_EQ(text("[2001:db8::1]:25"), "2001:db8::1");
  EXPECT_EQ(text("[IPv6:2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(text("fe80::1%eth0"), "fe80::1");
  EXPECT_EQ(text("192.0.2.1/32"), "192.0.2.1");
  EXPECT_EQ(text("192.0.2.1 (mail.example.com)"), "192.0.2.1");
  EXPECT_EQ(text("192.000.002.001"), "192.0.2.1");
  EXPECT_EQ(text("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text("[]"), "-");
  EXPECT_EQ(text("["), "-");
  EXPECT_EQ(text("unknown"), "-");
  EXPECT_EQ(text("999.1.1.1"), "-");
}

TEST(Hints, ComeFromFileNameAndSubject) {
  const auto name = hints_of_file_name("dir/r.example!example.com!1700000000!1700086399!001.xml.gz");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->receiver, "r.example");
  EXPECT_EQ(name->policy_domain, "example.com");
  EXPECT_EQ(name->begin, 1700000000);
  EXPECT_EQ(name->end, 1700086399);
  EXPECT_EQ(hints_of_file_name("!example.com!1!2.zip")->receiver, "");
  EXPECT_EQ(hints_of_file_name("r!d!x!2.zip")->begin, std::nullopt);
  EXPECT_FALSE(hints_of_file_name("report.xml"));
  const SubjectHints subject =
      hints_of_subject("[Preview] report  domain: example.com\t Submitter: r.example Report-ID: <1>");
  EXPECT_EQ(subject.policy_domain, "example.com");
  EXPECT_EQ(subject.submitter, "r.example");
  EXPECT_EQ(hints_of_subject("Report Domain: Submitter: r.example").policy_domain, "");
  EXPECT_EQ(hints_of_subject("hello").policy_domain, "");
}

TEST(Encoding, GivesUtf8WhateverCame) {
  const auto read = [](std::string text) {
    Tolerances t;
    return to_utf8(std::move(text), t);
  };
  const std::string head = "<?xml version=\"1.0\" encoding=\"ENC\"?>";
  const auto declared = [&](const std::string& encoding, const std::string& body) {
    std::string text = head;
    text.replace(text.find("ENC"), 3, encoding);
    return read(text + body).substr(text.size());
  };
  EXPECT_EQ(declared("ISO-8859-15", "\xA4"), "\xE2\x82\xAC");
  EXPECT_EQ(declared("windows-1251", "\xCF"), "\xD0\x9F");
  EXPECT_EQ(declared("iso-8859-1", "\xE4"), "\xC3\xA4");
  EXPECT_EQ(declared("windows-1252", "\xC3\xA4"), "\xC3\xA4") << "valid UTF-8 wins";
  EXPECT_EQ(declared("utf-8", "\x91x\xC3\xA4"), "\xE2\x80\x98x\xC3\xA4");
  EXPECT_EQ(declared("no-such", "\xE4"), "\xC3\xA4");
  EXPECT_EQ(read("\xEF\xBB\xBF<a/>"), "<a/>");
  EXPECT_EQ(read(std::string("\xFE\xFF\0<\0a\0/\0>\xD8\x3D\xDE\x00", 14)), "<a/>\xF0\x9F\x98\x80");
  EXPECT_EQ(read(std::string("<\0a\0/\0>\0", 8)), "<a/>");
  EXPECT_EQ(read(std::string("\0<\0a\0/\0>", 8)), "<a/>");
  EXPECT_EQ(read(std::string("<a>\x07\0\x1B</a>\t\r\n", 14)), "<a></a>\t\r\n");
}

TEST(BareAmpersand, IsSeenOutsideCommentsAndCdata) {
  EXPECT_FALSE(has_bare_ampersand("<a>&amp; &#38; &#x26; &lt;</a>"));
  EXPECT_TRUE(has_bare_ampersand("<a>A & B</a>"));
  EXPECT_TRUE(has_bare_ampersand("<a>&nbsp;</a>"));
  EXPECT_TRUE(has_bare_ampersand("<a>&amp</a>"));
  EXPECT_FALSE(has_bare_ampersand("<!-- & --><a><![CDATA[ & ]]></a>"));
  EXPECT_TRUE(has_bare_ampersand("<!-- & --><a><![CDATA[ & ]]>&</a>"));
}

}  // namespace
}  // namespace ruagate::reportxml
