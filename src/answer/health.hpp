#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "answer/overview.hpp"

// How the service is: what its parts say of themselves, and what the database shows.
namespace ruagate::answer {

/// One mailbox of the service, as it says of itself.
struct MailboxStatus {
  std::string name;
  std::string type;
  std::string place;               ///< Path, or USER@HOST:PORT/FOLDER.
  std::string state = "starting";  ///< starting | reading | waiting | failing | stopped
  Instant since{};
  std::optional<Instant> last_pass;  ///< End of the last one without an error.
  std::optional<Instant> last_mail;  ///< When a pass last read a message.
  std::uint64_t messages = 0;        ///< Since the start, as the next four.
  std::uint64_t reports_new = 0;
  std::uint64_t reports_duplicate = 0;
  std::uint64_t rejected = 0;
  std::uint64_t ignored = 0;
  std::optional<std::uint64_t> backlog;
  std::optional<std::string> error;
  std::optional<Instant> error_since;
};

/// One kind of scheduled work.
struct TaskStatus {
  std::string task;  ///< retention | rollup_check | checkpoint | summary
  std::optional<Instant> last_run;
  std::optional<Instant> next_run;
  std::optional<double> seconds;
  std::optional<std::string> error;
};

struct ServiceStatus {
  Instant started_at{};
  std::string version;
  std::vector<MailboxStatus> mailboxes;  ///< In the order of the configuration.
  std::vector<TaskStatus> tasks;
};

struct HealthAnswer {
  Instant now{};
  ServiceStatus service;
  store::Stats stats;
  std::uint64_t wal_bytes = 0;
  std::vector<store::ReportRow> waiting;  ///< Implausible reports that wait for the operator, oldest first.
  std::vector<MissingReporter> missing_reporters;
  bool ok() const;
};

/// What changes with the facts alone; `service` and `now` are left to be filled in.
HealthAnswer health(const Asked& asked);
/// What changes by itself: the sizes of the database's files.
void measure_files(HealthAnswer& answer, const std::string& database);

}  // namespace ruagate::answer
