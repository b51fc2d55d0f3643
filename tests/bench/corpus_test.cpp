#include "bench/corpus.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "mime/message.hpp"
#include "reportxml/reader.hpp"
#include "sim/reporter_habits.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::bench {
namespace {

std::vector<std::string> mails_of(const CorpusOptions& options, CorpusTotals* totals = nullptr) {
  std::vector<std::string> mails;
  const CorpusTotals made =
      make_corpus(options, [&](Instant, const std::string& message) { mails.push_back(message); });
  if (totals != nullptr) *totals = made;
  return mails;
}

TEST(Corpus, SameSeedSameMails) {
  const CorpusOptions options{.messages = 60, .seed = 4, .records = {}};
  EXPECT_TRUE(mails_of(options) == mails_of(options));
  EXPECT_FALSE(mails_of(options) == mails_of({.messages = 60, .seed = 5, .records = {}}));
}

TEST(Corpus, TotalsAreWhatAReaderFinds) {
  CorpusTotals totals;
  const auto mails = mails_of({.messages = 400, .seed = 2, .records = {}}, &totals);
  ASSERT_EQ(mails.size(), 400U);
  report::Totals found;
  std::set<std::tuple<std::string, std::string, std::string>> identities;
  for (const std::string& mail : mails) {
    const auto message = mime::parse_message(mail, {});
    ASSERT_TRUE(message.has_value());
    for (const mime::Part& part : message->parts) {
      if (part.content.empty()) continue;  // Microsoft's first alternative
      unpack::unpack(
          part.file_name, part.content, {},
          [&](unpack::Document&& document) {
            if (document.content != unpack::Content::xml || !reportxml::looks_like_report(document.bytes)) return;
            const auto reports = reportxml::read_reports(std::move(document.bytes), {}, {});
            ASSERT_TRUE(reports.has_value()) << reports.error().message;
            ASSERT_EQ(reports->size(), 1U);
            const report::Report& report = reports->front();
            EXPECT_TRUE(sim::test::are_habits(report.tolerances))
                << report.reporter << testing::PrintToString(report.tolerances);
            EXPECT_TRUE(identities.emplace(report.reporter, report.report_id, report.policy.domain).second);
            const report::Totals one = totals_of(report);
            found.records += one.records;
            found.messages += one.messages;
            found.aligned += one.aligned;
            found.disposition_reject += one.disposition_reject;
          },
          [&](unpack::Refusal&& refusal) { ADD_FAILURE() << refusal.error.message; });
    }
  }
  EXPECT_EQ(identities.size(), 400U);
  EXPECT_EQ(found.records, totals.reported.records);
  EXPECT_EQ(found.messages, totals.reported.messages);
  EXPECT_EQ(found.aligned, totals.reported.aligned);
  EXPECT_EQ(found.disposition_reject, totals.reported.disposition_reject);
  EXPECT_GT(totals.zip, 100U);
  EXPECT_GT(totals.rfc9990, 50U);
}

TEST(Corpus, RecordsCanBeFixed) {
  CorpusTotals totals;
  mails_of({.messages = 3, .seed = 1, .records = 250}, &totals);
  EXPECT_EQ(totals.reported.records, 750U);
  EXPECT_EQ(totals.most_records, 250U);
}

}  // namespace
}  // namespace ruagate::bench
