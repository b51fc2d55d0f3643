#include "sim/loop/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.hpp"

namespace ruagate::sim::loop {

namespace {

using report::DkimResult;
using report::SpfResult;

struct Vendor {
  std::string_view dkim;
  std::string_view spf;
};

// Services that the data file knows, and some that nobody knows.
constexpr std::array<Vendor, 12> kKnown = {{{"mcsv.net", "mcsv.net"},
                                            {"sendgrid.net", "sendgrid.net"},
                                            {"hubspotemail.net", "hubspotemail.net"},
                                            {"amazonses.com", "amazonses.com"},
                                            {"mailgun.org", "mailgun.org"},
                                            {"mandrillapp.com", "mandrillapp.com"},
                                            {"klaviyomail.com", "klaviyomail.com"},
                                            {"sparkpostmail.com", "sparkpostmail.com"},
                                            {"mailjet.com", "mailjet.com"},
                                            {"exacttarget.com", "exacttarget.com"},
                                            {"createsend.com", "createsend.com"},
                                            {"sendinblue.com", "sender-sib.com"}}};
constexpr std::array<Vendor, 6> kUnknown = {{{"ticketmaker.test", "ticketmaker.test"},
                                             {"payrollhost.test", "payrollhost.test"},
                                             {"surveyland.test", "bounce.surveyland.test"},
                                             {"hrsuite.test", "hrsuite.test"},
                                             {"bookingbird.test", "mx.bookingbird.test"},
                                             {"shopcart.test", "shopcart.test"}}};

report::DkimAuth passing(std::string domain, std::string selector) {
  return {.domain = std::move(domain), .selector = std::move(selector), .result = DkimResult::pass, .human_result = {}};
}

/// About five messages a day.
constexpr double kSmallWeekly = 35;

class Maker {
 public:
  Maker(std::uint64_t seed, const Parameters& parameters)
      : parameters_(parameters), random_(Random::stream(seed, "history")) {
    history_.seed = seed;
    history_.domain = format("domain{}.example", seed);
    history_.spoof_times = parameters.spoof_times;
  }

  History make() {
    add_receivers();
    history_.parked = chance(parameters_.parked_share);
    small_ = !history_.parked && chance(parameters_.small_share);
    if (!history_.parked) {
      add_main();
      add_services();
      add_rare();
      add_relays();
      plan_events(history_, parameters_, random_);
    }
    add_impostors();
    return std::move(history_);
  }

 private:
  bool chance(double p) { return uniform(random_) < p; }
  int between(int low, int high) {
    return static_cast<int>(random_.between(0, static_cast<std::uint64_t>(high - low))) + low;
  }
  Day day(int low, int high) { return kFirstDay + days{between(low, high)}; }
  double base() {  // Most senders are good, some are at the lower end.
    return 1 - log_uniform(1 - parameters_.base_high, 1 - parameters_.base_low, random_);
  }

  std::vector<std::string> addresses(int networks, int count) {
    std::vector<std::string> result;
    for (int network = 0; network < networks; ++network) {
      const int a = between(11, 99);
      const int b = between(0, 255);
      const int c = between(0, 255);
      for (int i = 0; i < count; ++i) result.push_back(format("{}.{}.{}.{}", a, b, c, 10 + i));
    }
    return result;
  }

  Stream::Settings settings(std::string name, double weekly, Cadence cadence) {
    Stream::Settings s;
    s.name = history_.domain + "/" + std::move(name);
    s.author_domain = history_.domain;
    s.weekly = weekly;
    s.cadence = cadence;
    s.phase = between(0, 30);
    s.base = base();
    s.icc = log_uniform(0.005, 0.03, random_);
    return s;
  }

  Stream& add(Stream::Settings s, Setup now, Setup sound) {
    history_.streams.push_back(std::make_unique<Stream>(std::move(s), kFirstDay, std::move(now)));
    history_.streams.back()->sound = std::move(sound);
    return *history_.streams.back();
  }

  Setup own_sound(const std::string& author, const std::string& selector) const {
    Setup setup;
    setup.signatures = {passing(author, selector)};
    setup.envelope = author;
    setup.aligns_dkim = true;
    setup.aligns_spf = true;
    return setup;
  }

  /// One of the ways in which an own system is set up short of sound.
  Setup own_weak(const Setup& sound) {
    Setup setup = sound;
    const double which = uniform(random_);
    if (which < 0.45) {  // SPF alone
      setup.signatures.clear();
      setup.aligns_dkim = false;
      setup.signing = "dkim_none";
    } else if (which < 0.75) {  // one host of several was forgotten
      setup.broken = 0.04 + 0.4 * uniform(random_);
      setup.broken_by_host = true;
      setup.code = setup.signing = "own_app_server";
    } else {  // DKIM alone
      setup.spf = SpfResult::softfail;
      setup.aligns_spf = false;
    }
    return setup;
  }

  void add_main() {
    const double weekly =
        small_ ? kSmallWeekly : log_uniform(std::max(100.0, parameters_.weekly_low), parameters_.weekly_high, random_);
    main_weekly_ = weekly;
    const bool hosted = chance(0.5);
    auto s = settings(hosted ? "mailboxes" : "own server", weekly, chance(0.8) ? Cadence::office : Cadence::every_day);
    s.people = true;
    s.addresses = hosted ? std::vector<std::string>{"209.85.220.41", "209.85.208.54", "209.85.221.65", "209.85.167.44"}
                         : addresses(chance(0.3) ? 2 : 1, between(2, 4));
    main_selector_ = hosted ? "google" : "mx1";
    const Setup sound = own_sound(history_.domain, main_selector_);
    Setup now = chance(parameters_.sound_share + 0.15) ? sound : own_weak(sound);
    if (hosted && now.broken_by_host) now = sound;
    add(std::move(s), std::move(now), sound);
    if (!small_ && chance(0.25)) {  // A second server with its own selector.
      auto second = settings("billing server", log_uniform(20, weekly, random_), Cadence::every_day);
      second.addresses = addresses(1, 2);
      const Setup good = own_sound(history_.domain, "billing");
      add(std::move(second), chance(parameters_.sound_share) ? good : own_weak(good), good);
    }
  }

  struct Service {
    Vendor vendor;
    Setup sound;
    Setup unaligned;
    Setup spf_only;
  };

  Service service(int number, const std::string& author) {
    Service it;
    const bool known = chance(parameters_.known_share);
    it.vendor = known ? kKnown[static_cast<std::size_t>((offset_ + number) % 12)]
                      : kUnknown[static_cast<std::size_t>((offset_ + number) % 6)];
    const std::string vendor(it.vendor.dkim);
    const std::string bounce = format("bounce.{}", it.vendor.spf);
    const bool both = chance(0.7);
    it.sound.signatures = {passing(author, format("s{}", number))};
    if (both) it.sound.signatures.push_back(passing(vendor, "v1"));
    const bool own_path = chance(0.4);
    it.sound.envelope = own_path ? format("em{}.{}", number, author) : bounce;
    it.sound.aligns_dkim = true;
    it.sound.aligns_spf = own_path;
    it.unaligned.signatures = {passing(vendor, "v1")};
    it.unaligned.envelope = bounce;
    it.unaligned.code = it.unaligned.signing = "esp_dkim_unaligned";
    it.spf_only = it.unaligned;
    it.spf_only.envelope = format("em{}.{}", number, author);
    it.spf_only.aligns_spf = true;
    it.spf_only.code = "none";
    return it;
  }

  /// Set up well, by SPF alone, with a gateway that changes part of the mail, or not at all.
  Setup service_setup(const Service& it, double sound_share) {
    if (chance(sound_share)) return it.sound;
    const double which = uniform(random_);
    if (which < 0.2) return it.spf_only;
    if (which < 0.4 && !it.sound.aligns_spf) {
      Setup setup = it.sound;
      setup.broken = 0.03 + 0.3 * uniform(random_);
      setup.code = setup.signing = "dkim_bodyhash_own";
      return setup;
    }
    return it.unaligned;
  }

  void add_services() {
    offset_ = between(0, 11);
    const int count = small_ ? between(0, 1) : between(0, parameters_.most_services);
    for (int i = 0; i < count; ++i) {
      const double weekly =
          small_ ? log_uniform(10, 40, random_) : log_uniform(parameters_.weekly_low, parameters_.weekly_high, random_);
      auto s = settings(format("service {}", i), weekly,
                        chance(0.5)   ? Cadence::every_day
                        : chance(0.6) ? Cadence::office
                                      : Cadence::weekly);
      if (chance(0.15)) s.author_domain = "news." + history_.domain;
      s.addresses = addresses(between(1, 4), between(1, 4));
      const Service it = service(i, s.author_domain);
      add(std::move(s), service_setup(it, parameters_.sound_share), it.sound);
    }
  }

  void add_rare() {
    const int count = small_ ? 0 : between(0, 2);
    for (int i = 0; i < count; ++i) {
      const Cadence cadence = chance(0.6) ? Cadence::monthly : chance(0.7) ? Cadence::quarterly : Cadence::yearly;
      auto s = settings(format("rare {}", i), log_uniform(40, std::max(80.0, main_weekly_ / 2), random_), cadence);
      s.addresses = addresses(1, 2);
      const Service it = service(7 + i, s.author_domain);
      add(std::move(s), chance(0.5) ? it.sound : it.unaligned, it.sound);
    }
  }

  void add_relays() {
    const double all = log_uniform(0.003, 0.04, random_);
    const int count = between(3, small_ ? 8 : 40);
    double weight = 0;
    std::vector<double> weights;
    for (int i = 0; i < count; ++i) {
      weights.push_back(1.0 / (1 + i));
      weight += weights.back();
    }
    for (int i = 0; i < count; ++i) {
      Relay relay;
      relay.name = format("{}/forwarder {}", history_.domain, i);
      relay.share = all * weights[static_cast<std::size_t>(i)] / weight;
      relay.survival = 0.85 + 0.14 * uniform(random_);
      const double kind = uniform(random_);
      if (kind < 0.18) {  // another customer of the same mailbox platform
        relay.addresses = {"209.85.166.44", "209.85.219.50", "209.85.210.170"};
        relay.envelope = format("customer{}.test", between(0, 400));
        relay.signs_as = chance(0.5) ? relay.envelope : "";
      } else if (kind < 0.30) {  // a mailbox provider whose user forwards
        relay.addresses = {"40.107.22.52", "40.107.6.118"};
        relay.envelope = format("org{}.onmicrosoft.com", between(0, 400));
      } else if (kind < 0.40) {  // a known alias service
        relay.addresses = addresses(1, 2);
        relay.envelope = chance(0.5) ? "pobox.com" : "simplelogin.co";
      } else {
        relay.addresses = addresses(1, between(1, 2));
        if (chance(0.5)) relay.envelope = format("hoster{}.test", between(0, 900));
      }
      history_.relays.push_back(std::move(relay));
    }
    add_lists();
    add_gateways();
  }

  void add_lists() {
    const int count = small_ ? between(0, 1) : between(0, 3);
    for (int i = 0; i < count; ++i) {
      if (chance(0.3)) continue;  // It rewrites From: nothing is reported.
      Relay list;
      list.name = format("{}/list {}", history_.domain, i);
      list.truth = Truth::mailing_list;
      list.addresses = addresses(1, 1);
      list.share = log_uniform(0.0005, 0.008, random_);
      list.survival = 0.4 * uniform(random_);
      list.people_only = true;
      list.envelope = chance(0.5) ? "googlegroups.com" : format("lists.club{}.test", between(0, 200));
      if (chance(0.5)) list.signs_as = list.envelope;
      history_.relays.push_back(std::move(list));
    }
  }

  void add_gateways() {
    const int count = small_ ? 0 : between(0, 2);
    for (int i = 0; i < count; ++i) {
      Relay gateway;
      gateway.name = format("{}/gateway {}", history_.domain, i);
      gateway.gateway = true;
      gateway.addresses = addresses(1, 2);
      gateway.share = log_uniform(0.0005, 0.01, random_);
      gateway.survival = 0.2 + 0.75 * uniform(random_);
      if (chance(0.4)) gateway.envelope = "pphosted.com";
      history_.relays.push_back(std::move(gateway));
    }
  }

  void add_impostor(std::string_view name, double daily, double active, int hosts) {
    Impostor it;
    it.name = format("{}/{}", history_.domain, name);
    it.author_domain = history_.domain;
    it.daily = daily;
    it.active = active;
    it.hosts = static_cast<std::uint32_t>(hosts);
    it.own_envelope = chance(0.3);
    if (chance(0.3)) it.dead_selector = main_selector_;
    history_.impostors.push_back(std::move(it));
  }

  void add_impostors() {
    const double legit = history_.parked ? 50 : main_weekly_ / 7;
    if (chance(0.2)) return;
    if (chance(0.7))
      add_impostor("steady spoofing", log_uniform(1, std::max(5.0, legit / 5), random_), 0.9, between(1, 20));
    if (!history_.impostors.empty() && chance(0.3)) history_.impostors.back().same_hosts = true;
    if (chance(0.5)) add_impostor("bursts", log_uniform(20, 200 + legit, random_), 0.07, between(5, 120));
    if (chance(0.12)) add_impostor("swarm", log_uniform(500, 5000, random_), 0.05, 1000);
    if (chance(0.08)) add_impostor("flood", std::min(legit * 100, 2e6), 0.5, between(20, 100));
    for (const auto& stream : history_.streams) {  // Somebody else at a service that the domain uses.
      if (stream->sound.signatures.size() < 2 || !chance(0.05)) continue;
      add_impostor("abuse of " + stream->name(), log_uniform(2, 60, random_), 0.2, 3);
      auto& it = history_.impostors.back();
      it.service = stream->sound.signatures.back().domain;
      it.tenant = format("abuser{}.test", between(0, 900));
      it.service_addresses = stream->settings().addresses;
    }
  }

  /// Which reporters there are, and what share of the mail each sees.
  void add_receivers() {
    const auto all = receivers();
    const auto named = [&](std::string_view submitter) {
      return *std::find_if(all.begin(), all.end(), [&](const Receiver& it) { return it.submitter == submitter; });
    };
    const bool single = chance(0.03);  // One reporter has nearly everything.
    const auto add = [&](const Receiver& receiver, int weight) {
      history_.receivers.push_back(receiver);
      history_.receivers.back().obeys_pct = chance(0.85);
      history_.weights.push_back(static_cast<std::uint32_t>(weight));
    };
    add(named("google.com"), single ? 9900 : between(3500, 5500));
    add(named("protection.outlook.com"), single ? 30 : between(1000, 2500));
    add(named("yahoo.com"), single ? 20 : between(500, 1200));
    const std::array<std::string_view, 7> rest = {"gmx.net", "fastmail.com",       "comcast.net", "seznam.cz",
                                                  "mail.ru", "mx.university.test", "hosting.test"};
    const auto first = static_cast<std::size_t>(between(0, 6));
    const int count = between(2, 6);
    for (int i = 0; i < count; ++i) {
      add(named(rest[(first + static_cast<std::size_t>(i)) % rest.size()]), single ? 5 : between(30, 700));
    }
    history_.weights.push_back(single ? 30 : static_cast<std::uint32_t>(between(500, 2000)));
  }

  const Parameters& parameters_;
  Random random_;
  History history_;
  bool small_ = false;
  int offset_ = 0;
  double main_weekly_ = 0;
  std::string main_selector_ = "mx1";
};

}  // namespace

History make_history(std::uint64_t seed, const Parameters& parameters) {
  return Maker(seed, parameters).make();
}

}  // namespace ruagate::sim::loop
