#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "report/report.hpp"

// Document bytes -> reports, both generations of the format, with the list of what was forgiven.
namespace ruagate::reportxml {

struct Limits {
  std::uint64_t max_records = 1'000'000;     ///< Of one report.
  unsigned max_depth = 64;                   ///< Of elements.
  std::size_t max_field_bytes = 8192;        ///< Of one value; longer text is cut (tolerance `field_cut`).
  std::uint64_t max_count = 10'000'000'000;  ///< Messages of one record; above it the record is left out.
};

/// What is known of the mail around the document, used only where the document itself is silent.
struct Context {
  std::string subject;    ///< Decoded.
  std::string from;       ///< From header.
  std::string file_name;  ///< Of the attachment or member.
  std::optional<Instant> mail_date;
};

/// Reads every report in `document` (usually one). The document is taken over, because large ones are worked on in
/// place. Uses constant memory besides the document and the reports.
///
/// Errors: no_report (not_a_report: well-formed XML with another root), malformed (empty_document, xml_broken,
/// doctype_refused, xml_too_deep, no_policy_domain: neither a policy domain nor a usable record), too_large
/// (too_many_records). The message says where (line or byte).
Result<std::vector<report::Report>> read_reports(std::string document, const Context& context, const Limits& limits);

/// True if the document gives this report whatever its Context is, but for a period that is_far_ahead() of the mail.
bool stands_alone(const report::Report& report);
/// True for a period that begins so long after the mail that carries it that it cannot be.
bool is_far_ahead(Instant begin, std::optional<Instant> mail_date);

/// True if the document is XML whose beginning shows a report: a quick look, not a promise.
bool looks_like_report(std::string_view document);

}  // namespace ruagate::reportxml
