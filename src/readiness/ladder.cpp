#include "readiness/ladder.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "report/names.hpp"

namespace ruagate::readiness {

namespace {

using PolicyTag = report::Policy;

const std::vector<Step>& pct_steps() {
  static const std::vector<Step> kSteps = {
      {"none", PolicyTag::none, std::nullopt, false, 0, 0.0},
      {"quarantine-10", PolicyTag::quarantine, 10, true, 0, 0.10},
      {"quarantine-25", PolicyTag::quarantine, 25, true, 1, 0.25},
      {"quarantine-50", PolicyTag::quarantine, 50, true, 2, 0.50},
      {"quarantine-100", PolicyTag::quarantine, std::nullopt, false, 3, 1.0},
      {"reject", PolicyTag::reject, std::nullopt, false, 4, 1.0},
  };
  return kSteps;
}

const std::vector<Step>& testing_steps() {
  static const std::vector<Step> kSteps = {
      {"none", PolicyTag::none, std::nullopt, false, 0, 0.0},
      {"quarantine-testing", PolicyTag::quarantine, std::nullopt, true, 0, 0.0},
      {"quarantine", PolicyTag::quarantine, std::nullopt, false, 3, 1.0},
      {"reject-testing", PolicyTag::reject, std::nullopt, true, 3, 1.0},
      {"reject", PolicyTag::reject, std::nullopt, false, 4, 1.0},
  };
  return kSteps;
}

std::size_t pct_step(const Policy& policy) {
  const bool testing = policy.testing.value_or(false);
  switch (policy.p.value_or(PolicyTag::none)) {
    case PolicyTag::none:
      return 0;
    case PolicyTag::quarantine: {
      // Without a percentage, t=y asks nobody for anything yet.
      const int pct = policy.pct.value_or(testing ? 0 : 100);
      if (pct >= 100) return 4;
      if (pct >= 50) return 3;
      if (pct >= 25) return 2;
      return pct >= 10 ? 1 : 0;
    }
    case PolicyTag::reject: {
      // What pct spares falls to quarantine, and t=y is one level lower: at least that is in force.
      const int pct = policy.pct.value_or(testing ? 0 : 100);
      return pct >= 100 ? 5 : 4;
    }
  }
  return 0;
}

std::size_t testing_step(const Policy& policy) {
  const bool partly = policy.testing.value_or(false) || policy.pct.value_or(100) < 100;
  switch (policy.p.value_or(PolicyTag::none)) {
    case PolicyTag::none:
      return 0;
    case PolicyTag::quarantine:
      return partly ? 1 : 2;
    case PolicyTag::reject:
      return partly ? 3 : 4;
  }
  return 0;
}

/// The tags after p, pct and t.
std::string other_tags(const Policy& policy, const std::string& rua) {
  std::string text;
  // Reporters fill in sp with p where it is absent; only a different value shows that the tag is there.
  if (policy.sp && policy.sp != policy.p) text += format("; sp={}", report::to_string(*policy.sp));
  if (policy.np && policy.np != policy.sp && policy.np != policy.p) {
    text += format("; np={}", report::to_string(*policy.np));
  }
  if (policy.adkim == report::AlignmentMode::strict) text += "; adkim=s";
  if (policy.aspf == report::AlignmentMode::strict) text += "; aspf=s";
  if (policy.fo && !policy.fo->empty() && *policy.fo != "0") text += "; fo=" + *policy.fo;
  if (!rua.empty()) text += "; rua=" + rua;
  return text;
}

}  // namespace

const std::vector<Step>& ladder_steps(Ladder ladder) {
  return ladder == Ladder::pct ? pct_steps() : testing_steps();
}

const std::vector<std::string>& steps(Ladder ladder) {
  const auto names = [](const std::vector<Step>& list) {
    std::vector<std::string> result;
    result.reserve(list.size());
    for (const auto& step : list) result.push_back(step.name);
    return result;
  };
  static const std::vector<std::string> kPct = names(pct_steps());
  static const std::vector<std::string> kTesting = names(testing_steps());
  return ladder == Ladder::pct ? kPct : kTesting;
}

std::size_t step_of(const Policy& policy, Ladder ladder) {
  return ladder == Ladder::pct ? pct_step(policy) : testing_step(policy);
}

std::size_t target_step(const std::string& name, Ladder ladder) {
  const auto find = [&](const std::string& wanted) {
    const auto& names = steps(ladder);
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), wanted) - names.begin());
  };
  const std::size_t count = steps(ladder).size();
  if (const auto found = find(name); found < count) return found;
  // The full step of one ladder by its name on the other.
  if (name.starts_with("quarantine")) return find(ladder == Ladder::pct ? "quarantine-100" : "quarantine");
  return count - 1;
}

Thresholds thresholds_for(std::size_t step, Ladder ladder, const config::ReadinessSettings& settings) {
  const auto& target = ladder_steps(ladder)[step];
  const std::size_t column = target.column;
  const bool testing = ladder == Ladder::testing;
  Thresholds result;
  result.p_min = settings.p_min[column];
  result.lb_min = settings.lb_min[column];
  result.harm_max = settings.harm_max[column];
  result.worst_max = testing ? settings.harm_max[column] : settings.worst_max[column];
  result.unknown_max = settings.unknown_max[column];
  result.new_quiet = static_cast<int>(settings.new_quiet[column]);
  result.stat_window = static_cast<int>(settings.stat_window[column]);
  result.min_days = static_cast<int>(settings.min_days[column]);
  result.min_days_small = static_cast<int>(settings.min_days_small[column]);
  result.fraction = target.fraction;
  result.rejects = target.p == PolicyTag::reject;
  result.indirect_max = settings.indirect_max[result.rejects ? 4 : column];
  if (testing) {
    // 14 days in test, a month at full quarantine, 14 days in test again.
    constexpr int kDays[] = {28, 28, 14, 28, 14};
    result.min_days = step < 2 ? result.min_days : kDays[step];
    result.min_days_small = std::max(result.min_days, step < 2 ? result.min_days_small : kDays[step]);
    result.worst_fraction = target.fraction;
  }
  if (settings.profile == "fast") {
    if (step == 1) result.min_days = std::min(result.min_days, 14);
    if (step == 1) result.min_days_small = std::min(result.min_days_small, 14);
    if (!result.rejects) result.new_quiet = 0;
  } else if (settings.profile == "strict") {
    result.lb_min = std::min(result.lb_min + 0.01, 0.999);
    result.harm_max /= 2;
  }
  return result;
}

std::string record_for(const Step& step, const Policy& policy, const std::string& rua) {
  std::string text = format("v=DMARC1; p={}", report::to_string(step.p));
  if (step.pct) text += format("; pct={}", *step.pct);
  if (step.testing) text += "; t=y";
  return text + other_tags(policy, rua);
}

std::string present_record(const Policy& policy, const std::string& rua) {
  if (!policy.p) return {};
  Step present;
  present.p = *policy.p;
  if (policy.pct.value_or(100) != 100) present.pct = policy.pct;
  present.testing = policy.testing.value_or(false);
  return record_for(present, policy, rua);
}

}  // namespace ruagate::readiness
