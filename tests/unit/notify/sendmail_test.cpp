#include "notify/sendmail.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mime/message.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::notify {
namespace {

Mail sample() {
  Mail mail;
  mail.from = "ruagate@example.com";
  mail.to = {"postmaster@example.com", "second@example.com"};
  mail.subject = "DMARC: 3 domains, one held back";
  mail.text = "Hello\n.\nWorld\n";
  mail.html = "<p>Hello</p>";
  mail.date = instant_from(1'763'600'000);
  mail.message_id = "1@example.com";
  return mail;
}

TEST(Mail, IsReadBackByOurOwnReader) {
  const auto message = mime::parse_message(compose(sample()), {});
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->subject(), "DMARC: 3 domains, one held back");
  ASSERT_EQ(message->parts.size(), 2U);
  EXPECT_EQ(message->parts[0].content, "Hello\n.\nWorld\n");
  EXPECT_EQ(message->parts[1].media_type, "text/html");
  EXPECT_EQ(message->header("date"), "Thu, 20 Nov 2025 00:53:20 +0000");
  EXPECT_TRUE(message->tolerances.empty());
}

TEST(Mail, NoTextCanAddAHeader) {
  Mail mail = sample();
  mail.subject = "x\r\nBcc: everyone@example.com";
  mail.to = {"a@example.com\nBcc: b@example.com"};
  const auto message = mime::parse_message(compose(mail), {});
  ASSERT_TRUE(message);
  EXPECT_EQ(message->header("bcc"), "");
}

TEST(Mail, LongUnicodeSubjectSurvives) {
  Mail mail = sample();
  mail.subject.clear();
  for (int i = 0; i < 30; ++i) mail.subject += "gr\xC3\xBC\xC3\x9F ";
  const auto message = mime::parse_message(compose(mail), {});
  ASSERT_TRUE(message);
  EXPECT_EQ(message->subject(), mail.subject);
}

TEST(Sendmail, HandsTheMessageOver) {
  const test::TempDir folder;
  const auto program = folder / "sendmail";
  test::write_file(program, "#!/bin/sh\necho \"$@\" > " + (folder / "arguments").string() + "\ncat > " +
                                (folder / "message").string() + "\n");
  chmod(program.c_str(), 0755);
  const auto sent = send_by_sendmail(program, sample());
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(test::read_file(folder / "arguments"), "-t -i\n");
  EXPECT_EQ(test::read_file(folder / "message"), compose(sample()));
}

TEST(Sendmail, FailuresAreNamed) {
  const test::TempDir folder;
  EXPECT_THAT(send_by_sendmail((folder / "none").string(), sample()).error().message,
              testing::HasSubstr("No such file"));
  const auto program = folder / "sendmail";
  test::write_file(program, "#!/bin/sh\nexit 75\n");
  chmod(program.c_str(), 0755);
  Mail large = sample();
  large.text.assign(1 << 20, 'x');
  EXPECT_THAT(send_by_sendmail(program, large).error().message, testing::HasSubstr("status 75"));
}

}  // namespace
}  // namespace ruagate::notify
