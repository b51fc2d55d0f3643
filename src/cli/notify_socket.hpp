#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace ruagate::cli {

/// The service manager that started this process, if one asked to be told (sd_notify(3)); else everything is a no-op.
class NotifySocket {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment.
  NotifySocket();

  /// "READY=1", "STATUS=..."; lines apart by newlines.
  void tell(const std::string& state) const;
  /// RELOADING=1 with the time that systemd asks for.
  void tell_reloading() const;
  /// How often the watchdog wants to hear of us; nothing when there is none.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  std::string path_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace ruagate::cli
