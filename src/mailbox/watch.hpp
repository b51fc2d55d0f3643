#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mailbox/files.hpp"

namespace ruagate::mailbox {

/// Tells when something may have changed in a set of folders and files: inotify for speed, time stamps where there is
/// none (network file systems, no watches left). Private to this room.
class Watch {
 public:
  /// Remembers the state of `paths`. Called before they are listed, so that nothing falls between listing and wait().
  void remember(const std::vector<std::string>& paths);
  /// Returns when one of the remembered paths is no longer as it was, after `limit`, or soon after `stop` says so.
  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop);

 private:
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& path);
  bool has_changed() const;
  void add_watches();

  std::map<std::string, Stamp> stamps_;
  FileDescriptor inotify_;
  std::map<std::string, int> watches_;
};

}  // namespace ruagate::mailbox
