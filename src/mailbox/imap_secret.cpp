#include "mailbox/imap_secret.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/files.hpp"

namespace ruagate::mailbox::imap {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMaxSecret = 64U << 10;

/// Without its line end; spaces may belong to a password.
std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  while (text.ends_with('\r')) text.remove_suffix(1);
  return std::string(text);
}

/// A shell in a process group of its own, so that what it starts ends with it.
class Child {
 public:
  Child(const std::string& command, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string shell = "/bin/sh";
    std::string option = "-c";
    std::string text = command;
    std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    fault_ = ::posix_spawn(&pid_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (fault_ != 0) pid_ = -1;
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    (void)wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int fault() const { return fault_; }
  /// The exit status as of waitpid.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int fault_ = 0;
};

}  // namespace

Result<std::string> first_line_of_command(const std::string& command, std::chrono::milliseconds limit,
                                          const std::function<bool()>& stop) {
  const auto failed = [](std::string why) { return fail(ErrorKind::temporary, "secret", std::move(why)); };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("token_command: no pipe");
  const FileDescriptor in(ends[0]);
  FileDescriptor out(ends[1]);
  Child child(command, out.get());
  if (child.fault() != 0) {
    return failed(format("token_command: cannot be started: {}", std::generic_category().message(child.fault())));
  }
  out.reset();
  std::string output;
  const auto end = Steady::now() + limit;
  while (true) {
    if (stop && stop()) return fail(ErrorKind::temporary, "stopped", "stopped");
    if (Steady::now() >= end) return failed(format("token_command: not ready within {} ms", limit.count()));
    pollfd ready{in.get(), POLLIN, 0};
    if (::poll(&ready, 1, 100) <= 0) continue;
    std::array<char, 4096> buffer{};
    const auto got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    output.append(buffer.data(), static_cast<std::size_t>(got));
    if (output.size() > kMaxSecret) return failed("token_command: its output is too long for a token");
  }
  const int status = child.wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return failed(format("token_command: ended with {} {}", WIFEXITED(status) ? "exit code" : "signal",
                         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status)));
  }
  auto line = first_line(output);
  if (line.empty()) return failed("token_command: printed no token");
  return line;
}

Result<std::string> Secret::ask() const {
  if (!settings_.token_command.empty()) {
    constexpr std::chrono::seconds kLimit{30};
    return first_line_of_command(settings_.token_command, kLimit, settings_.stop);
  }
  if (!settings_.password_env.empty()) {
    const char* value = std::getenv(settings_.password_env.c_str());
    if (value == nullptr || *value == '\0') {
      return fail(ErrorKind::usage, "secret", format("password_env: {} is not set", printable(settings_.password_env)));
    }
    return std::string(value);
  }
  const auto& path = settings_.password_file.empty() ? settings_.token_file : settings_.password_file;
  auto bytes = read_file(path, {kMaxSecret, kMaxSecret});
  if (!bytes) return tl::unexpected(bytes.error());
  auto line = first_line(*bytes);
  if (line.empty()) return fail(ErrorKind::usage, "secret", format("{} is empty", printable(path)));
  return line;
}

Result<std::string> Secret::get() {
  if (!kept_.empty()) return kept_;
  auto asked = ask();
  if (!asked) return asked;
  kept_ = *asked;
  is_fresh_ = true;
  return kept_;
}

bool Secret::refused() {
  kept_.clear();
  return !std::exchange(is_fresh_, false);
}

}  // namespace ruagate::mailbox::imap
