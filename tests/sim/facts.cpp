#include "sim/facts.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace ruagate::sim {
namespace {

template <class T>
std::uint32_t index_of(std::vector<T>& values, const T& value) {
  const auto index = static_cast<std::uint32_t>(std::find(values.begin(), values.end(), value) - values.begin());
  if (index == values.size()) values.push_back(value);
  return index;
}

}  // namespace

report::DomainFacts facts_of(std::string_view domain, std::span<const Delivery> deliveries) {
  report::DomainFacts facts;
  facts.domain = domain;
  std::map<std::optional<IpAddress>, std::uint32_t> addresses;
  // Evidences are many; equal ones share their domains, so a rough key narrows the search.
  std::unordered_map<std::string, std::vector<std::uint32_t>> evidences;
  for (const Delivery& delivery : deliveries) {
    const report::Report& report = delivery.report;
    if (report.policy.domain != domain) continue;
    const Day day = day_of(report.begin);
    const std::uint32_t reporter = index_of(facts.reporters, report.reporter);
    facts.policy_days.push_back({.day = day,
                                 .reporter = reporter,
                                 .generation = report.generation,
                                 .policy = report::add_policy(facts, report.policy),
                                 .reports = 1,
                                 .messages = totals_of(report).messages});
    for (const report::Record& record : report.records) {
      const auto [address, is_new] =
          addresses.try_emplace(record.source_ip, static_cast<std::uint32_t>(facts.addresses.size()));
      if (is_new) facts.addresses.push_back(record.source_ip);
      auto& alike = evidences[record.evidence.author_domain + '/' + record.evidence.envelope_from.value_or("")];
      auto known = std::find_if(alike.begin(), alike.end(),
                                [&](std::uint32_t index) { return facts.evidence[index] == record.evidence; });
      if (known == alike.end()) {
        alike.push_back(static_cast<std::uint32_t>(facts.evidence.size()));
        facts.evidence.push_back(record.evidence);
        known = std::prev(alike.end());
      }
      report::Cell& cell = facts.cells.emplace_back();
      cell.day = day;
      cell.reporter = reporter;
      cell.disposition = record.disposition;
      cell.dkim_aligned = record.dkim_aligned;
      cell.spf_aligned = record.spf_aligned;
      cell.address = address->second;
      cell.evidence = *known;
      cell.messages = record.message_count;
    }
  }
  const auto by_day = [](const auto& a, const auto& b) { return a.day < b.day; };
  std::stable_sort(facts.cells.begin(), facts.cells.end(), by_day);
  std::stable_sort(facts.policy_days.begin(), facts.policy_days.end(), by_day);
  return facts;
}

}  // namespace ruagate::sim
