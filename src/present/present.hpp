#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "base/time.hpp"
#include "ingest/ingest.hpp"
#include "store/store.hpp"

// The answers as documents: JSON and CSV for programs, text for people, HTML for mail. Everything that came from
// outside is escaped for where it goes (terminal, HTML, CSV formulas).
namespace ruagate::present {

enum class Format : std::uint8_t { text, json, csv, html };

/// How text is written.
struct Style {
  bool colour = false;   ///< ANSI colours.
  int width = 100;       ///< Columns of the terminal.
  bool explain = false;  ///< readiness: every gate and every source.
};

void write(std::ostream& out, const answer::SourcesAnswer& answer, Format format, const Style& style);
void write(std::ostream& out, const answer::ReadinessAnswer& answer, Format format, const Style& style);
void write(std::ostream& out, const answer::SummaryAnswer& answer, Format format, const Style& style);
void write(std::ostream& out, const ingest::Outcome& outcome, Format format, const Style& style);

/// Lists that may be larger than memory are written row by row.
class ReportsWriter {
 public:
  ReportsWriter(std::ostream& out, Format format, const Style& style);
  void row(const store::ReportRow& row);
  void finish(bool more);  ///< `more`: the limit cut the list (said in text).
  /// Instead of finish(): says in JSON where the next page begins.
  void finish_page(const std::optional<std::string>& next_cursor);

 private:
  std::ostream& out_;
  Format format_;
  Style style_;
  std::uint64_t rows_ = 0;
  std::vector<std::vector<std::string>> table_;
};

class RecordsWriter {
 public:
  RecordsWriter(std::ostream& out, Format format, const Style& style);
  void row(const store::RecordRow& row);
  void finish(bool more);
  void finish_page(const std::optional<std::string>& next_cursor);

 private:
  std::ostream& out_;
  Format format_;
  Style style_;
  std::uint64_t rows_ = 0;
  std::vector<std::vector<std::string>> table_;
};

/// `reports show ID`.
void write_report(std::ostream& out, const store::ReportRow& report, const std::vector<store::RecordRow>& records,
                  Format format, const Style& style);
void write_rejects(std::ostream& out, const std::vector<store::RejectRow>& rejects, Format format, const Style& style);
/// A page of them, JSON or CSV.
void write_rejects_page(std::ostream& out, const std::vector<store::RejectRow>& rejects, Format format,
                        const std::optional<std::string>& next_cursor);
/// `rejects show ID`: what a person needs to judge it, with the beginning of the bytes, escaped.
void write_reject(std::ostream& out, const store::RejectRow& reject, const std::string& bytes, Format format,
                  const Style& style);
void write_retry(std::ostream& out, const ingest::RetryOutcome& outcome, Format format, const Style& style);
void write_decisions(std::ostream& out, const std::vector<report::Decision>& decisions, Format format,
                     const Style& style);
void write_stats(std::ostream& out, const store::Stats& stats, Format format, const Style& style);

}  // namespace ruagate::present
