// Any bytes as an attachment: limits hold, nothing is thrown, what is kept gives the document back.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "unpack/unpack.hpp"

using ruagate::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ruagate;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  unpack::Limits limits;
  limits.max_document_bytes = 1U << 20;
  limits.max_total_bytes = 2U << 20;
  limits.max_members = 8;

  std::size_t total = 0;
  std::size_t answers = 0;
  unpack::unpack(
      "attachment", bytes, limits,
      [&](unpack::Document&& document) {
        ++answers;
        total += document.bytes.size();
        require(!document.bytes.empty(), "an empty document is refused");
        require(document.bytes.size() <= limits.max_document_bytes, "max_document_bytes");
        require(document.content == unpack::sniff(document.bytes), "content as sniffed");
        require(document.content != unpack::Content::gzip && document.content != unpack::Content::zip, "unwrapped");
        if (document.raw.empty()) return;
        require(document.raw.data() >= bytes.data() && document.raw.data() + document.raw.size() <= bytes.data() + size,
                "raw points into the attachment");
        const auto restored = unpack::restore(document.raw, document.raw_encoding, limits);
        require(restored && *restored == document.bytes, "restore gives the document back");
      },
      [&](unpack::Refusal&& refusal) {
        ++answers;
        require(!refusal.error.code.empty() && !refusal.error.message.empty(), "a refusal says why");
      });
  require(answers > 0, "an attachment is never passed over in silence");
  require(total <= limits.max_total_bytes, "max_total_bytes");

  const std::string packed = unpack::gzip(bytes);
  const auto unpacked = unpack::restore(packed, unpack::RawEncoding::gzip, unpack::Limits{});
  require(size == 0 ? !unpacked.has_value() : unpacked && *unpacked == bytes, "gzip and back");
  return 0;
}
