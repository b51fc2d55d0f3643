#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/loop/judge.hpp"

namespace ruagate::sim::loop {

/// How often sources change their class from one morning to the next, and how often that does not last.
struct Steadiness {
  std::uint64_t asked = 0;        ///< Sources, each morning anew.
  std::uint64_t changed = 0;      ///< Of another class than the morning before.
  std::uint64_t for_a_day = 0;    ///< Of these, back on the next morning: what a second evaluation would swallow.
  std::uint64_t for_a_week = 0;   ///< Back within seven days.
  std::uint64_t late_by_two = 0;  ///< Lasting changes that a second evaluation would show a day late.
};

/// Asks `inner`, and notes the classes of all sources of not too little mail.
class Watched final : public Judge {
 public:
  Watched(std::unique_ptr<Judge> inner, const domain::OrgDomains& org_domains)
      : inner_(std::move(inner)), org_domains_(org_domains) {}
  Opinion ask(const Situation& situation) override;
  /// What was seen so far.
  Steadiness steadiness() const;

 private:
  std::unique_ptr<Judge> inner_;
  const domain::OrgDomains& org_domains_;
  std::map<std::string, std::vector<std::pair<Day, source::Class>>> classes_;  ///< By source key, each morning.
};

}  // namespace ruagate::sim::loop
