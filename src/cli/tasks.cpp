#include "cli/tasks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "answer/answer.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "present/present.hpp"

namespace ruagate::cli {

namespace {

present::Format format_of(const std::string& file) {
  if (file.ends_with(".html")) return present::Format::html;
  if (file.ends_with(".json")) return present::Format::json;
  if (file.ends_with(".csv")) return present::Format::csv;
  return present::Format::text;
}

[[noreturn]] void file_fault(const std::string& path, int error) {
  throw std::runtime_error(format("{}: cannot be written: {}", printable(path), std::strerror(error)));
}

/// The whole file or the old one, never a part.
void replace_file(const std::string& path, const std::string& bytes) {
  const std::string partial = path + ".new";
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) file_fault(partial, errno);
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool is_whole = written == bytes.size() && ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (!is_whole || std::rename(partial.c_str(), path.c_str()) != 0) {
    const int cause = is_whole ? errno : error;
    ::unlink(partial.c_str());
    file_fault(path, cause);
  }
}

}  // namespace

std::optional<Instant> next_time(Instant after, const std::string& time_of_day, bool weekly) {
  if (time_of_day.size() != 5) return std::nullopt;
  const auto digit = [&](std::size_t at) { return time_of_day[at] - '0'; };
  const std::chrono::minutes minutes{(digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4)};
  for (Day day = day_of(after);; day += days{1}) {
    const Instant at = Instant{day} + minutes;
    if (at <= after) continue;
    if (!weekly || std::chrono::weekday(day) == std::chrono::Sunday) return at;
  }
}

Tasks::Tasks(const Clock& clock, const domain::OrgDomains& org_domains, std::function<bool()> stop)
    : clock_(clock), org_domains_(org_domains), stop_(std::move(stop)) {
  const auto add = [this](const char* name, auto next, auto work) {
    Task& task = tasks_.emplace_back();
    task.status.task = name;
    task.next = next;
    task.work = work;
  };
  const auto at = [this](std::string config::ServeSettings::*time, bool weekly) {
    return [this, time, weekly](Instant after) { return next_time(after, config_.serve.*time, weekly); };
  };
  add(
      "checkpoint",
      [this](Instant after) -> std::optional<Instant> {
        return after + std::chrono::minutes{config_.serve.checkpoint_minutes};
      },
      [this] { fold(); });
  add("retention", at(&config::ServeSettings::retention_at, false), [this] { prune(); });
  add("rollup_check", at(&config::ServeSettings::check_at, true), [this] { check(); });
  add("summary", at(&config::ServeSettings::summary_at, false), [this] { write_summary(); });
}

void Tasks::configure(const config::Config& config) {
  const std::lock_guard hold(lock_);
  next_config_ = config;
}

void Tasks::run_due() {
  {
    const std::lock_guard hold(lock_);
    if (next_config_) {
      config_ = std::move(*next_config_);
      next_config_.reset();
      const Instant now = clock_.now();
      for (Task& task : tasks_) {
        const bool is_due = task.status.next_run && *task.status.next_run <= now;
        const auto next = task.next(now);
        if (!is_due || !next) task.status.next_run = next;  // What is due this second is not put off by a day.
      }
    }
  }
  for (Task& task : tasks_) {
    if (stop_()) return;
    if (task.status.next_run && *task.status.next_run <= clock_.now()) run(task);
  }
}

void Tasks::run(Task& task) {
  const auto begin = std::chrono::steady_clock::now();
  std::optional<std::string> error;
  try {
    task.work();
  } catch (const std::exception& fault) {
    if (stop_()) return;  // it was interrupted
    error = fault.what();
    log::error(format("{}: {}", task.status.task, *error));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const Instant now = clock_.now();
  const std::lock_guard hold(lock_);
  task.status.last_run = now;
  task.status.next_run = task.next(now);
  task.status.seconds = took.count();
  task.status.error = error;
}

std::vector<answer::TaskStatus> Tasks::status() const {
  const std::lock_guard hold(lock_);
  std::vector<answer::TaskStatus> all;
  for (const Task& task : tasks_) all.push_back(task.status);
  return all;
}

void Tasks::prune() const {
  store::Store store(config_.store.path, store::OpenMode::write);
  store.give_up_when(stop_);
  const Instant now = clock_.now();
  const auto outcome =
      store.prune(now - days{config_.store.keep_raw_days}, now - days{config_.store.keep_records_days});
  if (outcome.raw_documents > 0 || outcome.records > 0) {
    log::info(format("retention: deleted {} documents and {} records", outcome.raw_documents, outcome.records));
  }
}

void Tasks::check() const {
  store::Store store(config_.store.path, store::OpenMode::read);
  store.interrupt_when(stop_);
  const auto faults = store.check();
  for (const std::string& fault : faults) log::error("rollup_check: " + fault);
  if (!faults.empty()) {
    throw std::runtime_error(format("{} fault{} found; restore a backup (the log names them)", faults.size(),
                                    faults.size() == 1 ? "" : "s"));
  }
  log::info("rollup_check: the database is sound");
}

void Tasks::fold() const {
  store::Store store(config_.store.path, store::OpenMode::write);
  store.fold_log();
}

void Tasks::write_summary() const {
  store::Store store(config_.store.path, store::OpenMode::read);
  store.count(answer::counted_by(config_.readiness));
  store.interrupt_when(stop_);
  const auto answer = answer::summary({store, org_domains_, config_, clock_}, answer::Period::day, {}, std::nullopt);
  if (!answer) throw std::runtime_error(answer.error().message);
  std::ostringstream out;
  present::write(out, *answer, format_of(config_.serve.summary_file), present::Style{});
  replace_file(config_.serve.summary_file, std::move(out).str());
  log::info(format("summary: written to {}", printable(config_.serve.summary_file)));
}

}  // namespace ruagate::cli
