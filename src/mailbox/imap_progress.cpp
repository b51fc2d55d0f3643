#include "mailbox/imap_progress.hpp"

#include <algorithm>

namespace ruagate::mailbox::imap {

void Progress::begin(std::uint32_t validity) {
  if (validity != validity_) {
    validity_ = validity;
    floor_ = 0;
    done_.clear();
  }
  listed_.clear();
  next_ = 0;
  open_.clear();
}

void Progress::resume(std::uint32_t validity, std::uint32_t floor) {
  begin(validity);
  floor_ = std::max(floor_, floor);
}

void Progress::list(std::vector<std::uint32_t> uids) {
  listed_ = std::move(uids);
  std::erase_if(listed_, [&](std::uint32_t uid) { return uid <= floor_ || done_.contains(uid); });
  next_ = 0;
  open_.clear();
}

std::vector<std::uint32_t> Progress::take(std::size_t max_count) {
  const auto count = std::min(max_count, left());
  std::vector<std::uint32_t> taken(listed_.begin() + static_cast<std::ptrdiff_t>(next_),
                                   listed_.begin() + static_cast<std::ptrdiff_t>(next_ + count));
  next_ += count;
  open_.insert(taken.begin(), taken.end());
  return taken;
}

void Progress::done(std::uint32_t uid) {
  open_.erase(uid);
  if (uid > floor_) done_.add(uid);
  raise_floor();
}

void Progress::raise_floor() {
  // Numbers between those listed belong to no message any more.
  auto floor = next_ > 0 ? listed_[next_ - 1] : floor_;
  if (!open_.empty()) floor = std::min(floor, *open_.begin() - 1);
  if (floor <= floor_) return;
  floor_ = floor;
  done_.remove_up_to(floor_);
}

}  // namespace ruagate::mailbox::imap
