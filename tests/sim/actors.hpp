#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/random.hpp"
#include "sim/traffic.hpp"

// Who sends mail with a domain in From:. What an actor does on a day depends on the seed, its name and the day alone,
// so that any day can be simulated by itself and actors do not disturb each other.
namespace ruagate::sim {

/// A span of days, both included.
struct Span {
  Day from = Day::min();
  Day to = Day::max();
  bool holds(Day day) const { return day >= from && day <= to; }
};

class Actor {
 public:
  explicit Actor(std::string name) : name_(std::move(name)) {}
  virtual ~Actor() = default;
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  const std::string& name() const { return name_; }
  /// Appends the messages of `day`.
  virtual void send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const = 0;

 private:
  std::string name_;
};

/// Messages a day, Monday first; `noise_percent` more or less.
struct Rhythm {
  std::array<std::uint32_t, 7> messages{};
  std::uint32_t noise_percent = 15;

  static Rhythm every_day(std::uint32_t messages);
  static Rhythm office(std::uint32_t weekday, std::uint32_t weekend);
};

/// Something that goes wrong at a sender for some days, in `ppm` of a million messages.
struct Fault {
  Span days;
  std::uint32_t ppm = 1'000'000;
  std::optional<report::DkimResult> dkim;  ///< What becomes of the signatures.
  std::optional<report::SpfResult> spf;    ///< What becomes of SPF.
};

/// A party that sends for the owner: own servers, a mailbox host, an ESP, a CRM.
class DirectSender final : public Actor {
 public:
  struct Settings {
    std::string name;
    std::vector<std::string> addresses;
    std::string author_domain;
    std::string envelope_domain;
    report::SpfResult spf = report::SpfResult::pass;
    std::vector<report::DkimAuth> signatures;  ///< With the result they have when nothing is wrong.
    Rhythm rhythm;
    Span active;
    std::uint32_t stray_dkim_ppm = 1500;  ///< Broken signatures at any time.
    std::uint32_t stray_spf_ppm = 1000;   ///< SPF lost to DNS trouble.
    std::uint32_t stray_both_ppm = 1200;  ///< Both at once.
    std::vector<Fault> faults;
  };
  explicit DirectSender(Settings settings);

  void send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const override;
  /// Messages of the day over all addresses.
  std::uint64_t volume(std::uint64_t seed, Day day) const;
  const Settings& settings() const { return settings_; }

 private:
  Settings settings_;
};

/// A party that passes mail of direct senders on: an alias service, a mailbox with a forward, a mailing list.
class Forwarder final : public Actor {
 public:
  struct Settings {
    std::string name;
    Truth truth = Truth::forwarded;  ///< forwarded or mailing_list
    std::vector<std::string> addresses;
    std::vector<const DirectSender*> origins;
    std::uint32_t share_ppm = 10'000;      ///< Of each origin's mail.
    std::uint32_t survival_ppm = 900'000;  ///< Signatures that are still whole after it.
    /// Envelope domain after rewriting (SRS); absent: the origin's envelope, where SPF fails.
    std::optional<std::string> rewrites_envelope_to;
    std::optional<report::DkimAuth> signature;  ///< Its own.
  };
  explicit Forwarder(Settings settings);

  void send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const override;

 private:
  Settings settings_;
};

/// A party that puts the domain into From: without any right to it.
class Spoofer final : public Actor {
 public:
  struct Settings {
    std::string name;
    std::string author_domain;
    std::uint32_t messages = 100;  ///< On a day of activity; `noise_percent` more or less.
    std::uint32_t noise_percent = 60;
    std::uint32_t active_ppm = 1'000'000;            ///< Days on which it is active.
    std::uint32_t hosts = 10;                        ///< Addresses used on one day, new ones every day.
    std::uint32_t v6_ppm = 100'000;                  ///< Hosts with an IPv6 address.
    std::uint32_t own_envelope_ppm = 300'000;        ///< Hosts that put the domain into the envelope too.
    std::optional<report::DkimAuth> dead_signature;  ///< Pasted from a real message; fails.
    Span active;
  };
  explicit Spoofer(Settings settings);

  void send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const override;

 private:
  Settings settings_;
};

}  // namespace ruagate::sim
