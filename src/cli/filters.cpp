#include "cli/filters.hpp"

#include "base/format.hpp"
#include "base/ip_address.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"

namespace ruagate::cli {

store::Filter FilterOptions::filter() const {
  store::Filter filter;
  if (!domain.empty()) filter.domain = domain_argument(domain);
  if (!reporter.empty()) filter.reporter = reporter;
  if (!ip.empty()) {
    if (!IpNetwork::parse(ip)) {
      throw CommandError(kWrongUse, format("--ip {}: not an IP address or network", printable(ip)));
    }
    filter.ip = ip;
  }
  filter.since = day_option(since, "--since");
  filter.until = day_option(until, "--until");
  if (filter.since && filter.until && *filter.until < *filter.since) {
    throw CommandError(kWrongUse, format("--until {} is before --since {}", until, since));
  }
  filter.limit = limit;
  return filter;
}

std::shared_ptr<FilterOptions> add_filter_options(Command& command) {
  auto options = std::make_shared<FilterOptions>();
  command.add_option("--domain", options->domain, "Only this policy domain (records: or From domain)");
  command.add_option("--reporter", options->reporter, "Only this reporter, as it names itself").type_name("NAME");
  command.add_option("--ip", options->ip, "Only with this source address or network").type_name("ADDRESS");
  command.add_option("--since", options->since, "Periods that end on or after this day, YYYY-MM-DD").type_name("DATE");
  command.add_option("--until", options->until, "Periods that begin on or before this day, YYYY-MM-DD")
      .type_name("DATE");
  command.add_option("--limit", options->limit, "The newest N only (text: 50 unless given; json and csv: all)")
      .between(1, 2000000000)
      .type_name("N");
  return options;
}

}  // namespace ruagate::cli
