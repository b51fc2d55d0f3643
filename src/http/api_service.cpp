// The service itself: mailboxes, health, metrics, sessions.
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/log.hpp"
#include "http/form.hpp"
#include "http/guard.hpp"
#include "http/routes.hpp"
#include "present/service.hpp"

namespace ruagate::http {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxToken = 200;

Response session_document(const Call& call, const Identity& identity) {
  Json scopes = Json::array();
  if ((identity.scopes & kRead) != 0) scopes.push_back("read");
  if ((identity.scopes & kOperate) != 0) scopes.push_back("operate");
  if ((identity.scopes & kIntake) != 0) scopes.push_back("intake");
  const bool is_open = is_open_to(call.request, call.live.config.http) && !call.service.access().has_tokens();
  const Json document = {
      {"schema", "ruagate.session/1"},
      {"authenticated", identity.via == Identity::Via::token || identity.via == Identity::Via::session},
      {"login_required", !is_open},
      {"name", identity.name.empty() ? Json(nullptr) : Json(identity.name)},
      {"via", to_string(identity.via)},
      {"scopes", std::move(scopes)},
      {"csrf", identity.csrf.empty() ? Json(nullptr) : Json(identity.csrf)},
      {"expires_at", identity.expires_at ? Json(to_iso(*identity.expires_at)) : Json(nullptr)}};
  return respond(200, "application/json", document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
}

std::string session_cookie(const Call& call, const std::string& value, std::int64_t seconds) {
  return format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kSessionCookie, value, seconds,
                is_https(call.request, call.live.config.http) ? "; Secure" : "");
}

}  // namespace

Response get_mailboxes(Call& call) {
  std::ostringstream out;
  present::write_mailboxes(out, call.service.parts().status().mailboxes);
  return respond(200, "application/json", std::move(out).str());
}

Response get_health(Call& call) {
  std::ostringstream out;
  present::write(out, *call.service.health(call.asked(), call.live));
  return respond(200, "application/json", std::move(out).str());
}

Response get_metrics(Call& call) {
  const auto overview = call.service.overview(call.asked(), call.live, std::nullopt);
  const auto health = call.service.health(call.asked(), call.live);
  return respond(200, "text/plain; version=0.0.4; charset=utf-8",
                 call.service.metrics().text(*overview.value, *health, call.store.reject_reasons()));
}

Response get_readyz(Call& call) {
  call.store.version();
  return respond(200, "text/plain; charset=utf-8", "ready\n");
}

Response get_session(Call& call) {
  return session_document(call, call.identity);
}

Response log_in(Call& call) {
  const auto form = form_of(call.request, {"token"});
  if (!form) return form.error();
  const auto token = text_field(*form, "token", kMaxToken);
  if (!token) return refusal(token.error());
  if (!*token || (*token)->empty()) return problem(400, "bad_body", "token is missing");
  auto session = call.service.access().log_in(**token);
  if (!session) {
    const IpAddress peer = peer_of(call.request, call.live.config.http);
    call.service.throttle().failed(peer, call.service.parts().clock.now());
    log::warning(format("http: a login with a token that is not known, from {}", peer.to_string()));
    return problem(401, "bad_token", "the token is not known").add("WWW-Authenticate", "Bearer realm=\"ruagate\"");
  }
  Response response = session_document(call, session->second);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Access::kSessionTime).count();
  response.add("Set-Cookie", session_cookie(call, session->first, seconds));
  return response;
}

Response log_out(Call& call) {
  if (call.identity.via == Identity::Via::session) call.service.access().log_out(call.identity.session);
  return nothing_to_say().add("Set-Cookie", session_cookie(call, "", 0));
}

}  // namespace ruagate::http
