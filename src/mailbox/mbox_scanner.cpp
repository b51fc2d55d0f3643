#include "mailbox/mbox_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace ruagate::mailbox {
namespace {

constexpr std::string_view kFrom = "From ";
constexpr std::size_t kBufferBytes = 256U << 10;
constexpr std::size_t kLineHeadBytes = 1024;

/// "Name:" of printable characters (RFC 5322 2.2).
bool begins_like_header(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ':') return i > 0;
    if (line[i] <= ' ' || line[i] >= '\x7F') return false;
  }
  return false;
}

/// "From " line that is quoted in a body: one '>' more than it was written with.
bool is_quoted_from(std::string_view line) {
  const auto first = line.find_first_not_of('>');
  return first != std::string_view::npos && first > 0 && line.substr(first).starts_with(kFrom);
}

}  // namespace

bool begins_like_mbox(std::string_view head) {
  if (!head.starts_with(kFrom)) return false;
  const auto end = head.find('\n');
  return end != std::string_view::npos && begins_like_header(head.substr(end + 1));
}

MboxScanner::MboxScanner(int fd, std::string path, std::uint64_t end) : fd_(fd), path_(std::move(path)), end_(end) {}

Result<std::optional<MboxScanner::Line>> MboxScanner::read_line() {
  if (pending_) return std::exchange(pending_, std::nullopt);
  Line line;
  line.offset = position_;
  bool ended = false;
  while (!ended && position_ < end_) {
    if (position_ < buffer_at_ || position_ >= buffer_at_ + buffer_.size()) {
      auto more = read_range(fd_, path_, position_, std::min<std::uint64_t>(kBufferBytes, end_ - position_));
      if (!more) return tl::unexpected(more.error());
      if (more->empty()) end_ = position_;  // The file became shorter.
      buffer_ = std::move(*more);
      buffer_at_ = position_;
      continue;
    }
    const auto rest = std::string_view(buffer_).substr(static_cast<std::size_t>(position_ - buffer_at_));
    const auto newline = rest.find('\n');
    ended = newline != std::string_view::npos;
    const auto part = rest.substr(0, newline);
    if (line.head.size() < kLineHeadBytes) line.head += part.substr(0, kLineHeadBytes - line.head.size());
    const auto length = part.size() + (ended ? 1 : 0);
    line.length += length;
    position_ += length;
  }
  if (line.length == 0) return std::optional<Line>();
  return std::optional<Line>(std::move(line));
}

Result<std::optional<MboxRange>> MboxScanner::next() {
  for (;;) {
    auto line = read_line();
    if (!line) return tl::unexpected(line.error());
    if (!*line) {
      if (!message_at_) return std::optional<MboxRange>();
      const MboxRange last{*message_at_, end_ - *message_at_};
      message_at_.reset();
      return std::optional<MboxRange>(last);
    }
    const bool may_begin = after_empty_ && (*line)->head.starts_with(kFrom);
    after_empty_ = (*line)->is_empty();
    if (!may_begin) continue;
    const auto begin = (*line)->offset;
    auto behind = read_line();
    if (!behind) return tl::unexpected(behind.error());
    const bool begins = *behind && begins_like_header((*behind)->head);
    pending_ = std::move(*behind);
    if (!begins) continue;
    const auto previous = std::exchange(message_at_, begin);
    if (previous) return std::optional<MboxRange>(MboxRange{*previous, begin - *previous});
  }
}

Result<std::string> read_mbox_message(int fd, const std::string& path, const MboxRange& range,
                                      const ReadLimits& limits) {
  if (range.length > limits.message_bytes) return too_large(range.length, limits.message_bytes, false);
  auto bytes = read_range(fd, path, range.offset, range.length);
  if (!bytes) return bytes;
  if (bytes->size() < range.length || !bytes->starts_with(kFrom)) return message_gone(path);
  // Unquoted in place: the text only becomes shorter.
  std::string& text = *bytes;
  const auto first_line_end = text.find('\n');
  std::size_t in = first_line_end == std::string::npos ? text.size() : first_line_end + 1;
  std::size_t out = 0;
  while (in < text.size()) {
    const auto newline = text.find('\n', in);
    const auto end = newline == std::string::npos ? text.size() : newline + 1;
    const bool quoted = text[in] == '>' && is_quoted_from(std::string_view(text).substr(in, end - in));
    const auto from = in + (quoted ? 1 : 0);
    std::memmove(text.data() + out, text.data() + from, end - from);
    out += end - from;
    in = end;
  }
  text.resize(out);
  // The empty line that separates it from the next message is not its own.
  if (text.ends_with("\n\n")) {
    text.pop_back();
  } else if (text.ends_with("\n\r\n")) {
    text.resize(text.size() - 2);
  }
  return bytes;
}

}  // namespace ruagate::mailbox
