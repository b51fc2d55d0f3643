#include <string>

#include <gtest/gtest.h>

#include "mime/message.hpp"

namespace ruagate::mime {
namespace {

TEST(EncodedWord, IsDecodedToUtf8) {
  EXPECT_EQ(decode_encoded_words("plain text"), "plain text");
  EXPECT_EQ(decode_encoded_words("=?utf-8?Q?caf=C3=A9_au_lait?="), "caf\xC3\xA9 au lait");
  EXPECT_EQ(decode_encoded_words("=?UTF-8?b?Y2Fmw6k=?="), "caf\xC3\xA9");
  EXPECT_EQ(decode_encoded_words("=?iso-8859-1?q?caf=E9?="), "caf\xC3\xA9");
  EXPECT_EQ(decode_encoded_words("=?iso-8859-15?q?=A4?="), "\xE2\x82\xAC");
  EXPECT_EQ(decode_encoded_words("=?windows-1252?q?=80=93?="), "\xE2\x82\xAC\xE2\x80\x9C");
  EXPECT_EQ(decode_encoded_words("=?koi8-r?B?79TexdQ=?="), "\xD0\x9E\xD1\x82\xD1\x87\xD0\xB5\xD1\x82");
  EXPECT_EQ(decode_encoded_words("=?utf-8*en?q?a?="), "a");
}

TEST(EncodedWord, JoinsNeighboursAndKeepsOtherSpace) {
  EXPECT_EQ(decode_encoded_words("=?utf-8?q?a?= \t =?utf-8?q?b?= c"), "ab c");
  EXPECT_EQ(decode_encoded_words("x =?utf-8?q?a?= y =?utf-8?q?b?="), "x a y b");
  // A character cut in two.
  EXPECT_EQ(decode_encoded_words("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?="), "caf\xC3\xA9");
  EXPECT_EQ(decode_encoded_words("=?utf-8?q?a?= =?iso-8859-1?q?=E9?="), "a\xC3\xA9");
}

TEST(EncodedWord, KeepsWhatItCannotRead) {
  for (const std::string text : {"=?", "=?utf-8", "=?utf-8?q", "=?utf-8?q?", "=?utf-8?q?a", "=?utf-8?q?a?",
                                 "=??q?a?=", "=?utf-8?x?a?=", "=?no-such-charset?q?=41?=", "=?iso-2022-cn-ext?q?a?="}) {
    EXPECT_EQ(decode_encoded_words(text), text);
  }
  EXPECT_EQ(decode_encoded_words("=?utf-8?q?a=?="), "a");
  EXPECT_EQ(decode_encoded_words("=?no-such?q?a?= =?utf-8?q?b?="), "=?no-such?q?a?=b");
}

}  // namespace
}  // namespace ruagate::mime
