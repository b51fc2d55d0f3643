#include "mime/message.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/containers.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::mime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string kXml = "<?xml version=\"1.0\"?>\n<feedback><report_metadata/></feedback>\n";
const std::string kGzip = unpack::gzip(kXml);
const std::string kTop = "From: a@example.com\r\nSubject: Report\r\nMIME-Version: 1.0\r\n";

Message parsed(const std::string& bytes) {
  auto message = parse_message(bytes, Limits{});
  if (!message) {
    ADD_FAILURE() << message.error().message;
    return {};
  }
  return *std::move(message);
}

/// A multipart/mixed of a text and a base64 part with the given header.
std::string mixed(const std::string& part_header, const std::string& part_body = test::base64(kGzip)) {
  return kTop + "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\npreamble\r\n--b1\r\n\r\nhello\r\n--b1\r\n" +
         part_header + "\r\n\r\n" + part_body + "\r\n--b1--\r\nepilogue\r\n";
}

std::string with_line_ends(const std::string& text, const std::string& line_end) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\n') {
      out += line_end;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

TEST(Message, ReadsAMultipartWithAnAttachment) {
  const auto message =
      parsed(mixed("Content-Type: application/gzip; name=\"r.xml.gz\"\r\nContent-Transfer-Encoding: base64\r\n"
                   "Content-Disposition: attachment;\r\n filename=\"example.com!example.org!1!2.xml.gz\""));
  ASSERT_THAT(message.parts, SizeIs(2));
  EXPECT_EQ(message.parts[0].path, "1");
  EXPECT_EQ(message.parts[0].media_type, "text/plain");
  EXPECT_EQ(message.parts[0].content, "hello");
  EXPECT_EQ(message.parts[1].path, "2");
  EXPECT_EQ(message.parts[1].media_type, "application/gzip");
  EXPECT_EQ(message.parts[1].file_name, "example.com!example.org!1!2.xml.gz");
  EXPECT_EQ(message.parts[1].content, kGzip);
  EXPECT_THAT(message.tolerances, IsEmpty());
  EXPECT_EQ(message.header("subject"), "Report");
  EXPECT_EQ(message.header("nothing"), "");
}

TEST(Message, ReadsAWholeMessageThatIsTheArchive) {
  const auto message = parsed(kTop +
                              "Content-Type: application/zip; \r\n\tname=\"a.zip\"\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\n" +
                              test::base64(kGzip));
  ASSERT_THAT(message.parts, SizeIs(1));
  EXPECT_EQ(message.parts[0].path, "");
  EXPECT_EQ(message.parts[0].file_name, "a.zip");
  EXPECT_EQ(message.parts[0].content, kGzip);
}

TEST(Message, KeepsHeadersInOrderAndUnfolded) {
  const auto message =
      parsed("Received: one\r\n by two\r\nReceived: three\r\nAuthentication-Results: mx;\r\n\tdmarc=pass\r\n\r\n");
  ASSERT_THAT(message.headers, SizeIs(3));
  EXPECT_EQ(message.headers[0].value, "one by two");
  EXPECT_EQ(message.headers[1].value, "three");
  EXPECT_EQ(message.headers[2].name, "Authentication-Results");
  EXPECT_EQ(message.headers[2].value, "mx; dmarc=pass");
  EXPECT_THAT(message.parts, SizeIs(1));
}

TEST(Message, ReadsEveryLineEnd) {
  const std::string usual = mixed("Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64");
  for (const std::string line_end : {"\r\n", "\n", "\r", "\r\r\n"}) {
    const auto message = parsed(with_line_ends(usual, line_end));
    ASSERT_THAT(message.parts, SizeIs(2)) << testing::PrintToString(line_end);
    EXPECT_EQ(message.parts[0].content, "hello");
    EXPECT_EQ(message.parts[1].content, kGzip);
    if (line_end == "\r") {
      EXPECT_THAT(message.tolerances, ElementsAre("mail_cr_line_ends"));
    } else {
      EXPECT_THAT(message.tolerances, IsEmpty());
    }
  }
  const auto both = parsed(kTop + "X-A: b\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\r\n\n" +
                           test::base64(kGzip, "\n"));
  EXPECT_EQ(both.parts.at(0).content, kGzip);
}

TEST(Message, NumbersNestedParts) {
  const auto message =
      parsed(kTop +
             "Content-Type: multipart/mixed; boundary=o\r\n\r\n"
             "--o\r\nContent-Type: multipart/alternative; boundary=oi\r\n\r\n"
             "--oi\r\n\r\na\r\n--oi\r\nContent-Type: text/html\r\n\r\n<p>b\r\n--oi--\r\n"
             "--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nc\r\n"
             "--o\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y\r\n"
             "Content-Type: multipart/mixed; boundary=r\r\n\r\n--r\r\n\r\nd\r\n--r\r\n\r\ne\r\n--r--\r\n"
             "--o\r\n\r\nf\r\n--o--\r\n");
  std::vector<std::string> seen;
  for (const Part& part : message.parts) seen.push_back(part.path + "=" + part.content);
  EXPECT_THAT(seen, ElementsAre("1.1=a", "1.2=<p>b", "2.1=c", "3.1=d", "3.2=e", "4=f"));
  EXPECT_THAT(message.tolerances, ElementsAre("mail_forwarded"));
  EXPECT_THAT(message.headers, SizeIs(4));
}

TEST(Message, EntersSignedAndForwardedMail) {
  const std::string report = mixed("Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64");
  const auto in_signed = parsed(
      kTop + "Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\r\n\r\n--s\r\n" +
      report.substr(kTop.size()) + "\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n");
  ASSERT_THAT(in_signed.parts, SizeIs(3));
  EXPECT_EQ(in_signed.parts[1].content, kGzip);
  const auto whole = parsed(kTop + "Content-Type: message/rfc822\r\n\r\n" + report);
  ASSERT_THAT(whole.parts, SizeIs(2));
  EXPECT_EQ(whole.parts[1].path, "2");
  for (const std::string encoding : {"base64", "quoted-printable"}) {
    std::string body = test::base64(report);
    if (encoding != "base64") {
      body.clear();
      for (const char c : report) {
        if (c == '=') {
          body += "=3D";
        } else {
          body.push_back(c);
        }
      }
    }
    const auto encoded =
        parsed(kTop +
               "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n"
               "Content-Transfer-Encoding: " +
               encoding + "\r\n\r\n" + body + "\r\n--o\r\n\r\nlast\r\n--o--\r\n");
    ASSERT_THAT(encoded.parts, SizeIs(3)) << encoding;
    EXPECT_EQ(encoded.parts[1].path, "1.2");
    EXPECT_EQ(encoded.parts[1].content, kGzip);
    EXPECT_EQ(encoded.parts[2].content, "last");
    EXPECT_THAT(encoded.tolerances, ElementsAre("mail_encoded_message", "mail_forwarded"));
  }
}

TEST(Message, ReadsEncodedMultiparts) {
  const std::string parts = "--i\r\n\r\nfirst\r\n--i\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--i--\r\n";
  const std::string head = "Content-Type: multipart/mixed; boundary=i\r\nContent-Transfer-Encoding: ";
  std::string quoted;
  for (const char c : parts) quoted += c == '-' ? std::string("=2D") : std::string(1, c);
  for (const std::string& body :
       {head + "base64\r\n\r\n" + test::base64(parts), head + "quoted-printable\r\n\r\n" + quoted}) {
    const auto message = parsed(kTop + "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + body +
                                "\r\n--o\r\n\r\nlast\r\n--o--\r\n");
    ASSERT_THAT(message.parts, SizeIs(3));
    EXPECT_EQ(message.parts[0].path, "1.1");
    EXPECT_EQ(message.parts[0].content, "first");
    EXPECT_EQ(message.parts[1].path, "1.2");
    EXPECT_EQ(message.parts[1].media_type, "text/xml");
    EXPECT_EQ(message.parts[1].content, "<a/>");
    EXPECT_EQ(message.parts[2].path, "2");
    EXPECT_EQ(message.parts[2].content, "last");
    EXPECT_THAT(message.tolerances, ElementsAre("mail_encoded_multipart"));
  }
  // A multipart that only says so is read as it is.
  const auto plain = parsed(kTop + head + "base64\r\n\r\n" + parts);
  EXPECT_THAT(plain.parts, SizeIs(2));
  EXPECT_THAT(plain.tolerances, testing::IsEmpty());
}

TEST(Message, TellsTheReportType) {
  const auto message = parsed(kTop +
                              "Content-Type: multipart/report; report-type=\"Feedback-Report\"; boundary=o\r\n\r\n"
                              "--o\r\n\r\na\r\n--o\r\nContent-Type: message/feedback-report\r\n\r\nb\r\n--o--\r\n");
  ASSERT_THAT(message.parts, SizeIs(2));
  EXPECT_EQ(message.parts[1].report_type, "feedback-report");
  EXPECT_EQ(message.parts[1].media_type, "message/feedback-report");
}

TEST(Message, ForgivesBadPartHeaders) {
  struct Case {
    std::string header;
    std::string tolerance;
  };
  const std::vector<Case> cases = {
      {"ContentType: application/gzip\r\nContent-Transfer-Encoding: base64", "mail_misspelt_header"},
      {"Content Type: application/gzip\r\nContent_Transfer_Encoding: base64", "mail_misspelt_header"},
      {"Content-Type: application/gzip\r\nContent-Transfer-Encoding : base64", "mail_space_before_colon"},
      {"Content-Type: application/gzip\r\nContent-Transfer-Encoding: BASE64 (why not)", "mail_odd_transfer_encoding"},
      {"Content-Type: application/gzip\r\nContent-Transfer-Encoding: \"Base-64\"", "mail_odd_transfer_encoding"},
      {"Content-Type: application/gzip\r\nContent-Transfer-Encoding: 7bit", "mail_wrong_transfer_encoding"},
      {"Content-Type: application/gzip", "mail_wrong_transfer_encoding"},
      {"Content-Type: gzip\r\nContent-Transfer-Encoding: base64", "mail_odd_content_type"},
      {"Content-Type: application/gzip\r\nstray line\r\nContent-Transfer-Encoding: base64", "mail_header_junk_line"},
  };
  for (const Case& one : cases) {
    const auto message = parsed(mixed(one.header));
    ASSERT_THAT(message.parts, SizeIs(2)) << one.header;
    EXPECT_EQ(message.parts[1].content, kGzip) << one.header;
    EXPECT_THAT(message.tolerances, ElementsAre(one.tolerance)) << one.header;
  }
}

TEST(Message, ForgivesWrongAndDoubleEncoding) {
  const std::string declared = "Content-Transfer-Encoding: base64";
  const auto raw_xml = parsed(mixed(declared, kXml));
  EXPECT_THAT(raw_xml.parts.at(1).content, testing::StartsWith("<?xml"));
  EXPECT_THAT(raw_xml.tolerances, ElementsAre("mail_wrong_transfer_encoding"));
  const auto raw_gzip = parsed(mixed(declared, kGzip));
  EXPECT_EQ(raw_gzip.parts.at(1).content, kGzip);
  const auto twice = parsed(mixed(declared, test::base64(test::base64(kGzip))));
  EXPECT_EQ(twice.parts.at(1).content, kGzip);
  EXPECT_THAT(twice.tolerances, ElementsAre("mail_encoded_twice"));
  const auto uu = parsed(mixed("Content-Transfer-Encoding: x-uuencode", "begin 644 c.txt\r\n#0V%T\r\n`\r\nend"));
  EXPECT_EQ(uu.parts.at(1).content, "Cat");
  EXPECT_EQ(uu.parts.at(1).file_name, "c.txt");
}

TEST(Message, ReadsFileNames) {
  struct Case {
    std::string header;
    std::string name;
  };
  const std::vector<Case> cases = {
      {"Content-Disposition: attachment; filename=a.zip", "a.zip"},
      {"Content-Disposition: attachment; filename=\"a;b.gz\"", "a;b.gz"},
      {"Content-Disposition: attachment; filename=a b;c (1).gz; size=3", "a b;c (1).gz"},
      {"Content-Disposition: attachment (the report) ; FileName = \"a.gz\"", "a.gz"},
      {"Content-Disposition: attachment; filename*0=\"long\"; filename*1=\"er.gz\"", "longer.gz"},
      {"Content-Disposition: attachment; filename*1=er.gz; filename*0=long", "longer.gz"},
      {"Content-Disposition: attachment; filename*=iso-8859-1'de'caf%E9.gz", "caf\xC3\xA9.gz"},
      {"Content-Disposition: attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.gz", "caf\xC3\xA9.gz"},
      {"Content-Disposition: attachment; filename=\"=?utf-8?q?caf=C3=A9?=.gz\"", "caf\xC3\xA9.gz"},
      {"Content-Disposition: attachment; filename=\"caf\xE9.gz\"", "caf\xC3\xA9.gz"},
      {"Content-Disposition: attachment; filename=\"a.gz", "a.gz"},
      {"Content-Disposition: filename=a.gz", "a.gz"},
      {"Content-Disposition: attachment; filename=\"C:\\new\\a.gz\"", "C:\\new\\a.gz"},
      {"Content-Type: application/gzip; name=\"n.gz\"\r\nContent-Disposition: attachment", "n.gz"},
      {"Content-Type: application/gzip name=n.gz", "n.gz"},
      {"Content-Type: application/gzip;;; name=n.gz;", "n.gz"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(parsed(mixed(one.header)).parts.at(1).file_name, one.name) << one.header;
  }
}

TEST(Message, FindsTheBoundaryItself) {
  const std::string parts =
      "--zz\r\n\r\nhello\r\n--zz\r\nContent-Transfer-Encoding: base64\r\n\r\n" + test::base64(kGzip) + "--zz--\r\n";
  for (const std::string type :
       {"multipart/mixed", "multipart/mixed; boundary=\"\"", "multipart/mixed; boundary=other"}) {
    const auto message = parsed(kTop + "Content-Type: " + type + "\r\n\r\n" + parts);
    ASSERT_THAT(message.parts, SizeIs(2)) << type;
    EXPECT_EQ(message.parts[1].content, kGzip);
    EXPECT_THAT(message.tolerances, ElementsAre("mail_boundary_guessed"));
  }
  for (const std::string type :
       {"multipart/mixed; boundary=zz (comment)", "multipart/mixed, boundary=zz",
        "multipart/mixed; charset=x; BOUNDARY=\"zz", "multipart/mixed; boundary*0=z; boundary*1=z"}) {
    EXPECT_THAT(parsed(kTop + "Content-Type: " + type + "\r\n\r\n" + parts).parts, SizeIs(2)) << type;
  }
}

TEST(Message, FindsArchivesInPlainText) {
  const std::string text = "The report:\r\n\r\n" + test::base64(kGzip) + "\r\nRegards\r\n";
  for (const std::string type : {"text/plain", "multipart/mixed", "multipart/mixed; boundary=never"}) {
    const auto message = parsed(kTop + "Content-Type: " + type + "\r\n\r\n" + text);
    ASSERT_THAT(message.parts, SizeIs(2)) << type;
    EXPECT_EQ(message.parts[0].content, kGzip);
    EXPECT_EQ(message.parts[0].path, "1");
    EXPECT_THAT(message.tolerances, Contains("mail_base64_in_text"));
  }
  const auto bare = parsed(kTop + "\r\n" + test::base64(kGzip));
  ASSERT_THAT(bare.parts, SizeIs(1));
  EXPECT_EQ(bare.parts[0].content, kGzip);
}

TEST(Message, ForgivesBrokenDelimiters) {
  const std::string whole = mixed("Content-Transfer-Encoding: base64");
  const auto no_end = parsed(whole.substr(0, whole.find("\r\n--b1--")));
  ASSERT_THAT(no_end.parts, SizeIs(2));
  EXPECT_EQ(no_end.parts[1].content, kGzip);
  EXPECT_THAT(no_end.tolerances, ElementsAre("mail_missing_final_boundary"));
  const auto after_end = parsed(whole + "--b1\r\n\r\nanother\r\n--b1--\r\n");
  ASSERT_THAT(after_end.parts, SizeIs(3));
  EXPECT_EQ(after_end.parts[2].content, "another");
  EXPECT_THAT(after_end.tolerances, ElementsAre("mail_part_after_end"));
  const auto outer_cuts =
      parsed(kTop +
             "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
             "Content-Type: multipart/mixed; boundary=oo\r\n\r\n--oo  \r\n\r\na\r\n--o\r\n\r\nb\r\n--o--");
  ASSERT_THAT(outer_cuts.parts, SizeIs(2));
  EXPECT_EQ(outer_cuts.parts[0].content, "a");
  EXPECT_EQ(outer_cuts.parts[1].path, "2");
  const auto no_blank = parsed(kTop + "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nbody at once\r\n--o--");
  EXPECT_EQ(no_blank.parts.at(0).content, "body at once");
  EXPECT_THAT(no_blank.tolerances, ElementsAre("mail_missing_blank_line"));
}

TEST(Message, ForgivesWhatComesFirst) {
  const auto message =
      parsed(std::string("\0\r\n", 3) + "\r\nFrom a@example.com Thu Nov 20 10:00:00 2026\r\nSubject: x\r\n\r\nbody");
  EXPECT_EQ(message.subject(), "x");
  EXPECT_EQ(message.parts.at(0).content, "body");
  EXPECT_THAT(message.tolerances, ElementsAre("mail_leading_junk", "mail_mbox_line"));
}

TEST(Message, ReadsAnythingAsAtLeastOnePart) {
  for (const std::string bytes :
       {"", "x", "\r\n", "\r", ":", "a:", "--", "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a--",
        "Content-Type: message/rfc822\r\n\r\n"}) {
    EXPECT_THAT(parsed(bytes).parts, Not(IsEmpty())) << bytes;
  }
}

TEST(Message, DecodesTheSubject) {
  EXPECT_EQ(parsed("Subject: =?utf-8?q?Report_Domain:?=\r\n =?utf-8?q?_example.com?=\r\n\r\n").subject(),
            "Report Domain: example.com");
  EXPECT_EQ(parsed("Subject: caf\xE9\r\n\r\n").subject(), "caf\xC3\xA9");
}

TEST(Message, ReadsDates) {
  const auto date = [](const std::string& text) { return parsed("Date: " + text + "\r\n\r\n").date(); };
  const auto at = [](std::int64_t seconds) { return std::optional<Instant>(instant_from(seconds)); };
  EXPECT_EQ(date("Fri, 20 Nov 2026 10:00:00 +0000"), at(1795168800));
  EXPECT_EQ(date("Fri, 20 Nov 2026 12:30:00 +0230 (CEST)"), at(1795168800));
  EXPECT_EQ(date("20 Nov 26 05:00 EST"), at(1795168800));
  EXPECT_EQ(date("Fri Nov 20 10:00:00 2026"), at(1795168800));
  EXPECT_EQ(date("2026-11-20T10:00:00Z"), at(1795168800));
  EXPECT_EQ(date("2026-11-20T11:00:00.123+01:00"), at(1795168800));
  EXPECT_EQ(date("2026-11-20 10:00:00"), at(1795168800));
  EXPECT_EQ(date("Fri, 20 November 2026 10:00:00 GMT"), at(1795168800));
  EXPECT_EQ(date("Fri, 31 Feb 2026 10:00:00 +0000"), std::nullopt);
  EXPECT_EQ(date("yesterday"), std::nullopt);
  EXPECT_EQ(date(""), std::nullopt);
}

TEST(LooksLikeMessage, IsTolerantWithMailAndStrictWithTheRest) {
  for (const std::string text :
       {"Received: by x", "Return-Path: <>\r\n", "From a@b Thu Nov 20\nReceived: x", "X-Foo: bar\r\n",
        "Delivered-To: a@b\n", "\r\n\r\nSubject: x\r\n", "\xEF\xBB\xBFTo: a", "Comments: x\r\nFrom: a@b\r\n",
        "ContentType: text/plain\n", "Received : by x\r\n", "DKIM-Signature: v=1;\r\n\ta=b"}) {
    EXPECT_TRUE(looks_like_message(text)) << text;
  }
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "<?xml version=\"1.0\"?>"s, "\n<feedback>"s, kGzip, test::ZipWriter().add("a", "b").finish(),
        "{\"a\": 1}"s, "Dear all,\nSubject: nothing\n"s, "Note: this is text.\n\nFrom: x\n"s, "http://example.com/\n"s,
        "From here on\n"s, "key: value\nother: value\n"s, std::string(100, '\0')}) {
    EXPECT_FALSE(looks_like_message(text)) << text;
  }
}

}  // namespace
}  // namespace ruagate::mime
