#include <algorithm>
#include <set>
#include <utility>

#include "answer/common.hpp"
#include "answer/study.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "domain/name.hpp"

namespace ruagate::answer {

namespace {

constexpr int kDefaultDays = 30;
constexpr int kMaxDays = 36'500;

tl::unexpected<Error> bad_window(std::string message) {
  return fail(ErrorKind::usage, "bad_window", std::move(message));
}

/// `newest`: the newest day with reports of the domain, if there are any.
Result<Window> resolve(const WindowRequest& request, std::optional<Day> newest, Day today) {
  if (request.days && (request.since || request.until)) {
    return bad_window("--days counts back from --as-of and cannot be combined with --since or --until");
  }
  if (request.days && (*request.days < 1 || *request.days > kMaxDays)) {
    return bad_window(format("--days {}: must be from 1 to {}", *request.days, kMaxDays));
  }
  if (request.since && request.until && *request.since > *request.until) {
    return bad_window(format("--since {} lies after --until {}", to_iso(*request.since), to_iso(*request.until)));
  }
  if (request.since && request.as_of && *request.since > *request.as_of) {
    return bad_window(format("--since {} lies after --as-of {}", to_iso(*request.since), to_iso(*request.as_of)));
  }
  Window window;
  window.to = request.as_of ? *request.as_of : newest ? std::min(*newest, today) : today;
  if (request.until) window.to = request.as_of ? std::min(*request.until, *request.as_of) : *request.until;
  window.from = request.since ? *request.since : window.to - days{request.days.value_or(kDefaultDays) - 1};
  // Asked about days after the newest reports: a true answer is that there is nothing.
  window.to = std::max(window.to, window.from);
  return window;
}

int days_with_data(const report::DomainFacts& facts, const Window& window) {
  std::set<Day> seen;
  const auto add = [&](Day day) {
    if (day >= window.from && day <= window.to) seen.insert(day);
  };
  const auto cells = report::cells_of_days(facts, window.from, window.to);
  Day newest = window.from - days{1};
  for (std::size_t i = cells.begin; i < cells.end; ++i) {
    if (facts.cells[i].day != newest) add(facts.cells[i].day);
    newest = facts.cells[i].day;
  }
  for (const report::PolicyDay& day : facts.policy_days) add(day.day);
  return static_cast<int>(seen.size());
}

}  // namespace

Result<Looked> look(const Asked& asked, const std::string& domain, const WindowRequest& request) {
  const Known known = known_domains(asked);
  Looked looked;
  SourcesAnswer& answer = looked.answer;
  answer.domain = domain::normalize(domain).value_or(domain);
  // A domain without a policy of its own may send under the policy of one above it: then its part of that one's facts.
  std::string policy_domain = answer.domain;
  const auto hit = known.find(answer.domain);
  if (hit == known.end() || !hit->second) {
    const std::optional<std::string> above = policy_domain_above(answer.domain, known);
    if (above) policy_domain = *above;
    if (!above && hit == known.end()) return unknown_domain(answer.domain, known);
  }
  const bool is_part = policy_domain != answer.domain;

  const auto row = known.find(policy_domain);
  const auto newest = row->second ? std::optional<Day>(row->second->last_day) : std::nullopt;
  const Result<Window> window = resolve(request, newest, today(asked));
  if (!window) return tl::unexpected<Error>(window.error());
  answer.window = *window;

  const Day from = std::min(answer.window.from, memory_start(asked, answer.window.to));
  looked.study = study(asked, policy_domain, from, answer.window.to, row->second);
  looked.classified = looked.study->classified(answer.window.to);
  const report::DomainFacts& facts = looked.study->facts();
  answer.sources = sources_in(asked, *looked.classified, facts, answer.window);
  if (is_part) {
    const bool is_known = std::any_of(facts.evidence.begin(), facts.evidence.end(), [&](const report::Evidence& one) {
      return domain::is_same_or_below(one.author_domain, answer.domain);
    });
    if (!is_known && hit == known.end()) return unknown_domain(answer.domain, known);
    std::erase_if(answer.sources, [&](const SourceAnswer& item) {
      return !domain::is_same_or_below(item.source.author_domain, answer.domain);
    });
  }
  answer.days_with_data = days_with_data(facts, answer.window);
  for (const SourceAnswer& item : answer.sources) {
    answer.messages += item.totals.messages;
    answer.aligned += item.totals.aligned;
  }
  return looked;
}

Result<SourcesAnswer> sources(const Asked& asked, const std::string& domain, const WindowRequest& request) {
  Result<Looked> looked = look(asked, domain, request);
  if (!looked) return tl::unexpected<Error>(looked.error());
  return std::move(looked->answer);
}

}  // namespace ruagate::answer
