#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "mailbox/files.hpp"

namespace ruagate::mailbox::imap {

/// One at a time on this machine: servers let two sessions move the same message at the same instant, and then there
/// are two of it. Held from construction to the end of its scope, and never left behind by a process that dies (the
/// name of a socket in the abstract namespace is the lock). Private to this room.
class Turn {
 public:
  /// Waits for the one who has it, for at most `limit`; goes on without it then, or when there are no sockets.
  Turn(const std::string& name, std::chrono::milliseconds limit, const std::function<bool()>& stop);

 private:
  FileDescriptor socket_;
};

}  // namespace ruagate::mailbox::imap
