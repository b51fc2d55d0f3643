#include "http/guard.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "http/target.hpp"

namespace ruagate::http {

namespace {

constexpr std::string_view kOnce[] = {"host", "content-length", "content-type", "authorization", "origin"};

const std::string& own_name() {
  static const std::string name = [] {
    std::array<char, 256> buffer{};
    return gethostname(buffer.data(), buffer.size() - 1) == 0 ? to_lower(buffer.data()) : std::string();
  }();
  return name;
}

/// A name that no other site can make point here, or one that the operator chose. Addresses are never looked up.
bool is_ours(const std::string& host, const config::HttpSettings& settings) {
  if (host == "localhost" || host == own_name() || IpAddress::parse(host)) return true;
  return std::any_of(settings.hosts.begin(), settings.hosts.end(),
                     [&](const std::string& own) { return equals_ignoring_case(own, host); });
}

}  // namespace

std::optional<std::string> host_of(std::string_view header) {
  std::string_view host = header;
  std::string_view rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    rest = host.substr(end + 1);
    host = host.substr(1, end - 1);
    if (!IpAddress::parse(host)) return std::nullopt;
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    rest = host.substr(colon);
    host = host.substr(0, colon);
  }
  const bool port_ok = rest.empty() || (rest[0] == ':' && (rest.size() == 1 || whole_number(rest.substr(1))));
  if (host.empty() || host.size() > 253 || !port_ok) return std::nullopt;
  if (host.ends_with('.')) host.remove_suffix(1);
  const bool clean = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == ':';
  });
  if (!clean) return std::nullopt;
  return to_lower(host);
}

std::optional<Response> refuse_head(const Request& request, const config::HttpSettings& settings) {
  for (const std::string_view name : kOnce) {
    if (request.count(name) > 1) {
      return problem(400, "doubled_header", format("the header {} is there more than once", name));
    }
  }
  if (request.count("host") == 0) return problem(400, "no_host", "the Host header is missing");
  const auto host = host_of(request.header("host"));
  if (!host) return problem(400, "bad_host", "the Host header names no host");
  if (!is_ours(*host, settings)) {
    return problem(421, "wrong_host",
                   format("{} is not a name of this service; name it in http.hosts if it is", printable(*host)));
  }
  return std::nullopt;
}

IpAddress peer_of(const Request& request, const config::HttpSettings& settings) {
  if (!settings.behind_proxy) return request.peer;
  std::string_view last;
  for (const Header& header : request.headers) {
    if (header.name != "x-forwarded-for") continue;
    const auto hops = list_of(header.value);
    if (!hops.empty()) last = hops.back();
  }
  return IpAddress::parse(last).value_or(request.peer);
}

bool is_loopback(const IpAddress& address) {
  static const IpNetwork kLoopback4 = *IpNetwork::parse("127.0.0.0/8");
  static const IpNetwork kLoopback6 = *IpNetwork::parse("::1/128");
  return kLoopback4.contains(address) || kLoopback6.contains(address);
}

bool is_open_to(const Request& request, const config::HttpSettings& settings) {
  if (settings.behind_proxy) return true;
  const bool forwarded = std::any_of(request.headers.begin(), request.headers.end(), [](const Header& header) {
    return header.name == "forwarded" || header.name == "x-real-ip" || header.name.starts_with("x-forwarded-");
  });
  return is_loopback(request.peer) && !forwarded;
}

bool is_https(const Request& request, const config::HttpSettings& settings) {
  return request.is_tls ||
         (settings.behind_proxy && equals_ignoring_case(request.header("x-forwarded-proto"), "https"));
}

bool is_same_origin(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  if (request.count("origin") == 0) return true;
  const std::string_view origin = request.header("origin");
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  if (origin.substr(0, scheme) != "http" && origin.substr(0, scheme) != "https") return false;
  return equals_ignoring_case(origin.substr(scheme + 3), request.header("host"));
}

}  // namespace ruagate::http
