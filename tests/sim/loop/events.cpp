#include <algorithm>
#include <cmath>

#include "base/format.hpp"
#include "sim/loop/history.hpp"

namespace ruagate::sim::loop {

namespace {

using report::DkimResult;
using report::SpfResult;

class Planner {
 public:
  Planner(History& history, const Parameters& parameters, Random& random)
      : history_(history), parameters_(parameters), random_(random) {}

  void plan() {
    const auto count = std::min<std::uint64_t>(poisson(parameters_.events, random_), 5);
    for (std::uint64_t i = 0; i < count; ++i) {
      const Day day = kFirstDay + days{static_cast<int>(random_.between(20, 150))};
      const double which = uniform(random_);
      if (which < 0.28) {
        new_service(static_cast<int>(i), day);
      } else if (which < 0.46) {
        later(day, chance(0.5) ? Event::Kind::good_rotation : Event::Kind::bad_rotation);
      } else if (which < 0.58) {
        later(day, Event::Kind::spf_too_long);
      } else if (which < 0.70) {
        later(day, Event::Kind::key_deleted);
      } else if (which < 0.78) {
        contract_ends(day);
      } else if (which < 0.86) {
        move(day);
      } else {
        outage(day);
      }
    }
  }

 private:
  bool chance(double p) { return uniform(random_) < p; }
  void later(Day day, Event::Kind kind) {
    history_.events.push_back({day, kind, random_.below(history_.streams.size())});
  }

  /// Marketing has bought something, and told nobody.
  void new_service(int number, Day day) {
    Stream::Settings s = history_.streams.front()->settings();
    s.name = format("{}/new service {}", history_.domain, number);
    s.people = false;
    s.cadence = chance(0.5) ? Cadence::every_day : Cadence::weekly;
    s.weekly = log_uniform(std::max(10.0, s.weekly / 200), std::max(20.0, s.weekly), random_);
    s.addresses = {format("62.{}.{}.20", random_.below(256), random_.below(256)),
                   format("62.{}.{}.21", random_.below(256), random_.below(256))};
    s.active.from = day;
    const bool known = chance(parameters_.known_share);
    const std::string vendor = known ? (chance(0.5) ? "mlsend.com" : "customeriomail.com") : "newsvendor.test";
    const auto passing = [](const std::string& domain, const std::string& selector) {
      return report::DkimAuth{.domain = domain, .selector = selector, .result = DkimResult::pass, .human_result = {}};
    };
    Setup unaligned;
    unaligned.signatures = {passing(vendor, "v1")};
    unaligned.envelope = "bounce." + vendor;
    unaligned.code = unaligned.signing = "esp_dkim_unaligned";
    Setup sound = unaligned;
    sound.signatures = {passing(s.author_domain, format("n{}", number)), passing(vendor, "v1")};
    sound.aligns_dkim = true;
    sound.code = sound.signing = "none";
    history_.streams.push_back(std::make_unique<Stream>(s, kFirstDay, chance(0.3) ? sound : unaligned));
    history_.streams.back()->sound = sound;
  }

  void contract_ends(Day day) {
    if (history_.streams.size() < 2) return;
    history_.streams[1 + random_.below(history_.streams.size() - 1)]->end(day);
  }

  /// The main server moves to another network with a new key; sometimes SPF or the key is forgotten.
  void move(Day day) {
    Stream& old = *history_.streams.front();
    if (old.sound.signatures.size() != 1 || old.settings().addresses.front().starts_with("209.")) return;
    Stream::Settings s = old.settings();
    s.name += " moved";
    s.active.from = day + days{1};
    const auto block = random_.below(256);
    s.addresses = {format("63.{}.7.30", block), format("63.{}.7.31", block)};
    Setup sound = old.sound;
    sound.signatures.front().selector = "moved";
    Setup now = sound;
    if (chance(0.3)) {
      now.spf = SpfResult::softfail;
      now.aligns_spf = false;
    }
    old.end(day);
    history_.streams.push_back(std::make_unique<Stream>(s, kFirstDay, now));
    history_.streams.back()->sound = sound;
  }

  void outage(Day day) {
    Outage outage;
    outage.receiver = static_cast<std::uint32_t>(random_.below(history_.receivers.size()));
    outage.days = {.from = day, .to = day + days{static_cast<int>(random_.between(3, 21))}};
    history_.outages.push_back(outage);
  }

  History& history_;
  const Parameters& parameters_;
  Random& random_;
};

void lose_key(Setup& setup, const std::string& code) {
  setup.signatures.front().result = DkimResult::permerror;
  setup.aligns_dkim = false;
  setup.signing = code;
  if (!setup.aligns_spf) setup.code = code;
}

/// A new selector; where that goes wrong, its key is not where receivers look for it.
void rotate(Stream& stream, Day day, bool good) {
  if (!stream.sound.aligns_dkim) return;
  stream.sound.signatures.front().selector += "b";
  Setup now = stream.setup(day);
  if (!now.aligns_dkim) return;
  now.signatures.front().selector += "b";
  if (!good) lose_key(now, "dkim_rotation_broken");
  stream.change(day, now);
}

void lose_spf(Stream& stream, Day day, const std::string& domain) {
  Setup now = stream.setup(day);
  if (now.envelope != domain || !now.aligns_spf) return;
  now.spf = SpfResult::permerror;
  now.aligns_spf = false;
  if (!now.aligns_dkim) now.code = "spf_over_limit";
  stream.change(day, now);
}

}  // namespace

void happen(History& history, Day day) {
  for (const Event& event : history.events) {
    if (event.day != day) continue;
    Stream& stream = *history.streams[event.stream];
    switch (event.kind) {
      case Event::Kind::good_rotation:
      case Event::Kind::bad_rotation:
        rotate(stream, day, event.kind == Event::Kind::good_rotation);
        break;
      case Event::Kind::key_deleted:
        if (Setup now = stream.setup(day); now.aligns_dkim) {
          lose_key(now, "dkim_key_missing");
          stream.change(day, now);
        }
        break;
      case Event::Kind::spf_too_long:
        for (auto& each : history.streams) lose_spf(*each, day, history.domain);
        break;
    }
  }
}

void plan_events(History& history, const Parameters& parameters, Random& random) {
  Planner(history, parameters, random).plan();
}

}  // namespace ruagate::sim::loop
