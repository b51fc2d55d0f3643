#include "store/packing.hpp"

#include "base/format.hpp"
#include "store/store.hpp"

namespace ruagate::store {

void append_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>((number & 0x7F) | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

std::uint64_t NumberReader::long_next() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == end_) break;
    const auto byte = static_cast<unsigned char>(*at_++);
    number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return number;
  }
  damaged_value("a packed value is cut short");
}

void damaged_value(std::string_view what) {
  throw StoreError(format("the database is damaged ({}); run `ruagate db check`", what));
}

int pack(const Outcome& outcome) {
  return static_cast<int>(outcome.disposition) + 8 * static_cast<int>(outcome.dkim) +
         32 * static_cast<int>(outcome.spf);
}

std::string pack_keys(const std::vector<std::int64_t>& keys) {
  std::string out;
  for (const std::int64_t key : keys) append_number(out, static_cast<std::uint64_t>(key));
  return out;
}

std::vector<std::int64_t> unpack_keys(std::string_view packed) {
  std::vector<std::int64_t> keys;
  NumberReader in(packed);
  while (!in.at_end()) keys.push_back(static_cast<std::int64_t>(in.next()));
  return keys;
}

}  // namespace ruagate::store
