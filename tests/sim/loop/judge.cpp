#include "sim/loop/judge.hpp"

#include <algorithm>

#include "domain/name.hpp"
#include "readiness/ladder.hpp"
#include "readiness/verdict.hpp"
#include "source/known.hpp"

namespace ruagate::sim::loop {

namespace {

constexpr auto kLadder = readiness::Ladder::pct;

std::size_t last_step() {
  return readiness::steps(kLadder).size() - 1;
}

class Product final : public Judge {
 public:
  Product(const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings)
      : org_domains_(org_domains), settings_(settings) {}

  Opinion ask(const Situation& situation) override {
    readiness::Question question;
    question.as_of = situation.today;
    const auto verdict =
        readiness::evaluate(situation.log.facts(), question, situation.decisions, org_domains_, settings_);
    return opinion_of(verdict);
  }

 private:
  const domain::OrgDomains& org_domains_;
  config::ReadinessSettings settings_;
};

/// Takes the other identities away from mail that a service which many share shows to be its own, or whose addresses
/// are such a service's.
void hide_tenants(report::DomainFacts& facts) {
  std::vector<const source::Service*> service_of(facts.evidence.size(), nullptr);
  const auto shared = [](const source::Service* service) {
    return service != nullptr && service->shared ? service : nullptr;
  };
  for (std::size_t i = 0; i < facts.evidence.size(); ++i) {
    for (const auto& dkim : facts.evidence[i].dkim) {
      if (const auto* it = shared(source::service_by_dkim_domain(dkim.domain)); it != nullptr) service_of[i] = it;
    }
    for (const auto& spf : facts.evidence[i].spf) {
      if (const auto* it = shared(source::service_by_spf_domain(spf.domain)); it != nullptr) service_of[i] = it;
    }
  }
  std::vector<const source::Service*> at_address;
  for (const auto& address : facts.addresses) {
    at_address.push_back(address ? shared(source::service_by_address(*address)) : nullptr);
  }
  for (const auto& cell : facts.cells) {
    if (service_of[cell.evidence] == nullptr) service_of[cell.evidence] = at_address[cell.address];
  }
  for (std::size_t i = 0; i < facts.evidence.size(); ++i) {
    const auto* service = service_of[i];
    if (service == nullptr) continue;
    auto& evidence = facts.evidence[i];
    const auto is_tenant = [&](const std::string& name) {
      return !domain::is_same_or_below(name, facts.domain) && source::service_by_dkim_domain(name) != service &&
             source::service_by_spf_domain(name) != service;
    };
    std::erase_if(evidence.dkim, [&](const auto& dkim) { return is_tenant(dkim.domain); });
    std::erase_if(evidence.spf, [&](const auto& spf) { return is_tenant(spf.domain); });
    if (evidence.envelope_from && is_tenant(*evidence.envelope_from)) evidence.envelope_from.reset();
  }
}

/// The facts as somebody without one of the product's parts sees them.
class Ablated final : public Judge {
 public:
  Ablated(std::string name, const domain::OrgDomains& org_domains) : name_(std::move(name)), org_domains_(org_domains) {
    if (name_ == "design effect") settings_.rho = 0;
    if (name_ == "score") settings_.cand_score = 1000;
  }

  Opinion ask(const Situation& situation) override {
    readiness::Question question;
    question.as_of = situation.today;
    if (name_ != "memory" && name_ != "homes" && name_ != "tenants") {
      return opinion_of(
          readiness::evaluate(situation.log.facts(), question, situation.decisions, org_domains_, settings_));
    }
    report::DomainFacts facts = situation.log.facts();
    if (name_ == "memory") {
      const Day from = situation.today - days{settings_.lag_days + 28};
      std::erase_if(facts.cells, [&](const report::Cell& cell) { return cell.day <= from; });
    } else if (name_ == "tenants") {
      hide_tenants(facts);
    } else {
      for (auto& cell : facts.cells) {
        if (cell.dkim_aligned == report::AlignmentResult::pass) cell.spf_aligned = report::AlignmentResult::pass;
      }
    }
    return opinion_of(readiness::evaluate(facts, question, situation.decisions, org_domains_, settings_));
  }

 private:
  std::string name_;
  const domain::OrgDomains& org_domains_;
  config::ReadinessSettings settings_;
};

bool days_are_over(const Situation& situation) {
  return (situation.today - situation.since).count() >=
         least_days(situation.history, situation.today, situation.step + 1);
}

Opinion raised_if(const Situation& situation, bool ready) {
  Opinion opinion;
  if (!ready || situation.step >= last_step()) return opinion;
  opinion.move = Move::raise;
  opinion.step = situation.step + 1;
  return opinion;
}

class RawPassRate final : public Judge {
 public:
  Opinion ask(const Situation& situation) override {
    if (situation.step >= last_step() || (situation.today - situation.since).count() < 14) return {};
    std::uint64_t all = 0;
    std::uint64_t aligned = 0;
    const auto& cells = situation.log.facts().cells;
    for (auto cell = cells.rbegin(); cell != cells.rend() && cell->day + days{14} >= situation.today; ++cell) {
      all += cell->messages;
      if (source::is_aligned(*cell)) aligned += cell->messages;
    }
    return raised_if(situation, all > 0 && static_cast<double>(aligned) >= 0.95 * static_cast<double>(all));
  }
};

class SourcePassRate final : public Judge {
 public:
  explicit SourcePassRate(const domain::OrgDomains& org_domains) : org_domains_(org_domains) {}
  Opinion ask(const Situation& situation) override {
    if (situation.step >= last_step() || (situation.today - situation.since).count() < 14) return {};
    const auto& facts = situation.log.facts();
    const auto classified = source::classify(facts, situation.today, situation.decisions, org_domains_, {});
    Opinion opinion;
    bool any = false;
    for (const auto& source : classified.sources) {
      if (source.source_class != source::Class::legitimate) continue;
      const auto totals = source::totals(classified, source, facts, situation.today - days{14}, situation.today);
      any |= totals.messages > 0;
      if (static_cast<double>(totals.aligned) >= 0.95 * static_cast<double>(totals.messages)) continue;
      opinion.named.push_back({source.key, false, "", 0});
    }
    if (!opinion.named.empty() || !any) return opinion;
    return raised_if(situation, true);
  }

 private:
  const domain::OrgDomains& org_domains_;
};

class Calendar final : public Judge {
 public:
  Opinion ask(const Situation& situation) override {
    return raised_if(situation, situation.step < last_step() && days_are_over(situation));
  }
};

class Oracle final : public Judge {
 public:
  Opinion ask(const Situation& situation) override {
    const config::ReadinessSettings settings;
    const History& history = situation.history;
    const double failing = failing_share(history, situation.today, true);
    Opinion opinion;
    if (situation.step < last_step()) {
      const auto th = readiness::thresholds_for(situation.step + 1, kLadder, settings);
      opinion = raised_if(situation, days_are_over(situation) && th.fraction * failing <= th.harm_max);
      for (std::size_t i = 0; i < history.streams.size(); ++i) {
        const Stream& stream = *history.streams[i];
        const Setup& setup = stream.setup(situation.today);
        if (stream.settings().active.from > situation.today) continue;
        if (setup.code != "none") opinion.named.push_back({{}, false, setup.code, i});
        if (setup.code == "none" && th.rejects && setup.signing != "none") {
          opinion.named.push_back({{}, false, setup.signing, i});
        }
      }
    }
    if (situation.step > 0) {
      const auto in_force = readiness::thresholds_for(situation.step, kLadder, settings);
      if (in_force.fraction * failing_share(history, situation.today, false) > 2 * in_force.harm_max) {
        opinion.move = Move::lower;
        opinion.step = 0;
      }
    }
    return opinion;
  }
};

}  // namespace

int least_days(const History& history, Day today, std::size_t step) {
  const config::ReadinessSettings settings;
  const auto th = readiness::thresholds_for(step, kLadder, settings);
  double weekly = 0;
  for (const auto& stream : history.streams) {
    for (int i = 0; i < 28; ++i) weekly += stream->expected(today - days{i}) / 4;
  }
  const bool hosted = std::any_of(history.streams.begin(), history.streams.end(), [](const auto& stream) {
    return stream->settings().addresses.front().starts_with("209.");
  });
  const bool lists = std::any_of(history.relays.begin(), history.relays.end(),
                                 [](const Relay& relay) { return relay.truth == Truth::mailing_list; });
  const int need = weekly < settings.small_week ? th.min_days_small : th.min_days;
  return th.rejects && (hosted || lists) ? std::max(need, 28) : need;
}

double failing_share(const History& history, Day today, bool to_come) {
  double all = 0;
  double failing = 0;
  for (const auto& stream : history.streams) {
    if (!to_come && stream->settings().active.from > today) continue;
    const int horizon = stream->settings().cadence == Cadence::yearly      ? 365
                        : stream->settings().cadence == Cadence::quarterly ? 91
                                                                           : 28;
    double volume = 0;
    for (int i = 1; i <= horizon; ++i) volume += stream->expected(today + days{i});
    volume *= 28.0 / horizon;
    all += volume;
    failing += volume * (1 - stream->aligned(today));
  }
  return all > 0 ? failing / all : 0;
}

Opinion opinion_of(const readiness::DomainVerdict& verdict) {
  Opinion opinion;
  opinion.reason = verdict.reason;
  for (const auto& gate : verdict.gates) {
    if (!gate.ok && gate.blocking)
      opinion.reason +=
          " [" + gate.gate + (gate.gate == "dkim" || gate.gate == "reporter_pass_rate" ? ": " + gate.text : "") + "]";
  }
  opinion.rate_low = verdict.legitimate_pass_rate_low;
  const auto& names = readiness::steps(kLadder);
  if (verdict.next_step) {
    opinion.step = static_cast<std::size_t>(std::find(names.begin(), names.end(), *verdict.next_step) - names.begin());
  }
  if (verdict.verdict == readiness::Verdict::ready) opinion.move = Move::raise;
  if (verdict.verdict == readiness::Verdict::step_back) opinion.move = Move::lower;
  opinion.holds = verdict.verdict == readiness::Verdict::hold;
  for (const auto& gate : verdict.gates) opinion.wants_acknowledgement |= gate.gate == "indirect" && !gate.ok;
  for (const auto& blocker : verdict.blockers) {
    const bool undecided = blocker.source_class != source::Class::legitimate;
    opinion.named.push_back({blocker.key, undecided, blocker.advice.failure, 0});
  }
  return opinion;
}

std::unique_ptr<Judge> product(const domain::OrgDomains& org_domains, const config::ReadinessSettings& settings) {
  return std::make_unique<Product>(org_domains, settings);
}
const std::vector<std::string>& ablations() {
  static const std::vector<std::string> kNames = {"design effect", "memory", "homes", "tenants", "score"};
  return kNames;
}
std::unique_ptr<Judge> ablated(const std::string& name, const domain::OrgDomains& org_domains) {
  return std::make_unique<Ablated>(name, org_domains);
}
std::unique_ptr<Judge> raw_pass_rate() {
  return std::make_unique<RawPassRate>();
}
std::unique_ptr<Judge> source_pass_rate(const domain::OrgDomains& org_domains) {
  return std::make_unique<SourcePassRate>(org_domains);
}
std::unique_ptr<Judge> calendar() {
  return std::make_unique<Calendar>();
}
std::unique_ptr<Judge> oracle() {
  return std::make_unique<Oracle>();
}

}  // namespace ruagate::sim::loop
