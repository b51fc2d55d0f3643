#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "mime/message.hpp"
#include "support/containers.hpp"

namespace ruagate::mime {
namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::string code_of(const std::string& bytes, const Limits& limits = {}) {
  const auto message = parse_message(bytes, limits);
  return message ? "" : std::string(message.error().code);
}

std::string nested_multiparts(std::size_t levels) {
  std::string out = "From: a@b\n";
  for (std::size_t i = 0; i < levels; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    out += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  return out + "\nleaf\n";
}

/// Multiparts, each with base64 around it as a whole and a part behind it, so that none is done with before the next.
std::string encoded_multiparts(int levels) {
  std::string body = "x";
  for (int i = 0; i < levels; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    const std::string line = "--" + boundary + "\n";
    const std::string parts = line + (i == 0 ? "\n" : "") + body + "\n" + line + "\nbehind\n--" + boundary + "--\n";
    body = "Content-Type: multipart/mixed; boundary=" + boundary + "\nContent-Transfer-Encoding: base64\n\n" +
           test::base64(parts, "\n");
  }
  return "From: a@b\nContent-Type: multipart/mixed; boundary=o\n\n--o\n" + body + "--o\n\nbehind\n--o--\n";
}

TEST(HostileMessage, IsRefusedByTheLimits) {
  Limits limits;
  EXPECT_EQ(code_of(nested_multiparts(32)), "");
  EXPECT_EQ(code_of(nested_multiparts(33)), "mime_too_deep");
  EXPECT_EQ(code_of(nested_multiparts(10'000)), "mime_too_deep");
  const std::string message = "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(code_of(repeated(message, 32) + "From: a@b\n\nx"), "");
  EXPECT_EQ(code_of(repeated(message, 100'000)), "mime_too_deep");
  std::string encoded = "From: a@b\n\nx";
  for (int i = 0; i < 33; ++i) {
    encoded = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + test::base64(encoded, "\n");
  }
  EXPECT_EQ(code_of(encoded), "mime_too_deep");
  EXPECT_EQ(code_of(encoded_multiparts(4)), "");
  EXPECT_EQ(code_of(encoded_multiparts(5)), "mime_too_deep");
  const std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
  EXPECT_EQ(code_of(many + repeated("--b\n\nx\n", 1000)), "");
  EXPECT_EQ(code_of(many + repeated("--b\n\nx\n", 1001)), "mime_too_many_parts");
  EXPECT_EQ(code_of(many + repeated("--b\n\nx\n", 100'000)), "mime_too_many_parts");
  limits.max_message_bytes = 100;
  EXPECT_EQ(code_of(std::string(100, 'x'), limits), "");
  EXPECT_EQ(code_of(std::string(101, 'x'), limits), "message_too_large");
}

TEST(HostileMessage, KeepsNoMoreHeaderThanAllowed) {
  for (const std::string& header : {repeated("X-A: " + std::string(1000, 'x') + "\n", 20'000),
                                    repeated("a:\n", 1'000'000), "X-Long: " + std::string(20U << 20, 'x') + "\n",
                                    "X-Folded: a\n" + repeated(" " + std::string(70, 'y') + "\n", 200'000)}) {
    const auto message = parse_message("From: a@b\n" + header + "\nbody", Limits{});
    ASSERT_TRUE(message);
    std::size_t kept = 0;
    for (const HeaderField& field : message->headers) kept += field.name.size() + field.value.size();
    EXPECT_LE(kept, 1U << 20);
    EXPECT_LE(message->headers.size(), 10'000U);
    EXPECT_EQ(message->parts.at(0).content, "body");
    EXPECT_EQ(message->tolerances, std::vector<std::string>{"mail_header_too_long"});
  }
}

// Each input once was, or could be, quadratic; at linear cost each takes some milliseconds.
TEST(HostileMessage, TakesLinearTime) {
  const std::string top = "From: a@b\n";
  const std::string multipart = top + "Content-Type: multipart/mixed; boundary=b\n\n";
  constexpr std::size_t kMany = 300'000;
  const std::string inputs[] = {
      repeated("\r", kMany),
      top + repeated("X: y\r", kMany),
      multipart + repeated("--", kMany),
      multipart + repeated("--\r", kMany),
      multipart + repeated("\n--b", kMany),
      multipart + repeated("\n-", kMany),
      top + "Content-Type: a/b" + repeated("; a=b", kMany) + "\n\n",
      top + "Content-Type: a/b" + repeated("; name*1=b", kMany) + "\n\n",
      top + "Content-Type: a/b; name=" + repeated(";", kMany) + "\n\n",
      top + "Content-Type: a/b; name=" + repeated("; ", kMany) + "\n\n",
      top + "Content-Type: a/b; name=\"" + repeated("\\\"; a=", kMany) + "\n\n",
      top + "Content-Type: " + repeated("(", kMany) + "\n\n",
      top + "Content-Type: a/b " + repeated("=", kMany) + "\n\n",
      top + "Content-Type: a/b " + repeated("x ", kMany) + "\n\n",
      top + "Subject: " + repeated("=?", kMany) + "\n\n",
      top + "Subject: " + repeated("=?a?q?", kMany) + "\n\n",
      top + "Subject: " + repeated("=?utf-8?q?a?= ", kMany / 4) + "\n\n",
      top + "\n" + repeated("H4sI\n", kMany),
      top + "\n" + repeated("begin 644 x\n", kMany),
      top + "\n" + repeated("begin ", kMany),
      top + "Content-Transfer-Encoding: base64\n\n" + repeated("QQ==", kMany),
      top + "Content-Transfer-Encoding: base64\n\n" + repeated("QQ==\n*", kMany),
      top + "Content-Transfer-Encoding: quoted-printable\n\n" + repeated("= ", kMany),
      top + "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n" + repeated("M\n", kMany),
      top + repeated("junk\nA:b\n", kMany),
      multipart + repeated("--b\nContent-Type: multipart/mixed\n\n\r\r\r\r--x\r", 900),
      multipart + repeated("--b\nContent-Type: multipart/mixed; boundary=c\n\n--c--\n", kMany / 10),
  };
  for (const std::string& input : inputs) {
    // Processor time, so that a busy machine does not fail it; quadratic cost would be minutes.
    const std::clock_t start = std::clock();
    if (const auto message = parse_message(input, Limits{})) message->subject();
    looks_like_message(input);
    const double took_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_LT(took_s, 20) << input.substr(0, 100);
  }
}

}  // namespace
}  // namespace ruagate::mime
