#include "http/at_hand.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace ruagate::http {

namespace {

/// Clocks of file systems go on in steps of up to ten milliseconds.
constexpr std::int64_t kSettled = 20'000'000;
/// Of answers that are kept beside those of AnswerCache, which may have let go of them meanwhile.
constexpr std::size_t kMostBytes = 8U << 20;

/// False when it cannot be told. A log that is not there is told by zeros.
bool look_at(const std::string& path, bool may_be_missing, AtHand::Stamp::File& file) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return may_be_missing && errno == ENOENT;
  file.device = info.st_dev;
  file.inode = info.st_ino;
  file.size = info.st_size;
  file.written = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  const auto now = std::chrono::system_clock::now().time_since_epoch();  // The clock of files, not that of answers.
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - file.written >= kSettled;
}

}  // namespace

std::optional<AtHand::Stamp> AtHand::stamp(const std::string& path) {
  Stamp stamp;
  if (!look_at(path, false, stamp.files[0]) || !look_at(path + "-wal", true, stamp.files[1])) return std::nullopt;
  return stamp;
}

std::shared_ptr<const Answer> AtHand::find(const Stamp& stamp, const std::string& settings,
                                           const std::string& question) const {
  const std::lock_guard hold(lock_);
  if (stamp != stamp_ || settings != settings_) return nullptr;
  const auto hit = answers_.find(question);
  return hit == answers_.end() ? nullptr : hit->second;
}

void AtHand::keep(const Stamp& stamp, const std::string& settings, const std::string& question,
                  std::shared_ptr<const Answer> answer) {
  const std::lock_guard hold(lock_);
  if (stamp != stamp_ || settings != settings_) {
    answers_.clear();
    bytes_ = 0;
    stamp_ = stamp;
    settings_ = settings;
  }
  const std::size_t bytes = answer->size() + question.size();
  if (bytes_ + bytes > kMostBytes) return;
  if (answers_.insert_or_assign(question, std::move(answer)).second) bytes_ += bytes;
}

}  // namespace ruagate::http
