#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "answer/health.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "domain/org_domain.hpp"

// What the service does by the clock: retention, the roll-up check, folding the log, the summary.
namespace ruagate::cli {

/// The first instant after `after` that is HH:MM UTC; on Sundays only where `weekly`. Nothing for an empty time.
std::optional<Instant> next_time(Instant after, const std::string& time_of_day, bool weekly);

/// Runs what is due; what fails is said, and tried again at its next time. run_due() is called by one thread, the rest
/// by any.
class Tasks {
 public:
  Tasks(const Clock& clock, const domain::OrgDomains& org_domains, std::function<bool()> stop);

  /// Taken over by the next run_due().
  void configure(const config::Config& config);
  void run_due();
  std::vector<answer::TaskStatus> status() const;

 private:
  struct Task {
    answer::TaskStatus status;
    std::function<std::optional<Instant>(Instant after)> next;
    std::function<void()> work;
  };
  void run(Task& task);
  void prune() const;
  void check() const;
  void fold() const;
  void write_summary() const;

  const Clock& clock_;
  const domain::OrgDomains& org_domains_;
  std::function<bool()> stop_;
  config::Config config_;
  mutable std::mutex lock_;  ///< Of the statuses and the next configuration.
  std::optional<config::Config> next_config_;
  std::vector<Task> tasks_;
};

}  // namespace ruagate::cli
