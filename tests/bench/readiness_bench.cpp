#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/format.hpp"
#include "base/time.hpp"
#include "domain/org_domain.hpp"
#include "readiness/verdict.hpp"
#include "sim/random.hpp"

// What a verdict costs: one domain with a long memory and very many sources, and many ordinary domains.
namespace {

using namespace ruagate;
using report::AlignmentResult;
using sim::Random;

constexpr Day kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};

struct Shape {
  int days = 90;
  std::uint32_t sources = 12;    ///< Networks and services that send for the domain.
  std::uint32_t active_ppm = 0;  ///< Of a source on a day at one reporter.
  std::uint32_t reporters = 5;
};

report::Evidence evidence_of(const std::string& domain, std::uint32_t source, bool sound) {
  report::Evidence evidence;
  evidence.author_domain = domain;
  const bool direct = source % 3 == 0;
  const std::string sender = direct ? domain : format("service{}.test", source);
  evidence.envelope_from = sender;
  evidence.dkim.push_back({.domain = sender,
                           .selector = "s1",
                           .result = sound ? report::DkimResult::pass : report::DkimResult::fail,
                           .human_result = {}});
  evidence.spf.push_back({.domain = sender,
                          .scope = report::SpfScope::mfrom,
                          .result = sound ? report::SpfResult::pass : report::SpfResult::softfail,
                          .human_result = {}});
  return evidence;
}

/// Every third source is the owner's own, the rest are services that sign with their own names; two evidences each.
report::DomainFacts make_facts(const std::string& domain, const Shape& shape, std::uint64_t seed) {
  report::DomainFacts facts;
  facts.domain = domain;
  for (std::uint32_t i = 0; i < shape.reporters; ++i) facts.reporters.push_back(format("reporter{}.test", i));
  for (std::uint32_t i = 0; i < shape.sources; ++i) {
    facts.addresses.push_back(IpAddress::parse(format("198.{}.{}.{}", 18 + i / 65536, i / 256 % 256, i % 256)));
    facts.evidence.push_back(evidence_of(domain, i, true));
    facts.evidence.push_back(evidence_of(domain, i, false));
  }
  report::PublishedPolicy policy;
  policy.domain = domain;
  policy.p = report::Policy::none;
  for (int age = shape.days - 1; age >= 0; --age) {
    const Day day = kToday - days{age};
    Random random = Random::stream(seed, domain, day_number(day));
    for (std::uint32_t reporter = 0; reporter < shape.reporters; ++reporter) {
      report::PolicyDay told{
          .day = day,
          .reporter = reporter,
          .generation = reporter % 3 == 0 ? report::Generation::rfc9990 : report::Generation::rfc7489,
          .policy = report::add_policy(facts, policy),
          .reports = 1,
          .messages = 0};
      for (std::uint32_t source = 0; source < shape.sources; ++source) {
        if (!random.chance(shape.active_ppm)) continue;
        const bool sound = random.below(50) != 0;
        const auto result = sound && source % 3 == 0 ? AlignmentResult::pass : AlignmentResult::fail;
        const std::uint64_t messages = random.between(1, 60);
        report::Cell& cell = facts.cells.emplace_back();
        cell.day = day;
        cell.reporter = reporter;
        cell.disposition = report::Disposition::none;
        cell.dkim_aligned = result;
        cell.spf_aligned = result;
        cell.address = source;
        cell.evidence = source * 2 + (sound ? 0 : 1);
        cell.messages = messages;
        told.messages += messages;
      }
      facts.policy_days.push_back(std::move(told));
    }
  }
  return facts;
}

/// Processor time, so that other work on the machine does not count.
double milliseconds_since(std::clock_t start) {
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main() {
  const domain::OrgDomains org_domains;
  const config::ReadinessSettings settings;
  readiness::Question question;
  question.as_of = kToday;
  std::map<std::string, int> verdicts;
  const auto ask = [&](const report::DomainFacts& facts) {
    const std::clock_t start = std::clock();
    const readiness::DomainVerdict verdict = readiness::evaluate(facts, question, {}, org_domains, settings);
    const double took = milliseconds_since(start);
    ++verdicts[std::string(to_string(verdict.verdict))];
    return took;
  };

  const report::DomainFacts large =
      make_facts("large.example", {.days = 400, .sources = 2000, .active_ppm = 60'000, .reporters = 8}, 1);
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) times.push_back(ask(large));
  std::sort(times.begin(), times.end());
  std::fputs(format("one domain, 400 days, 2,000 sources, {} cells: {:.1f} ms (median of 5; want under 100)\n",
                    large.cells.size(), times[2])
                 .c_str(),
             stdout);

  constexpr int kDomains = 1000;
  double total = 0;
  std::size_t cells = 0;
  for (int i = 0; i < kDomains; ++i) {
    const report::DomainFacts facts = make_facts(format("domain{}.example", i),
                                                 {.days = 90, .sources = 12, .active_ppm = 500'000, .reporters = 5}, 2);
    cells += facts.cells.size();
    total += ask(facts);
  }
  std::fputs(
      format("{} domains, 90 days, {} cells each: {:.0f} ms (want under 10,000)\n", kDomains, cells / kDomains, total)
          .c_str(),
      stdout);
  for (const auto& [verdict, count] : verdicts) std::fputs(format("  {}: {}\n", verdict, count).c_str(), stdout);
  return 0;
}
