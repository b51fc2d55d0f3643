#include "sim/world.hpp"

#include <algorithm>
#include <cassert>

namespace ruagate::sim {
namespace {

std::optional<std::string> told_text(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

Delivery deliver(const World& world, const SimulatedDomain& domain, const Receiver& receiver,
                 const report::PublishedPolicy& policy, Day day, Observed&& observed) {
  const Dialect& dialect = receiver.dialect;
  Random random = Random::stream(world.seed, domain.name + "/report/" + receiver.submitter, day_number(day));
  Delivery delivery;
  delivery.receiver = &receiver;
  report::Report& report = delivery.report;
  report.generation = dialect.generation;
  report.version = told_text(dialect.version);
  report.reporter = receiver.org_name;
  report.email = receiver.email;
  report.extra_contact_info = told_text(dialect.extra_contact_info);
  report.generator = told_text(dialect.generator);
  report.begin = Instant{day};
  report.end = Instant{day + days{1}} - std::chrono::seconds{dialect.end_is_next_midnight ? 0 : 1};
  report.policy = told(dialect, policy);
  report.records = std::move(observed.records);
  report.report_id = make_report_id(receiver, domain.name, report.begin, random);
  delivery.sent = Instant{day + days{1}} + std::chrono::hours{receiver.hour} +
                  std::chrono::seconds{static_cast<std::int64_t>(random.below(3600))};
  return delivery;
}

}  // namespace

void PolicyHistory::publish(Day since, report::PublishedPolicy policy) {
  assert(since_.empty() || since_.rbegin()->first < since);
  since_.emplace(since, std::move(policy));
}

std::optional<report::PublishedPolicy> PolicyHistory::on(Day day) const {
  const auto after = since_.upper_bound(day);
  if (after == since_.begin()) return std::nullopt;
  return std::prev(after)->second;
}

DirectSender& SimulatedDomain::add(DirectSender::Settings settings) {
  settings.name = name + "/" + settings.name;
  auto sender = std::make_unique<DirectSender>(std::move(settings));
  DirectSender& added = *sender;
  actors.push_back(std::move(sender));
  return added;
}

void SimulatedDomain::add(Forwarder::Settings settings) {
  settings.name = name + "/" + settings.name;
  actors.push_back(std::make_unique<Forwarder>(std::move(settings)));
}

void SimulatedDomain::add(Spoofer::Settings settings) {
  settings.name = name + "/" + settings.name;
  actors.push_back(std::make_unique<Spoofer>(std::move(settings)));
}

std::vector<Delivery> simulate_day(const World& world, const SimulatedDomain& domain, Day day,
                                   const domain::OrgDomains& org_domains, TrueVolume& truth) {
  std::vector<Delivery> deliveries;
  const auto policy = domain.policy.on(day);
  if (!policy) return deliveries;

  std::vector<Traffic> traffic;
  for (const auto& actor : domain.actors) actor->send(world.seed, day, traffic);

  std::vector<std::uint32_t> weights;
  std::uint32_t told = 0;
  for (const Receiver& receiver : world.receivers) {
    const auto share = domain.audience.find(receiver.submitter);
    weights.push_back(share == domain.audience.end() ? 0 : share->second);
    told += weights.back();
  }
  assert(told <= domain.audience_total);
  weights.push_back(domain.audience_total - told);  // never reported

  Random random = Random::stream(world.seed, domain.name + "/receivers", day_number(day));
  std::vector<Observed> observed(world.receivers.size());
  for (const Traffic& part : traffic) {
    const auto shares = random.share_out(part.messages, weights);
    for (std::size_t i = 0; i < world.receivers.size(); ++i) {
      observe(world.receivers[i], *policy, part, shares[i], org_domains, random, observed[i]);
      truth[part.truth] += shares[i];
    }
  }
  for (std::size_t i = 0; i < world.receivers.size(); ++i) {
    if (observed[i].messages == 0) continue;
    deliveries.push_back(deliver(world, domain, world.receivers[i], *policy, day, std::move(observed[i])));
  }
  return deliveries;
}

}  // namespace ruagate::sim
