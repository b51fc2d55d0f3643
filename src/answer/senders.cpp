#include "answer/senders.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "base/ip_address.hpp"
#include "base/printable.hpp"
#include "domain/name.hpp"

namespace ruagate::answer {

Result<std::string> sender_form(const std::string& what) {
  if (const auto network = IpNetwork::parse(what)) {
    return what.find('/') == std::string::npos ? IpAddress::parse(what)->to_string() : network->to_string();
  }
  if (what.find(':') == std::string::npos) {
    if (const auto name = domain::normalize(what)) return *name;
  } else if (what.find_first_of(" \t\r\n") == std::string::npos || what.find(':') < what.find(' ')) {
    return what;
  }
  return fail(ErrorKind::usage, "bad_sender",
              format("{}: not a source's key, an IP address, a network or a domain name", printable(what)));
}

Result<std::string> domain_for_decision(const Asked& asked, const std::string& domain) {
  const auto name = domain::normalize(domain);
  if (!name) return fail(ErrorKind::usage, "bad_domain", format("{}: not a domain name", printable(domain)));
  const auto known = asked.store.domain_spans();
  const auto& configured = asked.config.domains;
  if (std::any_of(known.begin(), known.end(), [&](const auto& row) { return row.domain == *name; })) return *name;
  if (std::any_of(configured.begin(), configured.end(), [&](const auto& one) { return one.name == *name; })) {
    return *name;
  }
  return fail(ErrorKind::usage, "unknown_domain",
              format("{}: no reports about this domain, and no [[domain]] in the configuration", *name));
}

}  // namespace ruagate::answer
