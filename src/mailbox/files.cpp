#include "mailbox/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::mailbox {

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

tl::unexpected<Error> file_fault(std::string_view doing, const std::string& path, int cause, std::string_view code) {
  return fail(ErrorKind::temporary, code,
              format("cannot {} {}: {}", doing, printable(path), std::generic_category().message(cause)));
}

tl::unexpected<Error> too_large(std::uint64_t bytes, std::size_t limit, bool is_document) {
  if (is_document) {
    return fail(ErrorKind::too_large, "document_too_large",
                format("the document has {} bytes, the limit is {} (limits.document_bytes)", bytes, limit));
  }
  return fail(ErrorKind::too_large, "message_too_large",
              format("the message has {} bytes, the limit is {} (limits.message_bytes)", bytes, limit));
}

tl::unexpected<Error> message_gone(const std::string& path) {
  return fail(ErrorKind::temporary, "message_gone", format("{} is no longer there", printable(path)));
}

Result<FileDescriptor> open_for_reading(const std::string& path) {
  // O_NONBLOCK: a FIFO put in the place of a file must not stop us. It has no effect on regular files.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file) return file;
  if (errno == ENOENT || errno == ENOTDIR) return message_gone(path);
  return file_fault("read", path, errno);
}

bool begins_like_xml(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) head.remove_prefix(2);
  const auto first = head.find_first_not_of(std::string_view(" \t\r\n\0", 5));
  return first != std::string_view::npos && head[first] == '<';
}

Result<std::string> read_range(int fd, const std::string& path, std::uint64_t offset, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_fault("read", path, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<std::string> read_file(const std::string& path, const ReadLimits& limits) {
  auto file = open_for_reading(path);
  if (!file) return tl::unexpected(file.error());
  struct stat status {};
  if (::fstat(file->get(), &status) != 0) return file_fault("read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::temporary, "unreadable", format("{} is not a regular file", printable(path)));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limits.message_bytes) {
    auto head = read_range(file->get(), path, 0, 512);
    if (!head) return head;
    const bool is_document = begins_like_xml(*head);
    if (!is_document || size > limits.document_bytes) {
      return too_large(size, is_document ? limits.document_bytes : limits.message_bytes, is_document);
    }
  }
  return read_range(file->get(), path, 0, size);
}

std::string read_head(const std::string& path, std::size_t length) {
  const auto file = open_for_reading(path);
  if (!file) return {};
  return read_range(file->get(), path, 0, length).value_or(std::string());
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  std::string path(folder);
  if (path.back() != '/') path += '/';
  return path += name;
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<void> for_each_entry(const std::string& folder, const std::function<void(std::string_view, EntryType)>& entry) {
  struct Close {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  const std::unique_ptr<DIR, Close> dir(::opendir(folder.c_str()));
  if (!dir) return file_fault("list", folder, errno);
  for (;;) {
    errno = 0;
    const dirent* next = ::readdir(dir.get());
    if (next == nullptr) {
      if (errno != 0) return file_fault("list", folder, errno);
      return {};
    }
    const std::string_view name = next->d_name;
    if (name == "." || name == "..") continue;
    EntryType type = EntryType::other;
    if (next->d_type == DT_REG) {
      type = EntryType::file;
    } else if (next->d_type == DT_DIR) {
      type = EntryType::folder;
    } else if (next->d_type == DT_LNK || next->d_type == DT_UNKNOWN) {
      struct stat status {};
      if (::fstatat(::dirfd(dir.get()), next->d_name, &status, 0) != 0) {
        type = EntryType::file;  // Reading it will say what is wrong.
      } else if (S_ISREG(status.st_mode)) {
        type = EntryType::file;
      } else if (S_ISDIR(status.st_mode)) {
        type = EntryType::folder;
      }
    }
    entry(name, type);
  }
}

void SmallestNames::add(std::string&& name) {
  if (heap_.size() < max_) {
    heap_.push_back(std::move(name));
    if (heap_.size() == max_) std::make_heap(heap_.begin(), heap_.end());
    return;
  }
  if (name >= heap_.front()) return;
  std::pop_heap(heap_.begin(), heap_.end());
  heap_.back() = std::move(name);
  std::push_heap(heap_.begin(), heap_.end());
}

std::vector<std::string> SmallestNames::take() {
  std::sort(heap_.begin(), heap_.end());
  return std::exchange(heap_, {});
}

void Acknowledged::add(std::uint64_t key) {
  constexpr std::size_t kMost = 2'000'000;
  if (keys_.size() >= kMost) keys_.clear();
  keys_.insert(key);
}

std::uint64_t key_of(std::string_view name, const struct ::stat& status) {
  std::uint64_t key = std::hash<std::string_view>{}(name);
  const auto mix = [&key](std::uint64_t value) { key = (key ^ value) * 0x9E3779B97F4A7C15U + (key >> 29U); };
  mix(static_cast<std::uint64_t>(status.st_size));
  mix(static_cast<std::uint64_t>(status.st_mtim.tv_sec));
  mix(static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
  return key;
}

bool VisitedFolders::enter(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  return seen_.emplace(status.st_dev, status.st_ino).second;
}

namespace {

/// 0 when renamed, else errno. Where the file system cannot refuse to overwrite, a hard link does the same.
int rename_to_free_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Result<bool> move_file(const std::string& from, const std::string& folder, std::string_view stem,
                       std::string_view suffix) {
  constexpr int kMostNames = 10'000;
  for (int number = 1; number < kMostNames; ++number) {
    std::string name(stem);
    if (number > 1) name += format(".{}", number);
    const int cause = rename_to_free_name(from, join(folder, name.append(suffix)));
    if (cause == 0) return true;
    if (cause == EEXIST) continue;
    if (cause == ENOENT && !is_directory(folder))
      return file_fault("move mail to", folder, cause, "acknowledge_failed");
    if (cause == ENOENT) return false;
    return file_fault("move", from, cause, "acknowledge_failed");
  }
  return file_fault("move", from, EEXIST, "acknowledge_failed");
}

Result<bool> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  return file_fault("delete", path, errno, "acknowledge_failed");
}

Result<void> make_folders(const std::string& root, std::string_view below) {
  std::string path = root;
  while (!below.empty()) {
    const auto slash = below.find('/');
    const auto name = below.substr(0, slash);
    below = slash == std::string_view::npos ? std::string_view() : below.substr(slash + 1);
    if (name.empty()) continue;
    const std::string parent = path;
    path = join(path, name);
    constexpr mode_t kOwnerOnly = 0700;
    if (::mkdir(path.c_str(), kOwnerOnly) == 0) {
      if (auto synced = sync_folder(parent); !synced) return synced;
    } else if (errno != EEXIST || !is_directory(path)) {
      return file_fault("create folder", path, errno, "acknowledge_failed");
    }
  }
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const FileDescriptor dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return file_fault("open folder", folder, errno, "acknowledge_failed");
  // EINVAL: a file system without fsync for folders; there is nothing more to be had.
  if (::fsync(dir.get()) != 0 && errno != EINVAL) return file_fault("sync folder", folder, errno, "acknowledge_failed");
  return {};
}

}  // namespace ruagate::mailbox
