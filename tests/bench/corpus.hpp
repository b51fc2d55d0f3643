#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "report/report.hpp"

// A corpus of report mails for measuring: as many as wanted, with known totals.
namespace ruagate::bench {

struct CorpusOptions {
  std::uint64_t messages = 20'000;
  std::uint64_t seed = 1;
  /// Records of every report; absent: log-normal with median 4 and mean about 11, a few with 500 to 2,800.
  std::optional<std::uint64_t> records;
};

struct CorpusTotals {
  std::uint64_t messages = 0;  ///< Mails written; each holds one report.
  std::uint64_t bytes = 0;     ///< Of the mails.
  std::uint64_t xml_bytes = 0;
  std::uint64_t zip = 0;           ///< Mails with a zip archive.
  std::uint64_t rfc9990 = 0;       ///< Reports of the newer generation.
  std::uint64_t most_records = 0;  ///< In one report.
  report::Totals reported;         ///< Sums over all reports.
};

/// Hands every mail (LF line ends, as a maildir on Unix has them) to `on_mail` with its arrival time.
/// The same options give the same mails.
CorpusTotals make_corpus(const CorpusOptions& options,
                         const std::function<void(Instant arrived, const std::string& message)>& on_mail);

/// The totals as a JSON object.
std::string to_json(const CorpusTotals& totals);

}  // namespace ruagate::bench
