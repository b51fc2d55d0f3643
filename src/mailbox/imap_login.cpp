#include <algorithm>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "mailbox/imap_session.hpp"

// From the first byte of a session to the point where folders can be opened.
namespace ruagate::mailbox::imap {
namespace {

using Auth = ImapSettings::Auth;

bool is_token(Auth auth) {
  return auth == Auth::xoauth2 || auth == Auth::oauthbearer;
}

/// RFC 4616, RFC 7628, and what Google and Microsoft call XOAUTH2.
std::string initial_response(Auth auth, const ImapSettings& settings, const std::string& secret) {
  using std::string_literals::operator""s;
  switch (auth) {
    case Auth::xoauth2:
      return "user=" + settings.user + "\1auth=Bearer " + secret + "\1\1";
    case Auth::oauthbearer:
      return "n,a=" + settings.user + ",\1host=" + settings.host + "\1port=" + std::to_string(settings.port) +
             "\1auth=Bearer " + secret + "\1\1";
    case Auth::plain:
    case Auth::password:
    case Auth::login:
      break;
  }
  return "\0"s + settings.user + "\0"s + secret;
}

std::string_view mechanism_name(Auth auth) {
  switch (auth) {
    case Auth::xoauth2:
      return "XOAUTH2";
    case Auth::oauthbearer:
      return "OAUTHBEARER";
    case Auth::login:
      return "LOGIN";
    case Auth::plain:
    case Auth::password:
      break;
  }
  return "PLAIN";
}

}  // namespace

Result<void> Session::greet() {
  auto response = receive(settings_.connect_limit);
  if (!response) return tl::unexpected(response.error());
  if (!*response) {
    return over({ErrorKind::temporary, "bad_greeting",
                 format("{} port {}: no greeting; {}", printable(settings_.host), settings_.port,
                        settings_.tls == ImapSettings::Tls::implicit ? "is it an IMAP server?"
                                                                     : "tls = \"implicit\" may be meant")});
  }
  const auto head = head_of(**response);
  const auto answer = answer_of(**response, head);
  if (head.kind == Kind::untagged && (head.is("OK") || head.is("PREAUTH"))) {
    is_authenticated_ = head.is("PREAUTH");
    return {};
  }
  const bool bye = head.kind == Kind::untagged && head.is("BYE");
  return over({ErrorKind::temporary, "bad_greeting",
               bye ? format("{} takes no session now: {}", printable(settings_.host), answer.text)
                   : format("{} port {} is no IMAP server: it says \"{}\"", printable(settings_.host), settings_.port,
                            printable((*response)->line, 80))});
}

Result<void> Session::secure() {
  if (settings_.tls != ImapSettings::Tls::starttls) return {};
  if (is_authenticated_) {
    return over({ErrorKind::temporary, "tls_failed",
                 format("{} logs in before TLS can begin (PREAUTH); that is refused", printable(settings_.host))});
  }
  auto answer = command("STARTTLS");
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->is_ok()) {
    return over({ErrorKind::temporary, "tls_failed",
                 format("{} offers no STARTTLS ({}); tls = \"implicit\" with port 993 may be meant",
                        printable(settings_.host), answer->text)});
  }
  // What was sent in the clear before TLS stood does not count: anyone could have put it there.
  if (framer_.held() > 0) {
    return over({ErrorKind::temporary, "tls_failed",
                 format("{} sent more behind its answer to STARTTLS; that is refused", printable(settings_.host))});
  }
  if (auto secured = connection_->start_tls(); !secured) return over(secured.error());
  abilities_.clear();
  abilities_known_ = false;
  trace_.note(connection_->peer());
  return {};
}

Result<Answer> Session::try_log_in(const std::string& secret) {
  auto auth = settings_.auth;
  if (auth == Auth::password) {
    auth = can("AUTH=PLAIN") || (can("LOGINDISABLED") && !can("AUTH=LOGIN")) ? Auth::plain : Auth::login;
  }
  if (is_token(auth) && !can(format("AUTH={}", mechanism_name(auth)))) {
    return Answer{"NO", {}, format("{} is not offered", mechanism_name(auth))};
  }
  if (auth == Auth::login && can("AUTH=LOGIN")) {
    return exchange("AUTHENTICATE LOGIN", {base64(settings_.user), base64(secret)}, "*", true, {});
  }
  if (auth == Auth::login) {
    if (can("LOGINDISABLED")) return Answer{"NO", {}, "LOGIN is switched off there"};
    // Literals throughout: any byte may stand in a password.
    return exchange(format("LOGIN {{{}}}", settings_.user.size()),
                    {format("{} {{{}}}", settings_.user, secret.size()), secret}, "*", true, {});
  }
  const auto response = base64(initial_response(auth, settings_, secret));
  // A refused token brings a challenge with the reason, which wants an answer before NO comes.
  const std::string_view last_word = auth == Auth::oauthbearer ? "AQ==" : auth == Auth::xoauth2 ? "" : "*";
  return exchange(format("AUTHENTICATE {}", mechanism_name(auth)), {response}, last_word, true, {});
}

Result<void> Session::log_in(Secret& secret) {
  if (is_authenticated_) return {};
  while (true) {
    auto value = secret.get();
    if (!value) return over(value.error());
    trace_.hide({*value, base64(*value), base64(initial_response(settings_.auth, settings_, *value))});
    auto answer = try_log_in(*value);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->is_ok()) {
      secret.accepted();
      return {};
    }
    // A token that was kept has run out meanwhile; a new one may do. A password file may have changed.
    if (secret.refused() && answer->code != "UNAVAILABLE") continue;
    return over({ErrorKind::temporary, answer->code == "UNAVAILABLE" ? "mailbox_lost" : "login_refused",
                 format("{} refuses the login of {}: {}{}", printable(settings_.host), printable(settings_.user),
                        answer->code.empty() ? "" : format("[{}] ", printable(answer->code)), answer->text)});
  }
}

/// Abilities after the login, and where folders are.
Result<void> Session::learn() {
  if (!abilities_known_) {
    if (auto answer = command("CAPABILITY"); !answer) return tl::unexpected(answer.error());
  }
  const auto take = [&](Tokens& tokens, bool prefix_first) {
    Namespace space;
    const auto first = tokens.next();
    std::string a(first.text);
    const bool first_nil = first.type == Token::Type::nil;
    const auto second = tokens.next();
    std::string b(second.text);
    const bool second_nil = second.type == Token::Type::nil;
    const auto& separator = prefix_first ? b : a;
    space.separator = (prefix_first ? second_nil : first_nil) || separator.empty() ? '\0' : separator.front();
    if (prefix_first) space.prefix = a;
    space_ = space;
  };
  bool known = false;
  if (can("NAMESPACE")) {
    auto answer = command("NAMESPACE", [&](Response& response, const Head& head) {
      if (!head.is("NAMESPACE") || known) return;
      Tokens tokens(response, head.data_at);
      if (tokens.next().type != Token::Type::open || tokens.next().type != Token::Type::open) return;
      take(tokens, true);
      known = true;
    });
    if (!answer) return tl::unexpected(answer.error());
  }
  if (!known) {
    auto answer = command("LIST \"\" \"\"", [&](Response& response, const Head& head) {
      if (!head.is("LIST") || known) return;
      Tokens tokens(response, head.data_at);
      if (tokens.next().type != Token::Type::open) return;
      tokens.skip_list();
      take(tokens, false);
      known = true;
    });
    if (!answer) return tl::unexpected(answer.error());
  }
  return {};
}

Result<std::unique_ptr<Session>> Session::open(const ImapSettings& settings, std::size_t max_literal, Secret& secret,
                                               Trace& trace) {
  std::unique_ptr<Session> session(new Session(settings, max_literal, trace));
  auto connection = Connection::open(settings);
  if (!connection) {
    trace.note(connection.error().message);
    return tl::unexpected(connection.error());
  }
  session->connection_ = std::move(*connection);
  trace.note(session->peer());
  if (auto done = session->greet(); !done) return tl::unexpected(done.error());
  if (auto done = session->secure(); !done) return tl::unexpected(done.error());
  if (!session->abilities_known_) {
    if (auto answer = session->command("CAPABILITY"); !answer) return tl::unexpected(answer.error());
  }
  session->abilities_known_ = false;
  if (auto done = session->log_in(secret); !done) return tl::unexpected(done.error());
  if (auto done = session->learn(); !done) return tl::unexpected(done.error());
  return session;
}

}  // namespace ruagate::mailbox::imap
