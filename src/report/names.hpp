#pragma once

#include <optional>
#include <string_view>

#include "report/report.hpp"

// Enumerators as spelt on the wire. One table each, for printing and for exact reading; forgiving spellings are
// the business of reportxml.
namespace ruagate::report {

std::string_view to_string(Generation value);  // "rfc7489", "rfc9990"
std::string_view to_string(Policy value);
std::string_view to_string(Disposition value);      // unknown: "unknown"
std::string_view to_string(AlignmentResult value);  // unknown: "unknown"
std::string_view to_string(AlignmentMode value);    // "r", "s"
std::string_view to_string(DkimResult value);
std::string_view to_string(SpfResult value);
std::string_view to_string(SpfScope value);  // unknown: "unknown"
std::string_view to_string(OverrideType value);
std::string_view to_string(Trust value);

std::optional<Policy> policy_from(std::string_view text);
std::optional<Disposition> disposition_from(std::string_view text);
std::optional<AlignmentResult> alignment_result_from(std::string_view text);
std::optional<AlignmentMode> alignment_mode_from(std::string_view text);
std::optional<DkimResult> dkim_result_from(std::string_view text);
std::optional<SpfResult> spf_result_from(std::string_view text);
std::optional<SpfScope> spf_scope_from(std::string_view text);
std::optional<OverrideType> override_type_from(std::string_view text);

}  // namespace ruagate::report
