#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "domain/name.hpp"
#include "report/report.hpp"
#include "reportxml/tolerance.hpp"

// Single values, read as generously as their meaning allows.
namespace ruagate::reportxml {

/// Epoch seconds of a date_range value: an integer, also with a fraction or in milliseconds and finer, or an ISO 8601
/// date or time. Nothing for 0, negative, unreadable, or later than the year 9999.
std::optional<std::int64_t> read_epoch(std::string_view text, Tolerances& tolerances);

/// A non-negative whole number, "12" or "12.0"; nothing for anything else, or above 2^64.
std::optional<std::uint64_t> read_count(std::string_view text);

/// An address, also with brackets, port, zone, prefix length, leading zeros, or text after it.
std::optional<IpAddress> read_address(std::string_view text, Tolerances& tolerances);

std::optional<report::Policy> read_policy(std::string_view text, Tolerances& tolerances);
std::optional<report::AlignmentMode> read_alignment_mode(std::string_view text, Tolerances& tolerances);
report::Disposition read_disposition(std::string_view text, Tolerances& tolerances);
report::AlignmentResult read_alignment(std::string_view text, Tolerances& tolerances);
report::DkimResult read_dkim_result(std::string_view text, Tolerances& tolerances);
report::SpfResult read_spf_result(std::string_view text, Tolerances& tolerances);
report::SpfScope read_spf_scope(std::string_view text, Tolerances& tolerances);
/// Nothing for a type outside the list.
std::optional<report::OverrideType> read_override_type(std::string_view text, Tolerances& tolerances);

/// The domain in `text`, which may be an address or a display form: what stands after the last '@', without <> " and
/// white space. Not yet normalized.
std::string_view bare_domain(std::string_view text);

/// domain::normalize with a memory: a report repeats few names many times.
class DomainMemo {
 public:
  /// The normal form of the domain in `text` (see bare_domain), or nothing. Valid until the next call.
  const std::optional<std::string>& normalize(std::string_view text);

 private:
  struct Entry {
    std::string text;
    std::optional<std::string> name;
  };
  std::array<Entry, 64> entries_;
};

}  // namespace ruagate::reportxml
