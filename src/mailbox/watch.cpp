#include "mailbox/watch.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace ruagate::mailbox {

Watch::Stamp Watch::stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, S_ISDIR(status.st_mode) ? 0 : status.st_size};
}

void Watch::remember(const std::vector<std::string>& paths) {
  stamps_.clear();
  for (const auto& path : paths) stamps_[path] = stamp_of(path);
}

bool Watch::has_changed() const {
  return std::any_of(stamps_.begin(), stamps_.end(),
                     [](const auto& entry) { return stamp_of(entry.first) != entry.second; });
}

void Watch::add_watches() {
  if (!inotify_) inotify_ = FileDescriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_) return;
  for (auto entry = watches_.begin(); entry != watches_.end();) {
    if (stamps_.contains(entry->first)) {
      ++entry;
      continue;
    }
    ::inotify_rm_watch(inotify_.get(), entry->second);
    entry = watches_.erase(entry);
  }
  constexpr std::uint32_t kInFolder = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO;
  constexpr std::uint32_t kOfFile = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_DELETE_SELF;
  for (const auto& entry : stamps_) {
    const auto events = is_directory(entry.first) ? kInFolder : kOfFile;
    const int watch = ::inotify_add_watch(inotify_.get(), entry.first.c_str(), events);
    if (watch >= 0) watches_[entry.first] = watch;
  }
}

void Watch::wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kSlice{200};
  constexpr int kSlicesPerLook = 5;
  add_watches();
  const auto end = Clock::now() + limit;
  for (int slice = 0; !stop(); ++slice) {
    // Looked at after the watches stand: whatever came before them shows in the stamps.
    if (slice % kSlicesPerLook == 0 && has_changed()) return;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    const auto pause = std::min(left, kSlice);
    if (!inotify_) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    pollfd ready{inotify_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(pause.count())) <= 0) continue;
    std::array<char, 4096> events{};
    bool any = false;
    while (::read(inotify_.get(), events.data(), events.size()) > 0) any = true;
    if (any) return;
  }
}

}  // namespace ruagate::mailbox
