#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "answer/common.hpp"
#include "answer/overview.hpp"
#include "answer/study.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::answer {

namespace {

constexpr std::size_t kMaxIdentities = 200;

using IdentityKey = std::tuple<bool, std::string_view, std::string_view>;

/// Each identity counts once for a message, and as passed when one of its results is.
void add_identities(const report::Evidence& evidence, std::uint64_t messages,
                    std::map<IdentityKey, SourcePage::Identity>& identities) {
  std::map<IdentityKey, bool> seen;
  for (const report::DkimAuth& dkim : evidence.dkim) {
    seen[{true, dkim.domain, dkim.selector}] |= dkim.result == report::DkimResult::pass;
  }
  for (const report::SpfAuth& spf : evidence.spf) {
    seen[{false, spf.domain, std::string_view()}] |= spf.result == report::SpfResult::pass;
  }
  for (const auto& [key, passed] : seen) {
    SourcePage::Identity& identity = identities[key];
    identity.messages += messages;
    if (passed) identity.pass += messages;
  }
}

void add_cell(const report::Cell& cell, SourcePage::DayRow& day) {
  day.messages += cell.messages;
  if (source::is_aligned(cell)) day.aligned += cell.messages;
  if (cell.dkim_aligned == report::AlignmentResult::pass) day.dkim_aligned += cell.messages;
  if (cell.spf_aligned == report::AlignmentResult::pass) day.spf_aligned += cell.messages;
  if (cell.disposition == report::Disposition::quarantine) day.quarantined += cell.messages;
  if (cell.disposition == report::Disposition::reject) day.rejected += cell.messages;
}

void fill(const Looked& looked, SourcePage& page) {
  const Window& window = page.window;
  for (Day day = window.from; day <= window.to; day += days{1}) page.days.emplace_back().day = day;
  std::map<IdentityKey, SourcePage::Identity> identities;
  std::map<std::string_view, SourcePage::Reporter> reporters;
  for (const std::uint32_t index : page.source.source.cells) {
    const report::Cell& cell = looked.study->facts().cells[index];
    if (cell.day < window.from || cell.day > window.to) continue;
    add_cell(cell, page.days[static_cast<std::size_t>((cell.day - window.from).count())]);
    add_identities(looked.study->facts().evidence[cell.evidence], cell.messages, identities);
    SourcePage::Reporter& reporter = reporters[looked.classified->reporters[cell.reporter]];
    reporter.messages += cell.messages;
    if (source::is_aligned(cell)) reporter.aligned += cell.messages;
    reporter.last_seen = std::max<Day>(reporter.last_seen, cell.day);
  }
  for (auto& [key, identity] : identities) {
    std::tie(identity.is_dkim, identity.domain, identity.selector) = key;
    page.identities.push_back(std::move(identity));
  }
  for (auto& [name, reporter] : reporters) {
    reporter.reporter = name;
    page.reporters.push_back(std::move(reporter));
  }
  const auto more = [](const auto& a, const auto& b) { return a.messages > b.messages; };
  std::stable_sort(page.identities.begin(), page.identities.end(), more);
  std::stable_sort(page.reporters.begin(), page.reporters.end(), more);
  if (page.identities.size() > kMaxIdentities) page.identities.resize(kMaxIdentities);
}

}  // namespace

Result<SourcePage> source_page(const Asked& asked, const std::string& domain, const std::string& key,
                               const WindowRequest& request) {
  Result<Looked> looked = look(asked, domain, request);
  if (!looked) return tl::unexpected<Error>(looked.error());
  std::vector<SourceAnswer>& sources = looked->answer.sources;
  const auto hit =
      std::find_if(sources.begin(), sources.end(), [&](const SourceAnswer& one) { return one.source.key == key; });
  if (hit == sources.end()) {
    return fail(ErrorKind::usage, "unknown_source",
                format("{} has no source {} with messages from {} to {}", printable(looked->answer.domain),
                       printable(key), to_iso(looked->answer.window.from), to_iso(looked->answer.window.to)));
  }
  SourcePage page;
  page.domain = looked->answer.domain;
  page.window = looked->answer.window;
  page.days_with_data = looked->answer.days_with_data;
  page.source = std::move(*hit);
  fill(*looked, page);
  return page;
}

}  // namespace ruagate::answer
