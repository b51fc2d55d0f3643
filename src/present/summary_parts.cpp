#include "present/summary_parts.hpp"

#include <algorithm>
#include <array>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "present/words.hpp"

namespace ruagate::present {

namespace {

using readiness::Verdict;

constexpr std::array kWorstFirst = {Verdict::step_back, Verdict::hold, Verdict::not_enough_data, Verdict::ready,
                                    Verdict::at_target};

}  // namespace

SummaryTotals totals_of(const answer::SummaryAnswer& answer) {
  SummaryTotals totals;
  for (const answer::SummaryDomain& domain : answer.domains) {
    totals.messages_before += domain.messages_before;
    totals.legitimate += domain.legitimate;
    totals.legitimate_aligned += domain.legitimate_aligned;
    totals.unauthorized += domain.unauthorized;
    totals.unauthorized_before += domain.unauthorized_before;
  }
  return totals;
}

std::string title_of(const answer::SummaryAnswer& answer) {
  if (answer.window.from == answer.window.to) return format("DMARC summary of {}", to_iso(answer.window.from));
  return format("DMARC summary of {} to {}", to_iso(answer.window.from), to_iso(answer.window.to));
}

std::string verdicts_of(const answer::SummaryAnswer& answer) {
  std::string out;
  for (const Verdict verdict : kWorstFirst) {
    const auto n =
        std::count_if(answer.domains.begin(), answer.domains.end(),
                      [&](const answer::SummaryDomain& domain) { return domain.verdict.verdict == verdict; });
    if (n == 0) continue;
    if (!out.empty()) out += ", ";
    out += format("{} {}", thousands(static_cast<std::uint64_t>(n)), word_of(verdict));
  }
  return out;
}

std::vector<std::string> verdict_changes(const answer::SummaryAnswer& answer) {
  std::vector<std::string> out;
  for (const answer::SummaryDomain& domain : answer.domains) {
    if (!domain.verdict_before || *domain.verdict_before == domain.verdict.verdict) continue;
    out.push_back(format("{}: {}, was {}", printable(domain.domain), word_of(domain.verdict.verdict),
                         word_of(*domain.verdict_before)));
  }
  return out;
}

std::vector<const answer::SummaryDomain*> to_act_on(const answer::SummaryAnswer& answer) {
  std::vector<const answer::SummaryDomain*> out;
  for (const answer::SummaryDomain& domain : answer.domains) {
    const Verdict verdict = domain.verdict.verdict;
    if (verdict == Verdict::step_back || verdict == Verdict::ready || !domain.verdict.blockers.empty()) {
      out.push_back(&domain);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const answer::SummaryDomain* a, const answer::SummaryDomain* b) {
    return answer::is_worse(a->verdict, b->verdict);
  });
  return out;
}

std::string sentence_of(const readiness::Blocker& blocker, const std::string& domain) {
  const std::uint64_t failing = blocker.messages - std::min(blocker.aligned, blocker.messages);
  std::string out = format("{}: {} of {} fail", printable(name_and_key(blocker.source, blocker.key)),
                           thousands(failing), count(blocker.messages, "message", "messages"));
  if (!blocker.author_domain.empty() && blocker.author_domain != domain) {
    out += format(", From: {}", printable(blocker.author_domain));
  }
  if (blocker.advice.failure != "none") out += format(" - {}", printable(words_of_failure(blocker.advice.failure)));
  return out + ".";
}

NewSources new_sources_of(const answer::SummaryAnswer& answer) {
  NewSources out;
  for (const answer::SummaryDomain& domain : answer.domains) {
    for (const answer::SourceAnswer& source : domain.new_sources) {
      if (source.source.source_class == source::Class::unauthorized) {
        ++out.unauthorized;
      } else {
        out.shown.push_back({&domain, &source});
      }
    }
  }
  const auto rank = [](const NewSource& item) {
    switch (item.source->source.source_class) {
      case source::Class::legitimate:
      case source::Class::candidate:
        return 0;
      case source::Class::unknown:
        return 1;
      case source::Class::forwarder:
      case source::Class::unauthorized:
        return 2;
    }
    return 2;
  };
  std::stable_sort(out.shown.begin(), out.shown.end(), [&](const NewSource& a, const NewSource& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return a.source->totals.messages > b.source->totals.messages;
  });
  return out;
}

namespace {

/// "never seen before, with many times the usual mail" and the like.
std::string words_of_reasons(unsigned reasons) {
  std::string words;
  const auto add = [&](store::Implausible reason, std::string_view text) {
    if ((reasons & static_cast<unsigned>(reason)) == 0) return;
    words += words.empty() ? "" : ", ";
    words += text;
  };
  add(store::Implausible::unknown_reporter, "a reporter never seen before, with many times the usual mail");
  add(store::Implausible::future, "a period in the future");
  add(store::Implausible::before_dmarc, "a period before 2012");
  add(store::Implausible::counts, "impossible counts");
  return words;
}

void add_implausible(const answer::SummaryAnswer& answer, Health& health) {
  for (std::size_t i = 0; i < answer.implausible.size() && i < kSummaryImplausible; ++i) {
    const store::ReportRow& row = answer.implausible[i];
    health.worrying = true;
    health.lines.push_back(
        format("Hard to believe: report {} of {} about {} ({}; {}). It counts nowhere. Look with `ruagate reports show "
               "{}`; if it "
               "is real, `ruagate reports accept {}`.",
               row.id, printable(row.report.reporter, 80), printable(row.report.policy.domain, 80),
               count(row.totals.messages, "message", "messages"), words_of_reasons(row.implausible), row.id, row.id));
  }
  if (answer.implausible.size() > kSummaryImplausible) {
    health.lines.push_back(
        format("And {} more; `ruagate reports --json` names them.",
               count(answer.implausible.size() - kSummaryImplausible, "such report", "such reports")));
  }
}

}  // namespace

Health health_of(const answer::SummaryAnswer& answer) {
  Health health;
  add_implausible(answer, health);
  std::uint64_t failures = 0;
  std::uint64_t reports = 0;
  std::uint64_t conflicts = 0;
  for (const store::IngestRun& run : answer.runs) {
    failures += run.failures;
    reports += run.reports_new;
    conflicts += run.reports_conflicting;
  }
  if (failures > 0) {
    health.worrying = true;
    health.lines.push_back(
        format("{} could not be read and stayed in the mailbox; see the log.", count(failures, "message", "messages")));
  }
  if (answer.rejects_new > 0) {
    health.worrying = true;
    health.lines.push_back(format("{} in this period; see `ruagate rejects list`.",
                                  count(answer.rejects_new, "new reject", "new rejects")));
  }
  if (conflicts > 0) {
    health.worrying = true;
    health.lines.push_back(
        format("{} in conflict with what another mail said.", count(conflicts, "report", "reports")));
  }
  if (!answer.last_ingest) {
    health.worrying = true;
    health.lines.emplace_back("No ingest has run yet.");
  } else if (answer.runs.empty()) {
    health.worrying = true;
    health.lines.push_back(
        format("No ingest ran in this period; the last one was on {}.", minute(*answer.last_ingest)));
  } else {
    health.lines.push_back(format("{} brought {}; the last one was on {}.",
                                  count(answer.runs.size(), "ingest run", "ingest runs"),
                                  count(reports, "new report", "new reports"), minute(*answer.last_ingest)));
  }
  if (answer.rejects_kept > 0) {
    health.lines.push_back(format("{} kept in all.", count(answer.rejects_kept, "reject is", "rejects are")));
  }
  return health;
}

}  // namespace ruagate::present
