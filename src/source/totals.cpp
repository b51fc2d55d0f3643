#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <set>

#include "base/large_pages.hpp"
#include "report/names.hpp"
#include "source/source.hpp"

namespace ruagate::source {

namespace {

bool any_dkim_pass(const report::Evidence& evidence) {
  return std::any_of(evidence.dkim.begin(), evidence.dkim.end(),
                     [](const auto& signature) { return signature.result == report::DkimResult::pass; });
}

bool any_spf_pass(const report::Evidence& evidence) {
  return std::any_of(evidence.spf.begin(), evidence.spf.end(),
                     [](const auto& result) { return result.result == report::SpfResult::pass; });
}

void add_disposition(const report::Cell& cell, SourceTotals& totals) {
  switch (cell.disposition) {
    case report::Disposition::none:
    case report::Disposition::pass:
      totals.disposition_none += cell.messages;
      break;
    case report::Disposition::quarantine:
      totals.disposition_quarantine += cell.messages;
      break;
    case report::Disposition::reject:
      totals.disposition_reject += cell.messages;
      break;
    case report::Disposition::unknown:
      break;
  }
}

/// What one address sent, small: there are very many.
struct AddressSums {
  std::uint64_t messages = 0;
  std::uint64_t aligned = 0;
};

/// The same with what orders it: by messages, descending, then by the first sixteen letters of the text.
struct AddressOrder {
  AddressSums sums;
  std::array<std::uint64_t, 2> letters{};
  std::uint32_t number = 0;
};

std::array<std::uint64_t, 2> first_letters(std::string_view text) {
  std::array<std::uint64_t, 2> letters{};
  for (std::size_t i = 0; i < 16 && i < text.size(); ++i) {
    letters[i / 8] |= std::uint64_t{static_cast<unsigned char>(text[i])} << (56 - 8 * (i % 8));
  }
  return letters;
}

/// By messages, descending; ties by text.
std::vector<SourceTotals::Address> in_order(const boost::unordered_flat_map<std::uint32_t, AddressSums>& sums,
                                            const report::DomainFacts& facts) {
  const auto text = [&](std::uint32_t number) {
    const auto& ip = facts.addresses[number];
    return ip ? ip->to_string() : std::string();
  };
  std::vector<AddressOrder> order;
  order.reserve(sums.size());
  for (const auto& [number, sent] : sums) order.push_back({sent, first_letters(text(number)), number});
  std::sort(order.begin(), order.end(), [&](const AddressOrder& a, const AddressOrder& b) {
    if (a.sums.messages != b.sums.messages) return a.sums.messages > b.sums.messages;
    return a.letters != b.letters ? a.letters < b.letters : text(a.number) < text(b.number);
  });
  std::vector<SourceTotals::Address> sorted;
  reserve_large(sorted, order.size());
  for (const AddressOrder& one : order) {
    SourceTotals::Address& address = sorted.emplace_back();
    address.ip = text(one.number);
    address.messages = one.sums.messages;
    address.aligned = one.sums.aligned;
  }
  return sorted;
}

/// Each type counts once for a message, however many reasons the receiver gave.
void add_overrides(const report::Evidence& evidence, std::uint64_t messages, SourceTotals& totals) {
  if (evidence.reasons.empty()) return;
  std::set<std::string_view> types;
  for (const auto& reason : evidence.reasons) types.insert(report::to_string(reason.type));
  for (const auto type : types) totals.overrides[std::string(type)] += messages;
}

}  // namespace

bool is_aligned(const report::Cell& cell) {
  return cell.dkim_aligned == report::AlignmentResult::pass || cell.spf_aligned == report::AlignmentResult::pass;
}

std::span<const std::uint32_t> cells_between(const Source& source, const report::DomainFacts& facts, Day from, Day to) {
  const auto begin = std::partition_point(source.cells.begin(), source.cells.end(),
                                          [&](std::uint32_t index) { return facts.cells[index].day < from; });
  const auto end = std::partition_point(begin, source.cells.end(),
                                        [&](std::uint32_t index) { return facts.cells[index].day <= to; });
  return {begin, end};
}

SourceTotals totals(const Classified& classified, const Source& source, const report::DomainFacts& facts, Day from,
                    Day to) {
  SourceTotals totals;
  std::vector<bool> reported(classified.reporters.size(), false);
  boost::unordered_flat_map<std::uint32_t, AddressSums> addresses;
  boost::unordered_flat_map<std::uint32_t, std::uint64_t> by_evidence;  // Messages: cells are many more.
  const auto cells = cells_between(source, facts, from, to);
  addresses.reserve(std::min(cells.size(), facts.addresses.size()));
  for (const auto index : cells) {
    const auto& cell = facts.cells[index];
    const bool aligned = is_aligned(cell);
    totals.messages += cell.messages;
    totals.by_flow[static_cast<std::size_t>(classified.flows[index])] += cell.messages;
    if (aligned) totals.aligned += cell.messages;
    if (cell.dkim_aligned == report::AlignmentResult::pass) totals.dkim_aligned += cell.messages;
    if (cell.spf_aligned == report::AlignmentResult::pass) totals.spf_aligned += cell.messages;
    by_evidence[cell.evidence] += cell.messages;
    add_disposition(cell, totals);
    if (!totals.last_seen || *totals.last_seen != cell.day) ++totals.days;  // A source's cells are sorted by day.
    if (!totals.first_seen) totals.first_seen = cell.day;
    totals.last_seen = cell.day;
    reported[cell.reporter] = true;
    auto& address = addresses[cell.address];
    address.messages += cell.messages;
    if (aligned) address.aligned += cell.messages;
  }
  for (const auto& [number, messages] : by_evidence) {
    const auto& evidence = facts.evidence[number];
    if (any_dkim_pass(evidence)) totals.dkim_pass += messages;
    if (any_spf_pass(evidence)) totals.spf_pass += messages;
    add_overrides(evidence, messages, totals);
  }
  std::set<std::string> reporters;  // Several spellings are one.
  for (std::size_t i = 0; i < reported.size(); ++i) {
    if (reported[i]) reporters.insert(classified.reporters[i]);
  }
  totals.reporters.assign(reporters.begin(), reporters.end());
  totals.addresses = in_order(addresses, facts);
  return totals;
}

}  // namespace ruagate::source
