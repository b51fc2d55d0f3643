#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/local.hpp"
#include "mailbox/mbox_scanner.hpp"

namespace ruagate::mailbox {
namespace {

/// A pipe named by a path ("<(zcat x.gz)", /dev/stdin), opened once and read to its end.
class NamedStream final : public Mailbox {
 public:
  NamedStream(FileDescriptor file, std::unique_ptr<Mailbox> stream)
      : file_(std::move(file)), stream_(std::move(stream)) {}
  const std::string& name() const override { return stream_->name(); }
  Result<std::optional<std::uint64_t>> begin_pass() override { return stream_->begin_pass(); }
  Result<std::vector<MessageRef>> next(std::size_t max_count) override { return stream_->next(max_count); }
  Result<std::string> fetch(const MessageRef& message) override { return stream_->fetch(message); }
  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override {
    return stream_->acknowledge(messages, outcome);
  }
  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { stream_->wait(limit, stop); }

 private:
  FileDescriptor file_;
  std::unique_ptr<Mailbox> stream_;
};

}  // namespace

bool changes_mailbox(const Options& options) {
  using Action = Acknowledgement::Action;
  return options.processed.action != Action::keep || options.rejected.action != Action::keep;
}

Result<void> check_folder(const std::string& path, bool must_write) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int cause = errno;
    if (cause == ENOENT || cause == ENOTDIR) {
      return fail(ErrorKind::usage, "no_such_path", format("{} does not exist", printable(path)));
    }
    return file_fault("read", path, cause);
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::usage, "not_a_folder", format("{} is not a folder", printable(path)));
  }
  if (::access(path.c_str(), R_OK | X_OK) != 0) return file_fault("read", path, errno);
  if (must_write && ::access(path.c_str(), W_OK) != 0) {
    return file_fault("write to (messages are to be moved, flagged or deleted)", path, errno);
  }
  return {};
}

Result<std::unique_ptr<Mailbox>> open_path(const std::string& path, std::size_t max_message_bytes,
                                           std::size_t max_document_bytes) {
  Options options;
  options.name = path;
  options.max_message_bytes = max_message_bytes;
  options.max_document_bytes = max_document_bytes;
  if (path == "-") return make_stream(STDIN_FILENO, options, {"-", "-"});

  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int cause = errno;
    return fail(ErrorKind::usage, cause == ENOENT ? "no_such_path" : "unreadable",
                format("cannot read {}: {}", printable(path), std::generic_category().message(cause)));
  }
  const auto unreadable = [&path](int cause) {
    return fail(ErrorKind::usage, "unreadable",
                format("cannot read {}: {}", printable(path), std::generic_category().message(cause)));
  };
  if (S_ISDIR(status.st_mode)) {
    if (::access(path.c_str(), R_OK | X_OK) != 0) return unreadable(errno);
    if (is_maildir(path)) return make_maildir(path, options, {path, {}});
    return make_folder(path, options, {path, {}});
  }
  if (S_ISREG(status.st_mode)) {
    if (::access(path.c_str(), R_OK) != 0) return unreadable(errno);
    if (begins_like_mbox(read_head(path, kMboxHeadBytes))) return make_mbox(path, options, {path, path}, false);
    return make_single_file(path, options);
  }
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) return unreadable(errno);
    auto stream = make_stream(file.get(), options, {path, path});
    return std::make_unique<NamedStream>(std::move(file), std::move(stream));
  }
  return fail(ErrorKind::usage, "unreadable",
              format("cannot read {}: it is neither a file nor a folder", printable(path)));
}

}  // namespace ruagate::mailbox
