#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "answer/answer.hpp"
#include "base/format.hpp"
#include "domain/org_domain.hpp"
#include "sim/random.hpp"
#include "store/store.hpp"

// What questions cost when history has grown: records written straight into a store, by way of the code that ingestion
// uses, and the questions asked of it afterwards.
namespace {

using namespace ruagate;
using report::AlignmentResult;
using sim::Random;
using Steady = std::chrono::steady_clock;

constexpr Day kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};
constexpr int kDays = 365;
constexpr int kDomains = 200;
constexpr int kReporters = 10;
constexpr std::uint64_t kSources = 400;  ///< Addresses that send again and again for a domain, fewer for a small one.

struct Options {
  std::string database;
  std::uint64_t records = 10'000'000;
  std::string only;  ///< Questions with this in their name; empty: all.
};

std::string domain_name(int rank) {
  return format("domain{:03}.example", rank);
}

/// By Zipf's law: the domain of rank n has 1/n of the mail of the first.
std::vector<std::uint64_t> records_of_domains(std::uint64_t total) {
  std::vector<double> weights;
  double sum = 0;
  for (int rank = 1; rank <= kDomains; ++rank) {
    weights.push_back(1.0 / rank);
    sum += weights.back();
  }
  std::vector<std::uint64_t> records;
  for (const double weight : weights) {
    records.push_back(static_cast<std::uint64_t>(static_cast<double>(total) * weight / sum));
  }
  return records;
}

report::Record make_record(Random& random, int rank, std::uint64_t pool) {
  report::Record record;
  const bool stranger = random.below(10) == 0;
  const auto source = stranger ? random.below(1U << 22U) : random.below(pool);
  record.source_ip = stranger ? IpAddress::parse(format("{}.{}.{}.{}", 60 + source % 60, source / 60 % 256,
                                                        source / 15360 % 256, 1 + source % 250))
                              : IpAddress::parse(format("198.{}.{}.{}", 18 + rank % 2, rank, source % 256));
  if (!stranger && source >= 256) {
    record.source_ip = IpAddress::parse(format("203.0.{}.{}", rank, source % 256));
  }
  record.message_count = 1 + random.below(60);
  const bool sound = !stranger && random.below(100) != 0;
  const auto service = source % 12;
  record.disposition = report::Disposition::none;
  record.dkim_aligned = sound ? AlignmentResult::pass : AlignmentResult::fail;
  record.spf_aligned = sound && service < 6 ? AlignmentResult::pass : AlignmentResult::fail;
  record.evidence.author_domain = domain_name(rank);
  const std::string sender = service < 6 ? domain_name(rank) : format("service{}.test", service);
  record.evidence.envelope_from = stranger ? format("host{}.test", source % 5000) : sender;
  if (!stranger) {
    record.evidence.dkim = {{.domain = sound ? domain_name(rank) : sender,
                             .selector = format("s{}", service),
                             .result = sound ? report::DkimResult::pass : report::DkimResult::fail,
                             .human_result = {}}};
  }
  record.evidence.spf = {{.domain = *record.evidence.envelope_from,
                          .scope = report::SpfScope::mfrom,
                          .result = stranger ? report::SpfResult::softfail : report::SpfResult::pass,
                          .human_result = {}}};
  return record;
}

report::Report make_report(int rank, int reporter, Day day, std::uint64_t records) {
  Random random = Random::stream(7, format("{}/{}", rank, reporter), day_number(day));
  report::Report report;
  report.generation = reporter % 3 == 0 ? report::Generation::rfc9990 : report::Generation::rfc7489;
  report.reporter = format("reporter{}.test", reporter);
  report.report_id = format("{}-{}-{}", rank, reporter, day_number(day));
  report.begin = Instant{day};
  report.end = report.begin + std::chrono::hours{24} - std::chrono::seconds{1};
  report.policy.domain = domain_name(rank);
  report.policy.p = report::Policy::none;
  report.policy.pct = 100;
  const auto pool = std::max<std::uint64_t>(8, kSources / static_cast<std::uint64_t>(rank));
  for (std::uint64_t i = 0; i < records; ++i) report.records.push_back(make_record(random, rank, pool));
  return report;
}

void fill(const Options& options) {
  store::Store store(options.database, store::OpenMode::write);
  const auto by_domain = records_of_domains(options.records);
  const auto begin = Steady::now();
  std::uint64_t reports = 0;
  std::uint64_t records = 0;
  store.begin();
  for (int age = kDays - 1; age >= 0; --age) {
    const Day day = kToday - days{age};
    for (int rank = 1; rank <= kDomains; ++rank) {
      const auto of_day = by_domain[static_cast<std::size_t>(rank - 1)];
      for (int reporter = 0; reporter < kReporters; ++reporter) {
        // Parts of one are spread over the days and reporters.
        const auto slot = static_cast<std::uint64_t>((kDays - 1 - age) * kReporters + reporter);
        constexpr std::uint64_t kSlots = static_cast<std::uint64_t>(kDays) * kReporters;
        const auto count = (slot + 1) * of_day / kSlots - slot * of_day / kSlots;
        if (count == 0) continue;
        const auto report = make_report(rank, reporter, day, count);
        (void)store.insert(report, {"generated", Instant{day} + std::chrono::hours{30}, report::Trust::unverified}, {});
        records += count;
        if (++reports % 1000 == 0) {
          store.commit();
          store.begin();
        }
      }
    }
  }
  store.commit();
  const auto seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  const auto stats = store.stats();
  std::printf("filled: %llu reports, %llu records in %.1f s (%.0f records/s), database %.0f MiB, %llu cells\n",
              static_cast<unsigned long long>(reports), static_cast<unsigned long long>(records), seconds,
              static_cast<double>(records) / seconds, static_cast<double>(stats.file_bytes) / (1U << 20U),
              static_cast<unsigned long long>(stats.cells));
}

/// A connection of its own for the first time, as a command has it; then the best of three on the same one.
void measure(const Options& options, const char* what, const std::function<void(const answer::Asked&)>& question) {
  if (std::string_view(what).find(options.only) == std::string_view::npos) return;
  const domain::OrgDomains org_domains;
  const config::Config config;
  const FixedClock clock{Instant{kToday} + std::chrono::hours{8}};
  store::Store store(options.database, store::OpenMode::read);
  store.count(answer::counted_by(config.readiness));
  const answer::Asked asked{store, org_domains, config, clock};
  std::vector<double> times;
  for (int i = 0; i < 4; ++i) {
    const auto begin = Steady::now();
    question(asked);
    times.push_back(std::chrono::duration<double, std::milli>(Steady::now() - begin).count());
  }
  std::printf("%-44s first %8.1f ms, then %8.1f ms\n", what, times[0],
              *std::min_element(times.begin() + 1, times.end()));
}

void ask(const Options& options) {
  const std::string busiest = domain_name(1);
  const Day first = kToday - days{89};
  measure(options, "sources of the busiest domain, 90 days", [&](const answer::Asked& asked) {
    answer::WindowRequest window;
    window.days = 90;
    const auto answer = answer::sources(asked, busiest, window);
    if (!answer || answer->sources.empty()) std::printf("NO SOURCES\n");
  });
  measure(options, "readiness of the busiest domain", [&](const answer::Asked& asked) {
    if (!answer::readiness(asked, {busiest}, std::nullopt, std::nullopt)) std::printf("NO VERDICT\n");
  });
  measure(options, "trend of the busiest domain, 90 days", [&](const answer::Asked& asked) {
    if (asked.store.trend(busiest, first, kToday).size() != 90) std::printf("NO TREND\n");
  });
  measure(options, "readiness of a domain of middle size", [&](const answer::Asked& asked) {
    if (!answer::readiness(asked, {domain_name(100)}, std::nullopt, std::nullopt)) std::printf("NO VERDICT\n");
  });
  measure(options, "summary of the day over 200 domains", [&](const answer::Asked& asked) {
    const auto answer = answer::summary(asked, answer::Period::day, {}, std::nullopt);
    if (!answer || answer->domains.size() != kDomains) std::printf("NO SUMMARY\n");
  });
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  bool fills = true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--records") == 0 && i + 1 < argc) {
      const char* text = argv[++i];
      std::from_chars(text, text + std::strlen(text), options.records);
    } else if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
      options.only = argv[++i];
    } else if (std::strcmp(argv[i], "--ask-only") == 0) {
      fills = false;
    } else if (argv[i][0] == '-') {
      options.database.clear();
      break;
    } else {
      options.database = argv[i];
    }
  }
  if (options.database.empty()) {
    std::fprintf(stderr, "usage: ruagate_bench_history DATABASE [--records N] [--ask-only] [--only QUESTION]\n");
    return 2;
  }
  if (fills) fill(options);
  ask(options);
  return 0;
}
