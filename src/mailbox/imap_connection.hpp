#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mailbox/imap.hpp"

// One TCP connection with or without TLS, as blocking calls that all end. Private to this room; the only file that
// sees Boost.Asio and OpenSSL's TLS is imap_connection.cpp. One thread at a time.
namespace ruagate::mailbox::imap {

class Connection {
 public:
  /// Tries every address of the host in turn; with implicit TLS the handshake is done as well.
  /// Errors: temporary (`connect_failed`, `tls_failed`, `stopped`); usage (`plaintext_refused`, bad `ca_file`).
  static Result<std::unique_ptr<Connection>> open(const ImapSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// TLS from here on; certificate and host name are checked. Errors: temporary (`tls_failed`).
  Result<void> start_tls();
  /// Errors: temporary (`connection_lost`, `timed_out`, `stopped`).
  Result<void> write(std::string_view bytes, std::chrono::milliseconds limit);
  /// At least one byte; valid until the next call. After `timed_out` the next call goes on waiting for the same bytes.
  /// Errors: as write().
  Result<std::string_view> read(std::chrono::milliseconds limit);
  /// "192.0.2.1 port 993, TLSv1.3".
  std::string peer() const;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ruagate::mailbox::imap
