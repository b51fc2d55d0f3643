#include "ingest/trust.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/report_mail.hpp"

namespace ruagate::ingest {
namespace {

using report::Trust;

const Border& border() {
  static const Border made = border_of({"MX.Example.com."}, domain::OrgDomains{});
  return made;
}

/// The trust of a mail with these fields on top.
Trust trust(const std::string& fields, const Border& by = border()) {
  const auto message = mime::parse_message(fields + "From: dmarc@example.org\nSubject: x\n\nbody\n", {});
  return message ? trust_of(*message, by) : Trust::failed;
}

const std::string kEntry = "Received: from out.example.org (out.example.org [192.0.2.1])\n\tby mx.example.com; x\n";
const std::string kPass = "Authentication-Results: mx.example.com;\n dmarc=pass header.from=example.org\n";
const std::string kFail = "Authentication-Results: mx.example.com; dkim=pass header.d=x.org; dmarc=fail\n";

TEST(Trust, FollowsTheNamedBorder) {
  EXPECT_EQ(trust(kPass + kEntry), Trust::trusted);
  EXPECT_EQ(trust(kFail + kEntry), Trust::failed);
  EXPECT_EQ(trust(kEntry), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; none\n" + kEntry), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; dmarc=none\n"), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; dmarc=bestguesspass\n"), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; dmarc=temperror\n"), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; spf=pass (dmarc=pass)\n"), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com 2; dmarc=pass\n"), Trust::unverified);
}

TEST(Trust, NeedsANamedBorder) {
  EXPECT_EQ(trust(kPass + kEntry, Border{}), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.org; dmarc=pass\n" + kEntry), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: imap.example.com; dmarc=pass\n" + kEntry), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: dmarc=pass action=none\n" + kEntry), Trust::unverified);
  EXPECT_EQ(trust("Authentication-Results: mx.example.com.evil.example; dmarc=pass\n"), Trust::unverified);
  EXPECT_EQ(trust("ARC-Authentication-Results: i=1; mx.example.com; dmarc=pass\n"), Trust::unverified);
}

TEST(Trust, FindsTheFieldWhereBordersPutIt) {
  EXPECT_EQ(trust(kEntry + kPass), Trust::trusted) << "below the border's Received, as Gmail does";
  EXPECT_EQ(trust("Received: by 2002:a05:6a10::1 with SMTP id x; x\n" + kEntry + kPass), Trust::trusted);
  EXPECT_EQ(trust("Received: from mx.example.com by imap.example.com with LMTP; x\n" + kPass + kEntry), Trust::trusted);
  EXPECT_EQ(trust("Received: from localhost by mx.example.com; x\n" + kPass + kEntry), Trust::trusted);
  EXPECT_EQ(trust("Received: (qmail 7 invoked from network); x\n" + kPass + kEntry), Trust::trusted);
  EXPECT_EQ(trust("Received: from mx.example.com by localhost (fetchmail); x\n" + kPass + kEntry), Trust::trusted);
}

TEST(Trust, IsNotTakenInByForgedFields) {
  const std::string foreign = "Received: from a.example.net by out.example.org; x\n";
  EXPECT_EQ(trust(foreign + kPass), Trust::unverified) << "below a foreign Received";
  EXPECT_EQ(trust(kEntry + foreign + kPass), Trust::unverified);
  EXPECT_EQ(trust(kEntry + "Received: from x by mx.example.com; x\n" + kPass), Trust::unverified)
      << "below a Received that came with the mail";
  EXPECT_EQ(trust(kFail + kEntry + kPass), Trust::failed) << "the border's own word stands";
  EXPECT_EQ(trust("Authentication-Results: mx.example.com; dmarc=none\n" + kEntry + kPass), Trust::unverified);
  EXPECT_EQ(trust("Received: from x by mail.example.com.evil.example; x\n" + kPass), Trust::unverified);
  EXPECT_EQ(trust("Received: from \"x by mx.example.com\n" + kPass), Trust::unverified);
}

TEST(Trust, IsOfTheOutermostMessageAlone) {
  const std::string report = test::report_mail(1);
  const std::string forwarded =
      "From: a@example.com\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + kPass + report;
  EXPECT_EQ(read_message(forwarded, "x.eml", {}, border()).reports.size(), 1U);
  EXPECT_EQ(read_message(forwarded, "x.eml", {}, border()).trust, Trust::unverified);
  EXPECT_EQ(read_message(kPass + forwarded, "x.eml", {}, border()).trust, Trust::trusted);
  EXPECT_EQ(read_message(kPass + report, "x.eml", {}, border()).trust, Trust::trusted);
  EXPECT_EQ(read_message(test::report_xml(1), "x.xml", {}, border()).trust, Trust::unverified);
}

}  // namespace
}  // namespace ruagate::ingest
