#include "mailbox/imap_turn.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/sha256.hpp"

namespace ruagate::mailbox::imap {

Turn::Turn(const std::string& name, std::chrono::milliseconds limit, const std::function<bool()>& stop) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = "ruagate-" + to_hex(sha256(name));
  std::copy(text.begin(), text.end(), address.sun_path + 1);  // Behind a NUL: no file.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  const auto end = std::chrono::steady_clock::now() + limit;
  socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  while (socket_ && ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    if (errno != EADDRINUSE || std::chrono::steady_clock::now() >= end || (stop && stop())) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

}  // namespace ruagate::mailbox::imap
