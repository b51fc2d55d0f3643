#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/csv.hpp"
#include "present/html.hpp"
#include "present/json.hpp"
#include "present/table.hpp"
#include "report/names.hpp"

namespace ruagate::present {

namespace {

template <class Enum>
std::string name_of(const std::optional<Enum>& value) {
  return value ? std::string(report::to_string(*value)) : std::string();
}

std::string name_of(report::Disposition value) {
  return value == report::Disposition::unknown ? std::string() : std::string(report::to_string(value));
}

std::string name_of(report::AlignmentResult value) {
  return value == report::AlignmentResult::unknown ? std::string() : std::string(report::to_string(value));
}

const std::vector<std::string_view> kReportNames = {"id",
                                                    "reporter",
                                                    "report_id",
                                                    "domain",
                                                    "begin",
                                                    "end",
                                                    "email",
                                                    "generation",
                                                    "p",
                                                    "sp",
                                                    "np",
                                                    "pct",
                                                    "testing",
                                                    "adkim",
                                                    "aspf",
                                                    "fo",
                                                    "records",
                                                    "messages",
                                                    "dkim_aligned",
                                                    "spf_aligned",
                                                    "aligned",
                                                    "disposition_none",
                                                    "disposition_pass",
                                                    "disposition_quarantine",
                                                    "disposition_reject",
                                                    "source_ips",
                                                    "author_domains",
                                                    "records_left_out",
                                                    "tolerances",
                                                    "trust",
                                                    "origin",
                                                    "received_at",
                                                    "implausible",
                                                    "accepted_at"};

const std::vector<std::string_view> kRecordNames = {"report",
                                                    "reporter",
                                                    "report_id",
                                                    "domain",
                                                    "begin",
                                                    "end",
                                                    "source_ip",
                                                    "messages",
                                                    "disposition",
                                                    "dkim_aligned",
                                                    "spf_aligned",
                                                    "author_domain",
                                                    "envelope_from",
                                                    "envelope_to",
                                                    "dkim_domain",
                                                    "dkim_selector",
                                                    "dkim_result",
                                                    "dkim_human_result",
                                                    "spf_domain",
                                                    "spf_scope",
                                                    "spf_result",
                                                    "spf_human_result",
                                                    "override_reasons_type",
                                                    "override_reasons_comment"};

void csv_row(std::ostream& out, const store::ReportRow& row) {
  const report::Report& r = row.report;
  Csv csv(out);
  csv.integer(row.id)
      .text(r.reporter)
      .text(r.report_id)
      .text(r.policy.domain)
      .integer(epoch_seconds(r.begin))
      .integer(epoch_seconds(r.end))
      .text(r.email)
      .text(report::to_string(r.generation))
      .text(name_of(r.policy.p))
      .text(name_of(r.policy.sp))
      .text(name_of(r.policy.np))
      .text(r.policy.pct ? std::to_string(*r.policy.pct) : std::string())
      .flag(r.policy.testing)
      .text(name_of(r.policy.adkim))
      .text(name_of(r.policy.aspf))
      .text(r.policy.fo)
      .number(row.totals.records)
      .number(row.totals.messages)
      .number(row.totals.dkim_aligned)
      .number(row.totals.spf_aligned)
      .number(row.totals.aligned)
      .number(row.totals.disposition_none)
      .number(row.totals.disposition_pass)
      .number(row.totals.disposition_quarantine)
      .number(row.totals.disposition_reject)
      .number(row.source_ips)
      .list(row.author_domains)
      .number(r.records_left_out)
      .list(r.tolerances)
      .text(report::to_string(row.provenance.trust))
      .text(row.provenance.origin)
      .text(to_iso(row.provenance.received_at))
      .list(store::names_of_reasons(row.implausible))
      .text(row.accepted ? to_iso(*row.accepted) : std::string());
  csv.end_row();
}

/// One list for each field of a list of objects; the n-th items of all lists belong together.
template <class T, class F>
std::vector<std::string> each(const std::vector<T>& items, F&& field) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const T& item : items) out.emplace_back(field(item));
  return out;
}

void csv_row(std::ostream& out, const store::RecordRow& row) {
  const report::Record& record = row.record;
  const report::Evidence& evidence = record.evidence;
  Csv csv(out);
  csv.integer(row.report_key)
      .text(row.reporter)
      .text(row.report_id)
      .text(row.policy_domain)
      .integer(epoch_seconds(row.begin))
      .integer(epoch_seconds(row.end))
      .text(record.source_ip ? record.source_ip->to_string() : std::string())
      .number(record.message_count)
      .text(name_of(record.disposition))
      .text(name_of(record.dkim_aligned))
      .text(name_of(record.spf_aligned))
      .text(evidence.author_domain)
      .text(evidence.envelope_from)
      .text(evidence.envelope_to)
      .list(each(evidence.dkim, [](const report::DkimAuth& dkim) { return dkim.domain; }))
      .list(each(evidence.dkim, [](const report::DkimAuth& dkim) { return dkim.selector; }))
      .list(each(evidence.dkim, [](const report::DkimAuth& dkim) { return report::to_string(dkim.result); }))
      .list(each(evidence.dkim, [](const report::DkimAuth& dkim) { return dkim.human_result; }))
      .list(each(evidence.spf, [](const report::SpfAuth& spf) { return spf.domain; }))
      .list(each(evidence.spf,
                 [](const report::SpfAuth& spf) {
                   return spf.scope == report::SpfScope::unknown ? std::string_view() : report::to_string(spf.scope);
                 }))
      .list(each(evidence.spf, [](const report::SpfAuth& spf) { return report::to_string(spf.result); }))
      .list(each(evidence.spf, [](const report::SpfAuth& spf) { return spf.human_result; }))
      .list(each(evidence.reasons, [](const report::OverrideReason& reason) { return report::to_string(reason.type); }))
      .list(each(evidence.reasons, [](const report::OverrideReason& reason) { return reason.comment; }));
  csv.end_row();
}

std::vector<std::string> text_row(const store::ReportRow& row) {
  const report::Report& r = row.report;
  return {std::to_string(row.id),
          r.reporter,
          r.policy.domain,
          to_iso(day_of(r.begin)),
          thousands(row.totals.records),
          thousands(row.totals.messages),
          percent(row.totals.aligned, row.totals.messages),
          thousands(row.totals.disposition_quarantine),
          thousands(row.totals.disposition_reject),
          name_of(r.policy.p),
          r.report_id};
}

std::vector<Table::Column> report_columns() {
  return {
      {"ID", Table::Align::right, 0},   {"Reporter", Table::Align::left, 12},    {"Domain", Table::Align::left, 14},
      {"Begin", Table::Align::left, 0}, {"Records", Table::Align::right, 0},     {"Messages", Table::Align::right, 0},
      {"Pass", Table::Align::right, 0}, {"Quarantined", Table::Align::right, 0}, {"Rejected", Table::Align::right, 0},
      {"p", Table::Align::left, 0},     {"Report ID", Table::Align::left, 10}};
}

template <class T>
std::string identities(const std::vector<T>& items) {
  std::string out;
  for (const T& item : items) {
    if (!out.empty()) out += ", ";
    out += format("{} {}", item.domain.empty() ? "-" : item.domain, report::to_string(item.result));
  }
  return out;
}

std::vector<std::string> text_row(const store::RecordRow& row) {
  const report::Record& record = row.record;
  std::string reasons;
  for (const report::OverrideReason& reason : record.evidence.reasons) {
    if (!reasons.empty()) reasons += ", ";
    reasons += report::to_string(reason.type);
  }
  return {std::to_string(row.report_key),
          to_iso(day_of(row.begin)),
          row.reporter,
          record.source_ip ? record.source_ip->to_string() : "-",
          thousands(record.message_count),
          record.evidence.author_domain,
          name_of(record.dkim_aligned),
          name_of(record.spf_aligned),
          name_of(record.disposition),
          identities(record.evidence.dkim),
          identities(record.evidence.spf),
          reasons};
}

std::vector<Table::Column> record_columns() {
  return {{"Report", Table::Align::right, 0},      {"Begin", Table::Align::left, 0},
          {"Reporter", Table::Align::left, 8},     {"Address", Table::Align::left, 0},
          {"Messages", Table::Align::right, 0},    {"From", Table::Align::left, 12},
          {"DKIM", Table::Align::left, 0},         {"SPF", Table::Align::left, 0},
          {"Disposition", Table::Align::left, 0},  {"DKIM domains", Table::Align::left, 10},
          {"SPF domains", Table::Align::left, 10}, {"Overrides", Table::Align::left, 9}};
}

/// pass and fail are told apart at a glance.
Colour colour_of_word(std::string_view word) {
  if (word == "pass") return Colour::green;
  if (word == "fail" || word == "reject") return Colour::red;
  if (word == "quarantine") return Colour::yellow;
  return Colour::none;
}

void print_table(std::ostream& out, std::vector<Table::Column> columns, std::vector<std::vector<std::string>>& rows,
                 const Style& style) {
  Table table(std::move(columns));
  for (std::vector<std::string>& texts : rows) {
    std::vector<Table::Cell> cells;
    cells.reserve(texts.size());
    for (std::string& text : texts) {
      const Colour colour = colour_of_word(text);
      cells.push_back({std::move(text), colour});
    }
    table.row(std::move(cells));
  }
  table.print(out, style);
}

/// The text of a list, with a word about what is not shown.
void print_list(std::ostream& out, std::vector<Table::Column> columns, std::vector<std::vector<std::string>>& rows,
                std::string_view one, std::string_view many, bool more, const Style& style) {
  if (rows.empty()) {
    out << "No " << many << " match.\n";
    return;
  }
  const std::size_t shown = rows.size();
  print_table(out, std::move(columns), rows, style);
  out << '\n';
  if (more) {
    paragraph(out,
              format("The newest {} are shown; --limit shows more, --format json or csv without --limit all.",
                     thousands(shown)),
              style);
  } else {
    out << count(shown, one, many) << ".\n";
  }
}

void begin_list(std::ostream& out, Format format, std::string_view schema, std::string_view field,
                const std::vector<std::string_view>& names) {
  if (format == Format::json) out << R"({"schema":")" << schema << R"(",")" << field << R"(":[)";
  if (format == Format::csv) Csv(out).header(names);
}

void end_page(std::ostream& out, Format format, const std::optional<std::string>& next_cursor) {
  if (format == Format::json) out << "\n],\"next_cursor\":" << dump(or_null(next_cursor), -1) << "}\n";
}

/// Writes a JSON or CSV row; false for formats whose rows are kept for a table.
template <class Row, class ToJson>
bool stream_row(std::ostream& out, Format format, std::uint64_t rows_before, const Row& row, ToJson&& to_json) {
  if (format == Format::json) {
    out << (rows_before == 0 ? "\n" : ",\n") << dump(to_json(row), -1);
    return true;
  }
  if (format == Format::csv) {
    csv_row(out, row);
    return true;
  }
  return false;
}

}  // namespace

ReportsWriter::ReportsWriter(std::ostream& out, Format format, const Style& style)
    : out_(out), format_(format), style_(style) {
  begin_list(out_, format_, "ruagate.reports/1", "reports", kReportNames);
}

void ReportsWriter::row(const store::ReportRow& row) {
  if (!stream_row(out_, format_, rows_, row, report_json)) table_.push_back(text_row(row));
  ++rows_;
}

void ReportsWriter::finish(bool more) {
  const auto text = [&](std::ostream& out, const Style& style) {
    print_list(out, report_columns(), table_, "report", "reports", more, style);
  };
  if (format_ == Format::json) out_ << "\n]}\n";
  if (format_ == Format::text) text(out_, style_);
  if (format_ == Format::html) write_page(out_, "DMARC reports", style_, text);
}

void ReportsWriter::finish_page(const std::optional<std::string>& next_cursor) {
  end_page(out_, format_, next_cursor);
}

RecordsWriter::RecordsWriter(std::ostream& out, Format format, const Style& style)
    : out_(out), format_(format), style_(style) {
  begin_list(out_, format_, "ruagate.records/1", "records", kRecordNames);
}

void RecordsWriter::row(const store::RecordRow& row) {
  if (!stream_row(out_, format_, rows_, row, record_json)) table_.push_back(text_row(row));
  ++rows_;
}

void RecordsWriter::finish(bool more) {
  const auto text = [&](std::ostream& out, const Style& style) {
    print_list(out, record_columns(), table_, "record", "records", more, style);
  };
  if (format_ == Format::json) out_ << "\n]}\n";
  if (format_ == Format::text) text(out_, style_);
  if (format_ == Format::html) write_page(out_, "DMARC records", style_, text);
}

void RecordsWriter::finish_page(const std::optional<std::string>& next_cursor) {
  end_page(out_, format_, next_cursor);
}

namespace {

void report_text(std::ostream& out, const store::ReportRow& row, const std::vector<store::RecordRow>& records,
                 const Style& style) {
  const report::Report& r = row.report;
  heading(out, format("Report {} of {} for {}", row.id, printable(r.reporter), printable(r.policy.domain)), '=', style);
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out << format("{:<17}{}\n", name, printable(value, 1000));
  };
  line("Report ID", r.report_id);
  line("Period", minute(r.begin) + " to " + minute(r.end));
  line("Contact", r.email.value_or(""));
  line("More contact", r.extra_contact_info.value_or(""));
  line("Generator", r.generator.value_or(""));
  line("Format",
       format("{}{}", report::to_string(r.generation), r.version ? ", version " + printable(*r.version) : ""));
  std::string policy = format("p={}", r.policy.p ? report::to_string(*r.policy.p) : "?");
  if (r.policy.sp) policy += format("; sp={}", report::to_string(*r.policy.sp));
  if (r.policy.np) policy += format("; np={}", report::to_string(*r.policy.np));
  if (r.policy.pct) policy += format("; pct={}", *r.policy.pct);
  if (r.policy.testing) policy += *r.policy.testing ? "; t=y" : "; t=n";
  if (r.policy.adkim) policy += format("; adkim={}", report::to_string(*r.policy.adkim));
  if (r.policy.aspf) policy += format("; aspf={}", report::to_string(*r.policy.aspf));
  if (r.policy.fo) policy += "; fo=" + *r.policy.fo;
  line("Policy seen", policy);
  line("Messages",
       format("{} in {}, {} with DMARC pass", thousands(row.totals.messages),
              count(row.totals.records, "record", "records"), percent(row.totals.aligned, row.totals.messages)));
  line("Dispositions", format("none {}, pass {}, quarantine {}, reject {}", thousands(row.totals.disposition_none),
                              thousands(row.totals.disposition_pass), thousands(row.totals.disposition_quarantine),
                              thousands(row.totals.disposition_reject)));
  line("From domains", some_of(row.author_domains, 20));
  line("Trust", report::to_string(row.provenance.trust));
  if (row.implausible != 0) {
    const std::string reasons = join(store::names_of_reasons(row.implausible), ", ");
    line("Implausible", row.accepted ? format("{}; accepted {}", reasons, minute(*row.accepted))
                                     : format("{}; counts nowhere until `ruagate reports accept {}`", reasons, row.id));
  }
  line("Came from", row.provenance.origin);
  line("Received", minute(row.provenance.received_at));
  line("Errors told", join(r.errors, "; "));
  line("Forgiven", join(r.tolerances, ", "));
  if (r.records_left_out > 0) line("Left out", count(r.records_left_out, "unusable record", "unusable records"));
  line("As received", row.has_raw ? "kept: --raw prints it" : "not kept");
  out << '\n';
  std::vector<std::vector<std::string>> rows;
  rows.reserve(records.size());
  for (const store::RecordRow& record : records) {
    std::vector<std::string> texts = text_row(record);
    texts.erase(texts.begin(), texts.begin() + 3);  // Report, begin and reporter are the same for all.
    rows.push_back(std::move(texts));
  }
  std::vector<Table::Column> columns = record_columns();
  columns.erase(columns.begin(), columns.begin() + 3);
  if (rows.empty()) {
    out << "No records.\n";
  } else {
    print_table(out, std::move(columns), rows, style);
  }
}

}  // namespace

void write_report(std::ostream& out, const store::ReportRow& report, const std::vector<store::RecordRow>& records,
                  Format format, const Style& style) {
  switch (format) {
    case Format::json: {
      out << R"({"schema":"ruagate.report/1","report":)" << dump(report_json(report), -1) << R"(,"records":[)";
      for (std::size_t i = 0; i < records.size(); ++i)
        out << (i == 0 ? "\n" : ",\n") << dump(record_json(records[i]), -1);
      out << "\n]}\n";
      return;
    }
    case Format::csv:
      Csv(out).header(kRecordNames);
      for (const store::RecordRow& record : records) csv_row(out, record);
      return;
    case Format::html:
      return write_page(out, "DMARC report", style,
                        [&](std::ostream& page, const Style& plain) { report_text(page, report, records, plain); });
    case Format::text:
      return report_text(out, report, records, style);
  }
}

}  // namespace ruagate::present
