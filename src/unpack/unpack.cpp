#include "unpack/unpack.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "unpack/inflate.hpp"
#include "unpack/zip_archive.hpp"

namespace ruagate::unpack {
namespace {

constexpr std::size_t kLookForXml = 4096;        // Junk before a document is not longer than this.
constexpr std::size_t kMaxLeadingSpace = 16;     // Blank lines before a container.
constexpr std::size_t kZipOverhead = 64U << 10;  // Of an archive that is kept as it came, beside its one member.
constexpr unsigned kMaxLayers = 16;              // Whatever the settings say: each layer is a level of the stack.

bool is_container(Content content) {
  return content == Content::gzip || content == Content::zip;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && equals_ignoring_case(text.substr(text.size() - suffix.size()), suffix);
}

/// Directories, what macOS adds, and dot files.
bool is_passed_over(const ZipArchive::Member& member) {
  if (member.is_directory || member.name.starts_with("__MACOSX/")) return true;
  const std::size_t slash = member.name.find_last_of("/\\");
  const std::string_view base = std::string_view(member.name).substr(slash == std::string::npos ? 0 : slash + 1);
  return base.starts_with('.');
}

/// False for a placeholder: nothing in it, which deflate writes as two bytes.
bool has_content(const ZipArchive::Member& member) {
  return member.bytes > 0 || member.compressed_bytes > 2 || member.encrypted;
}

/// One attachment on its way to documents.
class Unpacker {
 public:
  Unpacker(const Limits& limits, Budget& budget, const std::function<void(Document&&)>& on_document,
           const std::function<void(Refusal&&)>& on_refusal)
      : limits_(limits), left_(budget), on_document_(on_document), on_refusal_(on_refusal) {}

  /// What was learnt on the way to some bytes.
  struct Way {
    std::string name;
    unsigned layers = 0;   ///< Containers around these bytes.
    std::size_t held = 0;  ///< Bytes of decoded containers in memory at this time.
    std::vector<std::string> tolerances;
    std::string_view raw;
    RawEncoding raw_encoding = RawEncoding::plain;
  };

  /// Bytes that belong to the caller: the attachment.
  void open(std::string_view bytes, Way way) {
    std::string_view inner = bytes;
    if (is_wrapped(inner, way)) return open_container(inner, std::move(way));
    Allowance room = allowance(0);
    if (bytes.size() > std::min(room.document_bytes, room.total_bytes)) {
      return refuse(std::move(way.name), Gauge(room).error(bytes.size(), bytes.size(), "document_too_large"));
    }
    left_.bytes -= bytes.size();
    deliver(std::string(bytes), std::move(way));
  }

 private:
  /// Bytes that came out of a container.
  void open(std::string bytes, Way way) {
    std::string_view inner = bytes;
    if (!is_wrapped(inner, way)) return deliver(std::move(bytes), std::move(way));
    way.held += bytes.size();
    way.raw = {};
    way.tolerances.emplace_back("container_nested");
    open_container(inner, std::move(way));
  }

  /// True if `bytes` are a container; blank lines before it are taken off.
  static bool is_wrapped(std::string_view& bytes, Way& way) {
    std::size_t space = 0;
    while (space < bytes.size() && space <= kMaxLeadingSpace && is_space(bytes[space])) ++space;
    if (!is_container(sniff(bytes.substr(space)))) return false;
    bytes.remove_prefix(space);
    if (space > 0) way.tolerances.emplace_back("container_leading_space");
    return true;
  }

  void open_container(std::string_view bytes, Way way) {
    if (++way.layers > std::min(limits_.max_layers, kMaxLayers)) {
      return refuse(std::move(way.name), {ErrorKind::too_large, "nested_too_deep",
                                          format("containers are nested more than {} deep", limits_.max_layers)});
    }
    const bool is_zip = sniff(bytes) == Content::zip;
    if (ends_with_ignoring_case(way.name, is_zip ? ".gz" : ".zip")) way.tolerances.emplace_back("container_misnamed");
    if (is_zip) {
      open_zip(bytes, way);
    } else {
      open_gzip(bytes, std::move(way));
    }
  }

  Allowance allowance(std::size_t held) const {
    const std::size_t room = limits_.max_document_bytes - std::min(held, limits_.max_document_bytes);
    return {room, left_.bytes, std::max(limits_.max_ratio, 1U)};
  }

  void open_gzip(std::string_view bytes, Way way) {
    Allowance room = allowance(way.held);
    auto inflated = inflate_gzip(bytes, room);
    left_.bytes = room.total_bytes;
    if (!inflated) return refuse(std::move(way.name), std::move(inflated.error()));
    if (way.name.empty()) way.name = std::move(inflated->name);
    if (inflated->members > 1) way.tolerances.emplace_back("gzip_several_members");
    if (inflated->trailing_bytes) way.tolerances.emplace_back("gzip_trailing_bytes");
    if (way.layers == 1) {
      way.raw = bytes.substr(0, inflated->consumed);
      way.raw_encoding = RawEncoding::gzip;
    }
    open(std::move(inflated->bytes), std::move(way));
  }

  void open_zip(std::string_view bytes, const Way& way) {
    const auto archive = ZipArchive::open(bytes, limits_.max_members);
    if (!archive) return refuse(way.name, archive.error());
    if (archive->size() > left_.members) {
      return refuse(way.name, {ErrorKind::too_large, "zip_too_many_members",
                               "the archives of the message have too many members together"});
    }
    left_.members -= archive->size();

    std::size_t files = 0;
    std::size_t with_content = 0;
    for (std::size_t i = 0; i < archive->size(); ++i) {
      const auto member = archive->member(i);
      if (is_passed_over(member)) continue;
      ++files;
      if (has_content(member)) ++with_content;
    }
    if (with_content == 0) {
      return refuse(way.name, {ErrorKind::malformed, "empty_payload",
                               format("the zip archive has {} members, none with content", archive->size())});
    }
    for (std::size_t i = 0; i < archive->size(); ++i) {
      auto member = archive->member(i);
      if (is_passed_over(member) || !has_content(member)) continue;
      Way inner;
      inner.name = std::move(member.name);
      inner.layers = way.layers;
      inner.held = way.held;
      inner.tolerances = way.tolerances;
      if (files > 1) inner.tolerances.emplace_back("zip_several_members");
      if (with_content < files) inner.tolerances.emplace_back("zip_empty_member");
      Allowance room = allowance(way.held);
      auto content = archive->read(i, room);
      left_.bytes = room.total_bytes;
      if (!content) {
        refuse(std::move(inner.name), std::move(content.error()));
        continue;
      }
      if (way.layers == 1 && files == 1 && bytes.size() <= member.compressed_bytes + kZipOverhead) {
        inner.raw = bytes;
        inner.raw_encoding = RawEncoding::zip;
      }
      open(*std::move(content), std::move(inner));
    }
  }

  void deliver(std::string bytes, Way way) {
    if (bytes.empty()) {
      return refuse(std::move(way.name), {ErrorKind::malformed, "empty_payload", "the attachment holds no bytes"});
    }
    Document document;
    document.content = sniff(bytes);
    document.name = std::move(way.name);
    document.bytes = std::move(bytes);
    document.raw = way.raw;
    document.raw_encoding = way.raw_encoding;
    document.tolerances = std::move(way.tolerances);
    std::sort(document.tolerances.begin(), document.tolerances.end());
    document.tolerances.erase(std::unique(document.tolerances.begin(), document.tolerances.end()),
                              document.tolerances.end());
    on_document_(std::move(document));
  }

  void refuse(std::string name, Error error) { on_refusal_({std::move(name), std::move(error)}); }

  const Limits& limits_;
  Budget& left_;
  const std::function<void(Document&&)>& on_document_;
  const std::function<void(Refusal&&)>& on_refusal_;
};

}  // namespace

Content sniff(std::string_view bytes) {
  if (bytes.empty()) return Content::empty;
  if (bytes.starts_with("\x1f\x8b")) return Content::gzip;
  for (const std::string_view magic : {"PK\x03\x04", "PK\x05\x06", "PK\x07\x08"}) {
    if (bytes.starts_with(magic)) return Content::zip;
  }
  using namespace std::string_view_literals;
  // UTF-16, by its mark or by the zero beside the "<".
  for (const std::string_view utf16 : {"\xff\xfe"sv, "\xfe\xff"sv, "<\0"sv, "\0<"sv}) {
    if (bytes.starts_with(utf16)) return Content::xml;
  }
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (text.starts_with('<')) return Content::xml;
  if (text.starts_with('{')) return Content::json;
  const std::string_view head = bytes.substr(0, kLookForXml);
  if (head.find("<?xml") != std::string_view::npos || head.find("<feedback") != std::string_view::npos) {
    return Content::xml;
  }
  return Content::other;
}

void unpack(std::string_view file_name, std::string_view attachment, const Limits& limits, Budget& budget,
            const std::function<void(Document&&)>& on_document, const std::function<void(Refusal&&)>& on_refusal) {
  Unpacker::Way way;
  way.name = file_name;
  Unpacker(limits, budget, on_document, on_refusal).open(attachment, std::move(way));
}

void unpack(std::string_view file_name, std::string_view attachment, const Limits& limits,
            const std::function<void(Document&&)>& on_document, const std::function<void(Refusal&&)>& on_refusal) {
  Budget budget(limits);
  unpack(file_name, attachment, limits, budget, on_document, on_refusal);
}

Result<std::string> restore(std::string_view raw, RawEncoding encoding, const Limits& limits) {
  Allowance allowance{limits.max_document_bytes, limits.max_total_bytes, std::max(limits.max_ratio, 1U)};
  const auto not_empty = [](std::string bytes) -> Result<std::string> {
    if (bytes.empty()) return fail(ErrorKind::malformed, "empty_payload", "the attachment holds no bytes");
    return bytes;
  };
  switch (encoding) {
    case RawEncoding::plain: {
      const Gauge gauge(allowance);
      if (raw.size() > gauge.most()) {
        return tl::unexpected<Error>(gauge.error(raw.size(), raw.size(), "document_too_large"));
      }
      return not_empty(std::string(raw));
    }
    case RawEncoding::gzip: {
      auto inflated = inflate_gzip(raw, allowance);
      if (!inflated) return tl::unexpected<Error>(std::move(inflated.error()));
      return not_empty(std::move(inflated->bytes));
    }
    case RawEncoding::zip: {
      const auto archive = ZipArchive::open(raw, limits.max_members);
      if (!archive) return tl::unexpected<Error>(archive.error());
      for (std::size_t i = 0; i < archive->size(); ++i) {
        const auto member = archive->member(i);
        if (!is_passed_over(member) && has_content(member)) return archive->read(i, allowance);
      }
      break;
    }
  }
  return fail(ErrorKind::malformed, "empty_payload", "the archive holds no document");
}

}  // namespace ruagate::unpack
