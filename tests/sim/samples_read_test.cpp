#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "mime/message.hpp"
#include "reportxml/reader.hpp"
#include "sim/archive.hpp"
#include "sim/reporter_habits.hpp"

#include "sim/samples_once.hpp"
#include "sim/samples_world.hpp"
#include "unpack/unpack.hpp"

// The samples through the product's own reading rooms: every report comes back as it was simulated, and nothing had to
// be forgiven but what was broken on purpose.
namespace ruagate::sim {
namespace {

/// What reading one mail gave.
struct Reading {
  std::vector<report::Report> reports;
  std::vector<std::string> tolerances;  ///< Of mail and containers.
  std::vector<std::string_view> errors;
};

Reading read_mail(const std::string& bytes) {
  Reading reading;
  const auto message = mime::parse_message(bytes, {});
  if (!message) {
    reading.errors.push_back(message.error().code);
    return reading;
  }
  reading.tolerances = message->tolerances;
  for (const mime::Part& part : message->parts) {
    if (part.content.empty()) continue;  // Microsoft's first alternative
    unpack::unpack(
        part.file_name, part.content, {},
        [&](unpack::Document&& document) {
          reading.tolerances.insert(reading.tolerances.end(), document.tolerances.begin(), document.tolerances.end());
          if (document.content != unpack::Content::xml || !reportxml::looks_like_report(document.bytes)) return;
          const reportxml::Context context{.subject = message->subject(),
                                           .from = std::string(message->header("From")),
                                           .file_name = part.file_name,
                                           .mail_date = message->date()};
          auto reports = reportxml::read_reports(std::move(document.bytes), context, {});
          if (!reports) {
            reading.errors.push_back(reports.error().code);
            return;
          }
          for (report::Report& report : *reports) reading.reports.push_back(std::move(report));
        },
        [&](unpack::Refusal&& refusal) { reading.errors.push_back(refusal.error.code); });
  }
  return reading;
}

void expect_same(const report::Report& read, const report::Report& simulated, const std::string& where) {
  EXPECT_EQ(read.generation, simulated.generation) << where;
  EXPECT_EQ(read.version, simulated.version) << where;
  EXPECT_EQ(read.reporter, simulated.reporter) << where;
  EXPECT_EQ(read.report_id, simulated.report_id) << where;
  EXPECT_EQ(read.email, simulated.email) << where;
  EXPECT_EQ(read.extra_contact_info, simulated.extra_contact_info) << where;
  EXPECT_EQ(read.generator, simulated.generator) << where;
  EXPECT_EQ(read.begin, simulated.begin) << where;
  EXPECT_EQ(read.end, simulated.end) << where;
  EXPECT_TRUE(read.policy == simulated.policy) << where;
  EXPECT_TRUE(read.records == simulated.records) << where;
}

TEST(Samples, AreReadAsTheyWereSimulated) {
  const Samples& samples = test::samples();
  std::map<std::pair<std::string, std::string>, const Delivery*> expected;
  for (const Delivery& delivery : samples.deliveries) {
    expected.emplace(std::pair(delivery.report.reporter, delivery.report.report_id), &delivery);
  }
  std::map<const Delivery*, int> times_read;
  std::map<std::string_view, int> errors;
  std::map<std::string, int> tolerances;
  int unrelated = 0;
  int left_out = 0;
  for (const SampleFile& file : samples.files) {
    if (!file.path.ends_with(".sample")) continue;
    const Reading reading = read_mail(file.bytes);
    for (const std::string_view code : reading.errors) ++errors[code];
    if (reading.reports.empty() && reading.errors.empty()) ++unrelated;
    for (const report::Report& report : reading.reports) {
      const auto found = expected.find({report.reporter, report.report_id});
      ASSERT_NE(found, expected.end()) << file.path << ' ' << report.reporter << ' ' << report.report_id;
      ++times_read[found->second];
      expect_same(report, found->second->report, file.path);
      left_out += static_cast<int>(report.records_left_out);
      EXPECT_TRUE(test::are_habits(report.tolerances) || report.records_left_out > 0)
          << file.path << ' ' << report.reporter << ' ' << testing::PrintToString(report.tolerances);
    }
    for (const std::string& tolerance : reading.tolerances) ++tolerances[tolerance];
  }
  EXPECT_EQ(unrelated, 4);
  EXPECT_EQ(left_out, 1);
  EXPECT_EQ(tolerances, (std::map<std::string, int>{
                            {"container_misnamed", 1}, {"mail_odd_multipart", 90}, {"mail_whole_message", 359}}));
  EXPECT_EQ(errors, (std::map<std::string_view, int>{{"gzip_truncated", 1}, {"doctype_refused", 1}}));
  EXPECT_EQ(std::count_if(times_read.begin(), times_read.end(), [](const auto& item) { return item.second == 2; }), 1);
  EXPECT_EQ(times_read.size() + 7, samples.deliveries.size()) << "seven reports lie in reports/";
}

TEST(Samples, LooseReportsAreRead) {
  for (const SampleFile& file : test::samples().files) {
    if (!file.path.starts_with("reports/") || file.path.ends_with(".mbox")) continue;
    if (file.path.ends_with(".eml")) {
      EXPECT_EQ(read_mail(file.bytes).reports.size(), 1U) << file.path;
      continue;
    }
    int documents = 0;
    unpack::unpack(
        file.path, file.bytes, {},
        [&](unpack::Document&& document) {
          ++documents;
          const auto reports = reportxml::read_reports(std::move(document.bytes), {}, {});
          ASSERT_TRUE(reports.has_value()) << file.path << ' ' << reports.error().message;
          EXPECT_TRUE(test::are_habits(reports->front().tolerances));
          EXPECT_EQ(reports->front().policy.domain, "example.org");
        },
        [&](unpack::Refusal&& refusal) { ADD_FAILURE() << file.path << ' ' << refusal.error.message; });
    EXPECT_EQ(documents, 1) << file.path;
  }
}

TEST(Archive, WhatIsDeflatedComesBack) {
  Random random(9);
  for (const std::size_t size : {1U, 2U, 3U, 100U, 70'000U, 200'000U}) {
    std::string bytes;
    while (bytes.size() < size) {
      // Runs, repeats at every distance, and noise.
      if (!bytes.empty() && random.below(3) != 0) {
        const std::size_t from = random.below(bytes.size());
        bytes += bytes.substr(from, random.below(600));
      } else {
        bytes.push_back(static_cast<char>(random.below(256)));
      }
    }
    const std::string deflated = deflate(bytes);
    const auto from_gzip = unpack::restore(gzip(bytes, deflated), unpack::RawEncoding::gzip, {});
    ASSERT_TRUE(from_gzip.has_value()) << size << ' ' << from_gzip.error().message;
    EXPECT_TRUE(*from_gzip == bytes) << size;
    const auto from_zip = unpack::restore(zip("a.xml", bytes, deflated), unpack::RawEncoding::zip, {});
    ASSERT_TRUE(from_zip.has_value()) << size << ' ' << from_zip.error().message;
    EXPECT_TRUE(*from_zip == bytes) << size;
  }
}

}  // namespace
}  // namespace ruagate::sim
