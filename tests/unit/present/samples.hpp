#pragma once

#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "ingest/ingest.hpp"
#include "store/store.hpp"

// Answers with fixed contents, to be shown.
namespace ruagate::test {

answer::SourcesAnswer sample_sources();
answer::ReadinessAnswer sample_readiness();
answer::SummaryAnswer sample_summary();
ingest::Outcome sample_outcome();
std::vector<store::ReportRow> sample_reports();
std::vector<store::RecordRow> sample_records();
std::vector<store::RejectRow> sample_rejects();
ingest::RetryOutcome sample_retry();
std::vector<report::Decision> sample_decisions();
store::Stats sample_stats();

/// One answer of each kind, with `text` in every field that can hold text from outside.
struct Hostile {
  explicit Hostile(const std::string& text);
  answer::SourcesAnswer sources;
  answer::ReadinessAnswer readiness;
  answer::SummaryAnswer summary;
  ingest::Outcome outcome;
  store::ReportRow report;
  store::RecordRow record;
  store::RejectRow reject;
  ingest::RetryOutcome retry;
  report::Decision decision;
};

}  // namespace ruagate::test
