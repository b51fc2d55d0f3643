#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "ingest/ingest.hpp"
#include "mailbox/mailbox.hpp"

// Following one mailbox for as long as the process lives, as `ingest --watch` and `serve` do.
namespace ruagate::cli {

/// What becomes of a followed mailbox, told as it happens, in the thread that follows it.
struct FollowUpdate {
  enum class State : std::uint8_t { reading, waiting, failing };
  State state = State::reading;
  const ingest::Outcome* outcome = nullptr;  ///< Of this store connection; null when there is none.
  const ingest::Outcome* before = nullptr;   ///< Of those before it.
  std::optional<std::uint64_t> backlog;      ///< While reading, if it is known.
  std::optional<std::string> error;          ///< While failing.
  bool pass_ended = false;                   ///< Without an error.
};

struct Following {
  std::string database;
  const Clock& clock;
  ingest::Options options;
  ingest::Border border;
  std::function<bool()> stop;
  std::function<void(const FollowUpdate&)> tell;  ///< May be empty.
};

/// Opens the mailbox; asked again after a failure, so that one that comes later is followed then.
using OpenMailbox = std::function<Result<std::unique_ptr<mailbox::Mailbox>>()>;

/// Follows until `stop`. A failing database or mailbox is tried again after a growing pause. Returns all that was done.
ingest::Outcome follow(const std::string& name, const OpenMailbox& open, const Following& following);
/// The same for one that is open.
ingest::Outcome follow(mailbox::Mailbox& mailbox, const Following& following);

}  // namespace ruagate::cli
