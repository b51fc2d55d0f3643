#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "report/report.hpp"

// When two documents are the same report, and to which days its messages belong.
namespace ruagate::report {

/// The identity rule of ingestion: two reports with equal identity are the same report; equal digests make the second
/// a duplicate, different digests a conflict.
struct Identity {
  std::string reporter;  ///< Lower-case.
  std::string report_id;
  std::string policy_domain;
  std::int64_t begin = 0;  ///< Epoch seconds, as the report said.
  std::int64_t end = 0;
  bool operator==(const Identity&) const = default;
};
Identity identity_of(const Report& report);

/// The records of a report in their canonical form, which is independent of human_result texts and of how the document
/// was wrapped or spelt.
class CanonicalRecords {
 public:
  explicit CanonicalRecords(const Report& report);
  /// One text for one Evidence, but for its human_result texts; of the record at `index`. Valid as long as this object.
  std::string_view evidence(std::size_t index) const;
  /// SHA-256 over all of them, in an order of its own.
  Sha256 digest() const;

 private:
  struct Place {
    std::size_t begin;
    std::size_t evidence;
    std::size_t end;
  };
  std::string_view text(const Place& place) const;
  std::string texts_;
  std::vector<Place> places_;
};
Sha256 records_digest(const Report& report);

/// The UTC days over which a report's messages are counted, with the messages for each: all on the day of `begin` for a
/// period up to 24 hours and an hour of slack, otherwise in proportion to the overlap, by largest remainder, so that
/// the sum is kept (fact sheet 3.8). At most `kMaxSpreadDays` days; a longer period counts on the day of `begin`.
inline constexpr int kMaxSpreadDays = 62;
std::vector<std::pair<Day, std::uint64_t>> spread_over_days(Instant begin, Instant end, std::uint64_t messages);

}  // namespace ruagate::report
