#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/csv.hpp"
#include "present/json.hpp"
#include "present/summary_html.hpp"
#include "present/summary_parts.hpp"
#include "present/table.hpp"
#include "present/words.hpp"

namespace ruagate::present {

namespace {

std::string_view name_of(answer::Period period) {
  switch (period) {
    case answer::Period::day:
      return "day";
    case answer::Period::week:
      return "week";
    case answer::Period::month:
      return "month";
  }
  return "";
}

Json run_json(const store::IngestRun& run) {
  return {{"started_at", to_iso(run.started_at)},
          {"finished_at", to_iso(run.finished_at)},
          {"mailbox", run.mailbox},
          {"messages", run.messages},
          {"reports_new", run.reports_new},
          {"reports_duplicate", run.reports_duplicate},
          {"reports_conflicting", run.reports_conflicting},
          {"records", run.records},
          {"rejected", run.rejected},
          {"ignored", run.ignored},
          {"failures", run.failures}};
}

Json domain_json(const answer::SummaryDomain& domain) {
  Json out = {{"domain", domain.domain},
              {"verdict", std::string(readiness::to_string(domain.verdict.verdict))},
              {"verdict_before",
               domain.verdict_before ? Json(std::string(readiness::to_string(*domain.verdict_before))) : Json(nullptr)},
              {"messages", domain.messages},
              {"messages_before", domain.messages_before},
              {"legitimate", domain.legitimate},
              {"legitimate_aligned", domain.legitimate_aligned},
              {"legitimate_pass_rate", number_or_null(domain.legitimate_pass_rate)},
              {"legitimate_pass_rate_before", number_or_null(domain.legitimate_pass_rate_before)},
              {"unauthorized", domain.unauthorized},
              {"unauthorized_before", domain.unauthorized_before},
              {"new_sources", Json::array()},
              {"readiness", verdict_json(domain.verdict)}};
  for (const answer::SourceAnswer& source : domain.new_sources) out["new_sources"].push_back(source_json(source));
  return out;
}

void json(std::ostream& out, const answer::SummaryAnswer& answer) {
  const SummaryTotals totals = totals_of(answer);
  Json ingest = {{"last_ingest", or_null(answer.last_ingest)},
                 {"rejects_new", answer.rejects_new},
                 {"rejects_kept", answer.rejects_kept},
                 {"runs", Json::array()}};
  for (const store::IngestRun& run : answer.runs) ingest["runs"].push_back(run_json(run));
  Json document = {{"schema", "ruagate.summary/1"},
                   {"period", std::string(name_of(answer.period))},
                   {"window", window_json(answer.window)},
                   {"before", window_json(answer.before)},
                   {"messages", answer.messages},
                   {"messages_before", totals.messages_before},
                   {"reports", answer.reports},
                   {"legitimate", totals.legitimate},
                   {"legitimate_aligned", totals.legitimate_aligned},
                   {"legitimate_pass_rate", rate_or_null(totals.legitimate_aligned, totals.legitimate)},
                   {"unauthorized", totals.unauthorized},
                   {"unauthorized_before", totals.unauthorized_before},
                   {"domains", Json::array()},
                   {"implausible", Json::array()},
                   {"ingest", std::move(ingest)}};
  for (const store::ReportRow& row : answer.implausible) {
    document["implausible"].push_back(waiting_json(row));
  }
  for (const answer::SummaryDomain& domain : answer.domains) document["domains"].push_back(domain_json(domain));
  out << dump(document, 2) << '\n';
}

void csv(std::ostream& out, const answer::SummaryAnswer& answer) {
  Csv csv(out);
  csv.header({"domain", "from", "to", "verdict", "verdict_before", "step", "next_step", "messages", "messages_before",
              "legitimate", "legitimate_aligned", "legitimate_pass_rate", "legitimate_pass_rate_before", "unauthorized",
              "unauthorized_before", "new_sources", "blockers", "record"});
  for (const answer::SummaryDomain& domain : answer.domains) {
    std::vector<std::string> added;
    for (const answer::SourceAnswer& source : domain.new_sources) added.push_back(source.source.key);
    std::vector<std::string> blockers;
    for (const readiness::Blocker& blocker : domain.verdict.blockers) blockers.push_back(blocker.key);
    csv.text(domain.domain)
        .text(to_iso(answer.window.from))
        .text(to_iso(answer.window.to))
        .text(readiness::to_string(domain.verdict.verdict))
        .text(domain.verdict_before ? readiness::to_string(*domain.verdict_before) : std::string_view())
        .text(domain.verdict.step)
        .text(domain.verdict.next_step)
        .number(domain.messages)
        .number(domain.messages_before)
        .number(domain.legitimate)
        .number(domain.legitimate_aligned)
        .number(domain.legitimate_pass_rate)
        .number(domain.legitimate_pass_rate_before)
        .number(domain.unauthorized)
        .number(domain.unauthorized_before)
        .list(added)
        .list(blockers)
        .text(domain.verdict.record);
    csv.end_row();
  }
}

void totals_text(std::ostream& out, const answer::SummaryAnswer& answer, const Style& style) {
  const SummaryTotals totals = totals_of(answer);
  Table table({{"", Table::Align::left, 0},
               {"This period", Table::Align::right, 0},
               {"Before", Table::Align::right, 0},
               {"Change", Table::Align::right, 0}});
  const auto line = [&](std::string_view name, std::uint64_t now, std::uint64_t before) {
    table.row({{std::string(name), Colour::none},
               {thousands(now), Colour::none},
               {thousands(before), Colour::none},
               {change(now, before), Colour::none}});
  };
  line("messages", answer.messages, totals.messages_before);
  line("unauthorized", totals.unauthorized, totals.unauthorized_before);
  table.row({{"legitimate", Colour::none}, {thousands(totals.legitimate), Colour::none}});
  table.row(
      {{"  with DMARC pass", Colour::none}, {percent(totals.legitimate_aligned, totals.legitimate), Colour::none}});
  table.row({{"reports", Colour::none}, {thousands(answer.reports), Colour::none}});
  table.print(out, style);
}

void domains_text(std::ostream& out, const answer::SummaryAnswer& answer, const Style& style) {
  out << '\n';
  heading(out, "Domains, worst news first", '-', style);
  Table table({{"Domain", Table::Align::left, 14},
               {"Verdict", Table::Align::left, 0},
               {"Step", Table::Align::left, 0},
               {"Messages", Table::Align::right, 0},
               {"Change", Table::Align::right, 0},
               {"Pass", Table::Align::right, 0},
               {"Before", Table::Align::right, 0},
               {"Unauthorized", Table::Align::right, 0},
               {"Change", Table::Align::right, 0}});
  std::size_t rows = 0;
  for (const answer::SummaryDomain& domain : answer.domains) {
    if (++rows > kSummaryDomains) break;
    table.row({{domain.domain, Colour::none},
               {word_of(domain.verdict.verdict), colour_of(domain.verdict.verdict)},
               {domain.verdict.step, Colour::none},
               {thousands(domain.messages), Colour::none},
               {change(domain.messages, domain.messages_before), Colour::none},
               {percent(domain.legitimate_pass_rate), Colour::none},
               {percent(domain.legitimate_pass_rate_before), Colour::none},
               {thousands(domain.unauthorized), Colour::none},
               {change(domain.unauthorized, domain.unauthorized_before), Colour::none}});
  }
  table.print(out, style);
  if (answer.domains.size() > kSummaryDomains) {
    out << format("and {} more with less news\n", thousands(answer.domains.size() - kSummaryDomains));
  }
}

void actions_text(std::ostream& out, const answer::SummaryAnswer& answer, const Style& style) {
  const auto domains = to_act_on(answer);
  out << '\n';
  heading(out, "What to do", '-', style);
  if (domains.empty()) {
    out << "Nothing today.\n";
    return;
  }
  for (std::size_t i = 0; i < domains.size() && i < kSummaryActions; ++i) {
    const readiness::DomainVerdict& v = domains[i]->verdict;
    if (i != 0) out << '\n';
    out << coloured(printable(domains[i]->domain), Colour::bold, style) << ": "
        << coloured(word_of(v.verdict), colour_of(v.verdict), style) << '\n';
    paragraph(out, v.reason.empty() ? next_action(v) : v.reason, style, "  ");
    for (std::size_t b = 0; b < v.blockers.size() && b < kSummaryBlockers; ++b) {
      paragraph(out, sentence_of(v.blockers[b], v.domain), style, "  - ");
      if (!v.blockers[b].advice.fix.empty()) paragraph(out, "To do: " + v.blockers[b].advice.fix, style, "    ");
    }
    if (v.blockers.size() > kSummaryBlockers) {
      out << format("  and {} more: `ruagate readiness {}`\n", thousands(v.blockers.size() - kSummaryBlockers),
                    printable(v.domain));
    }
    if ((v.verdict == readiness::Verdict::ready || v.verdict == readiness::Verdict::step_back) && !v.record.empty()) {
      out << "  " << record_title(v) << ":\n  " << printable(record_line(v), 4000) << '\n';
    }
  }
  if (domains.size() > kSummaryActions) {
    out << format("\nand {} more domains: `ruagate readiness`\n", thousands(domains.size() - kSummaryActions));
  }
}

void new_sources_text(std::ostream& out, const answer::SummaryAnswer& answer, const Style& style) {
  const NewSources added = new_sources_of(answer);
  if (added.shown.empty() && added.unauthorized == 0) return;
  out << '\n';
  heading(out, "New sources", '-', style);
  if (!added.shown.empty()) {
    Table table({{"Domain", Table::Align::left, 14},
                 {"Source", Table::Align::left, 14},
                 {"Class", Table::Align::left, 0},
                 {"First seen", Table::Align::left, 0},
                 {"Messages", Table::Align::right, 0},
                 {"Pass", Table::Align::right, 0}});
    for (std::size_t i = 0; i < added.shown.size() && i < kSummarySources; ++i) {
      const answer::SourceAnswer& source = *added.shown[i].source;
      table.row({{added.shown[i].domain->domain, Colour::none},
                 {source.source.name.empty() ? source.source.key : source.source.name, Colour::none},
                 {word_of(source.source), colour_of(source.source.source_class)},
                 {source.totals.first_seen ? to_iso(*source.totals.first_seen) : "", Colour::none},
                 {thousands(source.totals.messages), Colour::none},
                 {percent(source.totals.aligned, source.totals.messages), Colour::none}});
    }
    table.print(out, style);
    if (added.shown.size() > kSummarySources) {
      out << format("and {} more\n", thousands(added.shown.size() - kSummarySources));
    }
  }
  if (added.unauthorized > 0) {
    out << format("{}{} not yours.\n", added.shown.empty() ? "" : "Besides, ",
                  count(added.unauthorized, "new source is", "new sources are"));
  }
}

void text(std::ostream& out, const answer::SummaryAnswer& answer, const Style& style) {
  heading(out, title_of(answer), '=', style);
  if (answer.domains.empty()) {
    paragraph(out, "No domain has reports yet.", style);
  } else {
    paragraph(out, format("{}: {}.", count(answer.domains.size(), "domain", "domains"), verdicts_of(answer)), style);
    for (const std::string& line : verdict_changes(answer)) paragraph(out, line + ".", style, "Changed: ");
    out << '\n';
    totals_text(out, answer, style);
    domains_text(out, answer, style);
    actions_text(out, answer, style);
    new_sources_text(out, answer, style);
  }
  out << '\n';
  heading(out, "Ingest", '-', style);
  for (const std::string& line : health_of(answer).lines) paragraph(out, line, style);
}

}  // namespace

void write(std::ostream& out, const answer::SummaryAnswer& answer, Format format, const Style& style) {
  switch (format) {
    case Format::json:
      return json(out, answer);
    case Format::csv:
      return csv(out, answer);
    case Format::html:
      return write_html(out, answer);
    case Format::text:
      return text(out, answer, style);
  }
}

}  // namespace ruagate::present
