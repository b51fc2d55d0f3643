#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "mailbox/imap_names.hpp"

namespace ruagate::mailbox::imap {

/// Which messages of a folder are done (private to this room): everything up to `floor()`, and single ones above it.
/// UIDs only mean something under one UIDVALIDITY.
class Progress {
 public:
  /// Another validity than before: nothing is done.
  void begin(std::uint32_t validity);
  std::uint32_t validity() const { return validity_; }
  void resume(std::uint32_t validity, std::uint32_t floor);
  /// What a pass found: handed out one after the other, without what is done.
  void list(std::vector<std::uint32_t> uids);
  std::vector<std::uint32_t> take(std::size_t max_count);
  std::size_t left() const { return listed_.size() - next_; }
  /// Acknowledged, or gone.
  void done(std::uint32_t uid);
  /// Everything up to here needs no look again, also after a restart.
  std::uint32_t floor() const { return floor_; }
  /// Some that were handed out are not done.
  bool has_open() const { return !open_.empty(); }

 private:
  void raise_floor();

  std::uint32_t validity_ = 0;
  std::uint32_t floor_ = 0;
  std::vector<std::uint32_t> listed_;
  std::size_t next_ = 0;
  std::set<std::uint32_t> open_;  ///< Handed out and not done.
  NumberSet done_;                ///< Above the floor.
};

}  // namespace ruagate::mailbox::imap
