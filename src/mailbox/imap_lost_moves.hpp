#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <span>

namespace ruagate::mailbox {

/// Which messages a server may still be moving for a session that was lost: it does not notice at once, and two
/// sessions that move the same message both leave a copy.
class LostMoves {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void told(std::span<const std::uint32_t> uids) { told_.insert(uids.begin(), uids.end()); }
  void done(std::span<const std::uint32_t> uids) {
    for (const auto uid : uids) told_.erase(uid);
  }
  /// A new session begins; what the one before was told and nobody saw done may be done until then.
  void begin_session(Time until) {
    lost_ = told_;
    until_ = until;
  }
  bool may_move(std::span<const std::uint32_t> uids, Time now) const {
    return now < until_ && std::any_of(uids.begin(), uids.end(), [&](auto uid) { return lost_.contains(uid); });
  }
  /// The numbers mean other messages from now on.
  void forget() {
    told_.clear();
    lost_.clear();
  }

 private:
  std::set<std::uint32_t> told_;
  std::set<std::uint32_t> lost_;
  Time until_{};
};

}  // namespace ruagate::mailbox
