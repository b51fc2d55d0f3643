#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/local.hpp"
#include "mailbox/mbox_scanner.hpp"
#include "mailbox/watch.hpp"

// One file, or one stream (standard input, a pipe), as a mailbox with one message; a stream that turns out to be an
// mbox is spooled to disk and read as one.
namespace ruagate::mailbox {
namespace {

class SingleFile final : public Mailbox {
 public:
  SingleFile(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) {}

  const std::string& name() const override { return path_; }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    watch_.remember({path_});
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return file_fault("read", path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
    handed_out_ = acknowledged_.contains(key_of(path_, status));
    return std::optional<std::uint64_t>(handed_out_ ? 0 : 1);
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    std::vector<MessageRef> messages;
    if (max_count > 0 && !std::exchange(handed_out_, true)) messages.push_back({path_, path_, size_});
    return messages;
  }

  Result<std::string> fetch(const MessageRef& /*message*/) override { return read_file(path_, limits_of(options_)); }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome /*outcome*/) override {
    struct stat status {};
    if (!messages.empty() && ::stat(path_.c_str(), &status) == 0) acknowledged_.add(key_of(path_, status));
    return {};
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { watch_.wait(limit, stop); }

 private:
  std::string path_;
  Options options_;
  std::uint64_t size_ = 0;
  bool handed_out_ = true;
  Acknowledged acknowledged_;
  Watch watch_;
};

class Stream final : public Mailbox {
 public:
  Stream(int fd, Options options, Labels labels) : fd_(fd), options_(std::move(options)), labels_(std::move(labels)) {}

  const std::string& name() const override { return labels_.name; }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    if (std::exchange(read_, true)) return std::optional<std::uint64_t>(0);
    auto head = read_up_to(kMboxHeadBytes);
    if (!head) return tl::unexpected(head.error());
    if (begins_like_mbox(*head)) {
      auto file = spool(std::move(*head));
      if (!file) return tl::unexpected(file.error());
      mbox_ = make_mbox(std::move(*file), options_, labels_);
      return mbox_->begin_pass();
    }
    const bool is_document = begins_like_xml(*head);
    const auto limit = is_document ? options_.max_document_bytes : options_.max_message_bytes;
    bytes_ = std::move(*head);
    if (auto rest = read_up_to(limit + 1 - std::min(limit, bytes_.size())); rest) {
      bytes_ += *rest;
    } else {
      return tl::unexpected(rest.error());
    }
    if (bytes_.size() > limit) {
      fault_ = Error{
          ErrorKind::too_large, is_document ? "document_too_large" : "message_too_large",
          format("more than {} bytes, the limit (limits.{})", limit, is_document ? "document_bytes" : "message_bytes")};
      bytes_ = {};
    }
    waiting_ = true;
    return std::optional<std::uint64_t>(1);
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    if (mbox_) return mbox_->next(max_count);
    std::vector<MessageRef> messages;
    if (max_count > 0 && std::exchange(waiting_, false)) messages.push_back({"-", labels_.name, bytes_.size()});
    return messages;
  }

  Result<std::string> fetch(const MessageRef& message) override {
    if (mbox_) return mbox_->fetch(message);
    if (fault_) return tl::unexpected(*fault_);
    return bytes_;
  }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override {
    return mbox_ ? mbox_->acknowledge(messages, outcome) : Result<void>();
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { nothing_.wait(limit, stop); }

 private:
  Result<std::string> read_up_to(std::size_t most) {
    std::string bytes;
    std::array<char, 64U << 10> block{};
    while (bytes.size() < most) {
      const auto got = ::read(fd_, block.data(), std::min(block.size(), most - bytes.size()));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file_fault("read", labels_.name, errno);
      if (got == 0) break;
      bytes.append(block.data(), static_cast<std::size_t>(got));
    }
    return bytes;
  }

  Result<FileDescriptor> spool(std::string block) {
    const char* folder = std::getenv("TMPDIR");
    std::string path = join(folder != nullptr && *folder != '\0' ? folder : "/tmp", "ruagate-spool-XXXXXX");
    FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file) return file_fault("create", path, errno);
    ::unlink(path.c_str());
    while (!block.empty()) {
      for (std::size_t done = 0; done < block.size();) {
        const auto put = ::write(file.get(), block.data() + done, block.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return file_fault("write", path, errno);
        done += static_cast<std::size_t>(put);
      }
      constexpr std::size_t kBlock = 1U << 20;
      auto more = read_up_to(kBlock);
      if (!more) return tl::unexpected(more.error());
      block = std::move(*more);
    }
    return file;
  }

  int fd_;
  Options options_;
  Labels labels_;
  bool read_ = false;
  bool waiting_ = false;
  std::string bytes_;
  std::optional<Error> fault_;
  std::unique_ptr<Mailbox> mbox_;
  Watch nothing_;
};

}  // namespace

std::unique_ptr<Mailbox> make_single_file(const std::string& path, const Options& options) {
  return std::make_unique<SingleFile>(path, options);
}

std::unique_ptr<Mailbox> make_stream(int fd, const Options& options, const Labels& labels) {
  return std::make_unique<Stream>(fd, options, labels);
}

}  // namespace ruagate::mailbox
