#include <cerrno>
#include <charconv>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/local.hpp"
#include "mailbox/mbox_scanner.hpp"
#include "mailbox/watch.hpp"

// One mbox file. It is only read: a safe way to take single messages out of a file that others append to at any time
// does not exist (a deliverer may hold the old file open while a new one takes its place).
namespace ruagate::mailbox {
namespace {

/// Waits until nobody is writing the file, so that its end is the end of a message. Errors: temporary.
Result<void> wait_for_writers(int fd, const std::string& path) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kPatience{10};
  constexpr std::chrono::milliseconds kPause{100};
  const auto end = Clock::now() + kPatience;
  for (;;) {
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    const bool free = ::fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK;
    if (free && ::access((path + ".lock").c_str(), F_OK) != 0) return {};
    if (Clock::now() >= end) {
      return fail(ErrorKind::temporary, "mbox_locked",
                  format("{} is locked by another program (fcntl lock or {}.lock)", printable(path), printable(path)));
    }
    std::this_thread::sleep_for(kPause);
  }
}

class Mbox final : public Mailbox {
 public:
  Mbox(std::string path, FileDescriptor file, Options options, Labels labels, bool lock)
      : path_(std::move(path)),
        file_(std::move(file)),
        options_(std::move(options)),
        labels_(std::move(labels)),
        lock_(lock) {}

  const std::string& name() const override { return labels_.name; }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    scanner_.reset();
    number_ = 0;
    if (!path_.empty()) {
      watch_.remember({path_});
      auto file = open_for_reading(path_);
      if (!file) return tl::unexpected(file.error());
      file_ = std::move(*file);
      if (lock_) {
        if (auto waited = wait_for_writers(file_.get(), path_); !waited) return tl::unexpected(waited.error());
      }
    }
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return file_fault("read", labels_.name, errno);
    scanner_.emplace(file_.get(), labels_.name, static_cast<std::uint64_t>(status.st_size));
    return std::optional<std::uint64_t>();
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    std::vector<MessageRef> messages;
    while (scanner_ && messages.size() < max_count) {
      auto range = scanner_->next();
      if (!range || !*range) {
        scanner_.reset();
        if (!range && messages.empty()) return tl::unexpected(range.error());
        break;
      }
      ++number_;
      auto id = format("{}:{}", (*range)->offset, (*range)->length);
      if (acknowledged_.contains(std::hash<std::string>{}(id))) continue;
      messages.push_back({std::move(id), format("{}#{}", labels_.prefix, number_), (*range)->length});
    }
    return messages;
  }

  Result<std::string> fetch(const MessageRef& message) override {
    MboxRange range;
    const auto& id = message.id;
    const auto colon = id.find(':');
    std::from_chars(id.data(), id.data() + colon, range.offset);
    std::from_chars(id.data() + colon + 1, id.data() + id.size(), range.length);
    return read_mbox_message(file_.get(), labels_.name, range, limits_of(options_));
  }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome /*outcome*/) override {
    for (const auto& message : messages) acknowledged_.add(std::hash<std::string>{}(message.id));
    return {};
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { watch_.wait(limit, stop); }

 private:
  std::string path_;  ///< Empty for a spooled stream.
  FileDescriptor file_;
  Options options_;
  Labels labels_;
  bool lock_;
  std::optional<MboxScanner> scanner_;
  std::uint64_t number_ = 0;
  Acknowledged acknowledged_;
  Watch watch_;
};

}  // namespace

std::unique_ptr<Mailbox> make_mbox(const std::string& path, const Options& options, const Labels& labels, bool lock) {
  return std::make_unique<Mbox>(path, FileDescriptor(), options, labels, lock);
}

std::unique_ptr<Mailbox> make_mbox(FileDescriptor file, const Options& options, const Labels& labels) {
  return std::make_unique<Mbox>(std::string(), std::move(file), options, labels, false);
}

Result<std::unique_ptr<Mailbox>> open_mbox(const std::string& path, const Options& options) {
  if (changes_mailbox(options)) {
    return fail(
        ErrorKind::usage, "mbox_is_read_only",
        format("mailbox {}: an mbox is only read, because taking messages out of it can lose mail that is being "
               "delivered; set processed and rejected to \"keep\", or use a maildir",
               printable(options.name)));
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int cause = errno;
    if (cause == ENOENT || cause == ENOTDIR) {
      return fail(ErrorKind::usage, "no_such_path",
                  format("mailbox {}: {} does not exist", printable(options.name), printable(path)));
    }
    return file_fault("read", path, cause);
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::usage, "not_an_mbox",
                format("mailbox {}: {} is not a file", printable(options.name), printable(path)));
  }
  if (auto file = open_for_reading(path); !file) return tl::unexpected(file.error());
  if (status.st_size > 0 && !begins_like_mbox(read_head(path, kMboxHeadBytes))) {
    return fail(ErrorKind::usage, "not_an_mbox",
                format("mailbox {}: {} is not an mbox, it does not begin with a \"From \" line and headers",
                       printable(options.name), printable(path)));
  }
  return make_mbox(path, options, {options.name, options.name}, true);
}

}  // namespace ruagate::mailbox
