#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/actors.hpp"

// Legitimate senders whose set-up changes while they send: something breaks, somebody repairs it.
namespace ruagate::sim::loop {

/// How a sender authenticates, and what of that is wrong.
struct Setup {
  std::vector<report::DkimAuth> signatures;
  std::string envelope;
  report::SpfResult spf = report::SpfResult::pass;
  bool aligns_dkim = false;  ///< Sound messages carry an aligned signature that passes.
  bool aligns_spf = false;
  double broken = 0;             ///< Share of messages that pass nothing: they leave another way.
  bool broken_by_host = false;   ///< These come from the last address, without signature; else their signature breaks.
  std::string code = "none";     ///< The fix that its failures need.
  std::string signing = "none";  ///< The fix that its missing or broken signatures need before reject.
  double aligned() const { return aligns_dkim || aligns_spf ? 1 - broken : 0; }
  double signed_share() const { return aligns_dkim ? 1 - broken : 0; }
};

enum class Cadence : std::uint8_t { office, every_day, weekly, monthly, quarterly, yearly };

class Stream final : public Actor {
 public:
  struct Settings {
    std::string name;
    std::vector<std::string> addresses;
    std::string author_domain;
    double weekly = 100;  ///< Mean messages in a week with mail; of rare senders in one run.
    Cadence cadence = Cadence::office;
    int phase = 0;        ///< Day of the week or of the period on which a rare sender starts.
    double base = 0.999;  ///< Aligned rate of sound mail.
    double icc = 0.01;    ///< How much that rate differs from day to day.
    Span active;
    bool people = false;  ///< Mail that people write: it meets mailing lists.
  };
  Stream(Settings settings, Day from, Setup setup);

  void send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const override;
  std::uint64_t volume(std::uint64_t seed, Day day) const;
  double expected(Day day) const;
  const Settings& settings() const { return settings_; }
  const Setup& setup(Day day) const;
  /// From which day the set-up of `day` holds.
  Day since(Day day) const;
  /// Changes the set-up from `day` on.
  void change(Day day, Setup setup);
  void end(Day last) { settings_.active.to = std::min(settings_.active.to, last); }
  double aligned(Day day) const { return setup(day).aligned() * settings_.base; }
  double signed_share(Day day) const { return setup(day).signed_share() * settings_.base; }
  bool is_rare() const { return settings_.cadence >= Cadence::monthly; }

  Setup sound;  ///< What a repair leads to.

 private:
  struct Phase {
    Day from{};
    Setup setup;
  };
  Settings settings_;
  std::vector<Phase> phases_;
};

/// A day's failure rate around `mean` with intra-class correlation `icc` (beta distributed).
double noisy_rate(double mean, double icc, Random& random);
/// Uniform in 0..1.
double uniform(Random& random);
/// Log-uniform in low..high.
double log_uniform(double low, double high, Random& random);
/// Poisson; a rounded normal for large means.
std::uint64_t poisson(double mean, Random& random);

}  // namespace ruagate::sim::loop
