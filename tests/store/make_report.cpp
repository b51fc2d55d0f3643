#include "store/make_report.hpp"

#include <algorithm>
#include <sstream>

#include "report/names.hpp"

namespace ruagate::test {

std::vector<std::string> facts_lines(store::Store& store, std::string_view domain) {
  const report::DomainFacts facts =
      store.facts(domain, parse_day("2000-01-01").value(), parse_day("2100-01-01").value());
  std::vector<std::string> lines;
  for (const report::Cell& cell : facts.cells) {
    std::ostringstream line;
    const report::Evidence& evidence = facts.evidence.at(cell.evidence);
    const std::optional<IpAddress>& address = facts.addresses.at(cell.address);
    line << "cell " << to_iso(cell.day) << ' ' << facts.reporters.at(cell.reporter) << ' '
         << (address ? address->to_string() : "-") << ' ' << evidence.author_domain << " dkim";
    for (const report::DkimAuth& dkim : evidence.dkim) {
      line << ' ' << dkim.domain << '/' << dkim.selector << '/' << to_string(dkim.result) << '/' << dkim.human_result;
    }
    line << " spf";
    for (const report::SpfAuth& spf : evidence.spf) line << ' ' << spf.domain << '/' << to_string(spf.result);
    line << ' ' << to_string(cell.disposition) << ' ' << to_string(cell.dkim_aligned) << ' '
         << to_string(cell.spf_aligned) << ' ' << cell.messages;
    lines.push_back(line.str());
  }
  for (const report::PolicyDay& day : facts.policy_days) {
    std::ostringstream line;
    line << "policy " << to_iso(day.day) << ' ' << facts.reporters.at(day.reporter) << ' ' << to_string(day.generation)
         << ' ' << (facts.policy_of(day).p ? to_string(*facts.policy_of(day).p) : "-") << ' ' << day.reports << ' '
         << day.messages;
    lines.push_back(line.str());
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace ruagate::test
