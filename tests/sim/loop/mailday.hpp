#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/org_domain.hpp"
#include "sim/loop/history.hpp"
#include "sim/loop/log.hpp"
#include "sim/loop/play.hpp"

namespace ruagate::sim::loop {

/// Who an actor's number is: streams come first, then relays, then impostors.
struct Actor {
  enum class Role : std::uint8_t { stream, forwarder, list, gateway, impostor };
  Role role = Role::stream;
  std::size_t stream = 0;
};

/// What became of a stream's mail on one day.
struct StreamDay {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::uint64_t harmed = 0;
  std::uint64_t reported_failed = 0;
  std::uint64_t reported_unsigned = 0;
};

/// Sends, receives and reports, one day after the other.
class MailDays {
 public:
  MailDays(const History& history, const domain::OrgDomains& org_domains);

  void send(Day day, const report::PublishedPolicy& policy);
  /// Takes the reports that arrive on `today`.
  std::vector<DayReport> arriving(Day today);
  const std::vector<Actor>& actors() const { return actors_; }
  const std::vector<std::string>& names() const { return names_; }
  const StreamDay& of(std::size_t stream, Day day) const {
    return days_[stream][static_cast<std::size_t>((day - kFirstDay).count())];
  }
  /// Sums over from..to, cut to what has been simulated.
  StreamDay sum(std::size_t stream, Day from, Day to) const;

 private:
  void receive(const Traffic& traffic, const report::PublishedPolicy& policy, Day day, Random& random);

  const History& history_;
  const domain::OrgDomains& org_domains_;
  std::vector<Actor> actors_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<std::vector<StreamDay>> days_;
  std::vector<DayReport> today_;  // One for each receiver.
  std::vector<bool> silent_;
  std::multimap<Day, DayReport> under_way_;
};

}  // namespace ruagate::sim::loop
