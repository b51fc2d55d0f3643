#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::HasSubstr;
using testing::IsEmpty;

class Keeping : public testing::Test {
 protected:
  Keeping() {
    store_.begin();
    for (int i = 0; i < 450; ++i) {
      report::Report report = make_report(std::to_string(i));
      report.begin += days{i / 50};
      report.end = report.begin + days{i % 5 == 0 ? 3 : 1};
      report.records.push_back(make_record("192.0.2." + std::to_string(i % 200), 2, false, i % 2 == 0));
      report.records[0].evidence.dkim[0].human_result = "text " + std::to_string(i);
      store_.insert(report, {"m", report.end, report::Trust::unverified}, raw("document"));
    }
    store_.commit();
  }
  TempDir folder_;
  Store store_{folder_ / "x.db", OpenMode::write};
};

TEST_F(Keeping, PruneDeletesWhatIsOldAndKeepsTheFacts) {
  const std::vector<std::string> facts = facts_lines(store_);
  const store::PruneOutcome outcome = store_.prune(at("2026-11-04"), at("2026-11-07"));
  std::uint64_t emptied = 0;
  std::uint64_t without_raw = 0;
  for (const store::ReportRow& row : all_reports(store_)) {
    const bool is_old = row.report.end < at("2026-11-07");
    EXPECT_EQ(store_.records_of(row.id).size(), is_old ? 0U : 2U);
    EXPECT_EQ(row.has_raw, row.provenance.received_at >= at("2026-11-04"));
    EXPECT_EQ(store_.raw(row.id).has_value(), row.has_raw);
    EXPECT_EQ(row.totals.records, 2U);
    emptied += is_old;
    without_raw += !row.has_raw;
  }
  EXPECT_GT(emptied, 200U);
  EXPECT_EQ(outcome.reports_emptied, emptied);
  EXPECT_EQ(outcome.records, 2 * emptied);
  EXPECT_EQ(outcome.raw_documents, without_raw);
  EXPECT_EQ(facts_lines(store_), facts);
  EXPECT_THAT(store_.check(), IsEmpty());
  EXPECT_EQ(store_.prune(at("2026-11-04"), at("2026-11-07")).reports_emptied, 0U);
  EXPECT_EQ(store_.stats().records, 900 - 2 * emptied);
}

TEST_F(Keeping, PrunedReportIsStillADuplicateAndNeverReplaced) {
  report::Report report = make_report("old", "2025-01-01");
  insert(store_, report);
  store_.prune(at("2020-01-01"), at("2025-02-01"));
  EXPECT_EQ(insert(store_, report), store::InsertOutcome::duplicate);
  EXPECT_EQ(insert(store_, report, from("a", report::Trust::trusted)), store::InsertOutcome::duplicate);
  report.records[0].message_count = 1000;
  EXPECT_EQ(insert(store_, report), store::InsertOutcome::conflict_kept_old);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Keeping, BackupIsWholeAndNeverOverwrites) {
  const std::string copy = folder_ / "copy.db";
  store_.backup(copy);
  struct stat info {};
  ASSERT_EQ(stat(copy.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U & ~022U);
  {
    Store restored(copy, OpenMode::write);
    EXPECT_EQ(facts_lines(restored), facts_lines(store_));
    EXPECT_EQ(all_records(restored).size(), 900U);
    EXPECT_THAT(restored.check(), IsEmpty());
    EXPECT_EQ(insert(restored, make_report("another")), store::InsertOutcome::added);
  }
  for (const std::string& path : {copy, (folder_ / "x.db").string(), folder_.path().string()}) {
    try {
      store_.backup(path);
      ADD_FAILURE() << "overwrote " << path;
    } catch (const store::StoreError& error) {
      EXPECT_THAT(error.what(), HasSubstr("already exists"));
    }
  }
  EXPECT_THROW(store_.backup(folder_ / "none/copy.db"), store::StoreError);
  EXPECT_THROW(store_.backup(""), store::StoreError);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr("partial")));
  }
}

TEST_F(Keeping, BackupBesideAWriterHoldsCommittedDataOnly) {
  Store reader(folder_ / "x.db", OpenMode::read);
  store_.begin();
  store_.insert(make_report("uncommitted"), from("a"), raw("x"));
  reader.backup(folder_ / "copy.db");
  store_.commit();
  Store copy(folder_ / "copy.db", OpenMode::read);
  EXPECT_EQ(all_reports(copy).size(), 450U);
  EXPECT_THAT(copy.check(), IsEmpty());
}

TEST_F(Keeping, StatsCount) {
  const store::Stats stats = store_.stats();
  EXPECT_EQ(stats.reports, 450U);
  EXPECT_EQ(stats.records, 900U);
  EXPECT_EQ(stats.messages, 450U * 12);
  EXPECT_EQ(stats.domains, 1U);
  EXPECT_EQ(stats.raw_documents, 450U);
  EXPECT_EQ(stats.raw_bytes, 450U * 8);
  EXPECT_EQ(stats.addresses, 200U);
  EXPECT_GT(stats.cells, 200U);
  EXPECT_GT(stats.texts, 450U);
  EXPECT_GT(stats.file_bytes, 50'000U);
  EXPECT_EQ(stats.first_begin, at("2026-11-01"));
  EXPECT_EQ(stats.schema_version, Store::newest_schema_version());
  EXPECT_EQ(stats.rejects, 0U);
}

TEST(EmptyStore, AnswersEverything) {
  TempDir folder;
  Store store(folder / "x.db", OpenMode::write);
  EXPECT_THAT(store.domains(), IsEmpty());
  EXPECT_THAT(store.check(), IsEmpty());
  EXPECT_EQ(store.stats().reports, 0U);
  EXPECT_EQ(store.stats().first_begin, std::nullopt);
  EXPECT_EQ(store.prune(at("2030-01-01"), at("2030-01-01")).records, 0U);
  EXPECT_THAT(all_reports(store), IsEmpty());
  EXPECT_THAT(store.runs(10), IsEmpty());
}

}  // namespace
}  // namespace ruagate::test
