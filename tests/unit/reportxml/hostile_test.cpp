#include <algorithm>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "reportxml/reader.hpp"

namespace ruagate::reportxml {
namespace {

const std::string kHead =
    "<feedback><report_metadata><org_name>r.example</org_name><email>a@r.example</email><report_id>1</report_id>"
    "<date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>"
    "<policy_published><domain>example.com</domain><p>none</p></policy_published>";

std::string record(const std::string& count = "1", const std::string& more = "") {
  return "<record><row><source_ip>192.0.2.1</source_ip><count>" + count +
         "</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>" + more +
         "</policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers></record>";
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string code_of(std::string document, const Limits& limits = {}) {
  const auto reports = read_reports(std::move(document), {}, limits);
  return reports ? "read" : std::string(reports.error().code);
}

TEST(HostileDocument, DeepElementsAreRefused) {
  EXPECT_EQ(code_of(repeated("<a>", 300'000)), "xml_too_deep");
  EXPECT_EQ(code_of(repeated("<a>", 300'000) + repeated("</a>", 300'000)), "xml_too_deep");
  EXPECT_EQ(code_of(kHead + repeated("<x>", 300'000) + repeated("</x>", 300'000) + record() + "</feedback>"),
            "xml_too_deep");
  EXPECT_EQ(code_of(kHead + record() + repeated("<x>", 80) + repeated("</x>", 80) + "</feedback>"), "xml_too_deep");
  EXPECT_EQ(code_of(kHead + record() + repeated("<x>", 60) + repeated("</x>", 60) + "</feedback>"), "read");
}

TEST(HostileDocument, DoctypeAndEntitiesAreRefused) {
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">";
  for (int i = 1; i < 10; ++i) {
    const std::string inner = "&lol" + (i == 1 ? std::string() : std::to_string(i - 1)) + ";";
    laughs += "<!ENTITY lol" + std::to_string(i) + " \"" + repeated(inner, 10) + "\">";
  }
  EXPECT_EQ(code_of(laughs + "]><lolz>&lol9;</lolz>"), "doctype_refused");
  EXPECT_EQ(code_of("<!DOCTYPE feedback SYSTEM \"file:///etc/passwd\">" + kHead + record() + "</feedback>"),
            "doctype_refused");
  EXPECT_EQ(code_of("<!doctype html><html><body>feedback</body></html>"), "not_a_report");
}

TEST(HostileDocument, UnknownEntitiesStayText) {
  const auto reports = read_reports(
      kHead + record("1", "<reason><type>other</type><comment>&xxe; &amp; x</comment></reason>") + "</feedback>", {},
      {});
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->front().records.front().evidence.reasons.front().comment, "&xxe; & x");
}

TEST(HostileDocument, HugeAttributesAndValuesCostNothing) {
  const std::clock_t begin = std::clock();
  const std::string huge(100U << 20, 'x');
  const auto in_root =
      read_reports("<feedback a=\"" + huge + "\">" + kHead.substr(10) + record() + "</feedback>", {}, {});
  ASSERT_TRUE(in_root);
  EXPECT_EQ(in_root->front().records.size(), 1U);
  EXPECT_EQ(code_of(kHead + "<x a=\"" + huge + "\"/>" + record() + "</feedback>"), "xml_broken");
  const auto in_record =
      read_reports(kHead + record() + "<record a=\"" + huge + "\"/>" + record() + "</feedback>", {}, {});
  ASSERT_TRUE(in_record);
  EXPECT_EQ(in_record->front().records.size(), 2U);
  EXPECT_EQ(in_record->front().records_left_out, 1U);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 30.0) << "seconds, without optimisation";
#else
  static_cast<void>(begin);
#endif
}

TEST(HostileDocument, LimitsHold) {
  Limits limits;
  limits.max_records = 10;
  EXPECT_EQ(code_of(kHead + repeated(record(), 10) + "</feedback>", limits), "read");
  EXPECT_EQ(code_of(kHead + repeated(record(), 11) + "</feedback>", limits), "too_many_records");
  EXPECT_EQ(code_of(repeated("<feedback/>", 20'000)), "too_many_records");

  limits = {};
  limits.max_field_bytes = 100;
  const std::string text(99, 'a');
  const auto reports = read_reports(
      kHead + record("1", "<reason><type>other</type><comment>" + text + "\xC3\xA4 and more</comment></reason>") +
          "</feedback>",
      {}, limits);
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->front().records.front().evidence.reasons.front().comment, text) << "cut at a character";

  const std::string many = kHead + "<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><auth_results>" +
                           repeated("<dkim/>", 5'000) + "</auth_results></record></feedback>";
  const auto capped = read_reports(many, {}, {});
  ASSERT_TRUE(capped);
  EXPECT_LE(capped->front().records.front().evidence.dkim.size(), 256U);
}

// Without an end each of these costs seconds at the size limit, and brings nothing.
TEST(HostileDocument, WhatIsMadeUpIsGivenUp) {
  const auto error_of = [](std::string document) {
    const auto reports = read_reports(std::move(document), {}, {});
    return reports ? Error{} : reports.error();
  };
  const auto too_damaged = error_of(kHead + repeated("<", 4'100'000) + record() + "</feedback>");
  EXPECT_EQ(too_damaged.code, "xml_broken");
  EXPECT_NE(too_damaged.message.find("too damaged"), std::string::npos) << too_damaged.message;
  EXPECT_EQ(code_of(kHead + record("1", repeated("<", 100'000)) + "</feedback>"), "read");

  const auto large_head = error_of(kHead + repeated("<x>0123456789</x>", 600'000) + record() + "</feedback>");
  EXPECT_EQ(large_head.code, "xml_broken");
  EXPECT_NE(large_head.message.find("8 MiB outside records"), std::string::npos) << large_head.message;

  const auto other = error_of("<x>" + repeated("<y/>", 1'000'001) + kHead + record() + "</feedback></x>");
  EXPECT_EQ(other.code, "not_a_report");
  EXPECT_EQ(other.kind, ErrorKind::no_report);
}

TEST(HostileDocument, TextIsAlwaysCleanUtf8) {
  const auto reports = read_reports(
      kHead + record("1", "<reason><type>other</type><comment>a&#27;[31m&#xD800;b&#1;</comment></reason>") +
          "</feedback>",
      {}, {});
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->front().records.front().evidence.reasons.front().comment,
            "a[31m\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "b");
}

TEST(HostileDocument, GarbageIsNoReport) {
  EXPECT_EQ(code_of(""), "empty_document");
  EXPECT_EQ(code_of(" \r\n"), "empty_document");
  EXPECT_EQ(code_of(std::string(100, '\0')), "empty_document");
  EXPECT_EQ(code_of("no XML at all"), "not_a_report");
  EXPECT_EQ(code_of("<html><p>hello<br></html>"), "not_a_report");
  EXPECT_EQ(code_of("<?xml version=\"1.0\"?><svg/>"), "not_a_report");
  EXPECT_EQ(code_of("<?xml version=\"1.0\"?><fee"), "xml_broken");
}

// Four times the input may cost some four times the processor time; sixteen times would be quadratic.
TEST(HostileDocument, ManyBrokenTagsAreReadInLinearTime) {
  const auto cost = [](const std::string& piece, std::size_t bytes) {
    const std::clock_t begin = std::clock();
    (void)code_of(kHead + repeated(piece, bytes / piece.size()) + "</feedback>");
    (void)code_of(repeated(piece, bytes / piece.size()));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  constexpr std::size_t kBytes = 250'000;
  constexpr double kNoise = 0.02;  // seconds
  for (const std::string piece :
       {"<", "&", "</", "<x ", "<!--", "<![CDATA[", "<record>", "</record>", "<x@y>", "<a b=\"", "<?"}) {
    const double small = std::max(kNoise, cost(piece, kBytes));
    EXPECT_LT(cost(piece, 4 * kBytes), 9 * small) << piece;
  }
}

}  // namespace
}  // namespace ruagate::reportxml
