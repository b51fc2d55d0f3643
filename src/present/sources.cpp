#include <algorithm>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/csv.hpp"
#include "present/html.hpp"
#include "present/json.hpp"
#include "present/table.hpp"
#include "present/words.hpp"
#include "report/names.hpp"

namespace ruagate::present {

namespace {

/// Rows of the text's table; JSON and CSV give all sources.
constexpr std::size_t kMaxRows = 30;
/// Paragraphs of advice below it.
constexpr std::size_t kMaxFixes = 20;

void json(std::ostream& out, const answer::SourcesAnswer& answer) {
  Json window = window_json(answer.window);
  window["days_with_data"] = answer.days_with_data;
  Json document = {{"schema", "ruagate.sources/1"}, {"domain", answer.domain},
                   {"window", std::move(window)},   {"messages", answer.messages},
                   {"aligned", answer.aligned},     {"pass_rate", rate_or_null(answer.aligned, answer.messages)},
                   {"sources", Json::array()}};
  for (const answer::SourceAnswer& source : answer.sources) document["sources"].push_back(source_json(source));
  out << dump(document, 2) << '\n';
}

std::string day_or_empty(const std::optional<Day>& day) {
  return day ? to_iso(*day) : std::string();
}

void csv(std::ostream& out, const answer::SourcesAnswer& answer) {
  Csv csv(out);
  csv.header({"domain",
              "source",
              "key",
              "class",
              "kind",
              "author_domain",
              "messages",
              "aligned",
              "pass_rate",
              "dkim_aligned",
              "spf_aligned",
              "dkim_pass",
              "spf_pass",
              "disposition_none",
              "disposition_quarantine",
              "disposition_reject",
              "overrides",
              "first_seen",
              "last_seen",
              "days",
              "reporters",
              "ips",
              "failure",
              "fix",
              "evidence"});
  for (const answer::SourceAnswer& item : answer.sources) {
    const source::SourceTotals& totals = item.totals;
    std::vector<std::string> overrides;
    for (const auto& [type, messages] : totals.overrides) overrides.push_back(format("{}={}", type, messages));
    std::vector<std::string> ips;
    for (const source::SourceTotals::Address& address : totals.addresses) {
      if (!address.ip.empty()) ips.push_back(address.ip);
    }
    csv.text(answer.domain)
        .text(item.source.name)
        .text(item.source.key)
        .text(source::to_string(item.source.source_class))
        .text(item.source.kind ? source::to_string(*item.source.kind) : std::string_view())
        .text(item.source.author_domain)
        .number(totals.messages)
        .number(totals.aligned)
        .number(totals.messages == 0 ? std::optional<double>()
                                     : static_cast<double>(totals.aligned) / static_cast<double>(totals.messages))
        .number(totals.dkim_aligned)
        .number(totals.spf_aligned)
        .number(totals.dkim_pass)
        .number(totals.spf_pass)
        .number(totals.disposition_none)
        .number(totals.disposition_quarantine)
        .number(totals.disposition_reject)
        .list(overrides)
        .text(day_or_empty(totals.first_seen))
        .text(day_or_empty(totals.last_seen))
        .integer(totals.days)
        .number(totals.reporters.size())
        .list(ips)
        .text(item.advice.failure)
        .text(item.advice.fix)
        .list(item.source.evidence);
    csv.end_row();
  }
}

std::string what_fails(const answer::SourceAnswer& item) {
  if (item.totals.aligned >= item.totals.messages || item.advice.failure == "none") return "";
  return words_of_failure(item.advice.failure);
}

/// Whether the source's failures are somebody's work: named in the text with what to do.
bool has_fix(const answer::SourceAnswer& item) {
  return needs_action(item.source.source_class) && !item.advice.fix.empty() && item.advice.failure != "none";
}

std::uint64_t failing(const answer::SourceAnswer& item) {
  return item.totals.messages - std::min(item.totals.aligned, item.totals.messages);
}

/// The name; with the author domain when it is another than the domain that was asked for.
std::string shown_name(const answer::SourceAnswer& item, const std::string& domain) {
  const source::Source& source = item.source;
  std::string name = source.name.empty() ? source.key : source.name;
  if (!source.author_domain.empty() && source.author_domain != domain) name += " for " + source.author_domain;
  return name;
}

void row(Table& table, const answer::SourceAnswer& item, const std::string& domain) {
  const source::SourceTotals& totals = item.totals;
  table.row({{shown_name(item, domain), Colour::none},
             {word_of(item.source), colour_of(item.source.source_class)},
             {thousands(totals.messages), Colour::none},
             {percent(totals.aligned, totals.messages), Colour::none},
             {percent(totals.dkim_aligned, totals.messages), Colour::none},
             {percent(totals.spf_aligned, totals.messages), Colour::none},
             {day_or_empty(totals.last_seen), Colour::none},
             {what_fails(item), Colour::none}});
}

void others_row(Table& table, const answer::SourcesAnswer& answer) {
  if (answer.sources.size() <= kMaxRows) return;
  source::SourceTotals rest;
  for (std::size_t i = kMaxRows; i < answer.sources.size(); ++i) {
    const source::SourceTotals& totals = answer.sources[i].totals;
    rest.messages += totals.messages;
    rest.aligned += totals.aligned;
    rest.dkim_aligned += totals.dkim_aligned;
    rest.spf_aligned += totals.spf_aligned;
    if (totals.last_seen && (!rest.last_seen || *rest.last_seen < *totals.last_seen)) rest.last_seen = totals.last_seen;
  }
  table.row({{format("all {} others", thousands(answer.sources.size() - kMaxRows)), Colour::dim},
             {"", Colour::dim},
             {thousands(rest.messages), Colour::dim},
             {percent(rest.aligned, rest.messages), Colour::dim},
             {percent(rest.dkim_aligned, rest.messages), Colour::dim},
             {percent(rest.spf_aligned, rest.messages), Colour::dim},
             {day_or_empty(rest.last_seen), Colour::dim}});
}

void fixes(std::ostream& out, const answer::SourcesAnswer& answer, const Style& style) {
  std::vector<const answer::SourceAnswer*> items;
  for (const answer::SourceAnswer& item : answer.sources) {
    if (has_fix(item)) items.push_back(&item);
  }
  std::stable_sort(items.begin(), items.end(), [](const answer::SourceAnswer* a, const answer::SourceAnswer* b) {
    return failing(*a) > failing(*b);
  });
  if (items.empty()) {
    out << "\nNothing to repair: no sender of your own fails.\n";
    return;
  }
  out << '\n';
  heading(out, "What to do, most failing mail first", '-', style);
  for (std::size_t i = 0; i < items.size() && i < kMaxFixes; ++i) {
    const answer::SourceAnswer& item = *items[i];
    if (i != 0) out << '\n';
    paragraph(out,
              format("{}: {} of {} fail, {}.", printable(name_and_key(item.source.name, item.source.key)),
                     thousands(failing(item)), count(item.totals.messages, "message", "messages"),
                     printable(words_of_failure(item.advice.failure))),
              style, "* ");
    paragraph(out, item.advice.fix, style, "  ");
    if (style.explain) {
      for (const std::string& line : item.source.evidence) paragraph(out, line, style, "  - ");
    }
  }
  if (items.size() > kMaxFixes) {
    out << format("\n{} more with less mail: see --format json.\n", thousands(items.size() - kMaxFixes));
  }
}

void text(std::ostream& out, const answer::SourcesAnswer& answer, const Style& style) {
  heading(
      out,
      format("Sources of {}, {} to {}", printable(answer.domain), to_iso(answer.window.from), to_iso(answer.window.to)),
      '=', style);
  if (answer.sources.empty()) {
    paragraph(out, "No report in this window speaks of any mail. Try a longer one with --days, or ask with --as-of.",
              style);
    return;
  }
  paragraph(out,
            format("{} from {}, {} with DMARC pass, on {} of {} with data.",
                   count(answer.messages, "message", "messages"), count(answer.sources.size(), "source", "sources"),
                   percent(answer.aligned, answer.messages), answer.days_with_data,
                   count(static_cast<std::uint64_t>(std::max(answer.window.days(), 0)), "day", "days")),
            style);
  out << '\n';
  Table table({{"Source", Table::Align::left, 14},
               {"Class", Table::Align::left, 0},
               {"Messages", Table::Align::right, 0},
               {"Pass", Table::Align::right, 0},
               {"DKIM", Table::Align::right, 0},
               {"SPF", Table::Align::right, 0},
               {"Last seen", Table::Align::left, 0},
               {"What fails", Table::Align::left, 14}});
  for (std::size_t i = 0; i < answer.sources.size() && i < kMaxRows; ++i) row(table, answer.sources[i], answer.domain);
  others_row(table, answer);
  table.print(out, style);
  fixes(out, answer, style);
}

}  // namespace

void write(std::ostream& out, const answer::SourcesAnswer& answer, Format format, const Style& style) {
  switch (format) {
    case Format::json:
      return json(out, answer);
    case Format::csv:
      return csv(out, answer);
    case Format::html:
      return write_page(out, "Sources of " + answer.domain, style,
                        [&](std::ostream& page, const Style& plain) { text(page, answer, plain); });
    case Format::text:
      return text(out, answer, style);
  }
}

}  // namespace ruagate::present
