#include "sim/loop/score.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "base/format.hpp"

namespace ruagate::sim::loop {

namespace {

double share(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

/// Mean over the classes that occur of the harmonic mean of precision and recall; "unknown" is nobody's class.
double macro_f1(const Confusion& confusion) {
  double sum = 0;
  int classes = 0;
  for (std::size_t k = 0; k + 1 < kKinds; ++k) {
    double truth = 0;
    double called = 0;
    for (std::size_t other = 0; other < kKinds; ++other) {
      truth += static_cast<double>(confusion[k][other]);
      called += static_cast<double>(confusion[other][k]);
    }
    if (truth <= 0) continue;
    sum += share(2 * static_cast<double>(confusion[k][k]), truth + called);
    ++classes;
  }
  return share(sum, classes);
}

void add_up(Confusion& sum, const Confusion& other) {
  for (std::size_t i = 0; i < kKinds; ++i) {
    for (std::size_t j = 0; j < kKinds; ++j) sum[i][j] += other[i][j];
  }
}

void add_up(Toll& sum, const Toll& other) {
  sum.legitimate += other.legitimate;
  sum.harmed += other.harmed;
  sum.avoidable += other.avoidable;
  sum.asked += other.asked;
}

double per_million(std::uint64_t part, const Toll& toll) {
  return 1e6 * share(static_cast<double>(part), static_cast<double>(toll.legitimate));
}

}  // namespace

std::vector<std::uint64_t> tune_seeds(int count) {
  std::vector<std::uint64_t> seeds;
  for (int i = 1; i <= count; ++i) seeds.push_back(static_cast<std::uint64_t>(2 * i));
  return seeds;
}

std::vector<std::uint64_t> test_seeds(int count) {
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < count; ++i) seeds.push_back(static_cast<std::uint64_t>(1000 * 2 + 2 * i + 1));
  return seeds;
}

Played run(std::string name, const std::vector<std::uint64_t>& seeds, const Parameters& parameters,
           const MakeJudge& make, const domain::OrgDomains& org_domains) {
  Played result;
  result.name = std::move(name);
  result.outcomes.resize(seeds.size());
  std::atomic<std::size_t> next = 0;
  const auto play_some = [&] {
    for (std::size_t i = next++; i < seeds.size(); i = next++) {
      const auto judge = make();
      result.outcomes[i] = play(make_history(seeds[i], parameters), *judge, org_domains, false);
    }
  };
  std::vector<std::future<void>> others;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) {
    others.push_back(std::async(std::launch::async, play_some));
  }
  play_some();
  for (auto& other : others) other.get();
  return result;
}

Score score(const Played& result, const Played* oracle) {
  Score s;
  Toll ramp;
  Toll reject;
  Confusion by_message{};
  Confusion by_sender{};
  std::vector<double> held;
  std::vector<double> detected;
  std::vector<double> ratios;
  double named = 0, named_rightly = 0, to_name = 0, found = 0, coded = 0, coded_rightly = 0, lists = 0, lists_known = 0,
         alarms = 0, enforced = 0, bounds = 0, kept = 0;
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    const Outcome& o = result.outcomes[i];
    for (const Raise& raise : o.raises) {
      const bool last = raise.step == 5;
      (last ? s.raises_reject : s.raises_ramp) += 1;
      if (raise.wrong) (last ? s.wrong_reject : s.wrong_ramp) += 1;
      if (raise.wrong_with_new) (last ? s.wrong_reject_with_new : s.wrong_ramp_with_new) += 1;
    }
    add_up(ramp, o.ramp);
    add_up(reject, o.reject);
    add_up(by_message, o.by_message);
    add_up(by_sender, o.by_sender);
    for (const int days_held : o.held) held.push_back(days_held);
    for (const int days_until : o.detected) detected.push_back(days_until);
    s.at_reject += o.at_reject ? 1 : 0;
    const Outcome* best = oracle != nullptr ? &oracle->outcomes[i] : nullptr;
    if (best != nullptr && best->at_reject && o.at_reject && !o.parked) {
      ratios.push_back(share(*o.at_reject, *best->at_reject));
    }
    named += static_cast<double>(o.named);
    named_rightly += static_cast<double>(o.named_rightly);
    to_name += static_cast<double>(o.to_name);
    found += static_cast<double>(o.found);
    coded += static_cast<double>(o.coded);
    coded_rightly += static_cast<double>(o.coded_rightly);
    lists += static_cast<double>(o.lists);
    lists_known += static_cast<double>(o.lists_known);
    alarms += static_cast<double>(o.false_alarms);
    s.missed += static_cast<double>(o.undetected);
    enforced += static_cast<double>(o.enforced_days);
    bounds += static_cast<double>(o.bounds);
    kept += static_cast<double>(o.bounds_kept);
  }
  s.wrong_ramp = share(s.wrong_ramp, s.raises_ramp);
  s.wrong_ramp_with_new = share(s.wrong_ramp_with_new, s.raises_ramp);
  s.wrong_reject = share(s.wrong_reject, s.raises_reject);
  s.wrong_reject_with_new = share(s.wrong_reject_with_new, s.raises_reject);
  s.harm_ramp = per_million(ramp.harmed, ramp);
  s.harm_reject = per_million(reject.harmed, reject);
  s.avoidable_ramp = per_million(ramp.avoidable, ramp);
  s.avoidable_reject = per_million(reject.avoidable, reject);
  s.asked_ramp = per_million(ramp.asked, ramp);
  s.asked_reject = per_million(reject.asked, reject);
  s.held_median = quantile(held, 0.5);
  s.held_p90 = quantile(held, 0.9);
  s.at_reject = share(s.at_reject, static_cast<double>(result.outcomes.size()));
  s.time_ratio = quantile(ratios, 0.5);
  s.precision = share(named_rightly, named);
  s.recall = share(found, to_name);
  s.code = share(coded_rightly, coded);
  s.f1_messages = macro_f1(by_message);
  s.f1_senders = macro_f1(by_sender);
  double legitimate = 0;
  double as_spoof = 0;
  for (const Kind kind : {Kind::legitimate, Kind::candidate}) {
    const auto& row = by_message[static_cast<std::size_t>(kind)];
    for (const auto count : row) legitimate += static_cast<double>(count);
    as_spoof += static_cast<double>(row[static_cast<std::size_t>(Kind::unauthorized)]);
  }
  s.legit_as_spoof = share(as_spoof, legitimate);
  s.lists = share(lists_known, lists);
  s.detection_median = quantile(detected, 0.5);
  s.detected = static_cast<double>(detected.size());
  s.false_alarms = 100 * share(alarms, enforced / 30);
  s.calibration = share(kept, bounds);
  return s;
}

bool same_days(const Outcome& a, const Outcome& b) {
  return std::equal(
      a.raises.begin(), a.raises.end(), b.raises.begin(), b.raises.end(),
      [](const Raise& left, const Raise& right) { return left.step == right.step && left.day == right.day; });
}

double same_days(const Played& a, const Played& b) {
  double same = 0;
  for (std::size_t i = 0; i < a.outcomes.size(); ++i) same += same_days(a.outcomes[i], b.outcomes[i]) ? 1 : 0;
  return share(same, static_cast<double>(a.outcomes.size()));
}

std::string table(const std::vector<std::pair<std::string, Score>>& columns) {
  std::string text = "| |";
  for (const auto& [name, s] : columns) text += " " + name + " |";
  text += "\n|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) text += "---|";
  const auto row = [&](std::string_view name, auto value) {
    text += format("\n| {} |", name);
    for (const auto& [column, s] : columns) text += " " + value(s) + " |";
  };
  const auto percent = [](double v) { return format("{:.1f} %", 100 * v); };
  row("raises, ramp", [](const Score& s) { return format("{:.0f}", s.raises_ramp); });
  row("false ready, ramp", [&](const Score& s) { return percent(s.wrong_ramp); });
  row("... with services to come", [&](const Score& s) { return percent(s.wrong_ramp_with_new); });
  row("raises to reject", [](const Score& s) { return format("{:.0f}", s.raises_reject); });
  row("false ready, reject", [&](const Score& s) { return percent(s.wrong_reject); });
  row("... with services to come ", [&](const Score& s) { return percent(s.wrong_reject_with_new); });
  row("avoidable harm, ramp (per million)", [](const Score& s) { return format("{:.0f}", s.avoidable_ramp); });
  row("... of it while the owner was asked", [](const Score& s) { return format("{:.0f}", s.asked_ramp); });
  row("all harm, ramp", [](const Score& s) { return format("{:.0f}", s.harm_ramp); });
  row("avoidable harm, reject", [](const Score& s) { return format("{:.0f}", s.avoidable_reject); });
  row("... of it while the owner was asked ", [](const Score& s) { return format("{:.0f}", s.asked_reject); });
  row("all harm, reject", [](const Score& s) { return format("{:.0f}", s.harm_reject); });
  row("false hold days, median / p90",
      [](const Score& s) { return format("{:.0f} / {:.0f}", s.held_median, s.held_p90); });
  row("histories at reject", [&](const Score& s) { return percent(s.at_reject); });
  row("time to reject, times the oracle's", [](const Score& s) { return format("{:.2f}", s.time_ratio); });
  row("blockers: precision / recall", [](const Score& s) { return format("{:.3f} / {:.3f}", s.precision, s.recall); });
  row("fix code right", [](const Score& s) { return format("{:.3f}", s.code); });
  row("classes: macro F1 by message / by sender",
      [](const Score& s) { return format("{:.3f} / {:.3f}", s.f1_messages, s.f1_senders); });
  row("legitimate called unauthorized", [](const Score& s) { return format("{:.3f} %", 100 * s.legit_as_spoof); });
  row("lists called lists", [&](const Score& s) { return percent(s.lists); });
  row("step back: days, median (found, missed)",
      [](const Score& s) { return format("{:.0f} ({:.0f}, {:.0f})", s.detection_median, s.detected, s.missed); });
  row("false alarms per 100 domain-months", [](const Score& s) { return format("{:.2f}", s.false_alarms); });
  row("lower bounds kept", [&](const Score& s) { return percent(s.calibration); });
  return text + "\n";
}

}  // namespace ruagate::sim::loop
