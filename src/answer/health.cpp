#include "answer/health.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "answer/common.hpp"

namespace ruagate::answer {

namespace {

constexpr int kWindow = 28;
/// Days with reports, of kWindow, that make a reporter a regular one.
constexpr int kRegular = 20;
/// Reports come a day or two late; longer than this is silence.
constexpr int kPatience = 4;
/// Longer ago is no news.
constexpr int kForgotten = 60;

}  // namespace

std::vector<MissingReporter> missing_reporters(const report::DomainFacts& facts, Day day) {
  struct Seen {
    std::map<Day, std::uint64_t> messages;
  };
  std::map<std::string_view, Seen> seen;
  for (const report::PolicyDay& policy_day : facts.policy_days) {
    if (policy_day.day > day) continue;
    seen[facts.reporters[policy_day.reporter]].messages[policy_day.day] += policy_day.messages;
  }
  std::vector<MissingReporter> missing;
  for (const auto& [name, reporter] : seen) {
    MissingReporter one;
    one.domain = facts.domain;
    one.reporter = name;
    one.last_seen = reporter.messages.rbegin()->first;
    one.silent_days = static_cast<int>((day - one.last_seen).count());
    for (const auto& [at, messages] : reporter.messages) {
      if (at <= one.last_seen - days{kWindow}) continue;
      ++one.days_before;
      one.messages += messages;
    }
    const bool is_missing =
        one.days_before >= kRegular && one.silent_days >= kPatience && one.silent_days <= kForgotten;
    if (is_missing) missing.push_back(std::move(one));
  }
  return missing;
}

bool HealthAnswer::ok() const {
  return std::none_of(service.mailboxes.begin(), service.mailboxes.end(),
                      [](const MailboxStatus& mailbox) { return mailbox.error.has_value(); }) &&
         std::none_of(service.tasks.begin(), service.tasks.end(),
                      [](const TaskStatus& task) { return task.error.has_value(); });
}

void measure_files(HealthAnswer& answer, const std::string& database) {
  const auto size_of = [](const std::string& file) -> std::uint64_t {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(file, missing);
    return missing ? 0 : size;
  };
  answer.wal_bytes = size_of(database + "-wal");
  answer.stats.file_bytes = size_of(database) + answer.wal_bytes;
}

HealthAnswer health(const Asked& asked) {
  HealthAnswer answer;
  answer.stats = asked.store.stats();
  measure_files(answer, asked.store.path());
  answer.waiting = asked.store.waiting();
  const Day day = today(asked);
  for (const auto& [domain, row] : known_domains(asked)) {
    if (!row || row->last_day < day - days{kForgotten + kWindow}) continue;
    const auto found = missing_reporters(asked.store.policy_facts(domain, day - days{kForgotten + kWindow}, day), day);
    answer.missing_reporters.insert(answer.missing_reporters.end(), found.begin(), found.end());
  }
  std::stable_sort(answer.missing_reporters.begin(), answer.missing_reporters.end(),
                   [](const MissingReporter& a, const MissingReporter& b) { return a.messages > b.messages; });
  return answer;
}

}  // namespace ruagate::answer
