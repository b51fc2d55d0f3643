#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "mailbox/imap.hpp"

namespace ruagate::mailbox::imap {

/// Where the password or token comes from: a file, an environment variable, or a command. Private to this room.
class Secret {
 public:
  explicit Secret(const ImapSettings& settings) : settings_(settings) {}
  /// The one kept from before, or asked for now. Errors: usage (no such file or variable), temporary (the command
  /// fails, gives nothing, or takes longer than 30 seconds).
  Result<std::string> get();
  /// The server refused it: ask again next time. Returns false if it had just been asked for, so that asking again at
  /// once would only give the same.
  bool refused();
  /// The server took it: it is kept until it is refused.
  void accepted() { is_fresh_ = false; }

 private:
  Result<std::string> ask() const;

  const ImapSettings& settings_;
  std::string kept_;
  bool is_fresh_ = false;
};

/// Runs `command` by the shell and returns the first line of its output. Errors: temporary.
Result<std::string> first_line_of_command(const std::string& command, std::chrono::milliseconds limit,
                                          const std::function<bool()>& stop);

}  // namespace ruagate::mailbox::imap
