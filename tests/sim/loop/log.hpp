#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/facts.hpp"

namespace ruagate::sim::loop {

/// One reporter's report about one day, with what no report says: who sent each record.
struct DayReport {
  Day day{};
  Day arrives{};
  std::string reporter;
  report::Generation generation = report::Generation::rfc7489;
  report::PublishedPolicy policy;
  std::vector<report::Record> records;
  std::vector<std::uint32_t> actors;  ///< One for each record.
};

/// The facts that a store would hold, growing day by day, with the sender of each cell beside them.
class FactsLog {
 public:
  explicit FactsLog(std::string domain) { facts_.domain = std::move(domain); }
  void add(const DayReport& report);
  const report::DomainFacts& facts() const { return facts_; }
  std::uint32_t actor(std::size_t cell) const { return actors_[cell]; }

 private:
  std::uint32_t evidence_id(const report::Evidence& evidence);

  report::DomainFacts facts_;
  std::vector<std::uint32_t> actors_;
  std::unordered_map<std::string, std::uint32_t> reporters_;
  std::map<std::optional<IpAddress>, std::uint32_t> addresses_;
  std::unordered_map<std::string, std::uint32_t> evidence_;
};

}  // namespace ruagate::sim::loop
