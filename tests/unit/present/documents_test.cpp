// Every document with fixed contents, compared with the files of tests/data/documents. UPDATE_GOLDEN=1 rewrites them
// and reports the case as skipped, so that the difference is what gets reviewed.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"
#include "unit/present/samples.hpp"

#include "present/present.hpp"

namespace ruagate::present {

namespace {

struct Document {
  std::string file;  ///< Below tests/data/documents.
  std::function<void(std::ostream&)> print;
};

void PrintTo(const Document& document, std::ostream* out) {
  *out << document.file;
}

template <class Writer, class Rows>
void print_rows(std::ostream& out, Format format, const Style& style, const Rows& rows, bool more) {
  Writer writer(out, format, style);
  for (const auto& row : rows) writer.row(row);
  writer.finish(more);
}

std::vector<Document> documents() {
  const std::vector<std::pair<std::string, Format>> formats = {
      {"txt", Format::text}, {"json", Format::json}, {"csv", Format::csv}};
  std::vector<Document> all;
  const auto add = [&](const std::string& name, const std::function<void(std::ostream&, Format, const Style&)>& print) {
    for (const auto& [extension, format] : formats) {
      all.push_back({name + "." + extension, [=, f = format](std::ostream& out) { print(out, f, Style{}); }});
    }
  };
  add("sources", [](auto& out, Format f, const Style& s) { write(out, test::sample_sources(), f, s); });
  add("sources-empty", [](auto& out, Format f, const Style& s) {
    answer::SourcesAnswer answer;
    answer.domain = "example.com";
    answer.window = test::sample_sources().window;
    write(out, answer, f, s);
  });
  add("readiness", [](auto& out, Format f, const Style& s) { write(out, test::sample_readiness(), f, s); });
  add("readiness-empty", [](auto& out, Format f, const Style& s) {
    answer::ReadinessAnswer answer;
    answer.as_of = test::sample_readiness().as_of;
    write(out, answer, f, s);
  });
  add("summary", [](auto& out, Format f, const Style& s) { write(out, test::sample_summary(), f, s); });
  add("summary-empty", [](auto& out, Format f, const Style& s) {
    answer::SummaryAnswer answer;
    answer.window = answer.before = test::sample_summary().window;
    write(out, answer, f, s);
  });
  add("ingest", [](auto& out, Format f, const Style& s) { write(out, test::sample_outcome(), f, s); });
  add("ingest-verbose", [](auto& out, Format f, const Style& s) {
    Style verbose = s;
    verbose.explain = true;
    write(out, test::sample_outcome(), f, verbose);
  });
  add("reports",
      [](auto& out, Format f, const Style& s) { print_rows<ReportsWriter>(out, f, s, test::sample_reports(), true); });
  add("reports-empty", [](auto& out, Format f, const Style& s) {
    print_rows<ReportsWriter>(out, f, s, std::vector<store::ReportRow>(), false);
  });
  add("records",
      [](auto& out, Format f, const Style& s) { print_rows<RecordsWriter>(out, f, s, test::sample_records(), false); });
  add("records-empty", [](auto& out, Format f, const Style& s) {
    print_rows<RecordsWriter>(out, f, s, std::vector<store::RecordRow>(), false);
  });
  add("report", [](auto& out, Format f, const Style& s) {
    write_report(out, test::sample_reports()[0], test::sample_records(), f, s);
  });
  add("rejects", [](auto& out, Format f, const Style& s) { write_rejects(out, test::sample_rejects(), f, s); });
  add("reject", [](auto& out, Format f, const Style& s) {
    write_reject(out, test::sample_rejects()[0], "From: reporter@example.net\r\n\r\n<feedback>\x1b[2J", f, s);
  });
  add("retry", [](auto& out, Format f, const Style& s) { write_retry(out, test::sample_retry(), f, s); });
  add("decisions", [](auto& out, Format f, const Style& s) { write_decisions(out, test::sample_decisions(), f, s); });
  add("stats", [](auto& out, Format f, const Style& s) { write_stats(out, test::sample_stats(), f, s); });
  all.push_back({"summary.html", [](std::ostream& out) { write(out, test::sample_summary(), Format::html, Style{}); }});
  Style explain;
  explain.explain = true;
  explain.width = 80;
  all.push_back({"readiness-explain.txt", [=](std::ostream& out) {
                   answer::ReadinessAnswer answer = test::sample_readiness();
                   answer.domains = {answer.domains[2]};
                   answer.sources = {test::sample_sources().sources};
                   answer.sources[0][0].totals.by_flow = {100'999, 1, 0, 0, 0, 0, 0};
                   answer.sources[0][1].source.score = -3;
                   write(out, answer, Format::text, explain);
                 }});
  Style colour;
  colour.colour = true;
  all.push_back(
      {"sources-colour.txt", [=](std::ostream& out) { write(out, test::sample_sources(), Format::text, colour); }});
  return all;
}

class Documents : public testing::TestWithParam<Document> {};

}  // namespace

TEST_P(Documents, AreAsReviewed) {
  std::ostringstream out;
  GetParam().print(out);
  const std::filesystem::path path =
      std::filesystem::path(RUAGATE_SOURCE_DIR) / "tests/data/documents" / GetParam().file;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    test::write_file(path, out.str());
    GTEST_SKIP() << "rewrote " << path;
  }
  EXPECT_EQ(out.str(), test::read_file(path));
}

INSTANTIATE_TEST_SUITE_P(All, Documents, testing::ValuesIn(documents()), [](const auto& param_info) {
  std::string name = param_info.param.file;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
});

TEST(SourcesText, LongListsEndInAllOthers) {
  answer::SourcesAnswer answer = test::sample_sources();
  const answer::SourceAnswer one = answer.sources[1];
  answer.sources.assign(1000, one);
  std::ostringstream text;
  write(text, answer, Format::text, Style{});
  EXPECT_NE(text.str().find("all 970 others"), std::string::npos);
  EXPECT_NE(text.str().find("12,847,650"), std::string::npos);  // 970 x 13,245
  std::ostringstream csv;
  write(csv, answer, Format::csv, Style{});
  const std::string rows = csv.str();
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 1001);
}

TEST(ReadinessText, WorstNewsFirst) {
  std::ostringstream out;
  write(out, test::sample_readiness(), Format::text, Style{});
  const std::string text = out.str();
  std::size_t last = 0;
  for (const std::string_view line : {"back.example: STEP BACK", "example.com: HOLD", "early.example: NOT ENOUGH DATA",
                                      "ready.example: READY", "done.example: AT TARGET"}) {
    const std::size_t at = text.find(line);
    ASSERT_NE(at, std::string::npos) << line;
    EXPECT_GT(at, last) << line;
    last = at;
  }
}

TEST(ReadinessText, TheRecordIsOneLineThatCanBeCopied) {
  std::ostringstream out;
  Style narrow;
  narrow.width = 40;
  write(out, test::sample_readiness(), Format::text, narrow);
  EXPECT_NE(
      out.str().find("\n_dmarc.example.com. TXT \"v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:rua@example.com\"\n"),
      std::string::npos);
}

}  // namespace ruagate::present
