#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/loop/crowd.hpp"
#include "sim/loop/stream.hpp"
#include "sim/receiver.hpp"

// One domain's world with known truth: who sends, who passes mail on, who pretends, who reports, and what will happen.
namespace ruagate::sim::loop {

inline constexpr Day kFirstDay = std::chrono::sys_days{std::chrono::year{2026} / 1 / 12};  // a Monday
inline constexpr int kDays = 180;

/// How worlds are drawn; other worlds have other numbers.
struct Parameters {
  double weekly_low = 20;
  double weekly_high = 1e6;
  double base_low = 0.995;
  double base_high = 0.9999;
  int most_services = 6;
  double small_share = 0.10;  ///< Domains of about five messages a day.
  double parked_share = 0.03;
  double events = 1.6;        ///< Mean number of things that happen.
  double sound_share = 0.55;  ///< Senders that are set up well from the start.
  double known_share = 0.75;  ///< Services that the data file knows.
  double spoof_times = 1;     ///< Multiplies the spoofing.
};

struct Outage {
  std::uint32_t receiver = 0;
  Span days;
};

/// Something that breaks, or changes, on a day.
struct Event {
  enum class Kind : std::uint8_t { good_rotation, bad_rotation, key_deleted, spf_too_long };
  Day day{};
  Kind kind = Kind::key_deleted;
  std::size_t stream = 0;
};

struct History {
  std::uint64_t seed = 0;
  std::string domain;
  bool parked = false;
  std::vector<std::unique_ptr<Stream>> streams;
  std::vector<Relay> relays;
  std::vector<Impostor> impostors;
  double spoof_times = 1;
  std::vector<Receiver> receivers;
  std::vector<std::uint32_t> weights;  ///< One for each receiver, and one for mail that nobody reports.
  std::vector<Outage> outages;
  std::vector<Event> events;
};

/// Plans what will happen: a new service, a lost key, an SPF record that grows too long, a move, silent reporters.
void plan_events(History& history, const Parameters& parameters, Random& random);
/// Lets those of `day` happen.
void happen(History& history, Day day);

History make_history(std::uint64_t seed, const Parameters& parameters);

}  // namespace ruagate::sim::loop
