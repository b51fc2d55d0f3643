#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportxml/reader.hpp"
#include "reportxml/tolerance.hpp"

// Where things stand in a well-formed document, found in one pass without building a tree, so that the tree of a
// large report never exists as a whole.
namespace ruagate::reportxml {

/// A range of bytes of the document.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view of(std::string_view document) const { return document.substr(begin, end - begin); }
};

/// One `feedback` element.
struct FeedbackSpan {
  Span start_tag;              ///< Empty when the root element is missing.
  std::vector<Span> head;      ///< Its content without the records.
  std::vector<Span> batches;   ///< Consecutive records; a record above the batch size has a batch of its own.
  std::uint64_t records = 0;   ///< In all batches.
  std::uint64_t oversize = 0;  ///< Records over kMaxRecordBytes, in no batch.
};

struct Layout {
  std::vector<FeedbackSpan> reports;
  std::string_view root;  ///< Local name of the first element.
  Tolerances tolerances;
};

inline constexpr std::size_t kBatchBytes = 64 * 1024;
inline constexpr std::size_t kMaxRecordBytes = 1024 * 1024;
inline constexpr std::size_t kMaxReportsPerDocument = 10'000;
/// What a report may say outside its records; the largest real one seen has a few kilobytes.
inline constexpr std::size_t kMaxHeadBytes = 8 * 1024 * 1024;

struct ScanFailure {
  enum class Kind : std::uint8_t {
    broken,
    doctype,
    doctype_html,
    too_deep,
    too_many_records,
    head_too_large,
    other_root,  ///< So much that is no report that none is looked for behind it.
  } kind = Kind::broken;
  std::size_t offset = 0;
  std::string what;
};

/// The layout of `document`, or in `failure` why it has none. Constant memory besides the answer, no recursion.
/// Layout::reports is empty when no element is a report.
std::optional<Layout> scan(std::string_view document, const Limits& limits, ScanFailure& failure);

/// Past the '>' that ends the tag at `open`; quoted '>' do not count. npos if there is none.
std::size_t end_of_tag(std::string_view document, std::size_t open);

/// True for white space only.
bool is_blank(std::string_view text);

/// True if some '&' outside comments and CDATA starts no character reference and no predefined entity.
bool has_bare_ampersand(std::string_view document);

/// True if a reference (predefined or by number) starts at `at`, where a '&' stands.
bool is_reference(std::string_view document, std::size_t at);

}  // namespace ruagate::reportxml
