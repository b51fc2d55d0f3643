#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/loop/judge.hpp"

// The closed loop: mail is sent and reported, somebody is asked each morning, the owner follows.
namespace ruagate::sim::loop {

/// What a message, or a sender, truly is, and what it was called.
enum class Kind : std::uint8_t { legitimate, candidate, forwarder, unauthorized, unknown };
inline constexpr std::size_t kKinds = 5;
using Confusion = std::array<std::array<std::uint64_t, kKinds>, kKinds>;

/// Messages under one part of the ladder.
struct Toll {
  std::uint64_t legitimate = 0;
  std::uint64_t harmed = 0;
  std::uint64_t avoidable = 0;  ///< Of a sender that could long have been seen to be weak.
  std::uint64_t asked = 0;      ///< Of these, of senders that the owner had been asked about and had not answered.
};

struct Raise {
  std::size_t step = 0;
  int day = 0;
  bool wrong = false;           ///< Twice the harm allowed, or more, by what was there on that day.
  bool wrong_with_new = false;  ///< The same with services that started in the four weeks after.
};

struct Outcome {
  std::vector<Raise> raises;
  Toll ramp;
  Toll reject;
  std::vector<int> held;  ///< For each step tried: days on which it was safe, and not said.
  std::optional<int> at_reject;
  bool parked = false;
  std::uint64_t named = 0, named_rightly = 0;
  std::uint64_t to_name = 0, found = 0, coded = 0, coded_rightly = 0;
  Confusion by_message{};
  Confusion by_sender{};
  std::uint64_t lists = 0, lists_known = 0;  ///< Senders that are lists, and those called so.
  std::vector<int> detected;                 ///< Days until a step back was asked for.
  std::uint64_t undetected = 0;
  std::uint64_t false_alarms = 0;
  std::uint64_t enforced_days = 0;
  std::uint64_t bounds = 0, bounds_kept = 0;  ///< Lower bounds given, and those that were true.
};

/// Plays one history with one judge. With `trace`, says on standard error what happens.
Outcome play(History history, Judge& judge, const domain::OrgDomains& org_domains, bool trace);

}  // namespace ruagate::sim::loop
