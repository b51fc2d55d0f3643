#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mailbox/mailbox.hpp"

// A mailbox on an IMAP server (RFC 3501, RFC 9051).
namespace ruagate::mailbox {

struct ImapSettings {
  enum class Tls : std::uint8_t { implicit, starttls, none };
  enum class Auth : std::uint8_t { password, plain, login, xoauth2, oauthbearer };

  std::string host;
  std::uint16_t port = 0;  ///< 0: 993 with implicit TLS, else 143.
  Tls tls = Tls::implicit;
  std::string ca_file;  ///< Empty: the system's certificates.
  std::string user;
  Auth auth = Auth::password;  ///< password: what the server offers, PLAIN first.
  std::string password_file;
  std::string password_env;
  std::string token_file;
  std::string token_command;
  std::string folder = "INBOX";  ///< Levels apart by "/".
  std::string trace_file;        ///< The conversation is added to it, secrets masked; empty: none.

  std::function<bool()> stop;                       ///< Once true, every wait ends within two seconds.
  std::chrono::milliseconds connect_limit{10'000};  ///< For each address; and for the TLS handshake, and the greeting.
  std::chrono::milliseconds reply_limit{60'000};    ///< Silence that a command may meet with.
  std::chrono::milliseconds idle_limit{540'000};    ///< IDLE is renewed after this; below 29 minutes.
  std::chrono::milliseconds quiet_limit{120'000};   ///< A session that is not used is kept alive this often.
  std::chrono::milliseconds patience{15'000};       ///< How long a lost session is tried again within one pass.
  std::chrono::milliseconds linger_limit{5'000};    ///< A server may go on moving for a lost session so long.
  std::size_t chunk_bytes = 8U << 20;               ///< Fetched at once, by the sizes the server names,
  std::size_t chunk_messages = 100;                 ///< and so many messages.
};

/// Does not connect: that is begin_pass(), so that a server that is away for a while stops nothing else.
/// Errors: usage (settings that contradict each other, a folder name that is not UTF-8).
Result<std::unique_ptr<Mailbox>> open_imap(const ImapSettings& settings, const Options& options);

/// Logs in, looks at the folder without changing anything, and says in words what was found and what will happen to
/// mail. Errors: as begin_pass().
Result<std::vector<std::string>> describe_imap(const ImapSettings& settings, const Options& options);

}  // namespace ruagate::mailbox
