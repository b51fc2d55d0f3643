#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

// Where report mail comes from. One interface for maildir, mbox, folder, single file, standard input (and IMAP), so
// that ingestion does not know the difference.
namespace ruagate::mailbox {

/// What became of one message, which decides how it is acknowledged.
enum class Outcome : std::uint8_t {
  processed,  ///< Every report in it is stored, or was stored before.
  rejected,   ///< At least one part could not be read and is kept as a reject.
  ignored,    ///< No report in it: stays as it is, unless configured otherwise.
};

/// A message that can be fetched. `id` stays the same for as long as the message stays where it is.
struct MessageRef {
  std::string id;      ///< Unique in this mailbox.
  std::string origin;  ///< For people: path below the mailbox, or the path named on the command line.
  std::uint64_t size = 0;
};

/// How a mailbox treats messages that are done: `move:FOLDER`, `flag`, `delete`, `keep`.
struct Acknowledgement {
  enum class Action : std::uint8_t { keep, flag, remove, move };
  Action action = Action::keep;
  std::string folder;  ///< For move.
  bool operator==(const Acknowledgement&) const = default;
};
/// Reads the configuration's text. Errors: usage.
Result<Acknowledgement> parse_acknowledgement(std::string_view text);
std::string to_string(const Acknowledgement& acknowledgement);

struct Options {
  std::string name;  ///< The configured name, or the path of the command line.
  Acknowledgement processed;
  Acknowledgement rejected;
  Acknowledgement ignored;  ///< IMAP only; elsewhere mail that is no report stays.
  std::size_t max_message_bytes = 64U << 20;
  std::size_t max_document_bytes = 256U << 20;  ///< For a file that is a bare XML document instead of a message.
};

/// How far a folder of a server has been worked through, kept from run to run: everything up to `last_uid` is done.
struct Checkpoint {
  std::uint32_t validity = 0;  ///< UIDVALIDITY: under another one the numbers mean other messages.
  std::uint32_t last_uid = 0;
  bool operator==(const Checkpoint&) const = default;
};
/// Where a checkpoint belongs.
struct CheckpointPlace {
  std::string server;  ///< "imap://USER@HOST:PORT".
  std::string folder;
};

class Mailbox {
 public:
  virtual ~Mailbox() = default;

  virtual const std::string& name() const = 0;

  /// Starts a pass over what is there now and returns the number of messages if it is cheap to know.
  /// Errors: temporary (unreadable folder, with path and cause).
  virtual Result<std::optional<std::uint64_t>> begin_pass() = 0;

  /// The next messages of the pass, at most `max_count`; empty at its end. Order is stable. What the same object has
  /// acknowledged before is passed over while it stays unchanged, so that watching does not read everything again.
  /// Errors: temporary; the pass goes on behind the fault (an unreadable subfolder) when next() is called again.
  virtual Result<std::vector<MessageRef>> next(std::size_t max_count) = 0;

  /// The message's bytes. Errors: temporary (vanished is code `message_gone`; unreadable; `mailbox_lost`, after which
  /// this pass gives no more), too_large.
  virtual Result<std::string> fetch(const MessageRef& message) = 0;

  /// Called only after what the messages carried is durable. Idempotent; a message that has gone is no error. A server
  /// may only be told, and its answer taken later: see settle().
  virtual Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) = 0;

  /// Waits until everything acknowledged is confirmed; what cannot be is in the next pass again. Called at the end of a
  /// pass. Errors: as acknowledge().
  virtual Result<void> settle() { return {}; }

  /// How many messages at a time acknowledge() likes to be given: a server does many at once far more cheaply.
  virtual std::size_t acknowledged_at_once() const { return 1; }

  /// Waits until something new may be there, or `limit` has passed, or `stop` is set. Returns at once if unknown.
  /// A server that tells by itself is listened to for longer.
  virtual void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) = 0;

  /// Set for mailboxes that go on from a checkpoint; then resume() is given the one kept, before the first pass.
  virtual std::optional<CheckpointPlace> checkpoint_place() const { return std::nullopt; }
  virtual void resume(const Checkpoint& /*checkpoint*/) {}
  /// Covers only what was acknowledged and confirmed, so that it may be kept at any time after that.
  virtual std::optional<Checkpoint> checkpoint() const { return std::nullopt; }
};

/// A path of the command line: maildir (has cur/ and new/), folder, mbox, or a single file, told by content;
/// "-" is standard input. Only read, never changed. Errors: usage (no such path, unreadable).
Result<std::unique_ptr<Mailbox>> open_path(const std::string& path, std::size_t max_message_bytes,
                                           std::size_t max_document_bytes = 256U << 20);

/// Configured mailboxes. Errors: usage or temporary when the path cannot be read, or cannot be written although an
/// acknowledgement needs it. A folder knows no flags, and an mbox is only read (processed and rejected = keep):
/// rewriting the one file can lose mail that is being delivered; what is asked beyond that is a usage error.
Result<std::unique_ptr<Mailbox>> open_maildir(const std::string& path, const Options& options);
Result<std::unique_ptr<Mailbox>> open_mbox(const std::string& path, const Options& options);
Result<std::unique_ptr<Mailbox>> open_folder(const std::string& path, const Options& options);

}  // namespace ruagate::mailbox
