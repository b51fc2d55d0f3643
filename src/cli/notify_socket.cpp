#include "cli/notify_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base/format.hpp"

namespace ruagate::cli {

namespace {

std::string taken(const char* name) {
  const char* value = std::getenv(name);
  std::string copy = value == nullptr ? "" : value;
  ::unsetenv(name);
  return copy;
}

}  // namespace

NotifySocket::NotifySocket() : path_(taken("NOTIFY_SOCKET")) {
  const std::string every = taken("WATCHDOG_USEC");
  const std::string process = taken("WATCHDOG_PID");
  const bool is_ours = process.empty() || process == std::to_string(getpid());
  const long long microseconds = every.empty() ? 0 : std::atoll(every.c_str());
  if (is_ours && microseconds > 0) watchdog_ = std::chrono::microseconds{microseconds};
}

void NotifySocket::tell(const std::string& state) const {
  sockaddr_un address{};
  if (path_.empty() || path_.size() >= sizeof address.sun_path || (path_[0] != '/' && path_[0] != '@')) return;
  address.sun_family = AF_UNIX;
  std::copy(path_.begin(), path_.end(), address.sun_path);
  if (path_[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int socket_fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  // Nobody to tell it to if this fails; the manager notices by itself.
  [[maybe_unused]] const ssize_t sent = ::sendto(socket_fd, state.data(), state.size(), MSG_NOSIGNAL,
                                                 reinterpret_cast<const sockaddr*>(&address), length);
  ::close(socket_fd);
}

void NotifySocket::tell_reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  tell(format("RELOADING=1\nMONOTONIC_USEC={}", static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000));
}

}  // namespace ruagate::cli
