#include "mime/transfer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/containers.hpp"

namespace ruagate::mime {
namespace {

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    for (const std::string_view line_end : {"\r\n", "\n", ""}) {
      const auto decoded = decode_base64(test::base64(bytes, line_end));
      EXPECT_EQ(decoded.bytes, bytes) << i;
      EXPECT_FALSE(decoded.junk || decoded.no_padding || decoded.concatenated || decoded.trailing_text) << i;
    }
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Base64, ForgivesAndSaysSo) {
  EXPECT_EQ(decode_base64("aGVs bG8\tgd 29y\r\nbGQ=").bytes, "hello world");
  EXPECT_FALSE(decode_base64("aGVs bG8\tgd 29y\r\nbGQ=").junk);
  const auto no_padding = decode_base64("aGVsbG8gd29ybGQ");
  EXPECT_EQ(no_padding.bytes, "hello world");
  EXPECT_TRUE(no_padding.no_padding);
  const auto junk = decode_base64("aGVs*bG8h!");
  EXPECT_EQ(junk.bytes, "hello!");
  EXPECT_TRUE(junk.junk);
  const auto joined = decode_base64("aGU=\nbGxv\nIQ==\n");
  EXPECT_EQ(joined.bytes, "hello!");
  EXPECT_TRUE(joined.concatenated);
  const auto footer = decode_base64("aGU=\n-- \nThis list is run by example.org.\n");
  EXPECT_EQ(footer.bytes, "he");
  EXPECT_TRUE(footer.trailing_text);
  EXPECT_EQ(decode_base64("").bytes, "");
  EXPECT_EQ(decode_base64("=").bytes, "");
  EXPECT_EQ(decode_base64("A").bytes, "");
}

TEST(QuotedPrintable, IsDecoded) {
  EXPECT_EQ(decode_quoted_printable("a=3Db=\r\nc=e9=  \nd\r\n").bytes,
            "a=bc\xE9"
            "d\r\n");
  EXPECT_EQ(decode_quoted_printable("soft at the end=").bytes, "soft at the end");
  EXPECT_FALSE(decode_quoted_printable("a=3D").junk);
  const auto junk = decode_quoted_printable("<a b=\"c\">=4");
  EXPECT_EQ(junk.bytes, "<a b=\"c\">=4");
  EXPECT_TRUE(junk.junk);
}

TEST(Uuencode, IsDecoded) {
  const auto file = decode_uuencode("text\nbegin 644 a file.txt\n#0V%T\n`\nend\nmore");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name, "a file.txt");
  EXPECT_EQ(file->bytes, "Cat");
  EXPECT_FALSE(file->no_end);
  const auto cut = decode_uuencode("begin 644 x\r\n#0V%T\r\n");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->bytes, "Cat");
  EXPECT_TRUE(cut->no_end);
  EXPECT_FALSE(decode_uuencode("begin at the beginning\nbegin 6\nbegin 644x y\n"));
}

TEST(Uuencode, DoesNotSwell) {
  std::string text = "begin 644 x\n";
  for (int i = 0; i < 1000; ++i) text += "M\n";
  const auto file = decode_uuencode(text);
  ASSERT_TRUE(file);
  EXPECT_LE(file->bytes.size(), text.size());
  EXPECT_TRUE(file->no_end);
}

}  // namespace
}  // namespace ruagate::mime
