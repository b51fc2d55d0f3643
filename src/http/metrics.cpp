#include "http/metrics.hpp"

#include <algorithm>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/printable.hpp"

namespace ruagate::http {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxLabel = 128;
constexpr std::size_t kMaxDomains = 1000;

/// Outside text as a label: no control characters, bounded. The serializer escapes quotes and backslashes.
std::string label(std::string_view text) {
  return printable(text, kMaxLabel);
}

/// Families in the order in which they are begun.
class Families {
 public:
  void begin(const char* name, const char* help, MetricType type = MetricType::Gauge) {
    families_.push_back({name, help, type, {}});
  }
  void add(double value, const Labels& labels = {}) {
    prometheus::ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({name, text});
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }
  /// 1 at the state that holds, 0 at the others.
  void add_state(std::string_view holds, std::initializer_list<std::string_view> states, const Labels& labels,
                 const char* name) {
    for (const std::string_view state : states) {
      Labels with = labels;
      with.emplace_back(name, state);
      add(state == holds ? 1 : 0, with);
    }
  }
  std::vector<MetricFamily>& all() { return families_; }

 private:
  std::vector<MetricFamily> families_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}
double seconds(const std::optional<Instant>& instant) {
  return instant ? static_cast<double>(epoch_seconds(*instant)) : 0;
}

/// One figure of every mailbox.
template <class Value>
void each_mailbox(Families& out, const std::vector<answer::MailboxStatus>& mailboxes, Value&& value) {
  for (const answer::MailboxStatus& mailbox : mailboxes) out.add(value(mailbox), {{"mailbox", label(mailbox.name)}});
}

void add_mailboxes(Families& out, const std::vector<answer::MailboxStatus>& mailboxes) {
  out.begin("ruagate_ingest_messages_total", "Messages read since the start.", MetricType::Counter);
  each_mailbox(out, mailboxes, [](const auto& mailbox) { return number(mailbox.messages); });
  out.begin("ruagate_ingest_reports_total", "Reports read since the start, by what became of them.",
            MetricType::Counter);
  for (const answer::MailboxStatus& mailbox : mailboxes) {
    const std::string name = label(mailbox.name);
    out.add(number(mailbox.reports_new), {{"mailbox", name}, {"outcome", "new"}});
    out.add(number(mailbox.reports_duplicate), {{"mailbox", name}, {"outcome", "duplicate"}});
  }
  out.begin("ruagate_ingest_rejected_total", "Parts that could not be read since the start.", MetricType::Counter);
  each_mailbox(out, mailboxes, [](const auto& mailbox) { return number(mailbox.rejected); });
  out.begin("ruagate_ingest_ignored_total", "Messages without a report since the start.", MetricType::Counter);
  each_mailbox(out, mailboxes, [](const auto& mailbox) { return number(mailbox.ignored); });
  out.begin("ruagate_mailbox_state", "1 at the state the mailbox is in.");
  for (const answer::MailboxStatus& mailbox : mailboxes) {
    out.add_state(mailbox.state, {"starting", "reading", "waiting", "failing", "stopped"},
                  {{"mailbox", label(mailbox.name)}}, "state");
  }
  out.begin("ruagate_mailbox_last_mail_timestamp_seconds", "When a message was last read; 0: not since the start.");
  each_mailbox(out, mailboxes, [](const auto& mailbox) { return seconds(mailbox.last_mail); });
  out.begin("ruagate_mailbox_last_pass_timestamp_seconds", "When a pass last ended well; 0: not since the start.");
  each_mailbox(out, mailboxes, [](const auto& mailbox) { return seconds(mailbox.last_pass); });
  out.begin("ruagate_mailbox_backlog", "Messages of the running pass still to be read.");
  for (const answer::MailboxStatus& mailbox : mailboxes) {
    if (mailbox.backlog) out.add(number(*mailbox.backlog), {{"mailbox", label(mailbox.name)}});
  }
}

void add_domains(Families& out, const answer::OverviewAnswer& overview) {
  const std::size_t shown = std::min(overview.domains.size(), kMaxDomains);  // the worst ones
  const auto each = [&](auto&& add) {
    for (std::size_t i = 0; i < shown; ++i) add(overview.domains[i], label(overview.domains[i].domain));
  };
  out.begin("ruagate_domains", "Domains that are known.");
  out.add(number(overview.domains.size()));
  out.begin("ruagate_domain_messages", "Messages of 28 days by what they count as.");
  each([&](const answer::DomainGlance& glance, const std::string& domain) {
    for (std::size_t i = 0; i < answer::kGroups; ++i) {
      out.add(number(glance.groups[i]), {{"domain", domain}, {"class", std::string(answer::kGroupNames[i])}});
    }
  });
  out.begin("ruagate_domain_legitimate_pass_ratio", "Legitimate messages that pass DMARC, in the verdict's window.");
  each([&](const answer::DomainGlance& glance, const std::string& domain) {
    if (glance.legitimate_pass_rate) out.add(*glance.legitimate_pass_rate, {{"domain", domain}});
  });
  out.begin("ruagate_domain_verdict", "1 at the domain's verdict.");
  each([&](const answer::DomainGlance& glance, const std::string& domain) {
    out.add_state(readiness::to_string(glance.verdict), {"ready", "at_target", "hold", "not_enough_data", "step_back"},
                  {{"domain", domain}}, "verdict");
  });
  out.begin("ruagate_domain_blockers", "Sources that stand in the way of the next step.");
  each([&](const answer::DomainGlance& glance, const std::string& domain) {
    out.add(number(glance.blockers), {{"domain", domain}});
  });
}

void add_database(Families& out, const answer::HealthAnswer& health) {
  const store::Stats& stats = health.stats;
  out.begin("ruagate_database_bytes", "Size of the database with its log.");
  out.add(number(stats.file_bytes));
  out.begin("ruagate_database_wal_bytes", "Size of the write-ahead log.");
  out.add(number(health.wal_bytes));
  out.begin("ruagate_reports", "Reports kept.");
  out.add(number(stats.reports));
  out.begin("ruagate_reports_waiting", "Implausible reports that wait for the operator.");
  out.add(number(health.waiting.size()));
  out.begin("ruagate_missing_reporters", "Reporters that sent on most days and no longer do.");
  out.add(number(health.missing_reporters.size()));
  out.begin("ruagate_task_last_run_timestamp_seconds", "When scheduled work last ended; 0: not since the start.");
  for (const auto& task : health.service.tasks) out.add(seconds(task.last_run), {{"task", task.task}});
  out.begin("ruagate_task_failed", "1 when the last run failed.");
  for (const auto& task : health.service.tasks) out.add(task.error ? 1 : 0, {{"task", task.task}});
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("ruagate_http_requests_total").Help("Requests answered.").Register(registry);
  prometheus::Family<prometheus::Histogram>& latency = prometheus::BuildHistogram()
                                                           .Name("ruagate_http_request_seconds")
                                                           .Help("Time from the whole request to its answer.")
                                                           .Register(registry);
  prometheus::Gauge& open =
      prometheus::BuildGauge().Name("ruagate_http_connections").Help("Open connections.").Register(registry).Add({});
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::observe(std::string_view method, std::string_view route, int status, double duration) {
  static constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
  const bool is_known = std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
  state_->requests
      .Add({{"method", is_known ? std::string(method) : "other"},
            {"route", std::string(route)},
            {"code", std::to_string(status)}})
      .Increment();
  state_->latency
      .Add({{"route", std::string(route)}},
           prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                                   2.5, 5, 10})
      .Observe(duration);
}

void Metrics::connections(std::int64_t open) {
  state_->open.Set(static_cast<double>(open));
}

std::string Metrics::text(const answer::OverviewAnswer& overview, const answer::HealthAnswer& health,
                          const std::map<std::string, std::uint64_t>& reject_reasons) {
  Families out;
  out.begin("ruagate_build_info", "1, with the version.");
  out.add(1, {{"version", label(health.service.version)}});
  out.begin("ruagate_start_timestamp_seconds", "When the service was started.");
  out.add(seconds(health.service.started_at));
  add_mailboxes(out, health.service.mailboxes);
  out.begin("ruagate_rejects", "Rejects kept, by reason.");
  for (const auto& [reason, count] : reject_reasons) out.add(number(count), {{"reason", label(reason)}});
  add_domains(out, overview);
  add_database(out, health);
  auto families = state_->registry.Collect();
  families.insert(families.begin(), std::make_move_iterator(out.all().begin()),
                  std::make_move_iterator(out.all().end()));
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace ruagate::http
