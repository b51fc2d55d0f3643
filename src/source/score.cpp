#include "source/score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/format.hpp"
#include "source/unit_names.hpp"

namespace ruagate::source {

namespace {

constexpr std::uint64_t kRun = 50;  // Messages that make a run of their own.
// Days after which a second one would have been heard of, also of a weekly sender: reports come two days late.
constexpr int kSilent = 10;

/// Active on at least four days, in at least three of the four weeks up to its last day.
bool is_regular(const std::map<int, std::uint64_t>& by_day) {
  if (by_day.empty()) return false;
  const int last = by_day.rbegin()->first;
  std::array<bool, 4> weeks{};
  int active = 0;
  for (auto day = by_day.upper_bound(last - 28); day != by_day.end(); ++day) {
    ++active;
    weeks[static_cast<std::size_t>((last - day->first) / 7)] = true;
  }
  return active >= 4 && std::count(weeks.begin(), weeks.end(), true) >= 3;
}

/// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && !(values[order[i]] < values[order[end]])) ++end;
    const double rank = static_cast<double>(i + end + 1) / 2.0;
    for (; i < end; ++i) result[order[i]] = rank;
  }
  return result;
}

}  // namespace

double rank_correlation(const std::map<int, std::uint64_t>& a, const std::map<int, std::uint64_t>& b, int from,
                        int to) {
  std::vector<double> x;
  std::vector<double> y;
  const auto at = [](const std::map<int, std::uint64_t>& values, int day) {
    const auto found = values.find(day);
    return found == values.end() ? 0.0 : static_cast<double>(found->second);
  };
  for (int day = from; day <= to; ++day) {
    x.push_back(at(a, day));
    y.push_back(at(b, day));
  }
  if (x.size() < 3) return 0;
  x = ranks(x);
  y = ranks(y);
  const double mean = (static_cast<double>(x.size()) + 1.0) / 2.0;
  double covariance = 0;
  double variance_x = 0;
  double variance_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    covariance += (x[i] - mean) * (y[i] - mean);
    variance_x += (x[i] - mean) * (x[i] - mean);
    variance_y += (y[i] - mean) * (y[i] - mean);
  }
  if (variance_x <= 0 || variance_y <= 0) return 0;
  return covariance / std::sqrt(variance_x * variance_y);
}

bool has_long_rhythm(const std::map<int, std::uint64_t>& by_day) {
  // A burst is a run of days without a hole of more than seven.
  std::vector<int> starts;
  int previous = 0;
  for (const auto& [day, messages] : by_day) {
    if (starts.empty() || day - previous > 7) starts.push_back(day);
    previous = day;
  }
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const int gap = starts[i] - starts[i - 1];
    if ((gap >= 25 && gap <= 35) || (gap >= 80 && gap <= 100)) return true;
  }
  return false;
}

bool is_readdressed(const Unit& unit, const Suspect& suspect) {
  if (5 * suspect.with_others_envelope < 4 * suspect.messages || unit.own_tenant || unit.tag == kOwnerTag) return false;
  const bool shown = unit.service != nullptr && unit.strength >= 3;
  if (!shown) return false;
  return unit.service->kind == ServiceKind::security_gateway ||
         (unit.service->kind == ServiceKind::mailbox_provider && !unit.tag.empty());
}

Score score(const Unit& unit, const Suspect& suspect, const std::map<int, std::uint64_t>& owner_by_day, Day today) {
  Score result;
  const auto add = [&](int points, std::string words) {
    result.points += points;
    result.words.push_back(format("{:+} {}", points, words));
  };
  if (suspect.by_day.empty()) return result;
  const int first = suspect.by_day.begin()->first;
  const int last = suspect.by_day.rbegin()->first;
  const bool by_name = unit.service != nullptr && unit.strength >= 3;
  // The signature and the rhythm of mail that was passed on are others'.
  const bool readdressed = is_readdressed(unit, suspect);
  const bool signs = !readdressed && 5 * suspect.signed_by_other >= 4 * suspect.messages;

  // Under another customer's name it is as likely that customer's doing.
  const bool bulk = by_name && sends_for_customers(unit.service->kind) && unit.tag.empty();
  // Below the name of a mailbox platform itself all its customers look alike.
  const bool account_shown = by_name && (bulk || !unit.service->shared || !unit.tag.empty());
  if (unit.others_account) {
    add(-4, format("another customer's account at {}, where the domain has its own",
                   unit.service != nullptr ? unit.service->name : "a system that the domain sends from"));
  } else if (account_shown && last - first >= 14) {
    add(3, format("{} authenticated the same account over {} days", unit.service->name, last - first + 1));
  } else if (bulk) {
    add(2, format("{} authenticated it", unit.service->name));
  }
  if (unit.own_host) add(3, "its host name, confirmed, is the domain's own");
  if (is_regular(suspect.by_day)) {
    add(2, "sends regularly, in at least three of the last four weeks");
  } else if (has_long_rhythm(suspect.by_day)) {
    add(2, "sends in monthly or quarterly runs");
  } else if ((bulk || signs) && suspect.messages >= kRun) {
    add(bulk ? 1 : 2, format("a run of {} signed messages", suspect.messages));
  }
  // Strangers reach many receivers too: only for mail that somebody answers for does it speak in favour.
  if ((by_name || signs) && suspect.reporters.size() >= 2) add(1, format("{} reporters", suspect.reporters.size()));
  if (!readdressed && last - first >= 13 && suspect.by_day.size() >= 6) {
    const double alike = rank_correlation(suspect.by_day, owner_by_day, std::max(first, last - 55), last);
    const bool long_enough = last - first >= 27 && suspect.by_day.size() >= 15;
    const std::string_view words = "its days follow the rhythm of the domain's own mail";
    if (alike >= 0.65 && long_enough) {
      add(3, std::string(words));
    } else if (alike >= 0.5) {
      add(1, std::string(words));
    }
  }
  if (signs) add(1, "signed by the same other domain throughout");
  // Anyone can paste a signature; what comes again from the same addresses is less likely to be pasted.
  const bool comes_back = 2 * suspect.came_back >= suspect.with_known_selector;
  if (2 * suspect.with_known_selector >= suspect.messages && comes_back && unit.basis != Basis::network) {
    add(1, "carries the domain's own signature, broken");
  }
  if (unit.strength <= 2 && !signs && !unit.own_host) add(-2, "nobody vouches for the network");
  if (suspect.by_day.size() == 1 && day_number(today) - last >= kSilent) add(-2, "one single day, then nothing");
  if (suspect.in_swarm) add(-2, "part of a swarm: many networks with a few messages each on one day");
  if (unit.service == nullptr && unit.basis == Basis::network) add(-1, "nothing about it is authenticated");
  if (2 * suspect.with_own_envelope >= suspect.messages) add(-1, "uses the domain in the envelope, and SPF fails");
  if (suspect.envelopes.size() > 50) add(-1, format("{} different envelope domains", suspect.envelopes.size()));
  return result;
}

}  // namespace ruagate::source
