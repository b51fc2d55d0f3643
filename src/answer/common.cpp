#include "answer/common.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "answer/study.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/side_by_side.hpp"
#include "domain/name.hpp"

namespace ruagate::answer {

namespace {

/// Domains that an error message lists.
constexpr std::size_t kMaxListed = 5;

/// Edits (insert, delete, replace) from `a` to `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// Known domains that the asked one may be a slip of, the closest first.
std::vector<std::string> close_to(const std::string& domain, const Known& known) {
  std::vector<std::pair<std::size_t, std::string>> close;
  for (const auto& [name, row] : known) {
    if (domain::is_same_or_below(name, domain)) {
      close.emplace_back(0, name);
      continue;
    }
    const std::size_t longer = std::max(name.size(), domain.size());
    const std::size_t shorter = std::min(name.size(), domain.size());
    if (longer - shorter > 3) continue;
    const std::size_t edits = distance(domain, name);
    if (edits <= 3 && edits * 3 <= longer) close.emplace_back(edits, name);
  }
  std::sort(close.begin(), close.end());
  std::vector<std::string> out;
  out.reserve(close.size());
  for (auto& [edits, name] : close) out.push_back(std::move(name));
  return out;
}

std::string list(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kMaxListed; ++i) out += (i == 0 ? "" : ", ") + printable(names[i]);
  if (names.size() > kMaxListed) out += format(" and {} more", names.size() - kMaxListed);
  return out;
}

}  // namespace

Known known_domains(const Asked& asked) {
  Known known;
  for (store::DomainSpan& span : asked.store.domain_spans()) {
    std::string name = span.domain;
    known.emplace(std::move(name), std::move(span));
  }
  for (const config::DomainSettings& domain : asked.config.domains) known.try_emplace(domain.name, std::nullopt);
  return known;
}

std::map<std::string, NoneCounts> uncounted_domains(const Asked& asked) {
  std::map<std::string, NoneCounts> result;
  if (asked.config.readiness.count_reports == "all") return result;
  asked.store.count(store::Counted::all);
  for (const store::DomainRow& row : asked.store.domains()) {
    result.emplace(row.domain, NoneCounts{row.reports, row.first_day, row.last_day});
  }
  asked.store.count(counted_by(asked.config.readiness));
  for (const store::DomainSpan& span : asked.store.domain_spans()) result.erase(span.domain);
  return result;
}

store::Counted counted_by(const config::ReadinessSettings& settings) {
  if (settings.count_reports == "all") return store::Counted::all;
  return settings.count_reports == "trusted" ? store::Counted::trusted : store::Counted::not_failed;
}

std::string why_none_counts(const Asked& asked, const NoneCounts& reports) {
  const bool trusted = asked.config.readiness.count_reports == "trusted";
  const bool border = std::any_of(asked.config.mailboxes.begin(), asked.config.mailboxes.end(),
                                  [](const auto& mailbox) { return !mailbox.trusted_authserv_ids.empty(); });
  std::string text = reports.reports == 1 ? std::string("there is 1 report, but it does not count")
                                          : format("there are {} reports, but none counts", reports.reports);
  text += trusted ? ": none came in as trusted, and count_reports = \"trusted\" asks for that"
                  : ": their mail failed authentication at your border (trust \"failed\")";
  if (trusted && !border) text += "; name your border's trusted_authserv_ids at the mailbox, or count \"not_failed\"";
  return text;
}

std::optional<std::string> policy_domain_above(const std::string& domain, const Known& known) {
  for (std::size_t dot = domain.find('.'); dot != std::string::npos; dot = domain.find('.', dot + 1)) {
    const auto hit = known.find(domain.substr(dot + 1));
    if (hit != known.end() && hit->second) return hit->first;
  }
  return std::nullopt;
}

tl::unexpected<Error> unknown_domain(const std::string& domain, const Known& known) {
  std::string message = format("no report speaks of the domain {}", printable(domain));
  const std::optional<std::string> above = policy_domain_above(domain, known);
  const std::vector<std::string> close = close_to(domain, known);
  if (above) {
    message += format("; ask for {}, whose policy covers it", printable(*above));
  } else if (!close.empty()) {
    message += format("; did you mean {}?", list(close));
  } else if (known.empty()) {
    message += "; the database holds no reports yet";
  } else {
    std::vector<std::string> names;
    for (const auto& [name, row] : known) names.push_back(name);
    message += format("; there are {}", list(names));
  }
  return fail(ErrorKind::usage, "unknown_domain", std::move(message));
}

Result<std::vector<std::string>> chosen_domains(const std::vector<std::string>& named, const Known& known) {
  std::vector<std::string> out;
  if (named.empty()) {
    for (const auto& [name, row] : known) out.push_back(name);
    return out;
  }
  for (const std::string& text : named) {
    const std::string name = domain::normalize(text).value_or(text);
    if (!known.contains(name)) return unknown_domain(name, known);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

Day today(const Asked& asked) {
  return day_of(asked.clock.now());
}

Day memory_start(const Asked& asked, Day day) {
  return day - days{std::max(asked.config.readiness.memory, 0) + std::max(asked.config.readiness.ready_streak, 0)};
}

Loaded load(store::Store& store, const std::string& domain, Day first, Day last) {
  return {store.facts(domain, first, last), store.decisions(domain)};
}

std::shared_ptr<Study> study(const Asked& asked, const std::string& domain, Day first, Day last,
                             const std::optional<store::DomainSpan>& span) {
  const auto make = [&] {
    return std::make_shared<Study>(load(asked.store, domain, first, last), asked.org_domains, asked.config.readiness);
  };
  if (asked.studies == nullptr) return make();
  if (span && first <= span->last_day && last >= span->first_day) {
    // So that questions that look at more days than there are share one.
    first = std::max(first, span->first_day);
    last = std::min(last, span->last_day);
  }
  return asked.studies->get(domain, first, last, make);
}

readiness::Question question_for(const Asked& asked, const std::string& domain, Day as_of,
                                 std::optional<readiness::Ladder> ladder) {
  readiness::Question question;
  question.as_of = as_of;
  question.ladder = ladder                                       ? *ladder
                    : asked.config.readiness.ladder == "testing" ? readiness::Ladder::testing
                                                                 : readiness::Ladder::pct;
  question.target = asked.config.target_of(domain);
  question.rua = asked.config.rua_of(domain);
  return question;
}

std::optional<readiness::DomainVerdict> verdict_then(const Asked& asked, const Loaded& loaded, readiness::Judge& judge,
                                                     Day day) {
  const auto& policy_days = loaded.facts.policy_days;
  const bool had_reports =
      std::any_of(policy_days.begin(), policy_days.end(), [&](const auto& reported) { return reported.day <= day; });
  if (!had_reports) return std::nullopt;
  return judge.verdict(question_for(asked, loaded.facts.domain, day, std::nullopt));
}

SourceAnswer answer_for(const Asked& asked, const source::Classified& classified, const source::Source& source,
                        const report::DomainFacts& facts, const Window& window) {
  return {source, source::totals(classified, source, facts, window.from, window.to),
          readiness::advise(classified, source, facts, window.from, window.to, asked.org_domains)};
}

std::vector<SourceAnswer> sources_in(const Asked& asked, const source::Classified& classified,
                                     const report::DomainFacts& facts, const Window& window) {
  std::vector<std::pair<std::size_t, const source::Source*>> seen;  // With the number of cells.
  for (const source::Source& source : classified.sources) {
    const auto cells = source::cells_between(source, facts, window.from, window.to);
    const bool is_seen =
        std::any_of(cells.begin(), cells.end(), [&](std::uint32_t index) { return facts.cells[index].messages > 0; });
    if (is_seen) seen.emplace_back(cells.size(), &source);
  }
  std::vector<SourceAnswer> out(seen.size());
  const auto answer_one = [&](std::size_t i) {
    out[i] = answer_for(asked, classified, *seen[i].second, facts, window);
  };
  // The largest first: who comes last has little left to do.
  std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  side_by_side(seen.size(), answer_one, facts.cells.size() >= kManyCells);
  std::sort(out.begin(), out.end(), [](const SourceAnswer& a, const SourceAnswer& b) {
    if (a.totals.messages != b.totals.messages) return a.totals.messages > b.totals.messages;
    if (a.source.key != b.source.key) return a.source.key < b.source.key;
    return a.source.author_domain < b.source.author_domain;
  });
  return out;
}

}  // namespace ruagate::answer
