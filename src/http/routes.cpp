#include "http/routes.hpp"

namespace ruagate::http {

namespace {

using Basis = Route::Basis;

Route question(std::string_view pattern, Basis basis, Result<Document> (*document)(Call&), bool is_table = false) {
  return {"GET", pattern, kRead, basis, is_table, document, nullptr, false};
}
Route action(std::string_view method, std::string_view pattern, unsigned scope, Response (*respond)(Call&),
             bool takes_mail = false) {
  return {method, pattern, scope, Basis::none, false, nullptr, respond, takes_mail};
}

constexpr bool kTable = true;

const Route kRoutes[] = {
    question("/api/v1/domains", Basis::all, get_domains, kTable),
    question("/api/v1/domains/{domain}/readiness", Basis::domain, get_readiness),
    question("/api/v1/domains/{domain}/sources", Basis::domain, get_sources, kTable),
    question("/api/v1/domains/{domain}/sources/{key}", Basis::domain, get_source),
    question("/api/v1/domains/{domain}/timeline", Basis::domain, get_timeline, kTable),
    question("/api/v1/domains/{domain}/impact", Basis::domain, get_impact),
    action("PUT", "/api/v1/domains/{domain}/senders/{what}", kOperate, put_sender),
    action("DELETE", "/api/v1/domains/{domain}/senders/{what}", kOperate, delete_sender),
    action("PUT", "/api/v1/domains/{domain}/acknowledgement", kOperate, put_acknowledgement),
    action("DELETE", "/api/v1/domains/{domain}/acknowledgement", kOperate, delete_acknowledgement),
    question("/api/v1/reports", Basis::all, get_reports, kTable),
    question("/api/v1/reports/{id}", Basis::all, get_report),
    question("/api/v1/reports/{id}/records", Basis::all, get_report_records, kTable),
    question("/api/v1/reports/{id}/raw", Basis::all, get_report_raw),
    action("POST", "/api/v1/reports/{id}/accept", kOperate, accept_report),
    question("/api/v1/records", Basis::all, get_records, kTable),
    question("/api/v1/rejects", Basis::all, get_rejects, kTable),
    question("/api/v1/rejects/{id}", Basis::all, get_reject),
    action("DELETE", "/api/v1/rejects/{id}", kOperate, drop_reject),
    question("/api/v1/rejects/{id}/raw", Basis::all, get_reject_raw),
    action("POST", "/api/v1/rejects/{id}/retry", kOperate, retry_reject),
    question("/api/v1/senders", Basis::all, get_senders, kTable),
    action("GET", "/api/v1/mailboxes", kRead, get_mailboxes),
    action("GET", "/api/v1/health", kRead, get_health),
    question("/api/v1/summary", Basis::all, get_summary),
    action("POST", "/api/v1/intake", kIntake, intake, true),
    action("GET", "/api/v1/session", 0, get_session),
    action("POST", "/api/v1/session", 0, log_in),
    action("DELETE", "/api/v1/session", 0, log_out),
    action("GET", "/metrics", kRead, get_metrics),
    action("GET", "/readyz", 0, get_readyz),
};

/// The names filled in; nothing when the path does not fit the pattern.
std::optional<std::vector<std::string>> fit(std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::string> path;
  std::string_view rest = pattern.substr(1);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    const bool is_name = part.starts_with('{');
    if (is_name ? segments[i].empty() : segments[i] != part) return std::nullopt;
    if (is_name) path.push_back(segments[i]);
    const bool is_last = slash == std::string_view::npos;
    if (is_last != (i + 1 == segments.size())) return std::nullopt;
    if (!is_last) rest.remove_prefix(slash + 1);
  }
  return segments.empty() ? std::nullopt : std::optional(std::move(path));
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Match match(std::string_view method, const std::vector<std::string>& segments) {
  Match found;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : kRoutes) {
    auto path = fit(route.pattern, segments);
    if (!path) continue;
    if (route.method == wanted) {
      found.route = &route;
      found.path = std::move(*path);
      return found;
    }
    if (!found.allowed.empty()) found.allowed += ", ";
    found.allowed += route.method;
    if (route.method == "GET") found.allowed += ", HEAD";
  }
  return found;
}

Response refusal(const Error& error) {
  if (error.code == "unknown_domain" || error.code == "unknown_source" || error.code == "not_found" ||
      error.code == "not_kept") {
    return problem(404, error.code, error.message);
  }
  if (error.kind == ErrorKind::temporary) return problem(503, error.code, error.message).add("Retry-After", "5");
  if (error.kind == ErrorKind::too_large) return problem(413, error.code, error.message);
  return problem(400, error.code.empty() ? "bad_request" : error.code, error.message);
}

}  // namespace ruagate::http
