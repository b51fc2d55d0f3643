#include "sim/loop/log.hpp"

#include <algorithm>

namespace ruagate::sim::loop {

namespace {

/// Equal text for equal evidence.
std::string spelled(const report::Evidence& evidence) {
  std::string text =
      evidence.author_domain + '|' + evidence.envelope_from.value_or("-") + '|' + evidence.envelope_to.value_or("-");
  for (const auto& dkim : evidence.dkim) {
    text += "|d" + dkim.domain + '/' + dkim.selector + '/' + static_cast<char>('a' + static_cast<int>(dkim.result));
  }
  for (const auto& spf : evidence.spf) {
    text += "|s" + spf.domain + '/' + static_cast<char>('a' + static_cast<int>(spf.scope)) +
            static_cast<char>('a' + static_cast<int>(spf.result));
  }
  for (const auto& reason : evidence.reasons) {
    text += "|r" + reason.comment + static_cast<char>('a' + static_cast<int>(reason.type));
  }
  return text;
}

}  // namespace

std::uint32_t FactsLog::evidence_id(const report::Evidence& evidence) {
  const auto [found, added] =
      evidence_.try_emplace(spelled(evidence), static_cast<std::uint32_t>(facts_.evidence.size()));
  if (added) facts_.evidence.push_back(evidence);
  return found->second;
}

void FactsLog::add(const DayReport& report) {
  const auto [reporter, is_new] =
      reporters_.try_emplace(report.reporter, static_cast<std::uint32_t>(facts_.reporters.size()));
  if (is_new) facts_.reporters.push_back(report.reporter);
  std::vector<report::Cell> cells;
  std::uint64_t messages = 0;
  for (const auto& record : report.records) {
    const auto [address, new_address] =
        addresses_.try_emplace(record.source_ip, static_cast<std::uint32_t>(facts_.addresses.size()));
    if (new_address) facts_.addresses.push_back(record.source_ip);
    report::Cell& cell = cells.emplace_back();
    cell.day = report.day;
    cell.reporter = reporter->second;
    cell.disposition = record.disposition;
    cell.dkim_aligned = record.dkim_aligned;
    cell.spf_aligned = record.spf_aligned;
    cell.address = address->second;
    cell.evidence = evidence_id(record.evidence);
    cell.messages = record.message_count;
    messages += record.message_count;
  }
  // Reports are at most some days late: the place is near the end.
  const auto at = std::upper_bound(facts_.cells.begin(), facts_.cells.end(), report.day,
                                   [](Day day, const report::Cell& cell) { return day < cell.day; });
  actors_.insert(actors_.begin() + (at - facts_.cells.begin()), report.actors.begin(), report.actors.end());
  facts_.cells.insert(at, cells.begin(), cells.end());
  const report::PolicyDay told{.day = report.day,
                               .reporter = reporter->second,
                               .generation = report.generation,
                               .policy = report::add_policy(facts_, report.policy),
                               .reports = 1,
                               .messages = messages};
  facts_.policy_days.insert(std::upper_bound(facts_.policy_days.begin(), facts_.policy_days.end(), report.day,
                                             [](Day day, const report::PolicyDay& other) { return day < other.day; }),
                            told);
}

}  // namespace ruagate::sim::loop
