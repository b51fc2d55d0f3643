#include <utility>

#include "present/csv.hpp"
#include "present/html.hpp"
#include "present/json.hpp"
#include "present/readiness_text.hpp"
#include "report/names.hpp"

namespace ruagate::present {

namespace {

void json(std::ostream& out, const answer::ReadinessAnswer& answer) {
  Json document = {{"schema", "ruagate.readiness/1"}, {"as_of", to_iso(answer.as_of)}, {"domains", Json::array()}};
  for (std::size_t i = 0; i < answer.domains.size(); ++i) {
    Json domain = verdict_json(answer.domains[i]);
    if (i < answer.sources.size()) {  // Only when an explanation was asked for.
      domain["sources"] = Json::array();
      for (const answer::SourceAnswer& source : answer.sources[i]) domain["sources"].push_back(source_json(source));
    }
    document["domains"].push_back(std::move(domain));
  }
  out << dump(document, 2) << '\n';
}

template <class Enum>
std::string_view name_of(const std::optional<Enum>& value) {
  return value ? report::to_string(*value) : std::string_view();
}

void csv(std::ostream& out, const answer::ReadinessAnswer& answer) {
  Csv csv(out);
  csv.header({"domain",
              "as_of",
              "verdict",
              "step",
              "next_step",
              "target",
              "ladder",
              "policy_p",
              "policy_sp",
              "policy_np",
              "policy_pct",
              "policy_testing",
              "window_from",
              "window_to",
              "window_days_with_data",
              "window_reporters",
              "volume_messages",
              "volume_aligned",
              "volume_legitimate",
              "volume_legitimate_aligned",
              "volume_candidate",
              "volume_forwarded",
              "volume_forwarded_aligned",
              "volume_unauthorized",
              "volume_unknown",
              "legitimate_pass_rate",
              "legitimate_pass_rate_low",
              "gates_failed",
              "blockers",
              "impact_window_days",
              "impact_legitimate_failing",
              "impact_legitimate_affected_expected",
              "impact_legitimate_affected_worst",
              "impact_candidate_affected",
              "impact_forwarded_affected",
              "impact_unauthorized_stopped",
              "generations_rfc7489",
              "generations_rfc9990",
              "record",
              "earliest",
              "reason"});
  for (const readiness::DomainVerdict& v : answer.domains) {
    std::vector<std::string> failed;
    for (const readiness::Gate& gate : v.gates) {
      if (!gate.ok) failed.push_back(gate.gate);
    }
    std::vector<std::string> blockers;
    for (const readiness::Blocker& blocker : v.blockers) blockers.push_back(blocker.key);
    csv.text(v.domain)
        .text(to_iso(v.as_of))
        .text(readiness::to_string(v.verdict))
        .text(v.step)
        .text(v.next_step)
        .text(v.target)
        .text(v.ladder == readiness::Ladder::pct ? "pct" : "testing")
        .text(name_of(v.policy.p))
        .text(name_of(v.policy.sp))
        .text(name_of(v.policy.np));
    if (v.policy.pct) {
      csv.integer(*v.policy.pct);
    } else {
      csv.text("");
    }
    csv.flag(v.policy.testing)
        .text(to_iso(v.window_from))
        .text(to_iso(v.window_to))
        .integer(v.days_with_data)
        .integer(v.reporters)
        .number(v.messages)
        .number(v.aligned)
        .number(v.legitimate)
        .number(v.legitimate_aligned)
        .number(v.candidate)
        .number(v.forwarded)
        .number(v.forwarded_aligned)
        .number(v.unauthorized)
        .number(v.unknown)
        .number(v.legitimate_pass_rate)
        .number(v.legitimate_pass_rate_low)
        .list(failed)
        .list(blockers)
        .integer(v.impact.window_days)
        .number(v.impact.legitimate_failing)
        .number(v.impact.legitimate_affected_expected)
        .number(v.impact.legitimate_affected_worst)
        .number(v.impact.candidate_affected)
        .number(v.impact.forwarded_affected)
        .number(v.impact.unauthorized_stopped)
        .number(std::optional<double>(v.generation_rfc7489))
        .number(std::optional<double>(v.generation_rfc9990))
        .text(v.record)
        .text(v.earliest ? to_iso(*v.earliest) : std::string())
        .text(v.reason);
    csv.end_row();
  }
}

}  // namespace

void write(std::ostream& out, const answer::ReadinessAnswer& answer, Format format, const Style& style) {
  switch (format) {
    case Format::json:
      return json(out, answer);
    case Format::csv:
      return csv(out, answer);
    case Format::html:
      return write_page(out, "DMARC readiness", style,
                        [&](std::ostream& page, const Style& plain) { write_text(page, answer, plain); });
    case Format::text:
      return write_text(out, answer, style);
  }
}

}  // namespace ruagate::present
