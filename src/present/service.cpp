#include "present/service.hpp"

#include <algorithm>
#include <utility>

#include "present/json.hpp"

namespace ruagate::present {

namespace {

constexpr std::size_t kWaitingShown = 100;

Json days_json(const std::vector<answer::SourcePage::DayRow>& days) {
  Json out = Json::array();
  for (const auto& day : days) {
    out.push_back({{"day", to_iso(day.day)},
                   {"messages", day.messages},
                   {"aligned", day.aligned},
                   {"dkim_aligned", day.dkim_aligned},
                   {"spf_aligned", day.spf_aligned},
                   {"quarantined", day.quarantined},
                   {"rejected", day.rejected}});
  }
  return out;
}

Json mailbox_json(const answer::MailboxStatus& mailbox) {
  return {{"name", mailbox.name},
          {"type", mailbox.type},
          {"place", mailbox.place},
          {"state", mailbox.state},
          {"since", to_iso(mailbox.since)},
          {"last_pass", or_null(mailbox.last_pass)},
          {"last_mail", or_null(mailbox.last_mail)},
          {"messages", mailbox.messages},
          {"reports_new", mailbox.reports_new},
          {"reports_duplicate", mailbox.reports_duplicate},
          {"rejected", mailbox.rejected},
          {"ignored", mailbox.ignored},
          {"backlog", or_null(mailbox.backlog)},
          {"error", or_null(mailbox.error)},
          {"error_since", or_null(mailbox.error_since)}};
}

Json mailboxes_json(const std::vector<answer::MailboxStatus>& mailboxes) {
  Json out = Json::array();
  for (const answer::MailboxStatus& mailbox : mailboxes) out.push_back(mailbox_json(mailbox));
  return out;
}

Json database_json(const answer::HealthAnswer& answer) {
  const store::Stats& stats = answer.stats;
  return {{"file_bytes", stats.file_bytes},
          {"wal_bytes", answer.wal_bytes},
          {"reports", stats.reports},
          {"records", stats.records},
          {"messages", stats.messages},
          {"domains", stats.domains},
          {"rejects", stats.rejects},
          {"raw_documents", stats.raw_documents},
          {"raw_bytes", stats.raw_bytes},
          {"first_begin", or_null(stats.first_begin)},
          {"last_end", or_null(stats.last_end)},
          {"schema_version", stats.schema_version}};
}

Json errors_json(const answer::ServiceStatus& service) {
  Json out = Json::array();
  for (const answer::MailboxStatus& mailbox : service.mailboxes) {
    if (!mailbox.error) continue;
    out.push_back(
        {{"part", "mailbox " + mailbox.name}, {"since", or_null(mailbox.error_since)}, {"error", *mailbox.error}});
  }
  for (const answer::TaskStatus& task : service.tasks) {
    if (task.error) out.push_back({{"part", task.task}, {"since", or_null(task.last_run)}, {"error", *task.error}});
  }
  return out;
}

Json tasks_json(const std::vector<answer::TaskStatus>& tasks) {
  Json out = Json::array();
  for (const answer::TaskStatus& task : tasks) {
    out.push_back({{"task", task.task},
                   {"last_run", or_null(task.last_run)},
                   {"next_run", or_null(task.next_run)},
                   {"seconds", or_null(task.seconds)},
                   {"error", or_null(task.error)}});
  }
  return out;
}

Json missing_json(const std::vector<answer::MissingReporter>& missing) {
  Json out = Json::array();
  for (const answer::MissingReporter& one : missing) {
    out.push_back({{"domain", one.domain},
                   {"reporter", one.reporter},
                   {"last_seen", to_iso(one.last_seen)},
                   {"days_before", one.days_before},
                   {"silent_days", one.silent_days},
                   {"messages", one.messages}});
  }
  return out;
}

}  // namespace

void write(std::ostream& out, const answer::SourcePage& page) {
  Json window = window_json(page.window);
  window["days_with_data"] = page.days_with_data;
  Json identities = Json::array();
  for (const auto& identity : page.identities) {
    identities.push_back({{"type", identity.is_dkim ? "dkim" : "spf"},
                          {"domain", text_or_null(identity.domain)},
                          {"selector", text_or_null(identity.selector)},
                          {"messages", identity.messages},
                          {"pass", identity.pass}});
  }
  Json reporters = Json::array();
  for (const auto& reporter : page.reporters) {
    reporters.push_back({{"reporter", reporter.reporter},
                         {"messages", reporter.messages},
                         {"aligned", reporter.aligned},
                         {"last_seen", to_iso(reporter.last_seen)}});
  }
  const auto& decision = page.source.source.decision;
  const Json document = {
      {"schema", "ruagate.source/1"},      {"domain", page.domain},
      {"window", std::move(window)},       {"source", source_json(page.source)},
      {"days", days_json(page.days)},      {"identities", std::move(identities)},
      {"reporters", std::move(reporters)}, {"decision", decision ? decision_json(*decision) : Json(nullptr)}};
  out << dump(document, -1) << '\n';
}

void write_mailboxes(std::ostream& out, const std::vector<answer::MailboxStatus>& mailboxes) {
  out << dump({{"schema", "ruagate.mailboxes/1"}, {"mailboxes", mailboxes_json(mailboxes)}}, -1) << '\n';
}

void write(std::ostream& out, const answer::HealthAnswer& answer) {
  std::optional<Instant> last_mail;
  std::optional<std::uint64_t> backlog;
  for (const answer::MailboxStatus& mailbox : answer.service.mailboxes) {
    if (mailbox.last_mail) last_mail = std::max(last_mail.value_or(*mailbox.last_mail), *mailbox.last_mail);
    if (mailbox.backlog) backlog = backlog.value_or(0) + *mailbox.backlog;
  }
  Json waiting = Json::array();
  for (std::size_t i = 0; i < answer.waiting.size() && i < kWaitingShown; ++i) {
    waiting.push_back(waiting_json(answer.waiting[i]));
  }
  const Json document = {{"schema", "ruagate.health/1"},
                         {"now", to_iso(answer.now)},
                         {"version", answer.service.version},
                         {"started_at", to_iso(answer.service.started_at)},
                         {"ok", answer.ok()},
                         {"mailboxes", mailboxes_json(answer.service.mailboxes)},
                         {"last_mail", or_null(last_mail)},
                         {"backlog", or_null(backlog)},
                         {"errors", errors_json(answer.service)},
                         {"database", database_json(answer)},
                         {"waiting_reports", answer.waiting.size()},
                         {"waiting", std::move(waiting)},
                         {"missing_reporters", missing_json(answer.missing_reporters)},
                         {"tasks", tasks_json(answer.service.tasks)}};
  out << dump(document, -1) << '\n';
}

}  // namespace ruagate::present
