#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/loop/stream.hpp"

// Everybody else who sends with the domain in From: those who pass its mail on, and those who have no right to it.
namespace ruagate::sim::loop {

/// One place that passes mail on.
struct Relay {
  std::string name;
  Truth truth = Truth::forwarded;
  bool gateway = false;  ///< A filter in front of recipients.
  std::vector<std::string> addresses;
  double share = 0.001;    ///< Of each origin's mail.
  double survival = 0.95;  ///< Signatures that are whole after it.
  std::string envelope;    ///< After rewriting; empty: the origin's.
  std::string signs_as;    ///< d= of its own signature; empty: none.
  bool people_only = false;
};

/// Mail of `origins` through `relay` on one day.
void pass_on(const Relay& relay, const std::vector<std::unique_ptr<Stream>>& origins, std::uint64_t seed, Day day,
             std::vector<Traffic>& out);

/// A party without any right to the domain.
struct Impostor {
  std::string name;
  std::string author_domain;
  double daily = 100;        ///< Messages on an active day.
  double active = 1;         ///< Share of days.
  std::uint32_t hosts = 10;  ///< A day.
  bool same_hosts = false;   ///< The same every day, else new ones.
  bool own_envelope = false;
  std::string dead_selector;  ///< Pastes a signature of this selector that fails.
  std::string service;        ///< Sends through this service, as `tenant`.
  std::string tenant;
  std::vector<std::string> service_addresses;
  Span days;
};

void impersonate(const Impostor& impostor, double times, std::uint64_t seed, Day day, std::vector<Traffic>& out);

}  // namespace ruagate::sim::loop
