#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/format.hpp"
#include "sim/loop/score.hpp"
#include "sim/loop/steadiness.hpp"

namespace {

constexpr const char* kUsage =
    R"(usage: ruagate_sim_score [--split tune|test] [--histories N] [--only product|baselines|steadiness]
                         [--ablate NAME|all] [--spoofing N|all] [--seeds A,B,...] [--trace SEED]
                         [--world usual|small|rough|strange]
Plays the closed loop and prints the score table of docs/readiness.md: 200 histories of the test split when nothing else
is asked for. --ablate takes one part of the product away ("design effect", "memory", "homes", "tenants", "score");
--spoofing multiplies the spoofing (0, 10, 100) and says in how many histories no raise moves by a day; --trace tells
one history day by day. --world plays in another one: of small domains, of badly kept ones where much goes wrong, or of
services that the data file does not know.
)";

using namespace ruagate;
using namespace ruagate::sim::loop;

struct Options {
  bool test = true;
  int histories = 200;
  std::string only;
  std::string ablate;
  std::string spoofing;
  std::uint64_t trace = 0;
  std::vector<std::uint64_t> seeds;  ///< Instead of a split.
  Parameters world;
};

/// Worlds that no rule was tuned in.
Parameters world_of(const std::string& name) {
  Parameters world;
  if (name == "usual") return world;
  if (name == "small") {
    world.weekly_low = 5;
    world.weekly_high = 2000;
    world.most_services = 3;
    world.small_share = 0.6;
  } else if (name == "rough") {
    world.base_low = 0.985;
    world.base_high = 0.9995;
    world.most_services = 9;
    world.events = 4;
    world.sound_share = 0.25;
  } else if (name == "strange") {
    world.known_share = 0.15;
    world.most_services = 4;
    world.weekly_high = 5e4;
    world.spoof_times = 3;
  } else {
    throw std::invalid_argument(format("there is no world called {}\n{}", name, kUsage));
  }
  return world;
}

std::vector<std::uint64_t> numbers_in(const std::string& list) {
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = 0; at < list.size(); at = std::min(list.find(',', at), list.size() - 1) + 1) {
    numbers.push_back(std::stoull(list.substr(at)));
  }
  return numbers;
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string key = argv[i];
    if (key == "--help" || i + 1 == argc) throw std::invalid_argument(kUsage);
    const std::string value = argv[i + 1];
    if (key == "--split") {
      options.test = value == "test";
    } else if (key == "--histories") {
      options.histories = std::stoi(value);
    } else if (key == "--only") {
      options.only = value;
    } else if (key == "--ablate") {
      options.ablate = value;
    } else if (key == "--spoofing") {
      options.spoofing = value;
    } else if (key == "--trace") {
      options.trace = std::stoull(value);
    } else if (key == "--world") {
      options.world = world_of(value);
    } else if (key == "--seeds") {
      options.seeds = numbers_in(value);
    } else {
      throw std::invalid_argument(format("there is no option {}\n{}", key, kUsage));
    }
  }
  return options;
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

/// Which history said or missed what, to look at with --trace.
void point_out(const Played& result, const std::vector<std::uint64_t>& seeds) {
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const Outcome& o = result.outcomes[i];
    std::string what;
    for (const Raise& raise : o.raises) {
      if (raise.wrong) what += format(" wrong raise to {} on day {};", raise.step, raise.day);
    }
    for (const int held : o.held) {
      if (held > 14) what += format(" held {} days;", held);
    }
    if (o.ramp.avoidable + o.reject.avoidable > 0)
      what += format(" avoidable {}/{};", o.ramp.avoidable, o.reject.avoidable);
    if (o.false_alarms > 0) what += format(" false alarms {};", o.false_alarms);
    if (o.undetected > 0) what += " undetected;";
    if (o.named > o.named_rightly) what += format(" misnamed {}/{};", o.named - o.named_rightly, o.named);
    if (o.to_name > o.found) what += format(" not named {}/{};", o.to_name - o.found, o.to_name);
    if (o.coded > o.coded_rightly) what += format(" miscoded {}/{};", o.coded - o.coded_rightly, o.coded);
    const auto& row = o.by_message[0];
    const auto& candidates = o.by_message[1];
    if (row[3] + candidates[3] > 0) what += format(" legit as spoof {};", row[3] + candidates[3]);
    if (!what.empty()) say(format("seed {}:{}\n", seeds[i], what));
  }
}

/// Rows: what is true; columns: legitimate, candidate, forwarder, unauthorized, unknown.
void show_confusion(const Played& result) {
  for (const bool by_message : {true, false}) {
    Confusion sum{};
    for (const Outcome& o : result.outcomes) {
      const Confusion& one = by_message ? o.by_message : o.by_sender;
      for (std::size_t i = 0; i < kKinds; ++i) {
        for (std::size_t j = 0; j < kKinds; ++j) sum[i][j] += one[i][j];
      }
    }
    for (const auto& row : sum)
      say(format("  {:>12} {:>12} {:>12} {:>12} {:>12}\n", row[0], row[1], row[2], row[3], row[4]));
    say("\n");
  }
}

/// How long the classes of sources last.
void show_steadiness(const std::vector<std::uint64_t>& seeds, const Parameters& world,
                     const domain::OrgDomains& org_domains) {
  Steadiness sum;
  for (const auto seed : seeds) {
    Watched judge(product(org_domains, config::ReadinessSettings{}), org_domains);
    play(make_history(seed, world), judge, org_domains, false);
    const Steadiness one = judge.steadiness();
    sum.asked += one.asked;
    sum.changed += one.changed;
    sum.for_a_day += one.for_a_day;
    sum.for_a_week += one.for_a_week;
    sum.late_by_two += one.late_by_two;
  }
  std::fputs(format("{} classes given, {} changed from one day to the next; {} of these for one day, {} for less than "
                    "a week; a second evaluation would show {} lasting changes a day late\n",
                    sum.asked, sum.changed, sum.for_a_day, sum.for_a_week, sum.late_by_two)
                 .c_str(),
             stdout);
}

int play_all(const Options& options) {
  const domain::OrgDomains org_domains;
  const config::ReadinessSettings settings;
  const Parameters& parameters = options.world;
  if (options.trace != 0) {
    const auto judge = product(org_domains, settings);
    Parameters world = parameters;
    if (!options.spoofing.empty()) world.spoof_times = std::stod(options.spoofing);
    History history = make_history(options.trace, world);
    for (const auto& stream : history.streams) {
      const auto& s = stream->settings();
      const Setup& setup = stream->setup(kFirstDay);
      say(format("{} {} {:.0f} a week, cadence {}, from {}, base {:.4f}, {} / {}, broken {:.2f}\n", s.name,
                 s.author_domain, s.weekly, static_cast<int>(s.cadence),
                 s.active.from > kFirstDay ? to_iso(s.active.from) : "-", s.base, setup.code, setup.signing,
                 setup.broken));
    }
    for (const auto& event : history.events) {
      say(format("{} event {} at {}\n", to_iso(event.day), static_cast<int>(event.kind), event.stream));
    }
    play(std::move(history), *judge, org_domains, true);
    return 0;
  }
  const auto split = options.test ? test_seeds(options.histories) : tune_seeds(options.histories);
  const auto seeds = options.seeds.empty() ? split : options.seeds;
  if (options.only == "steadiness") {
    show_steadiness(seeds, parameters, org_domains);
    return 0;
  }
  const auto wanted = [&](std::string_view name) { return options.only.empty() || options.only == name; };
  const auto go = [&](std::string name, const Parameters& world, const MakeJudge& make) {
    say(name + " ...\n");
    return run(std::move(name), seeds, world, make, org_domains);
  };
  const Played knows = go("oracle", parameters, oracle);
  std::vector<std::pair<std::string, Score>> columns;
  std::vector<Played> results;
  if (wanted("product")) {
    results.push_back(go("product", parameters, [&] { return product(org_domains, settings); }));
    point_out(results.back(), seeds);
    show_confusion(results.back());
  }
  columns.emplace_back("oracle", score(knows, &knows));
  if (wanted("baselines")) {
    results.push_back(go("raw pass rate", parameters, raw_pass_rate));
    results.push_back(go("per source", parameters, [&] { return source_pass_rate(org_domains); }));
    results.push_back(go("calendar", parameters, calendar));
  }
  for (const auto& name : ablations()) {
    if (options.ablate != name && options.ablate != "all") continue;
    results.push_back(go("without " + name, parameters, [&] { return ablated(name, org_domains); }));
  }
  for (const Played& result : results) columns.emplace_back(result.name, score(result, &knows));
  std::fputs(table(columns).c_str(), stdout);
  if (!options.spoofing.empty() && wanted("product")) {
    for (const double times : {0.0, 10.0, 100.0}) {
      if (options.spoofing != "all" && std::stod(options.spoofing) != times) continue;
      Parameters world = parameters;
      world.spoof_times = times;
      const Played other = go(format("spoofing x {}", times), world, [&] { return product(org_domains, settings); });
      for (std::size_t i = 0; i < seeds.size(); ++i) {
        if (!same_days(results.front().outcomes[i], other.outcomes[i])) say(format("seed {}: days moved\n", seeds[i]));
      }
      std::fputs(format("spoofing x {}: same days in {:.1f} % of the histories\n", times,
                        100 * same_days(results.front(), other))
                     .c_str(),
                 stdout);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return play_all(options_of(argc, argv));
  } catch (const std::exception& error) {
    say(format("ruagate_sim_score: {}\n", error.what()));
    return 2;
  }
}
