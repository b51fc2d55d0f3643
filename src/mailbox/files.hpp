#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "base/result.hpp"

// What the local kinds of mailbox share: files read under limits, folders listed in bounded memory, renames that never
// overwrite. Private to this room.
namespace ruagate::mailbox {

/// An open file, closed at the end of its scope.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

struct ReadLimits {
  std::size_t message_bytes = 0;
  std::size_t document_bytes = 0;  ///< For bytes that begin like an XML document.
};

/// "cannot read PATH: CAUSE", as a temporary fault of this machine.
tl::unexpected<Error> file_fault(std::string_view doing, const std::string& path, int cause,
                                 std::string_view code = "unreadable");
tl::unexpected<Error> too_large(std::uint64_t bytes, std::size_t limit, bool is_document);
tl::unexpected<Error> message_gone(const std::string& path);

/// Opens for reading without ever waiting for another process. Errors: temporary; `message_gone` when it is not there.
Result<FileDescriptor> open_for_reading(const std::string& path);
/// Reads a whole regular file; the size is checked before anything is read. Errors: as open_for_reading(), too_large.
Result<std::string> read_file(const std::string& path, const ReadLimits& limits);
/// Reads `length` bytes at `offset`; fewer at the end of the file. Errors: temporary.
Result<std::string> read_range(int fd, const std::string& path, std::uint64_t offset, std::uint64_t length);
/// The first bytes of a regular file, at most `length`; empty when it cannot be read.
std::string read_head(const std::string& path, std::size_t length);
/// True if the bytes begin like an XML document (after a byte order mark and white space).
bool begins_like_xml(std::string_view head);

bool is_directory(const std::string& path);
std::string join(std::string_view folder, std::string_view name);
/// "a/b" -> "a"; "" for a bare name.
std::string_view parent_of(std::string_view path);

enum class EntryType : std::uint8_t { file, folder, other };
/// Calls `entry` for everything in `folder` but "." and ".."; links are followed. Errors: temporary.
Result<void> for_each_entry(const std::string& folder, const std::function<void(std::string_view, EntryType)>& entry);

/// Keeps the `max` smallest of the names it is shown, so that a folder of any size is worked through in portions.
class SmallestNames {
 public:
  explicit SmallestNames(std::size_t max) : max_(max) {}
  void add(std::string&& name);
  bool full() const { return heap_.size() == max_; }
  /// Sorted; the object is empty afterwards.
  std::vector<std::string> take();

 private:
  std::size_t max_;
  std::vector<std::string> heap_;
};
/// Names kept for one portion of a folder: some 10 MiB.
inline constexpr std::size_t kPortion = 100'000;

/// What this process has acknowledged, as hashes; forgets everything when it holds too much (reading again is
/// harmless).
class Acknowledged {
 public:
  void add(std::uint64_t key);
  bool contains(std::uint64_t key) const { return keys_.contains(key); }

 private:
  std::unordered_set<std::uint64_t> keys_;
};
/// Key of a message file: another content under the same name is another key.
std::uint64_t key_of(std::string_view name, const struct ::stat& status);

/// Directories, each seen once however many links lead to it.
class VisitedFolders {
 public:
  /// True when `path` is a directory that was not visited before.
  bool enter(const std::string& path);
  void clear() { seen_.clear(); }

 private:
  struct Hash {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& id) const {
      return std::hash<std::uint64_t>{}(id.first * 0x9E3779B97F4A7C15U + id.second);
    }
  };
  std::unordered_set<std::pair<std::uint64_t, std::uint64_t>, Hash> seen_;
};

/// Renames `from` to `folder`/`stem``suffix`, or, when that name is taken, to `stem`.2`suffix` and so on: never
/// overwrites. Returns false when `from` is not there. Errors: temporary.
Result<bool> move_file(const std::string& from, const std::string& folder, std::string_view stem,
                       std::string_view suffix);
/// Returns false when it is not there. Errors: temporary.
Result<bool> remove_file(const std::string& path);
/// Creates `path` and what is missing above it, below the existing `root`; durable. Errors: temporary.
Result<void> make_folders(const std::string& root, std::string_view below);
/// Makes renames in `folder` durable. Errors: temporary.
Result<void> sync_folder(const std::string& folder);

}  // namespace ruagate::mailbox
