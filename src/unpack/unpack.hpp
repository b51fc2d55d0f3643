#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Attachment bytes -> document bytes, whatever the wrapping, under limits that hold while reading.
namespace ruagate::unpack {

struct Limits {
  std::size_t max_document_bytes = 256U << 20;  ///< One document, uncompressed.
  std::size_t max_total_bytes = 512U << 20;     ///< All documents of one message together.
  unsigned max_members = 64;                    ///< Of one archive.
  unsigned max_layers = 3;                      ///< gzip in zip in gzip ...
  /// Uncompressed bytes for each compressed one, checked above 16 MiB of output. Real reports reach 60.
  unsigned max_ratio = 1000;
};

/// What bytes are, by their beginning alone (fact sheet 3.3).
enum class Content : std::uint8_t { empty, gzip, zip, xml, json, other };
Content sniff(std::string_view bytes);

/// How `Document::raw` is stored.
enum class RawEncoding : std::uint8_t { plain, gzip, zip };

/// One document out of an attachment.
struct Document {
  std::string name;                  ///< File or member name as sent, for people only; never a path to write to.
  std::string bytes;                 ///< Uncompressed.
  Content content = Content::other;  ///< Never gzip or zip.
  /// The container as received when it holds this document and nothing else, so that it can be kept as it came;
  /// empty otherwise. Points into the attachment.
  std::string_view raw;
  RawEncoding raw_encoding = RawEncoding::plain;
  std::vector<std::string> tolerances;
};

/// A container or member that could not be read.
struct Refusal {
  std::string name;  ///< As in Document.
  Error error;
};

/// What the attachments of one message may still unpack to, all together.
struct Budget {
  explicit Budget(const Limits& limits) : bytes(limits.max_total_bytes) {}
  std::size_t bytes;
  std::size_t members = 1024;  ///< Of all archives.
};

/// Hands every document in `attachment` to `on_document`, and everything refused to `on_refusal`, in order.
/// One document is in memory at a time; `budget` is what its message has left. Directories, `__MACOSX/` and dot files
/// are passed over. Error codes: gzip_truncated, gzip_corrupt, zip_corrupt, zip_truncated, zip_encrypted,
/// zip_too_many_members, zip_member_too_large, document_too_large, ratio_too_high, nested_too_deep, empty_payload.
void unpack(std::string_view file_name, std::string_view attachment, const Limits& limits, Budget& budget,
            const std::function<void(Document&&)>& on_document, const std::function<void(Refusal&&)>& on_refusal);
/// The same for an attachment that is by itself.
void unpack(std::string_view file_name, std::string_view attachment, const Limits& limits,
            const std::function<void(Document&&)>& on_document, const std::function<void(Refusal&&)>& on_refusal);

/// Brings kept raw bytes back to the document. Errors as for unpack().
Result<std::string> restore(std::string_view raw, RawEncoding encoding, const Limits& limits);

/// `bytes` as one gzip member with a zero time stamp: the same bytes each time.
std::string gzip(std::string_view bytes);

}  // namespace ruagate::unpack
