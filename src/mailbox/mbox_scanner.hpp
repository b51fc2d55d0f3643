#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mailbox/files.hpp"

// The mbox format (RFC 4155; mboxo and mboxrd): messages begin at a "From " line, at the start of the file or after an
// empty line, and with a header line behind it; so that a letter's own "From here ..." does not cut it in two.
namespace ruagate::mailbox {

/// True if the bytes begin with a "From " line and a header line behind it.
bool begins_like_mbox(std::string_view head);
inline constexpr std::size_t kMboxHeadBytes = 4096;

/// One message: from its "From " line to before the next one.
struct MboxRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Finds the messages of an mbox in one pass with a fixed buffer, whatever the size of file, messages and lines.
class MboxScanner {
 public:
  /// Borrows `fd`; reads up to `end`. `path` is for messages only.
  MboxScanner(int fd, std::string path, std::uint64_t end);
  /// Nothing at the end. Errors: temporary.
  Result<std::optional<MboxRange>> next();

 private:
  /// A line: where it begins, its first bytes, its length with the line end.
  struct Line {
    std::uint64_t offset = 0;
    std::string head;
    std::uint64_t length = 0;
    bool is_empty() const { return head.empty() || head == "\r"; }
  };
  Result<std::optional<Line>> read_line();

  int fd_;
  std::string path_;
  std::uint64_t end_;
  std::uint64_t position_ = 0;  ///< Of the next line.
  std::string buffer_;
  std::uint64_t buffer_at_ = 0;
  std::optional<Line> pending_;  ///< Read ahead.
  std::optional<std::uint64_t> message_at_;
  bool after_empty_ = true;
};

/// The message in `range`, without its "From " line and the empty line behind it, ">From " unquoted.
/// Errors: as read_file(); message_gone when the file no longer has a message there.
Result<std::string> read_mbox_message(int fd, const std::string& path, const MboxRange& range,
                                      const ReadLimits& limits);

}  // namespace ruagate::mailbox
