#include <algorithm>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/csv.hpp"
#include "present/html.hpp"
#include "present/json.hpp"
#include "present/table.hpp"

namespace ruagate::present {

namespace {

/// How much of a reject's bytes is shown: enough to see what it is.
constexpr std::size_t kShownText = 2000;
constexpr std::size_t kShownBinary = 256;

Json reject_json(const store::RejectRow& reject) {
  return {{"id", reject.id},
          {"origin", reject.origin},
          {"part", text_or_null(reject.part)},
          {"reason", reject.reason},
          {"detail", reject.detail},
          {"whole_message", reject.whole_message},
          {"size", reject.size},
          {"first_seen", to_iso(reject.first_seen)},
          {"last_seen", to_iso(reject.last_seen)},
          {"times_seen", reject.times_seen}};
}

void csv_rows(std::ostream& out, const std::vector<store::RejectRow>& rejects) {
  Csv csv(out);
  csv.header(
      {"id", "origin", "part", "reason", "detail", "whole_message", "size", "first_seen", "last_seen", "times_seen"});
  for (const store::RejectRow& reject : rejects) {
    csv.integer(reject.id)
        .text(reject.origin)
        .text(reject.part)
        .text(reject.reason)
        .text(reject.detail)
        .flag(reject.whole_message)
        .number(reject.size)
        .text(to_iso(reject.first_seen))
        .text(to_iso(reject.last_seen))
        .number(reject.times_seen);
    csv.end_row();
  }
}

void rejects_text(std::ostream& out, const std::vector<store::RejectRow>& rejects, const Style& style) {
  if (rejects.empty()) {
    out << "No rejects: everything could be read.\n";
    return;
  }
  Table table({{"ID", Table::Align::right, 0},
               {"Last seen", Table::Align::left, 0},
               {"Times", Table::Align::right, 0},
               {"Reason", Table::Align::left, 0},
               {"Size", Table::Align::right, 0},
               {"Origin", Table::Align::left, 14},
               {"Part", Table::Align::left, 8},
               {"Detail", Table::Align::left, 16}});
  for (const store::RejectRow& reject : rejects) {
    table.row({{std::to_string(reject.id), Colour::none},
               {to_iso(day_of(reject.last_seen)), Colour::none},
               {thousands(reject.times_seen), Colour::none},
               {reject.reason, Colour::yellow},
               {bytes(reject.size), Colour::none},
               {reject.origin, Colour::none},
               {reject.part, Colour::none},
               {reject.detail, Colour::none}});
  }
  table.print(out, style);
  out << '\n';
  paragraph(
      out,
      format("{} kept. `ruagate rejects show ID` shows one, `retry` reads all again (after an upgrade), `drop ID` "
             "gives one up.",
             count(rejects.size(), "reject is", "rejects are")),
      style);
}

bool looks_like_text(std::string_view bytes) {
  std::size_t odd = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F) ++odd;
  }
  return odd * 20 <= bytes.size() && valid_utf8(bytes).size() <= bytes.size() + bytes.size() / 10;
}

void hex_lines(std::ostream& out, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view line = bytes.substr(at, 16);
    std::string hex;
    std::string plain;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      hex += format("{:02x} ", byte);
      plain += byte >= 0x20 && byte < 0x7F ? c : '.';
    }
    out << format("{:06x}  {:<48} {}\n", at, hex, plain);
  }
}

void text_lines(std::ostream& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out << "  " << printable(line, kShownText) << '\n';
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

void reject_text(std::ostream& out, const store::RejectRow& reject, const std::string& bytes_kept, const Style& style) {
  heading(out, format("Reject {}: {}", reject.id, printable(reject.reason)), '=', style);
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out << format("{:<12}{}\n", name, printable(value, 1000));
  };
  line("Origin", reject.origin);
  line("Part", reject.part);
  line("Detail", reject.detail);
  line("Kept", format("{}, {}", reject.whole_message ? "the whole message" : "the part alone", bytes(reject.size)));
  line("First seen", minute(reject.first_seen));
  line("Last seen", format("{} ({})", minute(reject.last_seen), count(reject.times_seen, "time", "times")));
  if (bytes_kept.empty()) return;
  const bool is_text = looks_like_text(std::string_view(bytes_kept).substr(0, kShownText));
  const std::string_view shown = std::string_view(bytes_kept).substr(0, is_text ? kShownText : kShownBinary);
  out << '\n'
      << (shown.size() == bytes_kept.size()
              ? std::string("All of it:")
              : format("The first {} of {} bytes:", thousands(shown.size()), thousands(bytes_kept.size())))
      << '\n';
  if (is_text) {
    text_lines(out, shown);
  } else {
    hex_lines(out, shown);
  }
  out << '\n';
  paragraph(out, format("`ruagate rejects export {}` gives the bytes as they came.", reject.id), style);
}

void retry_text(std::ostream& out, const ingest::RetryOutcome& outcome, const Style& style) {
  if (outcome.tried == 0) {
    out << "Nothing to read again.\n";
    return;
  }
  Table table({{"ID", Table::Align::right, 0},
               {"Before", Table::Align::left, 0},
               {"Now", Table::Align::left, 0},
               {"Origin", Table::Align::left, 20}});
  for (const ingest::RetryOutcome::Change& change : outcome.changes) {
    table.row({{std::to_string(change.reject_id), Colour::none},
               {change.old_reason, Colour::none},
               {change.new_reason, change.new_reason == "stored" ? Colour::green : Colour::yellow},
               {change.origin, Colour::none}});
  }
  if (table.rows() > 0) {
    table.print(out, style);
    out << '\n';
  }
  out << format("{} read again: {} resolved, {} new.\n", count(outcome.tried, "reject", "rejects"),
                thousands(outcome.resolved), count(outcome.reports_new, "report", "reports"));
}

}  // namespace

void write_rejects(std::ostream& out, const std::vector<store::RejectRow>& rejects, Format format, const Style& style) {
  switch (format) {
    case Format::json: {
      Json document = {{"schema", "ruagate.rejects/1"}, {"rejects", Json::array()}};
      for (const store::RejectRow& reject : rejects) document["rejects"].push_back(reject_json(reject));
      out << dump(document, 2) << '\n';
      return;
    }
    case Format::csv:
      return csv_rows(out, rejects);
    case Format::html:
      return write_page(out, "Rejects", style,
                        [&](std::ostream& page, const Style& plain) { rejects_text(page, rejects, plain); });
    case Format::text:
      return rejects_text(out, rejects, style);
  }
}

void write_rejects_page(std::ostream& out, const std::vector<store::RejectRow>& rejects, Format format,
                        const std::optional<std::string>& next_cursor) {
  if (format == Format::csv) return csv_rows(out, rejects);
  Json document = {{"schema", "ruagate.rejects/1"}, {"rejects", Json::array()}};
  for (const store::RejectRow& reject : rejects) document["rejects"].push_back(reject_json(reject));
  document["next_cursor"] = or_null(next_cursor);
  out << dump(document, -1) << '\n';
}

void write_reject(std::ostream& out, const store::RejectRow& reject, const std::string& bytes_kept, Format format,
                  const Style& style) {
  switch (format) {
    case Format::json: {
      Json document = {{"schema", "ruagate.reject/1"}, {"reject", reject_json(reject)}};
      document["beginning"] = printable(bytes_kept, kShownText);
      out << dump(document, 2) << '\n';
      return;
    }
    case Format::csv:
      return csv_rows(out, {reject});
    case Format::html:
      return write_page(out, "Reject", style,
                        [&](std::ostream& page, const Style& plain) { reject_text(page, reject, bytes_kept, plain); });
    case Format::text:
      return reject_text(out, reject, bytes_kept, style);
  }
}

void write_retry(std::ostream& out, const ingest::RetryOutcome& outcome, Format format, const Style& style) {
  switch (format) {
    case Format::json: {
      Json document = {{"schema", "ruagate.retry/1"},
                       {"tried", outcome.tried},
                       {"resolved", outcome.resolved},
                       {"reports_new", outcome.reports_new},
                       {"changes", Json::array()}};
      for (const ingest::RetryOutcome::Change& change : outcome.changes) {
        document["changes"].push_back({{"reject", change.reject_id},
                                       {"origin", change.origin},
                                       {"old_reason", change.old_reason},
                                       {"new_reason", change.new_reason}});
      }
      out << dump(document, 2) << '\n';
      return;
    }
    case Format::csv: {
      Csv csv(out);
      csv.header({"reject", "origin", "old_reason", "new_reason"});
      for (const ingest::RetryOutcome::Change& change : outcome.changes) {
        csv.integer(change.reject_id).text(change.origin).text(change.old_reason).text(change.new_reason);
        csv.end_row();
      }
      return;
    }
    case Format::html:
      return write_page(out, "Rejects read again", style,
                        [&](std::ostream& page, const Style& plain) { retry_text(page, outcome, plain); });
    case Format::text:
      return retry_text(out, outcome, style);
  }
}

}  // namespace ruagate::present
