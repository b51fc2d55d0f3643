// A library to be preloaded: the Nth call that changes a file fails, or ends the process, as RUAGATE_FAULT says:
// "CALLS:N:WHAT", CALLS one of write, sync, rename; WHAT an errno or "kill". When the fault has happened, the file
// named by RUAGATE_FAULT_DONE is made. Calls on standard streams, sockets and pipes do not count.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

struct Plan {
  std::string_view calls;
  long number = 0;
  int error = 0;  ///< 0: kill.
  bool is_set = false;

  Plan() {
    const char* text = std::getenv("RUAGATE_FAULT");
    if (text == nullptr) return;
    const std::string_view all(text);
    const auto first = all.find(':');
    const auto second = all.find(':', first + 1);
    if (second == std::string_view::npos) return;
    calls = all.substr(0, first);
    number = std::atol(text + first + 1);
    error = all.substr(second + 1) == "kill" ? 0 : std::atoi(text + second + 1);
    is_set = true;
  }
};

std::atomic<long> g_seen{0};

void tell_done() {
  const char* path = std::getenv("RUAGATE_FAULT_DONE");
  if (path == nullptr) return;
  const int file = ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
}

/// True when this call is the one that fails; errno is set then.
bool fails(std::string_view calls) {
  static const Plan plan;
  if (!plan.is_set || plan.calls != calls || ++g_seen != plan.number) return false;
  tell_done();
  if (plan.error == 0) ::kill(::getpid(), SIGKILL);
  errno = plan.error;
  return true;
}

bool is_file(int file) {
  struct stat about {};
  return ::fstat(file, &about) == 0 && S_ISREG(about.st_mode);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return is_file(file) && fails("write") ? -1 : real(file, bytes, count);
}

ssize_t writev(int file, const struct iovec* pieces, int count) {
  static auto* const real = next<ssize_t(int, const struct iovec*, int)>("writev");
  return is_file(file) && fails("write") ? -1 : real(file, pieces, count);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return is_file(file) && fails("write") ? -1 : real(file, bytes, count, at);
}

int ftruncate64(int file, off64_t size) {
  static auto* const real = next<int(int, off64_t)>("ftruncate64");
  return fails("write") ? -1 : real(file, size);
}

int fsync(int file) {
  static auto* const real = next<int(int)>("fsync");
  return fails("sync") ? -1 : real(file);
}

int fdatasync(int file) {
  static auto* const real = next<int(int)>("fdatasync");
  return fails("sync") ? -1 : real(file);
}

int rename(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return fails("rename") ? -1 : real(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  static auto* const real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return fails("rename") ? -1 : real(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("link");
  return fails("rename") ? -1 : real(from, to);
}

int unlink(const char* path) {
  static auto* const real = next<int(const char*)>("unlink");
  return fails("rename") ? -1 : real(path);
}

}  // extern "C"
