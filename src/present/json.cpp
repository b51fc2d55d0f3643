#include "present/json.hpp"

#include <array>
#include <cmath>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "report/names.hpp"
#include "source/known.hpp"

namespace ruagate::present {

namespace {

struct Unsafe {
  std::string_view utf8;
  std::string_view escape;
};

// Beside DEL and C1 (which are computed): what base/printable.hpp keeps away from terminals.
constexpr std::array kUnsafe = {
    Unsafe{"\xD8\x9C", "\\u061c"},     Unsafe{"\xE2\x80\x8E", "\\u200e"}, Unsafe{"\xE2\x80\x8F", "\\u200f"},
    Unsafe{"\xE2\x80\xA8", "\\u2028"}, Unsafe{"\xE2\x80\xA9", "\\u2029"}, Unsafe{"\xE2\x80\xAA", "\\u202a"},
    Unsafe{"\xE2\x80\xAB", "\\u202b"}, Unsafe{"\xE2\x80\xAC", "\\u202c"}, Unsafe{"\xE2\x80\xAD", "\\u202d"},
    Unsafe{"\xE2\x80\xAE", "\\u202e"}, Unsafe{"\xE2\x81\xA6", "\\u2066"}, Unsafe{"\xE2\x81\xA7", "\\u2067"},
    Unsafe{"\xE2\x81\xA8", "\\u2068"}, Unsafe{"\xE2\x81\xA9", "\\u2069"}, Unsafe{"\xEF\xBB\xBF", "\\ufeff"}};

/// Characters outside ASCII, and DEL, stand only inside strings, so the text may be changed without reading it as JSON.
std::string escape_unsafe(std::string text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) < 0x7F; };
  std::size_t at = 0;
  while (at < text.size() && is_plain(text[at])) ++at;
  if (at == text.size()) return text;
  std::string out = text.substr(0, at);
  const std::string_view all = text;
  while (at < all.size()) {
    const std::string_view rest = all.substr(at);
    if (rest[0] == '\x7F') {
      out += "\\u007f";
      ++at;
      continue;
    }
    if (rest.size() >= 2 && rest[0] == '\xC2' && static_cast<unsigned char>(rest[1]) < 0xA0) {
      out += format("\\u00{:02x}", static_cast<unsigned char>(rest[1]));
      at += 2;
      continue;
    }
    std::string_view escape;
    if (!is_plain(rest[0])) {
      for (const Unsafe& unsafe : kUnsafe) {
        if (rest.substr(0, unsafe.utf8.size()) != unsafe.utf8) continue;
        escape = unsafe.escape;
        at += unsafe.utf8.size();
        break;
      }
    }
    if (escape.empty()) {
      out += rest[0];
      ++at;
    } else {
      out += escape;
    }
  }
  return out;
}

template <class Enum>
Json named(const std::optional<Enum>& value) {
  return value ? Json(std::string(report::to_string(*value))) : Json(nullptr);
}

Json disposition_json(report::Disposition value) {
  if (value == report::Disposition::unknown) return nullptr;
  return std::string(report::to_string(value));
}

Json alignment_json(report::AlignmentResult value) {
  if (value == report::AlignmentResult::unknown) return nullptr;
  return std::string(report::to_string(value));
}

template <class T, class F>
Json array_of(const std::vector<T>& items, F&& to_json) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(to_json(item));
  return out;
}

Json policy_json(const readiness::Policy& policy) {
  return {{"p", named(policy.p)},
          {"sp", named(policy.sp)},
          {"np", named(policy.np)},
          {"pct", or_null(policy.pct)},
          {"testing", or_null(policy.testing)},
          {"adkim", named(policy.adkim)},
          {"aspf", named(policy.aspf)},
          {"fo", or_null(policy.fo)},
          {"seen", or_null(policy.seen)}};
}

Json gate_json(const readiness::Gate& gate) {
  return {{"gate", gate.gate},
          {"ok", gate.ok},
          {"have", number_or_null(gate.have)},
          {"need", number_or_null(gate.need)},
          {"text", gate.text},
          {"checked", gate.checked},
          {"blocking", gate.blocking}};
}

Json blocker_json(const readiness::Blocker& blocker) {
  return {{"source", blocker.source},
          {"key", blocker.key},
          {"class", std::string(source::to_string(blocker.source_class))},
          {"messages", blocker.messages},
          {"aligned", blocker.aligned},
          {"failure", blocker.advice.failure},
          {"fix", blocker.advice.fix},
          {"ips", blocker.ips},
          {"author_domain", blocker.author_domain},
          {"evidence", blocker.evidence}};
}

Json subdomains_json(const readiness::SubdomainVerdict& v) {
  return {{"sp", std::string(report::to_string(v.policy))},
          {"verdict", std::string(readiness::to_string(v.verdict))},
          {"next", named(v.next)},
          {"reason", v.reason},
          {"gates", array_of(v.gates, gate_json)},
          {"blockers", array_of(v.blockers, blocker_json)},
          {"record", v.record}};
}

}  // namespace

std::string dump(const Json& document, int indent) {
  return escape_unsafe(document.dump(indent, ' ', false, Json::error_handler_t::replace));
}

Json or_null(const std::optional<Day>& value) {
  return value ? Json(to_iso(*value)) : Json(nullptr);
}

Json or_null(const std::optional<Instant>& value) {
  return value ? Json(to_iso(*value)) : Json(nullptr);
}

Json text_or_null(std::string_view value) {
  return value.empty() ? Json(nullptr) : Json(std::string(value));
}

Json number_or_null(const std::optional<double>& value) {
  constexpr double kExact = 9007199254740992.0;
  if (!value || !std::isfinite(*value)) return nullptr;
  if (*value == std::floor(*value) && std::abs(*value) < kExact) return static_cast<std::int64_t>(*value);
  return *value;
}

Json rate_or_null(std::uint64_t part, std::uint64_t total) {
  if (total == 0) return nullptr;
  return number_or_null(static_cast<double>(part) / static_cast<double>(total));
}

Json window_json(const answer::Window& window) {
  return {{"from", to_iso(window.from)}, {"to", to_iso(window.to)}, {"days", window.days()}};
}

namespace {

/// Messages by what they count as (docs/readiness.md, "What each message counts as"); only those that occur.
Json flows_json(const source::SourceTotals& totals) {
  constexpr std::array<std::string_view, source::kFlows> kNames = {
      "direct_ok", "direct_fail", "indirect_ok", "indirect_fail", "candidate_fail", "spoof", "unknown"};
  Json out = Json::object();
  for (std::size_t flow = 0; flow < kNames.size(); ++flow) {
    if (totals.by_flow[flow] > 0) out[std::string(kNames[flow])] = totals.by_flow[flow];
  }
  return out;
}

}  // namespace

Json source_json(const answer::SourceAnswer& answer) {
  const source::Source& source = answer.source;
  const source::SourceTotals& totals = answer.totals;
  Json overrides = Json::object();
  for (const auto& [type, messages] : totals.overrides) overrides[type] = messages;
  return {
      {"source", source.name},
      {"key", source.key},
      {"class", std::string(source::to_string(source.source_class))},
      {"kind", source.kind ? Json(std::string(source::to_string(*source.kind))) : Json(nullptr)},
      {"evidence", source.evidence},
      {"messages", totals.messages},
      {"aligned", totals.aligned},
      {"pass_rate", rate_or_null(totals.aligned, totals.messages)},
      {"dkim_aligned", totals.dkim_aligned},
      {"spf_aligned", totals.spf_aligned},
      {"dkim_pass", totals.dkim_pass},
      {"spf_pass", totals.spf_pass},
      {"disposition",
       {{"none", totals.disposition_none},
        {"quarantine", totals.disposition_quarantine},
        {"reject", totals.disposition_reject}}},
      {"overrides", std::move(overrides)},
      {"flows", flows_json(totals)},
      {"score", source.score},
      {"first_seen", or_null(totals.first_seen)},
      {"last_seen", or_null(totals.last_seen)},
      {"days", totals.days},
      {"reporters", totals.reporters.size()},
      {"ips",
       array_of(
           totals.addresses,
           [](const source::SourceTotals::Address& address) -> Json {
             return {{"ip", text_or_null(address.ip)}, {"messages", address.messages}, {"aligned", address.aligned}};
           })},
      {"failure", answer.advice.failure},
      {"fix", answer.advice.fix},
      {"author_domain", source.author_domain},
      {"service", source.service != nullptr ? Json(source.service->name) : Json(nullptr)},
      {"tag", text_or_null(source.tag)},
      {"decision", source.decision ? Json(std::string(report::to_string(source.decision->kind))) : Json(nullptr)},
      {"critical", source.critical},
      {"periodic", or_null(source.periodic)},
      {"retired", source.retired},
      {"reporter_names", totals.reporters}};
}

Json verdict_json(const readiness::DomainVerdict& v) {
  return {{"domain", v.domain},
          {"as_of", to_iso(v.as_of)},
          {"policy", policy_json(v.policy)},
          {"ladder", v.ladder == readiness::Ladder::pct ? "pct" : "testing"},
          {"step", v.step},
          {"next_step", or_null(v.next_step)},
          {"target", v.target},
          {"verdict", std::string(readiness::to_string(v.verdict))},
          {"reason", v.reason},
          {"window",
           {{"from", to_iso(v.window_from)},
            {"to", to_iso(v.window_to)},
            {"days_with_data", v.days_with_data},
            {"reporters", v.reporters}}},
          {"volume",
           {{"messages", v.messages},
            {"aligned", v.aligned},
            {"legitimate", v.legitimate},
            {"legitimate_aligned", v.legitimate_aligned},
            {"candidate", v.candidate},
            {"forwarded", v.forwarded},
            {"forwarded_aligned", v.forwarded_aligned},
            {"unauthorized", v.unauthorized},
            {"unknown", v.unknown}}},
          {"legitimate_pass_rate", number_or_null(v.legitimate_pass_rate)},
          {"legitimate_pass_rate_low", number_or_null(v.legitimate_pass_rate_low)},
          {"gates", array_of(v.gates, gate_json)},
          {"blockers", array_of(v.blockers, blocker_json)},
          {"impact", impact_json(v.impact)},
          {"generations",
           {{"rfc7489", number_or_null(v.generation_rfc7489)}, {"rfc9990", number_or_null(v.generation_rfc9990)}}},
          {"record", v.record},
          {"earliest", or_null(v.earliest)},
          {"notes", v.notes},
          {"subdomains", v.subdomains ? subdomains_json(*v.subdomains) : Json(nullptr)}};
}

Json impact_json(const readiness::Impact& impact) {
  return {{"window_days", impact.window_days},
          {"legitimate_failing", impact.legitimate_failing},
          {"legitimate_affected_expected", impact.legitimate_affected_expected},
          {"legitimate_affected_worst", impact.legitimate_affected_worst},
          {"candidate_affected", impact.candidate_affected},
          {"forwarded_affected", impact.forwarded_affected},
          {"unauthorized_stopped", impact.unauthorized_stopped}};
}

Json decision_json(const report::Decision& decision) {
  return {{"domain", decision.domain},
          {"decision", std::string(report::to_string(decision.kind))},
          {"what", text_or_null(decision.what)},
          {"critical", decision.critical},
          {"retired", decision.retired},
          {"periodic", or_null(decision.periodic)},
          {"note", text_or_null(decision.note)},
          {"decided_by", decision.decided_by},
          {"decided_at", to_iso(decision.decided_at)}};
}

Json report_json(const store::ReportRow& row) {
  const report::Report& r = row.report;
  return {{"id", row.id},
          {"reporter", r.reporter},
          {"report_id", r.report_id},
          {"domain", r.policy.domain},
          {"begin", epoch_seconds(r.begin)},
          {"end", epoch_seconds(r.end)},
          {"email", or_null(r.email)},
          {"generation", std::string(report::to_string(r.generation))},
          {"p", named(r.policy.p)},
          {"sp", named(r.policy.sp)},
          {"np", named(r.policy.np)},
          {"pct", or_null(r.policy.pct)},
          {"testing", or_null(r.policy.testing)},
          {"adkim", named(r.policy.adkim)},
          {"aspf", named(r.policy.aspf)},
          {"fo", or_null(r.policy.fo)},
          {"records", row.totals.records},
          {"messages", row.totals.messages},
          {"dkim_aligned", row.totals.dkim_aligned},
          {"spf_aligned", row.totals.spf_aligned},
          {"aligned", row.totals.aligned},
          {"disposition",
           {{"none", row.totals.disposition_none},
            {"pass", row.totals.disposition_pass},
            {"quarantine", row.totals.disposition_quarantine},
            {"reject", row.totals.disposition_reject}}},
          {"source_ips", row.source_ips},
          {"author_domains", row.author_domains},
          {"records_left_out", r.records_left_out},
          {"tolerances", r.tolerances},
          {"trust", std::string(report::to_string(row.provenance.trust))},
          {"origin", row.provenance.origin},
          {"received_at", to_iso(row.provenance.received_at)},
          {"version", or_null(r.version)},
          {"extra_contact_info", or_null(r.extra_contact_info)},
          {"generator", or_null(r.generator)},
          {"discovery_method", or_null(r.policy.discovery_method)},
          {"errors", r.errors},
          {"has_raw", row.has_raw},
          {"implausible", store::names_of_reasons(row.implausible)},
          {"accepted_at", or_null(row.accepted)}};
}

Json waiting_json(const store::ReportRow& row) {
  return {{"id", row.id},
          {"reporter", row.report.reporter},
          {"domain", row.report.policy.domain},
          {"begin", epoch_seconds(row.report.begin)},
          {"end", epoch_seconds(row.report.end)},
          {"messages", row.totals.messages},
          {"reasons", store::names_of_reasons(row.implausible)}};
}

Json record_json(const store::RecordRow& row) {
  const report::Record& record = row.record;
  const report::Evidence& evidence = record.evidence;
  return {{"report", row.report_key},
          {"reporter", row.reporter},
          {"report_id", row.report_id},
          {"domain", row.policy_domain},
          {"begin", epoch_seconds(row.begin)},
          {"end", epoch_seconds(row.end)},
          {"source_ip", record.source_ip ? Json(record.source_ip->to_string()) : Json(nullptr)},
          {"messages", record.message_count},
          {"disposition", disposition_json(record.disposition)},
          {"dkim_aligned", alignment_json(record.dkim_aligned)},
          {"spf_aligned", alignment_json(record.spf_aligned)},
          {"author_domain", evidence.author_domain},
          {"envelope_from", or_null(evidence.envelope_from)},
          {"envelope_to", or_null(evidence.envelope_to)},
          {"dkim", array_of(evidence.dkim,
                            [](const report::DkimAuth& dkim) -> Json {
                              return {{"domain", text_or_null(dkim.domain)},
                                      {"selector", text_or_null(dkim.selector)},
                                      {"result", std::string(report::to_string(dkim.result))},
                                      {"human_result", text_or_null(dkim.human_result)}};
                            })},
          {"spf", array_of(evidence.spf,
                           [](const report::SpfAuth& spf) -> Json {
                             return {{"domain", text_or_null(spf.domain)},
                                     {"scope", spf.scope == report::SpfScope::unknown
                                                   ? Json(nullptr)
                                                   : Json(std::string(report::to_string(spf.scope)))},
                                     {"result", std::string(report::to_string(spf.result))},
                                     {"human_result", text_or_null(spf.human_result)}};
                           })},
          {"override_reasons", array_of(evidence.reasons, [](const report::OverrideReason& reason) -> Json {
             return {{"type", std::string(report::to_string(reason.type))}, {"comment", text_or_null(reason.comment)}};
           })}};
}

}  // namespace ruagate::present
