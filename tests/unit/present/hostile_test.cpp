// Reports are mailed by anyone: whatever they say, a terminal, a browser and a spreadsheet must only ever show it.
#include <algorithm>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "unit/present/samples.hpp"

#include "present/present.hpp"

namespace ruagate::present {

namespace {

using Print = std::function<void(std::ostream&, const test::Hostile&, Format, const Style&)>;

const std::vector<std::pair<std::string, Print>>& all_documents() {
  static const std::vector<std::pair<std::string, Print>> kAll = {
      {"sources", [](auto& out, const auto& h, Format f, const Style& s) { write(out, h.sources, f, s); }},
      {"readiness", [](auto& out, const auto& h, Format f, const Style& s) { write(out, h.readiness, f, s); }},
      {"summary", [](auto& out, const auto& h, Format f, const Style& s) { write(out, h.summary, f, s); }},
      {"ingest", [](auto& out, const auto& h, Format f, const Style& s) { write(out, h.outcome, f, s); }},
      {"report",
       [](auto& out, const auto& h, Format f, const Style& s) { write_report(out, h.report, {h.record}, f, s); }},
      {"reports",
       [](auto& out, const auto& h, Format f, const Style& s) {
         ReportsWriter writer(out, f, s);
         writer.row(h.report);
         writer.finish(false);
       }},
      {"records",
       [](auto& out, const auto& h, Format f, const Style& s) {
         RecordsWriter writer(out, f, s);
         writer.row(h.record);
         writer.finish(false);
       }},
      {"rejects", [](auto& out, const auto& h, Format f, const Style& s) { write_rejects(out, {h.reject}, f, s); }},
      {"reject",
       [](auto& out, const auto& h, Format f, const Style& s) { write_reject(out, h.reject, h.reject.origin, f, s); }},
      {"retry", [](auto& out, const auto& h, Format f, const Style& s) { write_retry(out, h.retry, f, s); }},
      {"decisions",
       [](auto& out, const auto& h, Format f, const Style& s) { write_decisions(out, {h.decision}, f, s); }},
  };
  return kAll;
}

std::vector<std::string> hostile_texts() {
  std::string controls;
  for (char c = 1; c < 32; ++c) controls += c;
  return {controls +
              "\x7F\xC2\x9B"
              "31m",
          "\x1b]0;owned\x07\x1b[2J",
          "\xE2\x80\xAE\xE2\x81\xA6right to left\xEF\xBB\xBF\xD8\x9C",
          "\xFF\xFE\xC3(\xED\xA0\x80 no UTF-8 \xF0\x9F",
          "<script>alert(1)</script>\"'><img src=x onerror=y>&lt;",
          "=HYPERLINK(\"http://evil.example\",\"x\")",
          "@SUM(1+1)*cmd|' /C calc'!A0",
          "-2+3;=1+1,\"x\"\r\n=1",
          std::string("nul\0inside", 10),
          std::string(10'240, 'a'),
          std::string(500, ' ') + std::string(500, '\xC3')};
}

std::string printed(const Print& print, const std::string& text, Format format, bool explain = true) {
  std::ostringstream out;
  Style style;
  style.explain = explain;
  print(out, test::Hostile(text), format, style);
  return out.str();
}

/// What is not allowed on a terminal; the output's own line ends are.
void expect_harmless(const std::string& output, const std::string& where) {
  std::string_view rest = output;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    ASSERT_EQ(printable(line, line.size() + 1), line) << where;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

std::string tags_of(const std::string& page) {
  std::string tags;
  bool inside = false;
  for (const char c : page) {
    if (c == '<') inside = true;
    if (inside) tags += c;
    if (c == '>') inside = false;
  }
  return tags;
}

/// Fields of RFC 4180 rows, without a mind of their own about what they mean.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& field = rows.back().back();
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.emplace_back(1);
    } else {
      field += c;
    }
  }
  if (rows.back() == std::vector<std::string>(1)) rows.pop_back();
  return rows;
}

bool is_number(const std::string& field) {
  return !field.empty() && field.find_first_not_of("-0123456789.e") == std::string::npos &&
         field.find_first_of("0123456789") != std::string::npos;
}

}  // namespace

TEST(HostileText, NeverReachesATerminal) {
  for (const auto& [name, print] : all_documents()) {
    for (const std::string& text : hostile_texts()) {
      if (text.size() > 10'000) continue;  // Harmless but for its length, which has a case of its own.
      for (const Format format : {Format::text, Format::json, Format::csv, Format::html}) {
        expect_harmless(printed(print, text, format), name);
      }
    }
  }
}

TEST(HostileText, JsonStaysJsonAndKeepsValidText) {
  const std::string bidi = "\xE2\x80\xAEleft\xC2\x9B\x7F\x1b";
  for (const auto& [name, print] : all_documents()) {
    for (const std::string& text : hostile_texts()) {
      EXPECT_TRUE(nlohmann::json::accept(printed(print, text, Format::json))) << name;
    }
  }
  const auto document = nlohmann::json::parse(printed(all_documents()[6].second, bidi, Format::json));
  EXPECT_EQ(document["records"][0]["author_domain"], bidi);
  EXPECT_EQ(document["records"][0]["spf"][0]["human_result"], bidi);
}

TEST(HostileText, HtmlHasTheSameTagsWhateverTheTextSays) {
  for (const auto& [name, print] : all_documents()) {
    if (name == "ingest") continue;
    const std::string harmless = tags_of(printed(print, "x", Format::html));
    for (const std::string& text : hostile_texts()) {
      EXPECT_EQ(tags_of(printed(print, text, Format::html)), harmless) << name;
    }
  }
}

TEST(HostileText, CsvRowsStayRowsAndHoldNoFormula) {
  for (const auto& [name, print] : all_documents()) {
    for (const std::string& text : hostile_texts()) {
      const auto rows = read_csv(printed(print, text, Format::csv));
      ASSERT_GE(rows.size(), 2U) << name;
      for (const std::vector<std::string>& row : rows) {
        EXPECT_EQ(row.size(), rows[0].size()) << name;
        for (const std::string& field : row) {
          if (field.empty() || is_number(field)) continue;
          EXPECT_EQ(std::string("=+-@\t\r").find(field[0]), std::string::npos) << name << ": " << field;
        }
      }
    }
  }
}

TEST(HostileText, LongNamesDoNotFloodTheScreen) {
  for (const auto& [name, print] : all_documents()) {
    if (name == "reject") continue;  // Shows the first bytes of what was kept, on purpose.
    const std::string text = printed(print, std::string(10'240, 'a'), Format::text, false);
    EXPECT_EQ(text.find(std::string(4100, 'a')), std::string::npos) << name;
  }
}

}  // namespace ruagate::present
