#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "report/names.hpp"
#include "report/report.hpp"

// A report as the expectations under tests/data/reports write it.
namespace ruagate::test {

using nlohmann::ordered_json;

template <class T>
ordered_json maybe(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

template <class T>
ordered_json named(const std::optional<T>& value) {
  return value ? ordered_json(std::string(report::to_string(*value))) : ordered_json(nullptr);
}

inline ordered_json to_json(const report::Record& record) {
  ordered_json json;
  json["ip"] = record.source_ip ? ordered_json(record.source_ip->to_string()) : ordered_json(nullptr);
  json["messages"] = record.message_count;
  json["disposition"] = report::to_string(record.disposition);
  json["dkim_aligned"] = report::to_string(record.dkim_aligned);
  json["spf_aligned"] = report::to_string(record.spf_aligned);
  json["author_domain"] = record.evidence.author_domain;
  json["envelope_from"] = maybe(record.evidence.envelope_from);
  json["envelope_to"] = maybe(record.evidence.envelope_to);
  json["dkim"] = ordered_json::array();
  for (const report::DkimAuth& dkim : record.evidence.dkim) {
    json["dkim"].push_back({dkim.domain, dkim.selector, report::to_string(dkim.result), dkim.human_result});
  }
  json["spf"] = ordered_json::array();
  for (const report::SpfAuth& spf : record.evidence.spf) {
    json["spf"].push_back({spf.domain, report::to_string(spf.scope), report::to_string(spf.result), spf.human_result});
  }
  json["reasons"] = ordered_json::array();
  for (const report::OverrideReason& reason : record.evidence.reasons) {
    json["reasons"].push_back({report::to_string(reason.type), reason.comment});
  }
  return json;
}

inline ordered_json to_json(const report::Report& report) {
  ordered_json json;
  json["generation"] = report::to_string(report.generation);
  json["version"] = maybe(report.version);
  json["reporter"] = report.reporter;
  json["report_id"] = report.report_id;
  json["email"] = maybe(report.email);
  json["extra_contact_info"] = maybe(report.extra_contact_info);
  json["generator"] = maybe(report.generator);
  json["errors"] = report.errors;
  json["begin"] = epoch_seconds(report.begin);
  json["end"] = epoch_seconds(report.end);
  const report::PublishedPolicy& policy = report.policy;
  json["policy"] = {{"domain", policy.domain},      {"p", named(policy.p)},
                    {"sp", named(policy.sp)},       {"np", named(policy.np)},
                    {"pct", maybe(policy.pct)},     {"testing", maybe(policy.testing)},
                    {"adkim", named(policy.adkim)}, {"aspf", named(policy.aspf)},
                    {"fo", maybe(policy.fo)},       {"discovery_method", maybe(policy.discovery_method)}};
  json["records"] = ordered_json::array();
  for (const report::Record& record : report.records) json["records"].push_back(to_json(record));
  json["records_left_out"] = report.records_left_out;
  json["tolerances"] = report.tolerances;
  return json;
}

}  // namespace ruagate::test
