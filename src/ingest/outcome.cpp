#include <algorithm>

#include "ingest/ingest.hpp"

namespace ruagate::ingest {

namespace {

template <class T>
void append(std::vector<T>& into, const std::vector<T>& from) {
  const std::size_t room = Outcome::kMaxListed - std::min(into.size(), Outcome::kMaxListed);
  into.insert(into.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(std::min(room, from.size())));
}

template <class Number>
void add(std::map<std::string, Number>& into, const std::map<std::string, Number>& from) {
  for (const auto& [key, number] : from) into[key] += number;
}

}  // namespace

void merge(Outcome& into, const Outcome& from) {
  into.messages += from.messages;
  into.reports_new += from.reports_new;
  into.reports_duplicate += from.reports_duplicate;
  into.reports_conflicting += from.reports_conflicting;
  into.records += from.records;
  into.rejected_count += from.rejected_count;
  into.ignored_count += from.ignored_count;
  append(into.rejected, from.rejected);
  append(into.ignored, from.ignored);
  append(into.failures, from.failures);
  add(into.rejected_by_reason, from.rejected_by_reason);
  add(into.ignored_by_reason, from.ignored_by_reason);
  add(into.stage_seconds, from.stage_seconds);
  into.seconds += from.seconds;
}

}  // namespace ruagate::ingest
