#include <algorithm>
#include <set>
#include <utility>

#include "base/format.hpp"
#include "report/identity.hpp"
#include "store/impl.hpp"

// Reports that are hard to believe (docs/forged-reports.md).
namespace ruagate::store {

namespace {

/// No domain has so many messages at one receiver in one report: the largest senders reach some 10^8 a day.
constexpr std::uint64_t kMostMessages = 1'000'000'000;
constexpr std::chrono::hours kAhead{48};              ///< Clocks differ, and days begin earlier in the east.
constexpr std::int64_t kDmarcBegins = 1'325'376'000;  ///< 2012-01-01

/// What a stranger may say before it is asked for its name.
constexpr std::uint64_t kStrangerMessages = 200;  ///< A day; fewer sway no verdict.
constexpr std::uint64_t kStrangerFactor = 10;     ///< Times the usual mail of a day.
constexpr int kUsualDays = 30;                    ///< Days before the report that tell what is usual,
constexpr std::size_t kFewestDays = 7;            ///< if so many have reports.

constexpr unsigned bit(Implausible reason) {
  return static_cast<unsigned>(reason);
}

}  // namespace

std::vector<std::string> names_of_reasons(unsigned reasons) {
  std::vector<std::string> names;
  for (const auto& [reason, name] :
       {std::pair(Implausible::unknown_reporter, "unknown_reporter"), std::pair(Implausible::future, "future"),
        std::pair(Implausible::before_dmarc, "before_dmarc"), std::pair(Implausible::counts, "counts")}) {
    if ((reasons & bit(reason)) != 0) names.emplace_back(name);
  }
  return names;
}

template <class Change>
void Store::Impl::reroll(std::int64_t key, const Change& change) {
  std::vector<PackedCell> records = rollup_records(interning, stored_records(connection, key));
  rollups.contribute(rollup_report(connection, key), records, -1);
  change();
  rollups.contribute(rollup_report(connection, key), records, 1);
}

void Store::Impl::judge_later(std::int64_t key, std::int64_t domain, std::int64_t reporter,
                              const report::Report& report, std::uint64_t messages, Instant received_at) {
  unsigned reasons = 0;
  if (report.begin > received_at + kAhead) reasons |= bit(Implausible::future);
  if (epoch_seconds(report.begin) < kDmarcBegins && epoch_seconds(report.begin) > 0) {
    reasons |= bit(Implausible::before_dmarc);
  }
  const auto forgave = [&](std::string_view name) {
    return std::find(report.tolerances.begin(), report.tolerances.end(), name) != report.tolerances.end();
  };
  // The reader put the day of the mail in the place of a period that cannot be.
  if (reasons == 0 && forgave("period_implausible")) reasons |= bit(Implausible::future);
  if (messages > kMostMessages || forgave("count_too_large")) reasons |= bit(Implausible::counts);
  to_judge.push_back({key, domain, reporter, report.begin, report.end, messages, reasons});
}

void Store::Impl::judge() {
  if (to_judge.empty()) return;
  settle();  // The volumes of days are asked below.
  std::vector<Judged> reports;
  std::swap(reports, to_judge);
  // In the order of time: who was there before is decided by the reports' own days, not by their order in the mailbox.
  std::sort(reports.begin(), reports.end(), [](const Judged& a, const Judged& b) { return a.begin < b.begin; });
  std::set<std::int64_t> domains;
  for (const Judged& report : reports) {
    domains.insert(report.domain);
    unsigned reasons = report.reasons;
    if (is_from_stranger(report)) reasons |= bit(Implausible::unknown_reporter);
    if (reasons == 0) continue;
    hold(report.key, reasons);
    settle();
  }
  for (const std::int64_t domain : domains) let_go_known(domain);
}

void Store::Impl::hold(std::int64_t key, unsigned reasons) {
  reroll(key, [&] { run(connection, named("implausible_set"), key, static_cast<int>(reasons)); });
}

bool Store::Impl::is_from_stranger(const Judged& report) {
  const auto length = std::max<std::int64_t>(1, (epoch_seconds(report.end) - epoch_seconds(report.begin)) / 86'400);
  const std::uint64_t a_day = report.messages / static_cast<std::uint64_t>(length);
  if (a_day < kStrangerMessages) return false;
  const int first_day = day_number(day_of(report.begin));
  std::vector<std::uint64_t> volumes;
  {
    Query query(connection, named("day_volumes"), report.domain, first_day - kUsualDays, first_day - 1);
    while (query.step()) volumes.push_back(query.count(0));
  }
  if (volumes.size() < kFewestDays || a_day <= kStrangerFactor * volumes[volumes.size() / 2]) return false;
  Query query(connection, named("reporter_known_before"), report.domain, report.reporter,
              epoch_seconds(Instant{day_of(report.begin)}));
  return !query.step();
}

void Store::Impl::let_go_known(std::int64_t domain) {
  struct Waiting {
    Judged report;
    bool pruned;
  };
  std::vector<Waiting> waiting;
  {
    Query query(connection, named("implausible_of_domain"), domain);
    while (query.step()) {
      waiting.push_back({{query.integer(0), domain, query.integer(2), instant_from(query.integer(3)),
                          instant_from(query.integer(4)), query.count(5), static_cast<unsigned>(query.integer(1))},
                         query.integer(6) != 0});
    }
  }
  for (const auto& [report, pruned] : waiting) {
    if (pruned || is_from_stranger(report)) continue;
    const unsigned left = report.reasons & ~bit(Implausible::unknown_reporter);
    if (left != 0) {
      run(connection, named("implausible_set"), report.key, static_cast<int>(left));
    } else {
      reroll(report.key, [&, key = report.key] { run(connection, named("implausible_remove"), key); });
      settle();
    }
  }
}

bool Store::accept(std::int64_t report_id, Instant now) {
  Impl& impl = *impl_;
  impl.require_write();
  const auto row = report(report_id);
  if (!row || row->implausible == 0 || row->accepted) return false;
  if (row->totals.records > 0 && stored_records(impl.connection, report_id).empty()) {
    throw StoreError(
        format("report {}: its records were deleted for their age (keep_records_days); it cannot count "
               "any more",
               report_id));
  }
  impl.facts_changed = true;
  impl.reroll(report_id, [&] { run(impl.connection, named("implausible_accept"), report_id, epoch_seconds(now)); });
  impl.settle();
  impl.let_go_known(impl.interning.text_key(row->report.policy.domain));
  return true;
}

std::vector<ReportRow> Store::waiting() {
  std::vector<std::int64_t> keys;
  {
    Query query(impl_->connection, named("implausible_reports"));
    while (query.step()) keys.push_back(query.integer(0));
  }
  std::vector<ReportRow> rows;
  for (const std::int64_t key : keys) {
    if (auto row = report(key)) rows.push_back(std::move(*row));
  }
  return rows;
}

void Store::count(Counted counted) {
  switch (counted) {
    case Counted::all:
      impl_->counted = 0b111;
      return;
    case Counted::not_failed:
      impl_->counted = 0b011;
      return;
    case Counted::trusted:
      impl_->counted = 0b010;
      return;
  }
}

}  // namespace ruagate::store
