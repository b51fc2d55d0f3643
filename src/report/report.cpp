#include "report/report.hpp"

namespace ruagate::report {

Totals totals_of(const Report& report) {
  Totals totals;
  totals.records = report.records.size();
  for (const Record& record : report.records) {
    const std::uint64_t count = record.message_count;
    totals.messages += count;
    const bool dkim = record.dkim_aligned == AlignmentResult::pass;
    const bool spf = record.spf_aligned == AlignmentResult::pass;
    if (dkim) totals.dkim_aligned += count;
    if (spf) totals.spf_aligned += count;
    if (dkim || spf) totals.aligned += count;
    switch (record.disposition) {
      case Disposition::none:
        totals.disposition_none += count;
        break;
      case Disposition::pass:
        totals.disposition_pass += count;
        break;
      case Disposition::quarantine:
        totals.disposition_quarantine += count;
        break;
      case Disposition::reject:
        totals.disposition_reject += count;
        break;
      case Disposition::unknown:
        break;
    }
  }
  return totals;
}

}  // namespace ruagate::report
