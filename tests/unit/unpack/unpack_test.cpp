#include "unpack/unpack.hpp"

#include <sys/resource.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/containers.hpp"

namespace ruagate::unpack {
namespace {

using test::ZipWriter;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kXml = "<?xml version=\"1.0\"?>\n<feedback><report_metadata/></feedback>\n";

struct Result {
  std::vector<Document> documents;
  std::vector<Refusal> refusals;
};

Result unpacked(std::string_view attachment, const Limits& limits = {}, std::string_view name = "report") {
  Result result;
  unpack(
      name, attachment, limits, [&](Document&& document) { result.documents.push_back(std::move(document)); },
      [&](Refusal&& refusal) { result.refusals.push_back(std::move(refusal)); });
  return result;
}

std::string code_of(const Result& result) {
  if (!result.documents.empty()) return "a document";
  return result.refusals.size() == 1 ? std::string(result.refusals[0].error.code) : "not one refusal";
}

void expect_kept(std::string_view attachment, const Document& document, RawEncoding encoding) {
  ASSERT_FALSE(document.raw.empty());
  EXPECT_EQ(document.raw_encoding, encoding);
  EXPECT_GE(document.raw.data(), attachment.data());
  EXPECT_LE(document.raw.data() + document.raw.size(), attachment.data() + attachment.size());
  const auto restored = restore(document.raw, document.raw_encoding, Limits{});
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(*restored, document.bytes);
}

TEST(Sniff, KnowsContentByItsBeginning) {
  using namespace std::string_view_literals;
  EXPECT_EQ(sniff(""), Content::empty);
  EXPECT_EQ(sniff("\x1f\x8b\x08"), Content::gzip);
  EXPECT_EQ(sniff("PK\x03\x04"), Content::zip);
  EXPECT_EQ(sniff("PK\x05\x06"), Content::zip);
  EXPECT_EQ(sniff("\xEF\xBB\xBF \r\n<feedback>"), Content::xml);
  EXPECT_EQ(sniff("\xff\xfe<\0"sv), Content::xml);
  EXPECT_EQ(sniff("\xfe\xff\0<"sv), Content::xml);
  EXPECT_EQ(sniff("<\0f\0"sv), Content::xml);
  EXPECT_EQ(sniff("\0<\0f"sv), Content::xml);
  EXPECT_EQ(sniff("Sent by our gateway\n<?xml version='1.0'?>"), Content::xml);
  EXPECT_EQ(sniff("junk <feedback>"), Content::xml);
  EXPECT_EQ(sniff(std::string(5000, ' ') + "junk" + std::string(5000, ' ') + "<feedback>"), Content::other);
  EXPECT_EQ(sniff("  {\"organization-name\":1}"), Content::json);
  EXPECT_EQ(sniff("unused"), Content::other);
}

TEST(Unpack, HandsOnPlainDocuments) {
  const auto xml = unpacked(kXml);
  ASSERT_THAT(xml.documents, SizeIs(1));
  EXPECT_EQ(xml.documents[0].bytes, kXml);
  EXPECT_EQ(xml.documents[0].name, "report");
  EXPECT_EQ(xml.documents[0].content, Content::xml);
  EXPECT_TRUE(xml.documents[0].raw.empty());
  const auto text = unpacked("Dear postmaster,");
  ASSERT_THAT(text.documents, SizeIs(1));
  EXPECT_EQ(text.documents[0].content, Content::other);
  EXPECT_EQ(code_of(unpacked("")), "empty_payload");
}

TEST(Unpack, ReadsGzip) {
  const std::string attachment = gzip(kXml);
  const auto result = unpacked(attachment);
  ASSERT_THAT(result.documents, SizeIs(1));
  EXPECT_EQ(result.documents[0].bytes, kXml);
  EXPECT_THAT(result.documents[0].tolerances, IsEmpty());
  expect_kept(attachment, result.documents[0], RawEncoding::gzip);
  EXPECT_EQ(result.documents[0].raw, attachment);
}

TEST(Unpack, GzipIsTheSameEachTime) {
  EXPECT_EQ(gzip(kXml), gzip(kXml));
  EXPECT_EQ(gzip(kXml).substr(4, 4), std::string(4, '\0'));  // No time stamp.
  for (const std::size_t size : {0U, 1U, 255U, 4096U, 70'000U, 3'000'000U}) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& c : bytes) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 28U);
    const auto back = restore(gzip(bytes), RawEncoding::gzip, Limits{});
    if (size == 0) {
      ASSERT_FALSE(back);
      EXPECT_EQ(back.error().code, "empty_payload");
    } else {
      ASSERT_TRUE(back) << size;
      EXPECT_EQ(*back, bytes);
    }
  }
}

TEST(Unpack, ForgivesBytesBehindGzip) {
  for (const std::string_view trailer : {"\r\n", "junk", "\x1f\x8b", "\x1f\x8b\x07 no member"}) {
    const std::string attachment = gzip(kXml) + std::string(trailer);
    const auto result = unpacked(attachment);
    ASSERT_THAT(result.documents, SizeIs(1)) << trailer;
    EXPECT_EQ(result.documents[0].bytes, kXml);
    EXPECT_THAT(result.documents[0].tolerances, ElementsAre("gzip_trailing_bytes"));
    expect_kept(attachment, result.documents[0], RawEncoding::gzip);
  }
}

TEST(Unpack, JoinsGzipMembers) {
  const std::string attachment = gzip(kXml.substr(0, 20)) + gzip("") + gzip(kXml.substr(20));
  const auto result = unpacked(attachment);
  ASSERT_THAT(result.documents, SizeIs(1));
  EXPECT_EQ(result.documents[0].bytes, kXml);
  EXPECT_THAT(result.documents[0].tolerances, ElementsAre("gzip_several_members"));
  expect_kept(attachment, result.documents[0], RawEncoding::gzip);
}

TEST(Unpack, TakesTheNameFromTheGzipHeaderWhenThereIsNoOther) {
  std::string attachment = gzip(kXml);
  attachment[3] = 8;
  attachment.insert(10, std::string_view("a.xml\0", 6));
  EXPECT_EQ(unpacked(attachment, {}, "").documents.at(0).name, "a.xml");
  EXPECT_EQ(unpacked(attachment, {}, "b.gz").documents.at(0).name, "b.gz");
}

TEST(Unpack, RefusesEveryTruncatedGzip) {
  const std::string whole = gzip(kXml);
  for (std::size_t size = 2; size < whole.size(); ++size) {
    EXPECT_EQ(code_of(unpacked(whole.substr(0, size))), "gzip_truncated") << size;
  }
  const auto late = unpacked(whole.substr(0, whole.size() - 8));
  EXPECT_THAT(late.refusals.at(0).error.message, HasSubstr("beginning \"<?xml"));
  EXPECT_EQ(late.refusals.at(0).error.kind, ErrorKind::malformed);
  EXPECT_EQ(late.refusals.at(0).name, "report");
  EXPECT_EQ(code_of(unpacked(whole + whole.substr(0, 15))), "gzip_truncated");
}

TEST(Unpack, RefusesDamagedGzip) {
  std::string crc = gzip(kXml);
  crc[crc.size() - 8] = static_cast<char>(crc[crc.size() - 8] ^ 1);
  EXPECT_EQ(code_of(unpacked(crc)), "gzip_corrupt");
  std::string length = gzip(kXml);
  length.back() = 1;
  EXPECT_EQ(code_of(unpacked(length)), "gzip_corrupt");
  EXPECT_EQ(code_of(unpacked("\x1f\x8b nothing of the sort")), "gzip_corrupt");
}

TEST(Unpack, HandsOnWhatIsNoXml) {
  const auto result = unpacked(gzip("unused"));
  ASSERT_THAT(result.documents, SizeIs(1));
  EXPECT_EQ(result.documents[0].content, Content::other);
  EXPECT_EQ(result.documents[0].bytes, "unused");
  EXPECT_EQ(code_of(unpacked(gzip(""))), "empty_payload");
}

TEST(Unpack, ReadsEveryKindOfZipMember) {
  for (int kind = 0; kind < 16; ++kind) {
    ZipWriter::Options options;
    options.stored = (kind & 1) != 0;
    options.data_descriptor = (kind & 2) != 0;
    options.zip64 = (kind & 4) != 0;
    const std::string attachment = ZipWriter().add("a.xml", kXml, options).finish((kind & 8) != 0 ? "comment" : "");
    const auto result = unpacked(attachment);
    ASSERT_THAT(result.documents, SizeIs(1)) << kind << ": " << code_of(result);
    EXPECT_EQ(result.documents[0].bytes, kXml);
    EXPECT_EQ(result.documents[0].name, "a.xml");
    EXPECT_THAT(result.documents[0].tolerances, IsEmpty());
    expect_kept(attachment, result.documents[0], RawEncoding::zip);
  }
}

TEST(Unpack, ReadsAllMembersButPlaceholders) {
  const std::string attachment = ZipWriter()
                                     .add("reports/", "")
                                     .add("reports/a.xml", kXml)
                                     .add("__MACOSX/reports/._a.xml", "resource fork")
                                     .add("reports/.DS_Store", "junk")
                                     .add("../../b.xml", kXml + "<!-- b -->")
                                     .add("empty.txt", "")
                                     .add("readme.txt", "no report")
                                     .finish();
  const auto result = unpacked(attachment);
  ASSERT_THAT(result.documents, SizeIs(3));
  EXPECT_THAT(result.refusals, IsEmpty());
  EXPECT_EQ(result.documents[0].name, "reports/a.xml");
  EXPECT_EQ(result.documents[1].name, "../../b.xml");
  EXPECT_EQ(result.documents[2].content, Content::other);
  EXPECT_THAT(result.documents[0].tolerances, ElementsAre("zip_empty_member", "zip_several_members"));
  EXPECT_TRUE(result.documents[0].raw.empty());
}

TEST(Unpack, KeepsAnArchiveWithAFolderAndOneDocument) {
  const std::string attachment = ZipWriter().add("reports/", "").add("reports/a.xml", kXml).finish();
  const auto result = unpacked(attachment);
  ASSERT_THAT(result.documents, SizeIs(1));
  expect_kept(attachment, result.documents[0], RawEncoding::zip);
}

TEST(Unpack, ForgivesBytesBehindZipAndWrongNames) {
  const std::string zip = ZipWriter().add("a.xml", kXml).finish();
  const auto zip_result = unpacked(zip + "\r\n-- \r\na footer\r\n", {}, "a.xml.gz");
  ASSERT_THAT(zip_result.documents, SizeIs(1));
  EXPECT_THAT(zip_result.documents[0].tolerances, ElementsAre("container_misnamed"));
  const auto gzip_result = unpacked("\r\n" + gzip(kXml), {}, "a.ZIP");
  ASSERT_THAT(gzip_result.documents, SizeIs(1));
  EXPECT_THAT(gzip_result.documents[0].tolerances, ElementsAre("container_leading_space", "container_misnamed"));
}

TEST(Unpack, RefusesBrokenZip) {
  EXPECT_EQ(code_of(unpacked(ZipWriter().finish())), "empty_payload");
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a.xml", "").finish())), "empty_payload");
  const std::string zip = ZipWriter().add("a.xml", kXml).finish();
  for (std::size_t size = 4; size < zip.size() - 22; ++size) {
    EXPECT_EQ(code_of(unpacked(zip.substr(0, size))), "zip_truncated") << size;
  }
  EXPECT_THAT(unpacked(zip.substr(0, 60)).refusals.at(0).error.message, HasSubstr("\"a.xml\""));
  ZipWriter::Options encrypted;
  encrypted.encrypted = true;
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a.xml", kXml, encrypted).finish())), "zip_encrypted");
  ZipWriter::Options bad_crc;
  bad_crc.bad_crc = true;
  const auto half = unpacked(ZipWriter().add("a.xml", kXml, bad_crc).add("b.xml", kXml).finish());
  EXPECT_THAT(half.documents, SizeIs(1));
  ASSERT_THAT(half.refusals, SizeIs(1));
  EXPECT_EQ(half.refusals[0].error.code, "zip_corrupt");
  EXPECT_EQ(half.refusals[0].name, "a.xml");
}

TEST(Unpack, UnwrapsThreeLayersAndNoMore) {
  const std::string two = ZipWriter().add("inner.gz", gzip(kXml)).finish();
  const auto result = unpacked(gzip(two));
  ASSERT_THAT(result.documents, SizeIs(1));
  EXPECT_EQ(result.documents[0].bytes, kXml);
  EXPECT_TRUE(result.documents[0].raw.empty());
  EXPECT_THAT(result.documents[0].tolerances, Contains("container_nested"));
  EXPECT_EQ(code_of(unpacked(gzip(gzip(two)))), "nested_too_deep");
}

TEST(Unpack, HoldsTheLimits) {
  Limits limits;
  limits.max_document_bytes = 1000;
  limits.max_total_bytes = 2500;
  limits.max_members = 4;
  const std::string fits(1000, 'x');
  EXPECT_THAT(unpacked(gzip(fits), limits).documents, SizeIs(1));
  EXPECT_EQ(code_of(unpacked(gzip(fits + "x"), limits)), "document_too_large");
  EXPECT_EQ(code_of(unpacked(fits + "x", limits)), "document_too_large");
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a", fits + "x").finish(), limits)), "zip_member_too_large");
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a", fits).repeat_last(4).finish(), limits)), "zip_too_many_members");
  const auto total = unpacked(ZipWriter().add("a", fits).add("b", fits).add("c", fits).finish(), limits);
  EXPECT_THAT(total.documents, SizeIs(2));
  ASSERT_THAT(total.refusals, SizeIs(1));
  EXPECT_EQ(total.refusals[0].error.code, "document_too_large");
  EXPECT_EQ(total.refusals[0].error.kind, ErrorKind::too_large);
  EXPECT_THAT(total.refusals[0].error.message, HasSubstr("together"));
}

TEST(Unpack, HoldsTheLimitsOfAllAttachmentsTogether) {
  Limits limits;
  limits.max_total_bytes = 2500;
  Budget budget(limits);
  std::size_t documents = 0;
  std::vector<Refusal> refusals;
  const auto add = [&](const std::string& attachment) {
    unpack(
        "a", attachment, limits, budget, [&](Document&&) { ++documents; },
        [&](Refusal&& refusal) { refusals.push_back(std::move(refusal)); });
  };
  add(gzip(std::string(1000, 'x')));
  add(std::string(1000, 'x'));
  EXPECT_EQ(documents, 2U);
  add(ZipWriter().add("a", std::string(501, 'x')).finish());
  add(std::string(501, 'x'));
  EXPECT_EQ(documents, 2U);
  ASSERT_THAT(refusals, SizeIs(2));
  for (const Refusal& refusal : refusals) EXPECT_EQ(refusal.error.code, "document_too_large");
  budget = Budget(limits);
  budget.members = 3;
  add(ZipWriter().add("a", "x").add("b", "x").finish());
  add(ZipWriter().add("a", "x").add("b", "x").finish());
  EXPECT_EQ(documents, 4U);
  EXPECT_EQ(refusals.back().error.code, "zip_too_many_members");
}

TEST(Unpack, RefusesManyMembersByTheEndRecordAlone) {
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a", kXml).repeat_last(60'000).finish())), "zip_too_many_members");
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a", kXml).repeat_last(100'000).finish())), "zip_too_many_members");
  // A false end record in the comment does not hide the true one.
  const std::string small = ZipWriter().add("b", kXml).finish();
  EXPECT_EQ(code_of(unpacked(ZipWriter().add("a", kXml).repeat_last(60'000).finish(small))), "zip_too_many_members");
}

TEST(Unpack, StopsBombsWhileReading) {
  std::string bomb;  // 1 GiB of zeros as gzip members of 32 MiB.
  const std::string member = gzip(std::string(32U << 20, '\0'));
  for (int i = 0; i < 32; ++i) bomb += member;
  EXPECT_LT(bomb.size(), 2U << 20);
  EXPECT_EQ(code_of(unpacked(bomb)), "ratio_too_high");
  EXPECT_EQ(code_of(unpacked(gzip(bomb))), "ratio_too_high");
  Limits loose;
  loose.max_ratio = 5000;
  loose.max_document_bytes = 64U << 20;
  EXPECT_EQ(code_of(unpacked(bomb, loose)), "document_too_large");
  const std::string zip = ZipWriter().add("a.xml", std::string(64U << 20, '\0')).repeat_last(60).finish();
  const auto result = unpacked(zip);
  EXPECT_THAT(result.documents, IsEmpty());
  for (const Refusal& refusal : result.refusals) EXPECT_EQ(refusal.error.code, "ratio_too_high");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // They keep freed memory and shadows of it.
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 400L << 10) << "KiB at the peak, with the test's own buffers";
#endif
}

TEST(Unpack, SurvivesEveryFlippedByte) {
  const std::string zip = ZipWriter().add("a.xml", kXml).add("b.xml", kXml).finish();
  for (const std::string& whole : {zip, gzip(kXml)}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int mask : {1, 0x80, 0xFF}) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ mask);
        const auto result = unpacked(damaged);
        EXPECT_FALSE(result.documents.empty() && result.refusals.empty());
      }
    }
  }
}

}  // namespace
}  // namespace ruagate::unpack
