#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Names, sets and strings as IMAP writes them. Pure. Private to this room.
namespace ruagate::mailbox::imap {

/// UTF-8 to the modified UTF-7 of folder names (RFC 3501 section 5.1.3). Nothing when `name` is not valid UTF-8.
std::optional<std::string> encode_folder(std::string_view name);
/// And back; what is not modified UTF-7 comes back as it is.
std::string decode_folder(std::string_view name);

/// Where a server keeps folders.
struct Namespace {
  std::string prefix;    ///< Before every own folder but INBOX: "", "INBOX."; encoded.
  char separator = '/';  ///< 0: no hierarchy.
};
/// The name on the wire of a folder as the configuration writes it: levels apart by "/", below the namespace.
std::optional<std::string> folder_on_server(std::string_view configured, const Namespace& space);

struct UidSet {
  std::string text;                     ///< "1:3,7".
  std::span<const std::uint32_t> uids;  ///< {1, 2, 3, 7}, of what was given.
};
/// Sorted UIDs as sets of at most `max_bytes` each.
std::vector<UidSet> uid_portions(std::span<const std::uint32_t> uids, std::size_t max_bytes);
/// Their texts alone.
std::vector<std::string> uid_sets(std::span<const std::uint32_t> uids, std::size_t max_bytes = 4000);

/// True for a string that may stand between quotes.
bool is_quotable(std::string_view text);
/// "a\"b" with the quotes around it; for quotable text.
std::string quoted(std::string_view text);

std::string base64(std::string_view bytes);

/// Numbers as ranges: what was done stays small however much it is.
class NumberSet {
 public:
  void add(std::uint32_t number);
  bool contains(std::uint32_t number) const;
  void remove_up_to(std::uint32_t number);
  void clear() { ranges_.clear(); }
  std::size_t ranges() const { return ranges_.size(); }

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  std::vector<Range> ranges_;  ///< Sorted, apart.
};

}  // namespace ruagate::mailbox::imap
