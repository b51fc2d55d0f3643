#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "reportxml/reader.hpp"
#include "reportxml/tolerance.hpp"

namespace ruagate::reportxml {

struct Repaired {
  std::string document;  ///< Well-formed, with the elements of a report and little else.
  Tolerances tolerances;
  std::uint64_t records_cut = 0;  ///< Records that the end of the document cut short; they belong to the last report.
};

/// Makes a well-formed document of one that is not, knowing what a report looks like: a '<' that starts no element is
/// text, a '&' that starts no reference too, elements are closed where their parent ends or where the next one begins
/// that cannot stand inside, end tags without a beginning, declarations, comments, attributes and text between elements
/// are dropped. Where the document ends early, the records that are complete are kept.
///
/// One pass, no recursion, at most a quarter more memory than the document.
/// Errors: malformed (doctype_refused, xml_too_deep, xml_broken: nothing that could be kept).
Result<Repaired> repair(std::string_view document, const Limits& limits);

}  // namespace ruagate::reportxml
