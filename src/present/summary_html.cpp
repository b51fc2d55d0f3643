#include "present/summary_html.hpp"

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/html.hpp"
#include "present/summary_parts.hpp"
#include "present/words.hpp"

namespace ruagate::present {

namespace {

constexpr std::size_t kMaxParagraph = 4000;

/// Mail programs cut long mails off (Gmail at 102 kB); the worst news stand within.
constexpr std::size_t kHtmlDomains = 60;

// Chosen to be readable on white, and on the dark that mail programs make of it.
std::string_view badge_of(readiness::Verdict verdict) {
  switch (verdict) {
    case readiness::Verdict::ready:
    case readiness::Verdict::at_target:
      return "background-color:#1a7f37;color:#ffffff;";
    case readiness::Verdict::hold:
      return "background-color:#9a6700;color:#ffffff;";
    case readiness::Verdict::not_enough_data:
      return "background-color:#57606a;color:#ffffff;";
    case readiness::Verdict::step_back:
      return "background-color:#cf222e;color:#ffffff;";
  }
  return "";
}

std::string badge(readiness::Verdict verdict) {
  return format(
      "<span style=\"{}padding:1px 6px;border-radius:3px;font-size:11px;font-weight:bold;white-space:nowrap;\">"
      "{}</span>",
      badge_of(verdict), html(word_of(verdict)));
}

void heading(std::ostream& out, std::string_view text) {
  out << "<h2 style=\"margin:24px 0 8px 0;padding:0 0 4px 0;font-size:16px;border-bottom:1px solid #d0d7de;"
         "color:#1a1a1a;\">"
      << html(text) << "</h2>\n";
}

void paragraph(std::ostream& out, std::string_view text) {
  out << "<p style=\"margin:0 0 8px 0;color:#1a1a1a;\">" << html(text, kMaxParagraph) << "</p>\n";
}

class HtmlTable {
 public:
  explicit HtmlTable(std::ostream& out) : out_(out) {
    out_ << "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
            "style=\"width:100%;border-collapse:collapse;font-size:13px;color:#1a1a1a;\">\n";
  }
  ~HtmlTable() { out_ << "</table>\n"; }
  HtmlTable(const HtmlTable&) = delete;
  HtmlTable& operator=(const HtmlTable&) = delete;

  /// `align`: one letter for each column, 'r' or 'l'.
  void header(const std::vector<std::string_view>& titles, std::string_view align) {
    out_ << "<tr>";
    for (std::size_t i = 0; i < titles.size(); ++i) {
      out_ << "<th align=\"" << side(align, i) << "\" style=\"text-align:" << side(align, i)
           << ";padding:4px 6px;border-bottom:2px solid #d0d7de;font-size:12px;color:#57606a;\">" << html(titles[i])
           << "</th>";
    }
    out_ << "</tr>\n";
  }

  /// Cells are HTML already: escape outside text with html().
  void row(const std::vector<std::string>& cells, std::string_view align) {
    out_ << "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out_ << "<td align=\"" << side(align, i) << "\" valign=\"top\" style=\"text-align:" << side(align, i)
           << ";vertical-align:top;padding:4px 6px;border-bottom:1px solid #eaeef2;color:#1a1a1a;"
           << (i == 0 ? "word-break:break-word;" : "") << "\">" << cells[i] << "</td>";
    }
    out_ << "</tr>\n";
  }

 private:
  static std::string_view side(std::string_view align, std::size_t i) {
    return i < align.size() && align[i] == 'r' ? "right" : "left";
  }
  std::ostream& out_;
};

void totals(std::ostream& out, const answer::SummaryAnswer& answer) {
  const SummaryTotals sums = totals_of(answer);
  HtmlTable table(out);
  table.header({"", "This period", "Before", "Change"}, "lrrr");
  table.row({"Messages", thousands(answer.messages), thousands(sums.messages_before),
             html(change(answer.messages, sums.messages_before))},
            "lrrr");
  table.row({"Unauthorized", thousands(sums.unauthorized), thousands(sums.unauthorized_before),
             html(change(sums.unauthorized, sums.unauthorized_before))},
            "lrrr");
  table.row({"Legitimate", thousands(sums.legitimate), "", ""}, "lrrr");
  table.row({"Legitimate with DMARC pass", html(percent(sums.legitimate_aligned, sums.legitimate)), "", ""}, "lrrr");
  table.row({"Reports", thousands(answer.reports), "", ""}, "lrrr");
}

void domains(std::ostream& out, const answer::SummaryAnswer& answer) {
  heading(out, "Domains, worst news first");
  {
    HtmlTable table(out);
    table.header({"Domain", "Verdict", "Step", "Messages", "Pass", "Unauthorized"}, "lllrrr");
    std::size_t rows = 0;
    for (const answer::SummaryDomain& domain : answer.domains) {
      if (++rows > kHtmlDomains) break;
      table.row({html(domain.domain), badge(domain.verdict.verdict), html(domain.verdict.step),
                 format("{}<br><span style=\"color:#57606a;font-size:11px;\">{}</span>", thousands(domain.messages),
                        html(change(domain.messages, domain.messages_before))),
                 format("{}<br><span style=\"color:#57606a;font-size:11px;\">{}</span>",
                        html(percent(domain.legitimate_pass_rate)),
                        domain.legitimate_pass_rate_before ? html("was " + percent(domain.legitimate_pass_rate_before))
                                                           : std::string()),
                 format("{}<br><span style=\"color:#57606a;font-size:11px;\">{}</span>", thousands(domain.unauthorized),
                        html(change(domain.unauthorized, domain.unauthorized_before)))},
                "lllrrr");
    }
  }
  if (answer.domains.size() > kHtmlDomains) {
    paragraph(out, format("and {} more with less news", thousands(answer.domains.size() - kHtmlDomains)));
  }
}

void actions(std::ostream& out, const answer::SummaryAnswer& answer) {
  const auto items = to_act_on(answer);
  heading(out, "What to do");
  if (items.empty()) {
    paragraph(out, "Nothing today.");
    return;
  }
  for (std::size_t i = 0; i < items.size() && i < kSummaryActions; ++i) {
    const readiness::DomainVerdict& v = items[i]->verdict;
    out << "<p style=\"margin:12px 0 4px 0;color:#1a1a1a;\"><strong>" << html(items[i]->domain) << "</strong> "
        << badge(v.verdict) << "</p>\n";
    paragraph(out, v.reason.empty() ? next_action(v) : v.reason);
    if (!v.blockers.empty()) {
      out << "<ul style=\"margin:0 0 8px 0;padding:0 0 0 20px;color:#1a1a1a;\">\n";
      for (std::size_t b = 0; b < v.blockers.size() && b < kSummaryBlockers; ++b) {
        out << "<li style=\"margin:0 0 6px 0;color:#1a1a1a;\">"
            << html(sentence_of(v.blockers[b], v.domain), kMaxParagraph);
        if (!v.blockers[b].advice.fix.empty()) {
          out << "<br><strong>To do:</strong> " << html(v.blockers[b].advice.fix, kMaxParagraph);
        }
        out << "</li>\n";
      }
      out << "</ul>\n";
      if (v.blockers.size() > kSummaryBlockers) {
        paragraph(out, format("and {} more: ruagate readiness {}", thousands(v.blockers.size() - kSummaryBlockers),
                              printable(v.domain)));
      }
    }
    if ((v.verdict == readiness::Verdict::ready || v.verdict == readiness::Verdict::step_back) && !v.record.empty()) {
      paragraph(out, record_title(v) + ":");
      out << "<p style=\"margin:0 0 8px 0;padding:8px;background-color:#f6f8fa;border:1px solid #d0d7de;"
             "font-family:Menlo,Consolas,monospace;font-size:12px;word-break:break-word;color:#1a1a1a;\">"
          << html(record_line(v), kMaxParagraph) << "</p>\n";
    }
  }
  if (items.size() > kSummaryActions) {
    paragraph(out, format("and {} more domains: ruagate readiness", thousands(items.size() - kSummaryActions)));
  }
}

void new_sources(std::ostream& out, const answer::SummaryAnswer& answer) {
  const NewSources added = new_sources_of(answer);
  if (added.shown.empty() && added.unauthorized == 0) return;
  heading(out, "New sources");
  if (!added.shown.empty()) {
    {
      HtmlTable table(out);
      table.header({"Domain", "Source", "Class", "Messages", "Pass"}, "lllrr");
      for (std::size_t i = 0; i < added.shown.size() && i < kSummarySources; ++i) {
        const answer::SourceAnswer& source = *added.shown[i].source;
        table.row(
            {html(added.shown[i].domain->domain),
             html(source.source.name.empty() ? source.source.key : source.source.name), html(word_of(source.source)),
             thousands(source.totals.messages), html(percent(source.totals.aligned, source.totals.messages))},
            "lllrr");
      }
    }
    if (added.shown.size() > kSummarySources) {
      paragraph(out, format("and {} more", thousands(added.shown.size() - kSummarySources)));
    }
  }
  if (added.unauthorized > 0) {
    paragraph(out, format("{}{} not yours.", added.shown.empty() ? "" : "Besides, ",
                          count(added.unauthorized, "new source is", "new sources are")));
  }
}

}  // namespace

void write_html(std::ostream& out, const answer::SummaryAnswer& answer) {
  html_begin(out, title_of(answer));
  out << "<h1 style=\"margin:0 0 8px 0;font-size:20px;color:#1a1a1a;\">" << html(title_of(answer)) << "</h1>\n";
  if (answer.domains.empty()) {
    paragraph(out, "No domain has reports yet.");
  } else {
    paragraph(out, format("{}: {}.", count(answer.domains.size(), "domain", "domains"), verdicts_of(answer)));
    for (const std::string& line : verdict_changes(answer)) paragraph(out, "Changed: " + line + ".");
    totals(out, answer);
    domains(out, answer);
    actions(out, answer);
    new_sources(out, answer);
  }
  heading(out, "Ingest");
  for (const std::string& line : health_of(answer).lines) paragraph(out, line);
  html_end(out);
}

}  // namespace ruagate::present
