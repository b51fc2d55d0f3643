// The way of a request through the service: guards, routes, access, memory, handler.
#include <algorithm>
#include <chrono>
#include <span>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "http/guard.hpp"
#include "http/routes.hpp"
#include "http/service.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::http {

namespace {

/// Bodies of forms.
constexpr std::uint64_t kSmallBody = 64U << 10;
/// Below this compressing costs more than it saves.
constexpr std::size_t kWorthGzip = 1024;
/// Beyond, an answer that is not kept is given as it is.
constexpr std::size_t kTooLongForGzip = 16U << 20;

void add_safety(Response& response, const Request& request) {
  const auto set = [&](const char* name, const char* value) {
    const bool is_set = std::any_of(response.headers.begin(), response.headers.end(),
                                    [&](const Header& header) { return equals_ignoring_case(header.name, name); });
    if (!is_set) response.add(name, value);
  };
  set("Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
      "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  set("X-Content-Type-Options", "nosniff");
  set("X-Frame-Options", "DENY");
  set("Referrer-Policy", "no-referrer");
  set("Cross-Origin-Opener-Policy", "same-origin");
  set("Cross-Origin-Resource-Policy", "same-origin");
  set("Cache-Control", "no-store");
  if (request.is_tls) set("Strict-Transport-Security", "max-age=31536000");
}

Response unchanged(const std::string& etag) {
  Response response;
  response.status = 304;
  response.add("ETag", etag);
  response.add("Cache-Control", "private, no-cache").add("Vary", "Accept, Accept-Encoding, Authorization, Cookie");
  return response;
}

/// The answer as this client wants it.
Response given(const Answer& answer, const Request& request) {
  if (names_tag(request.header("if-none-match"), answer.etag)) return unchanged(answer.etag);
  Response response;
  response.content_type = answer.content_type;
  response.headers = answer.headers;
  response.body = answer.body;
  if (answer.gzip && accepts_gzip(request.header("accept-encoding"))) {
    response.body = answer.gzip;
    response.add("Content-Encoding", "gzip");
  }
  response.add("ETag", answer.etag);
  response.add("Cache-Control", "private, no-cache").add("Vary", "Accept, Accept-Encoding, Authorization, Cookie");
  return response;
}

std::string tag_of(const Basis& basis, const std::string& question) {
  const std::string all = format("{}\n{} {}\n{}", basis.settings, basis.data.facts, basis.data.decisions, question);
  return "W/\"" + to_hex(sha256(all)).substr(0, 20) + '"';
}

/// A file of the dashboard; every path without an extension is the page itself, which knows what to show.
Response asset(std::span<const web::Asset> assets, const Request& request, const Target& target) {
  if (!request.only_reads()) return problem(405, "bad_method", "only GET and HEAD are here").add("Allow", "GET, HEAD");
  std::string name;
  for (const std::string& segment : target.segments) name += (name.empty() ? "" : "/") + segment;
  const auto find = [&](std::string_view wanted) {
    return std::find_if(assets.begin(), assets.end(), [&](const web::Asset& one) { return one.name == wanted; });
  };
  auto hit = find(name);
  const bool is_page = target.segments.empty() || target.segments.back().find('.') == std::string::npos ||
                       target.segments[0] == "domains";  // whose names have dots
  if (hit == assets.end() && is_page) hit = find("index.html");
  if (hit == assets.end()) return problem(404, "not_found", "there is nothing here");
  Response response;
  response.add("ETag", std::string(hit->etag)).add("Cache-Control", "no-cache").add("Vary", "Accept-Encoding");
  if (names_tag(request.header("if-none-match"), hit->etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = hit->content_type;
  if (accepts_gzip(request.header("accept-encoding"))) {
    response.add("Content-Encoding", "gzip");
    response.body = std::make_shared<const std::string>(hit->gzip);
    return response;
  }
  auto plain = unpack::restore(hit->gzip, unpack::RawEncoding::gzip, {});
  if (!plain) return problem(500, "internal", "a file of the dashboard is broken");
  response.body = std::make_shared<const std::string>(std::move(*plain));
  return response;
}

/// JSON unless CSV is asked for; nothing when the client takes neither.
std::optional<present::Format> wanted_format(const Route& route, const Request& request, Params& params) {
  std::optional<std::string> named;
  if (route.is_table) named = params.one_of("format", {"json", "csv"});
  if (named) return *named == "csv" ? present::Format::csv : present::Format::json;
  const std::string_view accept = request.header("accept");
  const double json = quality(accept, "application/json");
  const double csv = route.is_table ? quality(accept, "text/csv") : 0;
  if (csv > json) return present::Format::csv;
  if (json > 0 || route.pattern.ends_with("/raw")) return present::Format::json;
  return std::nullopt;
}

/// What is asked, by whatever spelling.
std::string question_of(const Target& target, const Params& params, present::Format format) {
  std::string question;
  for (const std::string& segment : target.segments) question += segment + '\x1D';
  question += params.canonical();
  if (format == present::Format::csv) question += '\x1C';
  return question;
}

}  // namespace

/// What is known of a request while it is being answered.
struct Service::Exchange {
  Reader& reader;
  const Request& request;
  const Live& live;
  Target target;
  Match match;
  Identity identity;
  store::Store* store = nullptr;
  std::optional<AtHand::Stamp> stamp;  ///< Of before the database was asked for anything.
};

void Service::refresh_tokens(store::Store& store) {
  const std::uint64_t version = store.token_version();
  if (version != access_.token_version()) access_.set_tokens(store.tokens(), version);
}

std::optional<Response> Service::refuse_by_access(Exchange& exchange) {
  const Request& request = exchange.request;
  const Route& route = *exchange.match.route;
  const config::HttpSettings& settings = exchange.live.config.http;
  const IpAddress peer = peer_of(request, settings);
  const Instant now = parts_.clock.now();
  const bool tries = request.count("authorization") > 0 || route.respond == &http::log_in;
  if (const std::int64_t wait = tries ? throttle_.wait(peer, now) : 0; wait > 0) {
    return problem(429, "too_many_tries", format("too many tries failed; wait {} seconds", wait))
        .add("Retry-After", std::to_string(wait));
  }
  exchange.identity = access_.identify(request, is_open_to(request, settings));
  const Identity& identity = exchange.identity;
  if (identity.guessed) {
    throttle_.failed(peer, now);
    log::warning(format("http: a token that is not known, from {}", peer.to_string()));
    return problem(401, "bad_token", "the token is not known").add("WWW-Authenticate", "Bearer realm=\"ruagate\"");
  }
  if (!identity.may(route.scope)) {
    if (identity.via == Identity::Via::none) {
      return problem(401, "login_needed", "a token or a login is needed (ruagate token create)")
          .add("WWW-Authenticate", "Bearer realm=\"ruagate\"");
    }
    return problem(403, "scope_missing", "this token may not do that");
  }
  if (request.only_reads() || route.respond == &http::log_in) {
    if (!request.only_reads() && !is_same_origin(request)) {
      return problem(403, "other_origin", "this comes from another site");
    }
    return std::nullopt;
  }
  if (identity.via == Identity::Via::token) return std::nullopt;
  if (!is_same_origin(request)) return problem(403, "other_origin", "this comes from another site");
  if (identity.csrf.empty() || !same_bytes(request.header("x-csrf-token"), identity.csrf)) {
    return problem(403, "csrf", "the header X-CSRF-Token is missing or not the one of GET /api/v1/session");
  }
  return std::nullopt;
}

Response Service::document(Exchange& exchange) {
  const Route& route = *exchange.match.route;
  const Request& request = exchange.request;
  Params params(exchange.target.query);
  const auto format = wanted_format(route, request, params);
  if (!format) return problem(406, "not_acceptable", "this is given as JSON, and tables as CSV");
  const std::string question = question_of(exchange.target, params, *format);
  const std::string domain = route.basis == Route::Basis::domain ? exchange.match.path.at(0) : "";
  const Basis basis = this->basis(*exchange.store, exchange.live, domain);
  const std::string etag = tag_of(basis, question);
  if (names_tag(request.header("if-none-match"), etag) && request.header("if-none-match") != "*") {
    return unchanged(etag);
  }
  std::optional<Response> refused;
  const auto make = [&]() -> std::shared_ptr<const Answer> {
    const auto begin = std::chrono::steady_clock::now();
    const auto studies = this->studies(*exchange.store, exchange.live);
    Call call{*this,         request,         params,  exchange.match.path, exchange.identity,
              exchange.live, *exchange.store, *format, studies.get()};
    Result<Document> made = route.document(call);
    if (!made) {
      refused = refusal(made.error());
      return nullptr;
    }
    Answer answer;
    answer.content_type = made->content_type;
    answer.headers = std::move(made->headers);
    answer.basis = made->basis.value_or(basis);
    answer.etag = tag_of(answer.basis, question);
    if (made->body.size() >= kWorthGzip && (made->keep || made->body.size() <= kTooLongForGzip) &&
        (made->keep || accepts_gzip(request.header("accept-encoding")))) {
      answer.gzip = std::make_shared<const std::string>(unpack::gzip(made->body));
    }
    answer.body = std::make_shared<const std::string>(std::move(made->body));
    answer.made_at = std::chrono::steady_clock::now();
    answer.cost = answer.made_at - begin;
    auto shared = std::make_shared<const Answer>(std::move(answer));
    if (made->keep) return shared;
    refused = given(*shared, request);
    return nullptr;
  };
  // One that was refused for this client, or is not kept, is not waited for by others in vain: they ask themselves.
  const auto answer = cache_.get(question, basis, make);
  if (answer && exchange.stamp && answer->basis == basis) {
    at_hand_.keep(*exchange.stamp, basis.settings, question, answer);
  }
  if (answer) return given(*answer, request);
  return refused ? std::move(*refused) : problem(500, "internal", "there is no answer");
}

Response Service::api(Exchange& exchange) {
  const Route& route = *exchange.match.route;
  if (route.document != nullptr) return document(exchange);
  Params params(exchange.target.query);
  if (const auto ok = params.finish(); !ok) return refusal(ok.error());
  Call call{*this,           exchange.request,     params, exchange.match.path, exchange.identity, exchange.live,
            *exchange.store, present::Format::json};
  Response response = route.respond(call);
  const bool is_long = response.body && response.body->size() >= kWorthGzip;
  if (is_long && exchange.request.only_reads() && accepts_gzip(exchange.request.header("accept-encoding"))) {
    response.body = std::make_shared<const std::string>(unpack::gzip(*response.body));
    response.add("Content-Encoding", "gzip");
  }
  return response;
}

Response Service::answer_or_refuse(Reader& reader, const Request& request, std::string& route_name) {
  const auto settings = live();
  if (auto refused = refuse_head(request, settings->config.http)) {
    refused->close = true;
    return std::move(*refused);
  }
  auto target = parse_target(request.target);
  if (!target) return problem(400, target.error().code, target.error().message);
  const std::string first = target->segments.empty() ? "" : target->segments[0];
  if (request.target == "/healthz" && request.only_reads()) {
    route_name = "/healthz";
    return respond(200, "text/plain; charset=utf-8", "ok\n");
  }
  Exchange exchange{reader, request, *settings, std::move(*target), {}, {}, nullptr, {}};
  exchange.match = match(request.method, exchange.target.segments);
  if (exchange.match.route == nullptr) {
    if (!exchange.match.allowed.empty()) {
      return problem(405, "bad_method", format("only {} are here", exchange.match.allowed))
          .add("Allow", exchange.match.allowed);
    }
    if (first == "healthz") {
      return problem(405, "bad_method", "only GET and HEAD are here").add("Allow", "GET, HEAD");
    }
    if (first == "api") return problem(404, "not_found", "there is nothing here");
    route_name = "page";
    return asset(parts_.assets, request, exchange.target);
  }
  route_name = exchange.match.route->pattern;
  if (exchange.match.route->document != nullptr) exchange.stamp = AtHand::stamp(settings->config.store.path);
  exchange.store = &reader.store(*settings, parts_.stop);
  refresh_tokens(*exchange.store);
  if (auto refused = refuse_by_access(exchange)) return std::move(*refused);
  return api(exchange);
}

Service::Admission Service::admit(Reader& reader, const Request& head) {
  Admission admission;
  admission.max_body = kSmallBody;
  const auto settings = live();
  admission.refusal = refuse_head(head, settings->config.http);
  const auto target = parse_target(head.target);
  if (admission.refusal || !target) return admission;  // handle() says what is wrong with the target
  const Match found = match(head.method, target->segments);
  if (found.route == nullptr || !found.route->takes_mail) return admission;
  try {
    // Nobody fills our memory who may not.
    Exchange exchange{reader, head, *settings, *target, found, {}, nullptr, {}};
    exchange.store = &reader.store(*settings, parts_.stop);
    refresh_tokens(*exchange.store);
    admission.refusal = refuse_by_access(exchange);
    admission.max_body = std::max(settings->config.limits.message_bytes, kSmallBody);
  } catch (const std::exception& error) {
    reader.forget();
    log::error(format("http: {}", error.what()));
    admission.refusal = problem(503, "database", "the database cannot be read now").add("Retry-After", "5");
  }
  if (admission.refusal) add_safety(*admission.refusal, head);
  return admission;
}

std::optional<Response> Service::at_once(const Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  if (!request.only_reads() || request.count("authorization") > 0) return std::nullopt;
  const auto settings = live();
  if (refuse_head(request, settings->config.http)) return std::nullopt;
  const auto stamp = AtHand::stamp(settings->config.store.path);
  const auto target = parse_target(request.target);
  if (!stamp || !target) return std::nullopt;
  const Match found = match(request.method, target->segments);
  if (found.route == nullptr || found.route->document == nullptr) return std::nullopt;
  Params params(target->query);
  const auto format = wanted_format(*found.route, request, params);
  if (!format) return std::nullopt;
  const auto answer = at_hand_.find(*stamp, basis_settings(*settings), question_of(*target, params, *format));
  // An answer that is found was given when the tokens had been looked at in the same state of the database.
  if (!answer || !access_.identify(request, is_open_to(request, settings->config.http)).may(found.route->scope)) {
    return std::nullopt;
  }
  Response response = given(*answer, request);
  finish(request, std::string(found.route->pattern), begin, response);
  return response;
}

Response Service::handle(Reader& reader, const Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  std::string route_name = "none";
  Response response;
  try {
    response = answer_or_refuse(reader, request, route_name);
  } catch (const store::StoreError& error) {
    reader.forget();
    if (!parts_.stop()) log::error(format("http: {}", error.what()));
    response = problem(503, "database", "the database cannot be read or written now; the log says why");
    response.add("Retry-After", "5");
  } catch (const std::exception& error) {
    log::error(format("http: {} {}: {}", printable(request.method, 20), route_name, printable(error.what(), 400)));
    response = problem(500, "internal", "a fault of ours; the log says more");
  }
  finish(request, route_name, begin, response);
  return response;
}

void Service::finish(const Request& request, const std::string& route_name, std::chrono::steady_clock::time_point begin,
                     Response& response) {
  add_safety(response, request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  metrics_.observe(request.method, route_name, response.status, took.count());
  if (log::is_on(log::Level::debug)) {
    // Without the query: some client will put its token there.
    const std::string path = request.target.substr(0, request.target.find('?'));
    log::debug(format("http: {} {} {} {} {:.1f} ms", request.peer.to_string(), printable(request.method, 20),
                      printable(path), response.status, took.count() * 1000));
  }
}

}  // namespace ruagate::http
