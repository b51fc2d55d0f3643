#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "answer/health.hpp"
#include "base/time.hpp"
#include "cli/follow.hpp"
#include "config/config.hpp"

namespace ruagate::cli {

/// What the mailboxes of the service say of themselves; written by the threads that follow them, read by the HTTP side.
class Board {
 public:
  explicit Board(const Clock& clock) : clock_(clock) {}

  /// Begins anew with these.
  void set(const std::vector<config::MailboxSettings>& mailboxes);
  /// Of the n-th mailbox.
  void tell(std::size_t index, const FollowUpdate& update);
  std::vector<answer::MailboxStatus> mailboxes() const;

 private:
  const Clock& clock_;
  mutable std::mutex lock_;
  std::vector<answer::MailboxStatus> mailboxes_;
};

}  // namespace ruagate::cli
