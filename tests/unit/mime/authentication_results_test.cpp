#include "mime/authentication_results.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ruagate::mime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// "method=result" of every result.
std::vector<std::string> results_of(std::string_view value) {
  std::vector<std::string> results;
  for (const auto& one : parse_authentication_results(value).results) results.push_back(one.method + "=" + one.result);
  return results;
}

TEST(AuthenticationResults, ReadsTheExamplesOfRfc8601) {
  EXPECT_EQ(parse_authentication_results("example.org 1; none").authserv_id, "example.org");
  EXPECT_EQ(parse_authentication_results("example.org 1; none").version, "1");
  EXPECT_THAT(results_of("example.org 1; none"), IsEmpty());
  const auto field = parse_authentication_results(
      "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can "
      "go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462");
  EXPECT_EQ(field.authserv_id, "foo.example.net");
  EXPECT_EQ(field.version, "1");
  ASSERT_THAT(field.results, SizeIs(1));
  EXPECT_EQ(field.results[0].method, "dkim");
  EXPECT_EQ(field.results[0].result, "fail");
  EXPECT_EQ(field.results[0].property("policy", "expired"), "1362471462");
  EXPECT_THAT(field.results[0].comments, ElementsAre("Because I like it", "One yay", "wait for it", "A dot can go here",
                                                     "like that", "this surprised me", "as I wasn't expecting it"));
}

TEST(AuthenticationResults, ReadsGoogle) {
  const auto field = parse_authentication_results(
      "mx.google.com; dkim=pass header.i=@example.com header.s=s1 header.b=\"aB+/c=\"; spf=pass (google.com: domain of "
      "a@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.com; dmarc=pass (p=REJECT "
      "sp=REJECT dis=NONE) header.from=example.com");
  EXPECT_EQ(field.authserv_id, "mx.google.com");
  ASSERT_THAT(field.results, SizeIs(3));
  EXPECT_EQ(field.results[0].property("header", "i"), "@example.com");
  EXPECT_EQ(field.results[0].property("header", "b"), "aB+/c=");
  EXPECT_EQ(field.results[2].method, "dmarc");
  EXPECT_THAT(field.results[2].comments, ElementsAre("p=REJECT sp=REJECT dis=NONE"));
  EXPECT_EQ(field.results[2].property("header", "from"), "example.com");
}

TEST(AuthenticationResults, ReadsMicrosoftWithoutAuthservId) {
  const auto field = parse_authentication_results(
      "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; hotmail.com; dkim=pass (signature was verified) "
      "header.d=example.com;dmarc=pass action=none header.from=example.com;compauth=pass reason=100");
  EXPECT_EQ(field.authserv_id, "");
  ASSERT_THAT(field.results, SizeIs(4));
  EXPECT_EQ(field.results[2].property("", "action"), "none");
  EXPECT_EQ(field.results[3].method, "compauth");
  EXPECT_EQ(field.results[3].reason, "100");
}

TEST(AuthenticationResults, TakesNoTextForAResult) {
  EXPECT_THAT(results_of("mx; spf=pass smtp.mailfrom=\"a; dmarc=pass\"@x; dkim=none"),
              ElementsAre("spf=pass", "dkim=none"));
  EXPECT_THAT(results_of("mx; spf=pass (a (nested; dmarc=pass) \\) ; dmarc=pass); dkim=none"),
              ElementsAre("spf=pass", "dkim=none"));
  EXPECT_THAT(results_of("mx; spf=pass (never closed; dmarc=pass"), ElementsAre("spf=pass"));
  EXPECT_THAT(results_of("mx; spf=pass smtp.mailfrom=\"never closed; dmarc=pass"), ElementsAre("spf=pass"));
  EXPECT_THAT(results_of("mx; spf=pass reason=\"dmarc=pass\" dmarc=pass"), ElementsAre("spf=pass"));
  EXPECT_THAT(results_of("dmarc; pass"), IsEmpty());
}

TEST(AuthenticationResults, ForgivesOddForms) {
  EXPECT_THAT(results_of("MX.Example.COM. ;DMARC=Pass;;; dkim = fail ; spf =pass;"),
              ElementsAre("dmarc=pass", "dkim=fail", "spf=pass"));
  EXPECT_EQ(parse_authentication_results("MX.Example.COM. ;DMARC=Pass").authserv_id, "mx.example.com");
  EXPECT_EQ(parse_authentication_results("\"mx.example.com\"; dmarc=pass").authserv_id, "mx.example.com");
  EXPECT_THAT(results_of("mx; =pass; dmarc=; . = ; dkim=pass header.=x .d=y header.d"), ElementsAre("dkim=pass"));
  for (const auto* value :
       {"", " ", ";", ";;", "(", "\"", "mx", "mx;", "mx; (", "mx; \"", "=", "mx 1 2 3; dkim=pass"}) {
    parse_authentication_results(value);
  }
  EXPECT_THAT(results_of("mx 1 2 \"3\" =; dkim=pass"), ElementsAre("dkim=pass"));
}

TEST(AuthenticationResults, HoldsItsLimitInLinearTime) {
  std::string value = "mx";
  for (int i = 0; i < 50'000; ++i) value += "; dkim=pass (c) header.d=x";
  EXPECT_THAT(parse_authentication_results(value).results, SizeIs(kMaxAuthenticationResults));
  value = "mx; dkim=pass";
  for (int i = 0; i < 100'000; ++i) value += " (c)x";
  const auto field = parse_authentication_results(value);
  ASSERT_THAT(field.results, SizeIs(1));
  EXPECT_THAT(field.results[0].comments, SizeIs(kMaxAuthenticationResults));
  parse_authentication_results("mx; dkim=" + std::string(1U << 20, '('));
}

TEST(Received, TellsWhoStampedIt) {
  const auto hop = parse_received(
      "from mail.Example.NET. (evil by mx.example.com [192.0.2.1]) by MX.example.com (Postfix) with ESMTPS id 1 for "
      "<a@b>; Mon, 16 Nov 2026 00:10:00 +0000");
  EXPECT_EQ(hop.from, "mail.example.net");
  EXPECT_EQ(hop.by, "mx.example.com");
  EXPECT_EQ(parse_received("by 2002:a05:6a10::1 with SMTP id x; Mon").by, "2002:a05:6a10::1");
  EXPECT_EQ(parse_received("by 2002:a05:6a10::1 with SMTP id x; Mon").from, "");
  EXPECT_EQ(parse_received("(qmail 12 invoked by uid 0); Mon by x").by, "");
  EXPECT_EQ(parse_received("from by by mx.example.com").by, "mx.example.com");
  EXPECT_EQ(parse_received("from \"x by mx.example.com").by, "");
}

}  // namespace
}  // namespace ruagate::mime
