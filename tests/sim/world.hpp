#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/org_domain.hpp"
#include "sim/actors.hpp"
#include "sim/receiver.hpp"

// A small world in which mail is sent, judged and reported, day by day.
namespace ruagate::sim {

/// What the owner of a domain publishes, and since when.
class PolicyHistory {
 public:
  /// Days must come in order.
  void publish(Day since, report::PublishedPolicy policy);
  /// The policy in force on `day`; nothing before the first one.
  std::optional<report::PublishedPolicy> on(Day day) const;

 private:
  std::map<Day, report::PublishedPolicy> since_;
};

/// A domain, who sends with it in From:, and which receivers that mail reaches.
struct SimulatedDomain {
  std::string name;
  PolicyHistory policy;
  std::vector<std::unique_ptr<Actor>> actors;
  /// Submitter of each receiver and its part of the mail; what is missing to `audience_total` goes to receivers that
  /// send no reports.
  std::map<std::string, std::uint32_t> audience;
  std::uint32_t audience_total = 100;

  /// Adds an actor; its name is put behind the domain's, so that it is unique in the world.
  DirectSender& add(DirectSender::Settings settings);
  void add(Forwarder::Settings settings);
  void add(Spoofer::Settings settings);
};

struct World {
  std::uint64_t seed = 0;
  std::vector<Receiver> receivers;
  std::vector<SimulatedDomain> domains;
};

/// One report on its way to the owner.
struct Delivery {
  const Receiver* receiver = nullptr;
  report::Report report;
  Instant sent{};
};

/// Messages that reporting receivers saw, by what they really are.
using TrueVolume = std::map<Truth, std::uint64_t>;

/// Lets one day happen for one domain: the reports about it, in the order of `world.receivers`. A receiver that saw
/// nothing sends nothing. `truth` gains what was reported.
std::vector<Delivery> simulate_day(const World& world, const SimulatedDomain& domain, Day day,
                                   const domain::OrgDomains& org_domains, TrueVolume& truth);

}  // namespace ruagate::sim
