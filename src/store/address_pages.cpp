#include "store/address_pages.hpp"

#include <array>

namespace ruagate::store {

void AddressPages::begin(std::int64_t page) {
  if (pages_.size() >= kMostPages || long_count_ >= kMostLong) clear();
  last_ = -1;
  pages_.insert_or_assign(page, Page{});
  open_ = page;
}

void AddressPages::add(std::int64_t key, std::span<const std::uint8_t> bytes) {
  if (key < 0 || page_of(key) != open_) return;
  const auto address = IpAddress::from_bytes(bytes);
  if (!address) return;
  Page& page = pages_.at(open_);
  const auto place = static_cast<std::size_t>(key % kKeys);
  if (address->is_v4()) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : address->bytes()) value = value << 8U | byte;
    page.kinds[place] = Kind::v4;
    page.values[place] = value;
    return;
  }
  page.kinds[place] = Kind::v6;
  page.values[place] = static_cast<std::uint32_t>(page.long_.size());
  page.long_.push_back(*address);
  ++long_count_;
}

std::optional<IpAddress> AddressPages::find(std::int64_t key) {
  if (key < 0) return std::nullopt;
  if (page_of(key) != last_) {
    const auto found = pages_.find(page_of(key));
    if (found == pages_.end()) return std::nullopt;
    last_ = found->first;
    last_page_ = &found->second;
  }
  const Page& page = *last_page_;
  const auto place = static_cast<std::size_t>(key % kKeys);
  const std::uint32_t value = page.values[place];
  switch (page.kinds[place]) {
    case Kind::v4: {
      const std::array<std::uint8_t, 4> bytes = {
          static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
          static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
      return IpAddress::from_bytes(bytes);
    }
    case Kind::v6:
      return page.long_[value];
    case Kind::none:
      break;
  }
  return std::nullopt;
}

void AddressPages::clear() {
  pages_.clear();
  open_ = -1;
  last_ = -1;
  long_count_ = 0;
}

}  // namespace ruagate::store
