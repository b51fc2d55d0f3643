// What the operator did and has: ingest runs, decisions, the size of the database.
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/csv.hpp"
#include "present/html.hpp"
#include "present/json.hpp"
#include "present/table.hpp"

namespace ruagate::present {

namespace {

/// Rejects and failures that the text names one by one.
constexpr std::size_t kMaxNamed = 20;

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, value] : counts) out[name] = value;
  return out;
}

void ingest_json(std::ostream& out, const ingest::Outcome& outcome) {
  Json document = {{"schema", "ruagate.ingest/1"},
                   {"messages", outcome.messages},
                   {"reports_new", outcome.reports_new},
                   {"reports_duplicate", outcome.reports_duplicate},
                   {"records", outcome.records},
                   {"rejected", Json::array()},
                   {"ignored", Json::array()},
                   {"seconds", outcome.seconds},
                   {"reports_conflicting", outcome.reports_conflicting},
                   {"rejected_count", outcome.rejected_count},
                   {"ignored_count", outcome.ignored_count},
                   {"rejected_by_reason", counts_json(outcome.rejected_by_reason)},
                   {"ignored_by_reason", counts_json(outcome.ignored_by_reason)},
                   {"failures", outcome.failures},
                   {"stage_seconds", Json::object()}};
  for (const ingest::Rejected& item : outcome.rejected) {
    document["rejected"].push_back(
        {{"origin", item.origin}, {"part", item.part}, {"reason", item.reason}, {"detail", item.detail}});
  }
  for (const ingest::Ignored& item : outcome.ignored) {
    document["ignored"].push_back({{"origin", item.origin}, {"reason", item.reason}});
  }
  for (const auto& [stage, seconds] : outcome.stage_seconds) document["stage_seconds"][stage] = seconds;
  // One line, so that a log of nightly runs stays readable.
  out << dump(document, -1) << '\n';
}

void ingest_csv(std::ostream& out, const ingest::Outcome& outcome) {
  Csv csv(out);
  csv.header({"messages", "reports_new", "reports_duplicate", "reports_conflicting", "records", "rejected_count",
              "ignored_count", "failures", "seconds"});
  csv.number(outcome.messages)
      .number(outcome.reports_new)
      .number(outcome.reports_duplicate)
      .number(outcome.reports_conflicting)
      .number(outcome.records)
      .number(outcome.rejected_count)
      .number(outcome.ignored_count)
      .number(outcome.failures.size())
      .number(std::optional<double>(outcome.seconds));
  csv.end_row();
}

std::string by_reason(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [reason, value] : counts) {
    if (!out.empty()) out += ", ";
    out += format("{} {}", printable(reason), thousands(value));
  }
  return out.empty() ? out : " (" + out + ")";
}

void ingest_text(std::ostream& out, const ingest::Outcome& outcome, const Style& style) {
  if (!outcome.failures.empty()) {
    out << coloured(format("{} could not be read now and stayed where it was:",
                           count(outcome.failures.size(), "thing", "things")),
                    Colour::red, style)
        << '\n';
    for (std::size_t i = 0; i < outcome.failures.size() && i < kMaxNamed; ++i) {
      paragraph(out, outcome.failures[i], style, "  - ");
    }
    if (outcome.failures.size() > kMaxNamed) {
      out << format("  and {} more\n", thousands(outcome.failures.size() - kMaxNamed));
    }
  }
  if (outcome.rejected_count > 0) {
    out << coloured(count(outcome.rejected_count, "reject was", "rejects were") + " kept", Colour::yellow, style)
        << by_reason(outcome.rejected_by_reason) << ":\n";
    Table table({{"Reason", Table::Align::left, 0},
                 {"Origin", Table::Align::left, 16},
                 {"Part", Table::Align::left, 8},
                 {"Detail", Table::Align::left, 16}});
    for (std::size_t i = 0; i < outcome.rejected.size() && i < kMaxNamed; ++i) {
      const ingest::Rejected& item = outcome.rejected[i];
      table.row({{item.reason, Colour::none},
                 {item.origin, Colour::none},
                 {item.part, Colour::none},
                 {item.detail, Colour::none}});
    }
    if (table.rows() > 0) table.print(out, style, 2);
    if (outcome.rejected_count > table.rows()) {
      out << format("  and {} more: see `ruagate rejects list`\n", thousands(outcome.rejected_count - table.rows()));
    }
  }
  if (outcome.ignored_count > 0) {
    out << format("{} no aggregate report and left untouched{}.\n",
                  count(outcome.ignored_count, "message is", "messages are"), by_reason(outcome.ignored_by_reason));
  }
  std::string line =
      format("{} read: {}, {}", count(outcome.messages, "message", "messages"),
             count(outcome.reports_new, "new report", "new reports"), count(outcome.records, "record", "records"));
  if (outcome.reports_duplicate > 0) line += format(", {} already known", thousands(outcome.reports_duplicate));
  if (outcome.reports_conflicting > 0) line += format(", {} in conflict", thousands(outcome.reports_conflicting));
  line += format("; {:.2f} s", outcome.seconds);
  if (outcome.seconds > 0.005 && outcome.messages > 100) {
    line += format(", {} messages/s",
                   thousands(static_cast<std::uint64_t>(static_cast<double>(outcome.messages) / outcome.seconds)));
  }
  paragraph(out, line + ".", style);
  if (style.explain && outcome.messages > 0 && !outcome.stage_seconds.empty()) {
    std::string stages;
    for (const auto& [stage, seconds] : outcome.stage_seconds) {
      stages += format("{}{} {:.0f}", stages.empty() ? "" : ", ", stage,
                       seconds / static_cast<double>(outcome.messages) * 1e6);
    }
    paragraph(out, format("Microseconds a message, by stage (some run side by side): {}.", stages), style);
  }
}

void decisions_text(std::ostream& out, const std::vector<report::Decision>& decisions, const Style& style) {
  if (decisions.empty()) {
    out << "No decisions yet. `ruagate senders approve DOMAIN WHAT` makes one.\n";
    return;
  }
  Table table({{"Domain", Table::Align::left, 14},
               {"Decision", Table::Align::left, 0},
               {"What", Table::Align::left, 14},
               {"Marks", Table::Align::left, 0},
               {"By", Table::Align::left, 6},
               {"When", Table::Align::left, 0},
               {"Note", Table::Align::left, 10}});
  for (const report::Decision& decision : decisions) {
    std::vector<std::string> marks;
    if (decision.critical) marks.emplace_back("critical");
    if (decision.periodic) marks.push_back(*decision.periodic);
    if (decision.retired) marks.emplace_back("retired");
    table.row({{decision.domain, Colour::none},
               {std::string(report::to_string(decision.kind)), Colour::none},
               {decision.what, Colour::none},
               {join(marks, ", "), Colour::none},
               {decision.decided_by, Colour::none},
               {minute(decision.decided_at), Colour::none},
               {decision.note, Colour::none}});
  }
  table.print(out, style);
}

Json stats_json(const store::Stats& stats) {
  return {{"schema", "ruagate.stats/1"},
          {"file_bytes", stats.file_bytes},
          {"reports", stats.reports},
          {"records", stats.records},
          {"messages", stats.messages},
          {"domains", stats.domains},
          {"rejects", stats.rejects},
          {"raw_documents", stats.raw_documents},
          {"raw_bytes", stats.raw_bytes},
          {"cells", stats.cells},
          {"texts", stats.texts},
          {"addresses", stats.addresses},
          {"first_begin", or_null(stats.first_begin)},
          {"last_end", or_null(stats.last_end)},
          {"schema_version", stats.schema_version}};
}

void stats_csv(std::ostream& out, const store::Stats& stats) {
  Csv csv(out);
  csv.header({"file_bytes", "reports", "records", "messages", "domains", "rejects", "raw_documents", "raw_bytes",
              "cells", "texts", "addresses", "first_begin", "last_end", "schema_version"});
  csv.number(stats.file_bytes)
      .number(stats.reports)
      .number(stats.records)
      .number(stats.messages)
      .number(stats.domains)
      .number(stats.rejects)
      .number(stats.raw_documents)
      .number(stats.raw_bytes)
      .number(stats.cells)
      .number(stats.texts)
      .number(stats.addresses)
      .text(stats.first_begin ? to_iso(*stats.first_begin) : std::string())
      .text(stats.last_end ? to_iso(*stats.last_end) : std::string())
      .integer(stats.schema_version);
  csv.end_row();
}

void stats_text(std::ostream& out, const store::Stats& stats, const Style& style) {
  Table table({{"Database", Table::Align::left, 0}, {"", Table::Align::right, 0}});
  const auto line = [&](std::string_view name, std::string value) {
    table.row({{std::string(name), Colour::none}, {std::move(value), Colour::none}});
  };
  line("file", bytes(stats.file_bytes));
  line("domains", thousands(stats.domains));
  line("reports", thousands(stats.reports));
  line("records", thousands(stats.records));
  line("messages", thousands(stats.messages));
  line("rejects", thousands(stats.rejects));
  line("documents as received", format("{} ({})", thousands(stats.raw_documents), bytes(stats.raw_bytes)));
  line("daily cells", thousands(stats.cells));
  line("texts", thousands(stats.texts));
  line("addresses", thousands(stats.addresses));
  line("first report begins", stats.first_begin ? minute(*stats.first_begin) : "-");
  line("last report ends", stats.last_end ? minute(*stats.last_end) : "-");
  line("schema version", std::to_string(stats.schema_version));
  table.print(out, style);
}

}  // namespace

void write(std::ostream& out, const ingest::Outcome& outcome, Format format, const Style& style) {
  switch (format) {
    case Format::json:
      return ingest_json(out, outcome);
    case Format::csv:
      return ingest_csv(out, outcome);
    case Format::html:
      return write_page(out, "Ingest", style,
                        [&](std::ostream& page, const Style& plain) { ingest_text(page, outcome, plain); });
    case Format::text:
      return ingest_text(out, outcome, style);
  }
}

void write_decisions(std::ostream& out, const std::vector<report::Decision>& decisions, Format format,
                     const Style& style) {
  switch (format) {
    case Format::json: {
      Json document = {{"schema", "ruagate.decisions/1"}, {"decisions", Json::array()}};
      for (const report::Decision& decision : decisions) {
        document["decisions"].push_back(decision_json(decision));
      }
      out << dump(document, 2) << '\n';
      return;
    }
    case Format::csv: {
      Csv csv(out);
      csv.header({"domain", "decision", "what", "critical", "retired", "periodic", "note", "decided_by", "decided_at"});
      for (const report::Decision& decision : decisions) {
        csv.text(decision.domain)
            .text(report::to_string(decision.kind))
            .text(decision.what)
            .flag(decision.critical)
            .flag(decision.retired)
            .text(decision.periodic)
            .text(decision.note)
            .text(decision.decided_by)
            .text(to_iso(decision.decided_at));
        csv.end_row();
      }
      return;
    }
    case Format::html:
      return write_page(out, "Decisions", style,
                        [&](std::ostream& page, const Style& plain) { decisions_text(page, decisions, plain); });
    case Format::text:
      return decisions_text(out, decisions, style);
  }
}

void write_stats(std::ostream& out, const store::Stats& stats, Format format, const Style& style) {
  switch (format) {
    case Format::json:
      out << dump(stats_json(stats), 2) << '\n';
      return;
    case Format::csv:
      return stats_csv(out, stats);
    case Format::html:
      return write_page(out, "Database", style,
                        [&](std::ostream& page, const Style& plain) { stats_text(page, stats, plain); });
    case Format::text:
      return stats_text(out, stats, style);
  }
}

}  // namespace ruagate::present
