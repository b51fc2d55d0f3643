#pragma once

#include <memory>
#include <string>

#include "mailbox/files.hpp"
#include "mailbox/mailbox.hpp"

// The local kinds of mailbox, as open_path() and the configuration make them. Private to this room.
namespace ruagate::mailbox {

/// How a mailbox names its messages for people.
struct Labels {
  std::string name;    ///< Mailbox::name().
  std::string prefix;  ///< Put before the path below the mailbox: "rua/" for configured ones, empty for paths.
};

inline ReadLimits limits_of(const Options& options) {
  return {options.max_message_bytes, options.max_document_bytes};
}

/// True for a folder that has cur/ and new/.
bool is_maildir(const std::string& path);

std::unique_ptr<Mailbox> make_maildir(const std::string& path, const Options& options, const Labels& labels);
std::unique_ptr<Mailbox> make_folder(const std::string& path, const Options& options, const Labels& labels);
/// `lock`: wait until no other program is writing the file (fcntl and dot lock) before its end is taken.
std::unique_ptr<Mailbox> make_mbox(const std::string& path, const Options& options, const Labels& labels, bool lock);
/// The same for an mbox that has no name, spooled from a stream.
std::unique_ptr<Mailbox> make_mbox(FileDescriptor file, const Options& options, const Labels& labels);
std::unique_ptr<Mailbox> make_single_file(const std::string& path, const Options& options);
/// Reads `fd` (not closed) to its end on the first pass.
std::unique_ptr<Mailbox> make_stream(int fd, const Options& options, const Labels& labels);

/// Errors: usage (no such path, not a folder), temporary (unreadable, or not writable although it must be).
Result<void> check_folder(const std::string& path, bool must_write);
/// True if the acknowledgement changes the mailbox.
bool changes_mailbox(const Options& options);

}  // namespace ruagate::mailbox
