#include "sim/loop/stream.hpp"

#include <algorithm>
#include <cmath>

namespace ruagate::sim::loop {

namespace {

constexpr double kOffice[] = {0.19, 0.19, 0.18, 0.18, 0.16, 0.05, 0.05};

unsigned weekday_of(Day day) {
  return std::chrono::weekday{day}.iso_encoding() - 1;
}

double normal(Random& random) {
  const double u = std::max(uniform(random), 1e-12);
  return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * uniform(random));
}

/// Marsaglia and Tsang; shapes below 1 by the usual boost.
double gamma(double shape, Random& random) {
  if (shape < 1) return gamma(shape + 1, random) * std::pow(std::max(uniform(random), 1e-300), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(random);
    const double v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(std::max(uniform(random), 1e-300)) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

std::uint64_t binomial(std::uint64_t n, double p, Random& random) {
  return random.successes(n, static_cast<std::uint32_t>(std::lround(std::clamp(p, 0.0, 1.0) * 1e6)));
}

}  // namespace

double uniform(Random& random) {
  return static_cast<double>(random.next() >> 11U) / 9007199254740992.0;
}

double log_uniform(double low, double high, Random& random) {
  return low * std::pow(high / low, uniform(random));
}

std::uint64_t poisson(double mean, Random& random) {
  if (mean <= 0) return 0;
  if (mean > 40) return static_cast<std::uint64_t>(std::max(0.0, std::round(mean + std::sqrt(mean) * normal(random))));
  const double limit = std::exp(-mean);
  std::uint64_t count = 0;
  for (double product = uniform(random); product > limit; product *= uniform(random)) ++count;
  return count;
}

double noisy_rate(double mean, double icc, Random& random) {
  if (mean <= 0 || mean >= 1) return mean;
  const double size = 1 / icc - 1;
  const double a = gamma(mean * size, random);
  const double b = gamma((1 - mean) * size, random);
  return a + b > 0 ? a / (a + b) : mean;
}

Stream::Stream(Settings settings, Day from, Setup setup)
    : Actor(settings.name), settings_(std::move(settings)), phases_{{from, std::move(setup)}} {}

const Setup& Stream::setup(Day day) const {
  const auto after = std::upper_bound(phases_.begin(), phases_.end(), day,
                                      [](Day value, const Phase& phase) { return value < phase.from; });
  return after == phases_.begin() ? phases_.front().setup : std::prev(after)->setup;
}

Day Stream::since(Day day) const {
  const auto after = std::upper_bound(phases_.begin(), phases_.end(), day,
                                      [](Day value, const Phase& phase) { return value < phase.from; });
  const Day from = after == phases_.begin() ? phases_.front().from : std::prev(after)->from;
  return std::max(from, settings_.active.from);
}

void Stream::change(Day day, Setup setup) {
  const auto at = std::lower_bound(phases_.begin(), phases_.end(), day,
                                   [](const Phase& phase, Day value) { return phase.from < value; });
  if (at != phases_.end() && at->from == day) {
    at->setup = std::move(setup);
  } else {
    phases_.insert(at, {day, std::move(setup)});
  }
}

double Stream::expected(Day day) const {
  if (!settings_.active.holds(day)) return 0;
  const std::chrono::year_month_day date{day};
  const int of_month = static_cast<int>(static_cast<unsigned>(date.day()));
  const int month = static_cast<int>(static_cast<unsigned>(date.month()));
  const int start = 1 + settings_.phase % 26;
  switch (settings_.cadence) {
    case Cadence::office:
      return settings_.weekly * kOffice[weekday_of(day)];
    case Cadence::every_day:
      return settings_.weekly / 7;
    case Cadence::weekly:
      return weekday_of(day) == static_cast<unsigned>(settings_.phase % 7) ? settings_.weekly : 0;
    case Cadence::monthly:
      return of_month == start || of_month == start + 1 ? settings_.weekly / 2 : 0;
    case Cadence::quarterly:
      return month % 3 == settings_.phase % 3 && (of_month == start || of_month == start + 1) ? settings_.weekly / 2
                                                                                              : 0;
    case Cadence::yearly:
      return month == 1 + settings_.phase % 12 && (of_month == start || of_month == start + 1) ? settings_.weekly / 2
                                                                                               : 0;
  }
  return 0;
}

std::uint64_t Stream::volume(std::uint64_t seed, Day day) const {
  const double mean = expected(day);
  if (mean <= 0) return 0;
  Random random = Random::stream(seed, name() + "/volume", day_number(day));
  return poisson(mean * (0.75 + 0.5 * uniform(random)), random);
}

void Stream::send(std::uint64_t seed, Day day, std::vector<Traffic>& out) const {
  const std::uint64_t all = volume(seed, day);
  if (all == 0) return;
  Random random = Random::stream(seed, name() + "/send", day_number(day));
  const Setup& now = setup(day);
  const auto emit = [&](const std::string& address, std::uint64_t messages, std::vector<report::DkimAuth> signatures,
                        report::SpfResult spf) {
    if (messages == 0) return;
    Traffic traffic;
    traffic.actor = name();
    traffic.source_ip = *IpAddress::parse(address);
    traffic.evidence.author_domain = settings_.author_domain;
    traffic.evidence.envelope_from = now.envelope;
    traffic.evidence.dkim = std::move(signatures);
    traffic.evidence.spf = {
        {.domain = now.envelope, .scope = report::SpfScope::mfrom, .result = spf, .human_result = {}}};
    traffic.messages = messages;
    out.push_back(std::move(traffic));
  };
  const auto failing = [&](report::DkimResult result) {
    auto signatures = now.signatures;
    for (auto& signature : signatures) signature.result = result;
    return signatures;
  };
  const std::uint64_t broken = binomial(all, now.broken, random);
  const double stray_rate = noisy_rate(1 - settings_.base, settings_.icc, random);
  const std::uint64_t stray = binomial(all - broken, stray_rate, random);
  const std::vector<std::uint32_t> even(settings_.addresses.size(), 1);
  const auto sound_parts = random.share_out(all - broken - stray, even);
  for (std::size_t i = 0; i < sound_parts.size(); ++i) {
    emit(settings_.addresses[i], sound_parts[i], now.signatures, now.spf);
  }
  // What goes wrong now and then: the message changed and DNS did not answer, or it took an odd way out.
  const auto stray_parts = random.share_out(stray, even);
  for (std::size_t i = 0; i < stray_parts.size(); ++i) {
    const bool dns = random.chance(600'000);
    emit(settings_.addresses[i], stray_parts[i],
         failing(dns ? report::DkimResult::temperror : report::DkimResult::fail),
         dns ? report::SpfResult::temperror : report::SpfResult::softfail);
  }
  if (now.broken_by_host) {
    emit(settings_.addresses.back(), broken, {}, report::SpfResult::softfail);
  } else {
    emit(settings_.addresses[random.below(settings_.addresses.size())], broken, failing(report::DkimResult::fail),
         now.aligns_spf ? report::SpfResult::softfail : now.spf);
  }
}

}  // namespace ruagate::sim::loop
