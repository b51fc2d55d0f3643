#include "ingest/documents.hpp"

#include <algorithm>
#include <cstdint>

#include "base/sha256.hpp"
#include "reportxml/reader.hpp"

namespace ruagate::ingest {

namespace {

/// The day since 1970 of the last time that a file name tells: "receiver!domain!begin!end.xml.gz" (RFC 9990 section
/// 3.5.2). 0 without one.
std::uint16_t day_in(std::string_view file_name) {
  constexpr std::size_t kDigits = 10;  // Of seconds since 1970, from 2001 to 2286; what follows is milliseconds.
  std::uint64_t seconds = 0;
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (const char c : file_name) {
    if (c < '0' || c > '9') {
      value = digits = 0;
    } else if (digits < kDigits) {
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      if (++digits == kDigits) seconds = value;
    }
  }
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(seconds / 86'400, UINT16_MAX));
}

}  // namespace

store::DocumentKey document_key(std::string_view bytes, std::string_view file_name) {
  const std::uint16_t day = day_in(file_name);
  const Sha256 digest = sha256(bytes);
  store::DocumentKey key{static_cast<std::uint8_t>(day >> 8), static_cast<std::uint8_t>(day & 0xFF)};
  std::copy_n(digest.begin(), key.size() - 2, key.begin() + 2);
  return key;
}

bool KnownDocuments::has(const store::DocumentKey& document, std::optional<Instant> mail_date) {
  const std::lock_guard lock(mutex_);
  if (!store_) {
    store_.emplace(path_, store::OpenMode::read);
    store_->give_up_when(stop_);
  }
  const auto begin = store_->known_document(document);
  // A mail from long before the period makes another report of the same document.
  return begin && !reportxml::is_far_ahead(*begin, mail_date);
}

}  // namespace ruagate::ingest
