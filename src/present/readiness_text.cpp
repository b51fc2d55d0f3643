#include "present/readiness_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/table.hpp"
#include "present/words.hpp"
#include "report/names.hpp"

namespace ruagate::present {

namespace {

using readiness::Blocker;
using readiness::DomainVerdict;
using readiness::Gate;
using readiness::Verdict;

std::string messages(std::uint64_t value) {
  return count(value, "message", "messages");
}

void overview(std::ostream& out, const std::vector<const DomainVerdict*>& verdicts, const Style& style) {
  Table table({{"Domain", Table::Align::left, 16},
               {"Verdict", Table::Align::left, 0},
               {"Policy", Table::Align::left, 0},
               {"Next step", Table::Align::left, 0},
               {"Legitimate", Table::Align::right, 0},
               {"Pass", Table::Align::right, 0},
               {"Unauthorized", Table::Align::right, 0},
               {"Blockers", Table::Align::right, 0}});
  for (const DomainVerdict* v : verdicts) {
    table.row({{v->domain, Colour::none},
               {word_of(v->verdict), colour_of(v->verdict)},
               {v->step, Colour::none},
               {v->next_step.value_or("-"), Colour::none},
               {thousands(v->legitimate), Colour::none},
               {percent(v->legitimate_pass_rate), Colour::none},
               {thousands(v->unauthorized), Colour::none},
               {thousands(v->blockers.size()), Colour::none}});
  }
  table.print(out, style);
}

/// A title in a section, with its content below it and an empty line above.
void title(std::ostream& out, std::string_view text, const Style& style) {
  out << '\n' << coloured(printable(text), Colour::bold, style) << '\n';
}

void situation(std::ostream& out, const DomainVerdict& v, const Style& style) {
  std::string policy = format("Policy now: {}", words_of(v.policy));
  if (v.policy.seen) policy += format(" (seen {})", to_iso(*v.policy.seen));
  policy += format(". Step: {}.", v.step);
  if (v.next_step) {
    policy += format(" {}: {}.", v.verdict == Verdict::step_back ? "Step back to" : "Next step", *v.next_step);
  }
  policy += format(" Target: {}.", v.target);
  paragraph(out, policy, style);
  paragraph(out,
            format("Reports from {} to {}: {} with data, from {}.", to_iso(v.window_from), to_iso(v.window_to),
                   count(static_cast<std::uint64_t>(std::max(v.days_with_data, 0)), "day", "days"),
                   count(static_cast<std::uint64_t>(std::max(v.reporters, 0)), "reporter", "reporters")),
            style);
}

void volume(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (v.messages == 0) return;
  Table table({{"Mail", Table::Align::left, 0},
               {"Messages", Table::Align::right, 0},
               {"Pass", Table::Align::right, 0},
               {"", Table::Align::left, 20}});
  const std::string low = v.legitimate_pass_rate_low && v.legitimate > 0
                              ? format("at least {} with 95 % certainty", percent(v.legitimate_pass_rate_low))
                              : std::string();
  table.row({{"legitimate", Colour::none},
             {thousands(v.legitimate), Colour::none},
             {percent(v.legitimate_aligned, v.legitimate), Colour::none},
             {low, Colour::none}});
  const auto row_if = [&](std::string_view name, std::uint64_t n, std::string pass, std::string_view meaning) {
    if (n == 0) return;
    table.row({{std::string(name), Colour::none},
               {thousands(n), Colour::none},
               {std::move(pass), Colour::none},
               {std::string(meaning), Colour::none}});
  };
  row_if("candidate", v.candidate, "", "probably yours: somebody must decide");
  row_if("forwarded", v.forwarded, percent(v.forwarded_aligned, v.forwarded), "on its way through others");
  row_if("unauthorized", v.unauthorized, "", "not yours: what enforcement is for");
  row_if("unknown", v.unknown, "", "could not be told");
  table.row(
      {{"all", Colour::none}, {thousands(v.messages), Colour::none}, {percent(v.aligned, v.messages), Colour::none}});
  out << '\n';
  table.print(out, style);
}

void why(std::ostream& out, const DomainVerdict& v, const Style& style) {
  std::vector<const Gate*> failed;
  for (const Gate& gate : v.gates) {
    if (!gate.ok) failed.push_back(&gate);
  }
  if (failed.empty()) return;
  // What hurts mail stands before what is merely too early.
  std::stable_partition(failed.begin(), failed.end(), [](const Gate* gate) { return gate->blocking; });
  title(out, "Why", style);
  for (const Gate* gate : failed) paragraph(out, gate->text.empty() ? gate->gate : gate->text, style, "- ");
}

void blockers(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (v.blockers.empty()) return;
  title(out, "What blocks, most mail at stake first, and what to do", style);
  std::size_t number = 0;
  for (const Blocker& blocker : v.blockers) {
    const std::string first = format("{}. ", ++number);
    const std::string indent(first.size(), ' ');
    const std::uint64_t failing = blocker.messages - std::min(blocker.aligned, blocker.messages);
    std::string line =
        format("{}: {} of {} fail ({} pass)", printable(name_and_key(blocker.source, blocker.key)), thousands(failing),
               messages(blocker.messages), percent(blocker.aligned, blocker.messages));
    if (blocker.source_class != source::Class::legitimate) line += format(", {}", word_of(blocker.source_class));
    if (!blocker.author_domain.empty() && blocker.author_domain != v.domain) {
      line += format(", From: {}", printable(blocker.author_domain));
    }
    if (blocker.advice.failure != "none") line += format(" - {}", printable(words_of_failure(blocker.advice.failure)));
    paragraph(out, line + ".", style, first);
    if (!blocker.advice.fix.empty()) paragraph(out, "To do: " + blocker.advice.fix, style, indent);
    if (!blocker.ips.empty())
      paragraph(out, "Addresses: " + some_of(blocker.ips, style.explain ? 10 : 3), style, indent);
    if (style.explain) {
      for (const std::string& evidence : blocker.evidence) paragraph(out, evidence, style, indent + "- ");
    }
  }
}

void impact(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (v.verdict == Verdict::at_target || v.verdict == Verdict::step_back || !v.next_step || v.messages == 0) return;
  const readiness::Impact& i = v.impact;
  title(out, format("What {} would have done in the last {} days", *v.next_step, i.window_days), style);
  std::string legitimate = v.legitimate == 0 ? "No legitimate mail was seen."
                           : i.legitimate_affected_expected == 0 && i.legitimate_affected_worst == 0
                               ? "No legitimate message would have been affected."
                               : format("Legitimate mail affected: {}", messages(i.legitimate_affected_expected));
  if (i.legitimate_affected_worst > i.legitimate_affected_expected) {
    legitimate += format("; {} if receivers ignore the percentage", thousands(i.legitimate_affected_worst));
  }
  if (legitimate.back() != '.') legitimate += '.';
  paragraph(out, legitimate, style, "- ");
  if (i.candidate_affected > 0) {
    paragraph(out, format("Mail of candidates, probably yours, affected: {}.", messages(i.candidate_affected)), style,
              "- ");
  }
  if (i.forwarded_affected > 0) {
    paragraph(out, format("Forwarded mail affected: {}.", messages(i.forwarded_affected)), style, "- ");
  }
  paragraph(out,
            v.unauthorized == 0 && i.unauthorized_stopped == 0
                ? std::string("No unauthorized mail was seen.")
                : format("Unauthorized mail stopped: {}.", messages(i.unauthorized_stopped)),
            style, "- ");
}

void record(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (v.record.empty()) return;
  title(out, record_title(v), style);
  // One line whatever the width, so that it can be copied.
  out << printable(record_line(v), 4000) << '\n';
}

void subdomains(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (!v.subdomains) return;
  const readiness::SubdomainVerdict& sub = *v.subdomains;
  title(out, format("Subdomains (sp={})", report::to_string(sub.policy)), style);
  std::string line = word_of(sub.verdict);
  if (sub.next) line += format(" for sp={}", report::to_string(*sub.next));
  paragraph(out, line + ": " + sub.reason + ".", style);
  for (const Blocker& blocker : sub.blockers) {
    paragraph(out,
              format("{}: {} of {} pass. {}", printable(name_and_key(blocker.source, blocker.key)),
                     thousands(blocker.aligned), messages(blocker.messages), blocker.advice.fix),
              style, "- ");
  }
  if (sub.verdict == Verdict::ready) out << printable(sub.record, 4000) << '\n';
}

void unknowns(std::ostream& out, const DomainVerdict& v, const Style& style) {
  std::vector<std::string> lines = v.notes;
  for (const Gate& gate : v.gates) {
    if (!gate.checked) lines.push_back(gate.text.empty() ? gate.gate + ": not checked" : gate.text);
  }
  if (v.generation_rfc7489 > 0 && v.generation_rfc9990 > 0) {
    lines.push_back(
        format("{} of the mail is reported by receivers of the older standard (RFC 7489, which obey pct), {} "
               "by those of the newer one (RFC 9990, which obey t).",
               percent(v.generation_rfc7489), percent(v.generation_rfc9990)));
  }
  if (lines.empty()) return;
  title(out, "What is not known, and what to watch", style);
  for (const std::string& line : lines) paragraph(out, line, style, "- ");
}

std::string amount(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return "";
  if (*value == std::floor(*value) && *value >= 0 && *value < 1e15)
    return thousands(static_cast<std::uint64_t>(*value));
  return format("{:.4g}", *value);
}

void gates(std::ostream& out, const DomainVerdict& v, const Style& style) {
  if (!style.explain || v.gates.empty()) return;
  title(out, "Every condition", style);
  Table table({{"Condition", Table::Align::left, 0},
               {"State", Table::Align::left, 0},
               {"Have", Table::Align::right, 0},
               {"Need", Table::Align::right, 0},
               {"", Table::Align::left, 0}});
  for (const Gate& gate : v.gates) {
    const std::string state = !gate.checked ? "not checked" : gate.ok ? "met" : gate.blocking ? "BLOCKS" : "not yet";
    const Colour colour = !gate.checked   ? Colour::dim
                          : gate.ok       ? Colour::green
                          : gate.blocking ? Colour::red
                                          : Colour::blue;
    table.row({{gate.gate, Colour::none},
               {state, colour},
               {amount(gate.have), Colour::none},
               {amount(gate.need), Colour::none},
               {gate.blocking ? "" : "data", Colour::dim}});
  }
  table.print(out, style, 2);
  out << '\n';
  for (const Gate& gate : v.gates) {
    if (!gate.text.empty()) paragraph(out, format("{}: {}", printable(gate.gate), gate.text), style, "  - ");
  }
}

/// Every source with its class, what its mail counts as, and why.
void sources(std::ostream& out, const std::vector<answer::SourceAnswer>& all, const Style& style) {
  title(out, "Every source", style);
  if (all.empty()) paragraph(out, "No mail was reported in this time.", style, "- ");
  for (const answer::SourceAnswer& item : all) {
    const source::Source& source = item.source;
    std::string line = format("{}: {}", printable(name_and_key(source.name, source.key)), word_of(source.source_class));
    if (source.kind) line += format(" ({})", printable(source::to_string(*source.kind)));
    line += format(", {}, {} pass", messages(item.totals.messages), percent(item.totals.aligned, item.totals.messages));
    for (std::size_t flow = 0; flow < source::kFlows; ++flow) {
      if (item.totals.by_flow[flow] == 0) continue;
      line +=
          format("; {}: {}", source::to_string(static_cast<source::Flow>(flow)), thousands(item.totals.by_flow[flow]));
    }
    if (source.score != 0) line += format("; score {}", source.score);
    paragraph(out, line + ".", style, "- ");
    for (const std::string& evidence : source.evidence) paragraph(out, evidence, style, "  - ");
  }
}

void section(std::ostream& out, const DomainVerdict& v, const Style& style) {
  const std::string domain = printable(v.domain);
  const std::string word = word_of(v.verdict);
  std::string line = domain + ": " + word;
  std::string shown = coloured(domain + ": ", Colour::bold, style) + coloured(word, colour_of(v.verdict), style);
  if (v.next_step && v.verdict != Verdict::at_target) {
    const std::string step = format(" {} {}", v.verdict == Verdict::step_back ? "to" : "for", printable(*v.next_step));
    line += step;
    shown += coloured(step, Colour::bold, style);
  }
  out << shown << '\n' << std::string(display_width(line), '=') << '\n';
  if (!v.reason.empty()) paragraph(out, v.reason, style);
  paragraph(out, next_action(v), style);
  out << '\n';
  situation(out, v, style);
  volume(out, v, style);
  why(out, v, style);
  blockers(out, v, style);
  impact(out, v, style);
  record(out, v, style);
  subdomains(out, v, style);
  unknowns(out, v, style);
  gates(out, v, style);
}

}  // namespace

void write_text(std::ostream& out, const answer::ReadinessAnswer& answer, const Style& style) {
  if (answer.domains.empty()) {
    paragraph(
        out,
        "No domain has reports yet. Read some with `ruagate ingest PATH`, or name your domains in the configuration.",
        style);
    return;
  }
  std::vector<const DomainVerdict*> verdicts;
  for (const DomainVerdict& v : answer.domains) verdicts.push_back(&v);
  std::stable_sort(verdicts.begin(), verdicts.end(),
                   [](const DomainVerdict* a, const DomainVerdict* b) { return answer::is_worse(*a, *b); });
  if (verdicts.size() > 1) {
    heading(out, format("DMARC readiness on {}: {} domains", to_iso(answer.as_of), thousands(verdicts.size())), '=',
            style);
    overview(out, verdicts, style);
    out << "\n\n";
  }
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (i != 0) out << "\n\n";
    section(out, *verdicts[i], style);
    const auto place = static_cast<std::size_t>(verdicts[i] - answer.domains.data());
    if (style.explain && place < answer.sources.size()) sources(out, answer.sources[place], style);
  }
}

}  // namespace ruagate::present
