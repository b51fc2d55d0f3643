#include <utility>

#include "present/csv.hpp"
#include "present/json.hpp"
#include "present/service.hpp"

namespace ruagate::present {

namespace {

Json name_json(const answer::SourceName& name) {
  return {{"source", name.source}, {"key", name.key}};
}

Json names_json(const std::vector<answer::SourceName>& names) {
  Json out = Json::array();
  for (const answer::SourceName& name : names) out.push_back(name_json(name));
  return out;
}

Json verdict_or_null(const std::optional<readiness::Verdict>& verdict) {
  return verdict ? Json(std::string(readiness::to_string(*verdict))) : Json(nullptr);
}

std::string ladder_name(readiness::Ladder ladder) {
  return ladder == readiness::Ladder::pct ? "pct" : "testing";
}

Json glance_json(const answer::DomainGlance& glance) {
  Json sparkline = Json::array();
  for (const answer::SparkDay& day : glance.sparkline) {
    sparkline.push_back({{"day", to_iso(day.day)},
                         {"messages", day.messages},
                         {"aligned", day.aligned},
                         {"legitimate", day.legitimate},
                         {"legitimate_aligned", day.legitimate_aligned}});
  }
  return {{"domain", glance.domain},
          {"verdict", std::string(readiness::to_string(glance.verdict))},
          {"reason", glance.reason},
          {"ladder", ladder_name(glance.ladder)},
          {"step", glance.step},
          {"next_step", or_null(glance.next_step)},
          {"target", glance.target},
          {"legitimate_pass_rate", number_or_null(glance.legitimate_pass_rate)},
          {"messages", glance.messages},
          {"legitimate", glance.legitimate},
          {"legitimate_aligned", glance.legitimate_aligned},
          {"at_stake", glance.at_stake},
          {"blockers", glance.blockers},
          {"first_blocker", glance.first_blocker ? name_json(*glance.first_blocker) : Json(nullptr)},
          {"last_day", or_null(glance.last_day)},
          {"reports", glance.reports},
          {"sparkline", std::move(sparkline)},
          {"changes",
           {{"verdict_before", verdict_or_null(glance.verdict_before)},
            {"new_blockers", names_json(glance.new_blockers)},
            {"gone_blockers", names_json(glance.gone_blockers)}}}};
}

void csv_rows(std::ostream& out, const answer::OverviewAnswer& answer) {
  Csv csv(out);
  csv.header({"domain", "verdict", "step", "next_step", "target", "legitimate_pass_rate", "messages", "legitimate",
              "legitimate_aligned", "at_stake", "blockers", "first_blocker", "last_day", "reports", "verdict_before",
              "reason"});
  for (const answer::DomainGlance& glance : answer.domains) {
    csv.text(glance.domain)
        .text(readiness::to_string(glance.verdict))
        .text(glance.step)
        .text(glance.next_step)
        .text(glance.target)
        .number(glance.legitimate_pass_rate)
        .number(glance.messages)
        .number(glance.legitimate)
        .number(glance.legitimate_aligned)
        .number(glance.at_stake)
        .number(glance.blockers)
        .text(glance.first_blocker ? glance.first_blocker->source : std::string())
        .text(glance.last_day ? to_iso(*glance.last_day) : std::string())
        .number(glance.reports)
        .text(glance.verdict_before ? readiness::to_string(*glance.verdict_before) : std::string_view())
        .text(glance.reason);
    csv.end_row();
  }
}

void csv_rows(std::ostream& out, const answer::TimelineAnswer& answer) {
  Csv csv(out);
  std::vector<std::string> names = {"domain", "day", "reports", "messages", "aligned", "quarantined", "rejected"};
  for (const std::string_view group : answer::kGroupNames) {
    names.emplace_back(group);
    names.push_back(std::string(group) + "_aligned");
  }
  csv.header({names.begin(), names.end()});
  for (const answer::TimelineDay& day : answer.days) {
    csv.text(answer.domain)
        .text(to_iso(day.day))
        .number(day.reports)
        .number(day.messages)
        .number(day.aligned)
        .number(day.quarantined)
        .number(day.rejected);
    for (const answer::TimelineDay::Group& group : day.groups) csv.number(group.messages).number(group.aligned);
    csv.end_row();
  }
}

Json timeline_json(const answer::TimelineAnswer& answer) {
  Json document = {{"schema", "ruagate.timeline/1"},
                   {"domain", answer.domain},
                   {"window", window_json(answer.window)},
                   {"days", Json::array()}};
  for (const answer::TimelineDay& day : answer.days) {
    Json classes = Json::object();
    for (std::size_t i = 0; i < answer::kGroups; ++i) {
      classes[std::string(answer::kGroupNames[i])] = {{"messages", day.groups[i].messages},
                                                      {"aligned", day.groups[i].aligned}};
    }
    document["days"].push_back({{"day", to_iso(day.day)},
                                {"reports", day.reports},
                                {"messages", day.messages},
                                {"aligned", day.aligned},
                                {"quarantined", day.quarantined},
                                {"rejected", day.rejected},
                                {"classes", std::move(classes)}});
  }
  return document;
}

}  // namespace

void write(std::ostream& out, const answer::OverviewAnswer& answer, Format format) {
  if (format == Format::csv) return csv_rows(out, answer);
  Json document = {{"schema", "ruagate.domains/1"}, {"as_of", to_iso(answer.as_of)}, {"domains", Json::array()}};
  for (const answer::DomainGlance& glance : answer.domains) document["domains"].push_back(glance_json(glance));
  out << dump(document, -1) << '\n';
}

void write(std::ostream& out, const answer::TimelineAnswer& answer, Format format) {
  if (format == Format::csv) return csv_rows(out, answer);
  out << dump(timeline_json(answer), -1) << '\n';
}

void write(std::ostream& out, const answer::ImpactAnswer& answer) {
  const readiness::DomainVerdict& verdict = answer.verdict;
  Json document = {{"schema", "ruagate.impact/1"},   {"domain", verdict.domain},
                   {"as_of", to_iso(verdict.as_of)}, {"ladder", ladder_name(verdict.ladder)},
                   {"step", verdict.step},           {"next_step", or_null(verdict.next_step)},
                   {"target", verdict.target},       {"verdict", std::string(readiness::to_string(verdict.verdict))},
                   {"steps", Json::array()}};
  for (const readiness::StepOutlook& step : answer.steps) {
    Json blockers = Json::array();
    for (const auto& blocker : step.blockers) {
      blockers.push_back({{"source", blocker.name},
                          {"key", blocker.key},
                          {"class", std::string(source::to_string(blocker.source_class))}});
    }
    document["steps"].push_back({{"step", step.step},
                                 {"place", std::string(readiness::to_string(step.place))},
                                 {"beyond_target", step.beyond_target},
                                 {"impact", impact_json(step.impact)},
                                 {"blockers", std::move(blockers)},
                                 {"unmet", step.unmet},
                                 {"record", step.record}});
  }
  out << dump(document, -1) << '\n';
}

void write(std::ostream& out, const readiness::DomainVerdict& verdict) {
  out << dump(verdict_json(verdict), -1) << '\n';
}

}  // namespace ruagate::present
