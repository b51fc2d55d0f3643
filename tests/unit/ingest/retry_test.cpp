#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/ingest.hpp"
#include "ingest/reading.hpp"
#include "support/report_mail.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::ingest {
namespace {

using test::mail_with;
using test::report_mail;
using test::report_xml;
using testing::IsEmpty;

/// Rejects made under small limits, as an older or stricter reader left them.
class RetryTest : public testing::Test {
 protected:
  void reject(const std::string& bytes, const Limits& limits) {
    const auto read = read_message(bytes, "rua/new/1", limits);
    ASSERT_THAT(read.reports, IsEmpty());
    ASSERT_EQ(read.refused.size(), 1U);
    store_.begin();
    EXPECT_TRUE(store_.add_reject(to_reject(read.refused[0], bytes, "rua/new/1", clock_.now())));
    store_.commit();
  }
  RetryOutcome retry(const Limits& limits = {}) {
    std::vector<std::int64_t> ids;
    for (const auto& row : store_.rejects()) ids.push_back(row.id);
    Options options;
    options.limits = limits;
    return retry_rejects(store_, clock_, options, ids);
  }
  static Limits strict() {
    Limits limits;
    limits.unpack.max_document_bytes = 100;
    return limits;
  }

  test::TempDir dir_;
  store::Store store_{(dir_ / "x.db").string(), store::OpenMode::write};
  FixedClock clock_{instant_from(1'790'100'000)};
};

TEST_F(RetryTest, APayloadThatCanBeReadNowIsStored) {
  reject(report_mail(1), strict());
  EXPECT_FALSE(store_.rejects().at(0).whole_message);
  const auto outcome = retry();
  EXPECT_EQ(outcome.tried, 1U);
  EXPECT_EQ(outcome.resolved, 1U);
  EXPECT_EQ(outcome.reports_new, 1U);
  ASSERT_EQ(outcome.changes.size(), 1U);
  EXPECT_EQ(outcome.changes[0].old_reason, "document_too_large");
  EXPECT_EQ(outcome.changes[0].new_reason, "stored");
  EXPECT_THAT(store_.rejects(), IsEmpty());
  EXPECT_EQ(store_.stats().reports, 1U);
}

TEST_F(RetryTest, AWholeMessageThatCanBeReadNowIsStored) {
  Limits limits;
  limits.mime.max_parts = 1;
  reject(report_mail(2), limits);
  EXPECT_TRUE(store_.rejects().at(0).whole_message);
  EXPECT_EQ(retry().reports_new, 1U);
  EXPECT_THAT(store_.rejects(), IsEmpty());
}

TEST_F(RetryTest, AReportThatCameMeanwhileIsADuplicateAndTheRejectGoes) {
  reject(report_mail(1), strict());
  auto read = read_message(report_mail(1), "x", {});
  store_.begin();
  store_.insert(read.reports.at(0).report, {"x", clock_.now(), report::Trust::unverified}, {});
  store_.commit();
  const auto outcome = retry();
  EXPECT_EQ(outcome.resolved, 1U);
  EXPECT_EQ(outcome.reports_new, 0U);
  EXPECT_THAT(store_.rejects(), IsEmpty());
}

TEST_F(RetryTest, WhatStaysBrokenStaysWithItsNewReason) {
  const auto packed = unpack::gzip(report_xml(1));
  reject(mail_with("application/gzip", "x.xml.gz", packed.substr(0, packed.size() / 2)), {});
  EXPECT_EQ(store_.rejects().at(0).reason, "gzip_truncated");
  auto outcome = retry();
  EXPECT_EQ(outcome.tried, 1U);
  EXPECT_EQ(outcome.resolved, 0U);
  EXPECT_THAT(outcome.changes, IsEmpty());
  ASSERT_EQ(store_.rejects().size(), 1U);

  store_.begin();
  store_.update_reject(store_.rejects()[0].id, "reader_failed", "");
  store_.commit();
  outcome = retry();
  ASSERT_EQ(outcome.changes.size(), 1U);
  EXPECT_EQ(outcome.changes[0].new_reason, "gzip_truncated");
  EXPECT_EQ(store_.rejects().at(0).reason, "gzip_truncated");
}

TEST_F(RetryTest, WhatIsNoReportByTodaysRulesIsDropped) {
  const std::string mail = "From: a@example.com\nSubject: hello\n\nhello\n";
  store_.begin();
  store_.add_reject(to_reject({"", "reader_failed", "", ""}, mail, "rua/new/1", clock_.now()));
  store_.commit();
  const auto outcome = retry();
  EXPECT_EQ(outcome.resolved, 1U);
  ASSERT_EQ(outcome.changes.size(), 1U);
  EXPECT_EQ(outcome.changes[0].new_reason, "not_a_report");
  EXPECT_THAT(store_.rejects(), IsEmpty());
}

TEST_F(RetryTest, UnknownNumbersAreNoHarm) {
  EXPECT_EQ(retry_rejects(store_, clock_, {}, {12345}).tried, 0U);
}

TEST(ToReject, CutsBytesAtTheLimitAndSaysSo) {
  const std::string bytes(kMaxRejectBytes + 1, 'x');
  const auto reject = to_reject({"", "bad", "why", ""}, bytes, "o", {});
  EXPECT_EQ(reject.bytes.size(), kMaxRejectBytes);
  EXPECT_THAT(reject.detail, testing::HasSubstr("the first 16777216 are kept"));
}

}  // namespace
}  // namespace ruagate::ingest
