#include "report/report.hpp"

#include <gtest/gtest.h>

#include "report/names.hpp"

namespace ruagate::report {
namespace {

TEST(Totals, CountMessagesNotRecords) {
  Report report;
  const auto add = [&](std::uint64_t count, Disposition disposition, AlignmentResult dkim, AlignmentResult spf) {
    Record record;
    record.message_count = count;
    record.disposition = disposition;
    record.dkim_aligned = dkim;
    record.spf_aligned = spf;
    report.records.push_back(record);
  };
  add(1, Disposition::none, AlignmentResult::pass, AlignmentResult::pass);
  add(10, Disposition::pass, AlignmentResult::pass, AlignmentResult::fail);
  add(100, Disposition::quarantine, AlignmentResult::fail, AlignmentResult::pass);
  add(1000, Disposition::reject, AlignmentResult::fail, AlignmentResult::fail);
  add(10000, Disposition::unknown, AlignmentResult::unknown, AlignmentResult::unknown);
  const Totals totals = totals_of(report);
  EXPECT_EQ(totals, (Totals{5, 11111, 11, 101, 111, 1, 10, 100, 1000}));
}

TEST(Names, ReadBackWhatTheyPrint) {
  for (int i = 0; i <= static_cast<int>(SpfResult::permerror); ++i) {
    const auto value = static_cast<SpfResult>(i);
    EXPECT_EQ(spf_result_from(to_string(value)), value);
  }
  for (int i = 0; i <= static_cast<int>(DkimResult::permerror); ++i) {
    const auto value = static_cast<DkimResult>(i);
    EXPECT_EQ(dkim_result_from(to_string(value)), value);
  }
  for (int i = 0; i <= static_cast<int>(OverrideType::other); ++i) {
    const auto value = static_cast<OverrideType>(i);
    EXPECT_EQ(override_type_from(to_string(value)), value);
  }
  EXPECT_EQ(disposition_from("Reject"), std::nullopt);
  EXPECT_EQ(alignment_mode_from("r"), AlignmentMode::relaxed);
  EXPECT_EQ(alignment_mode_from("s"), AlignmentMode::strict);
}

}  // namespace
}  // namespace ruagate::report
