#include "sim/loop/mailday.hpp"

#include <algorithm>

namespace ruagate::sim::loop {

MailDays::MailDays(const History& history, const domain::OrgDomains& org_domains)
    : history_(history), org_domains_(org_domains), days_(history.streams.size(), std::vector<StreamDay>(kDays)) {
  const auto add = [&](const std::string& name, Actor actor) {
    ids_.emplace(name, static_cast<std::uint32_t>(actors_.size()));
    actors_.push_back(actor);
    names_.push_back(name);
  };
  for (std::size_t i = 0; i < history.streams.size(); ++i) {
    add(history.streams[i]->name(), {Actor::Role::stream, i});
  }
  for (const auto& relay : history.relays) {
    add(relay.name, {relay.truth == Truth::mailing_list ? Actor::Role::list
                     : relay.gateway                    ? Actor::Role::gateway
                                                        : Actor::Role::forwarder,
                     0});
  }
  for (const auto& impostor : history.impostors) add(impostor.name, {Actor::Role::impostor, 0});
}

void MailDays::receive(const Traffic& traffic, const report::PublishedPolicy& policy, Day day, Random& random) {
  const std::uint32_t actor = ids_.at(traffic.actor);
  const bool direct = actors_[actor].role == Actor::Role::stream;
  const auto shares = random.share_out(traffic.messages, history_.weights);
  for (std::size_t i = 0; i < history_.receivers.size(); ++i) {
    Observed observed;
    observe(history_.receivers[i], policy, traffic, shares[i], org_domains_, random, observed);
    for (auto& record : observed.records) {
      if (direct) {
        auto& sums = days_[actors_[actor].stream][static_cast<std::size_t>((day - kFirstDay).count())];
        const bool failed =
            record.dkim_aligned != report::AlignmentResult::pass && record.spf_aligned != report::AlignmentResult::pass;
        sums.sent += record.message_count;
        if (failed) sums.failed += record.message_count;
        if (record.disposition == report::Disposition::quarantine ||
            record.disposition == report::Disposition::reject) {
          sums.harmed += record.message_count;
        }
        if (failed && !silent_[i]) sums.reported_failed += record.message_count;
        if (record.dkim_aligned != report::AlignmentResult::pass && !silent_[i]) {
          sums.reported_unsigned += record.message_count;
        }
      }
      today_[i].records.push_back(std::move(record));
      today_[i].actors.push_back(actor);
    }
  }
}

void MailDays::send(Day day, const report::PublishedPolicy& policy) {
  std::vector<Traffic> traffic;
  for (const auto& stream : history_.streams) stream->send(history_.seed, day, traffic);
  for (const auto& relay : history_.relays) pass_on(relay, history_.streams, history_.seed, day, traffic);
  for (const auto& impostor : history_.impostors) {
    impersonate(impostor, history_.spoof_times, history_.seed, day, traffic);
  }
  today_.assign(history_.receivers.size(), {});
  silent_.assign(history_.receivers.size(), false);
  for (const auto& outage : history_.outages) {
    if (outage.days.holds(day)) silent_[outage.receiver] = true;
  }
  std::map<std::string, Random> randoms;  // Each actor its own, so that none disturbs another.
  for (const auto& part : traffic) {
    auto [random, is_new] =
        randoms.try_emplace(part.actor, Random::stream(history_.seed, part.actor + "/receive", day_number(day)));
    receive(part, policy, day, random->second);
  }
  for (std::size_t i = 0; i < today_.size(); ++i) {
    if (today_[i].records.empty() || silent_[i]) continue;
    const Receiver& receiver = history_.receivers[i];
    Random random = Random::stream(history_.seed, receiver.submitter + "/late", day_number(day));
    DayReport& report = today_[i];
    report.day = day;
    report.arrives = day + days{random.chance(40'000) ? static_cast<int>(random.between(2, 5)) : 1};
    report.reporter = receiver.org_name;
    report.generation = receiver.dialect.generation;
    report.policy = told(receiver.dialect, policy);
    const Day arrives = report.arrives;
    under_way_.emplace(arrives, std::move(report));
  }
}

std::vector<DayReport> MailDays::arriving(Day today) {
  std::vector<DayReport> result;
  const auto end = under_way_.upper_bound(today);
  for (auto report = under_way_.begin(); report != end; ++report) result.push_back(std::move(report->second));
  under_way_.erase(under_way_.begin(), end);
  return result;
}

StreamDay MailDays::sum(std::size_t stream, Day from, Day to) const {
  StreamDay total;
  for (Day day = std::max(from, kFirstDay); day <= std::min(to, kFirstDay + days{kDays - 1}); day += days{1}) {
    const StreamDay& one = of(stream, day);
    total.sent += one.sent;
    total.failed += one.failed;
    total.harmed += one.harmed;
    total.reported_failed += one.reported_failed;
    total.reported_unsigned += one.reported_unsigned;
  }
  return total;
}

}  // namespace ruagate::sim::loop
