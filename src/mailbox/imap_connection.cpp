#include "mailbox/imap_connection.hpp"

#include <array>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::mailbox::imap {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Steady = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::chrono::milliseconds kSlice{100};
constexpr std::chrono::milliseconds kAfterStop{2000};

tl::unexpected<Error> lost(std::string_view code, std::string message) {
  return fail(ErrorKind::temporary, code, std::move(message));
}

void set_up(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int fd = socket.native_handle();
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  // A peer that is gone without a word is noticed after two minutes, also in IDLE.
  const auto set = [fd](int option, int value) { ::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value); };
  set(TCP_KEEPIDLE, 60);
  set(TCP_KEEPINTVL, 15);
  set(TCP_KEEPCNT, 4);
}

/// What OpenSSL's error means for the one who wrote the configuration.
std::string tls_cause(const error_code& error, SSL* ssl, const ImapSettings& settings) {
  const auto verified = ::SSL_get_verify_result(ssl);
  if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return format("the certificate is not for {}", printable(settings.host));
  }
  if (verified != X509_V_OK) {
    return format("the certificate is not trusted: {}{}", ::X509_verify_cert_error_string(verified),
                  settings.ca_file.empty() ? " (ca_file names an own authority)" : "");
  }
  const auto text = error.message();
  if (text.find("wrong version number") != std::string::npos || text.find("packet length") != std::string::npos ||
      text.find("http request") != std::string::npos) {
    return "what answers there is not TLS; tls = \"starttls\" may be meant, or another port";
  }
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset) {
    return "the server ended the connection in the handshake";
  }
  return text;
}

}  // namespace

struct Connection::State {
  explicit State(const ImapSettings& settings_in) : settings(settings_in), socket(io) {}

  const ImapSettings settings;
  asio::io_context io;
  asio::ssl::context tls_context{asio::ssl::context::tls_client};
  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::array<char, 65536> buffer{};
  bool reading = false;
  bool read_done = false;
  std::size_t read_bytes = 0;
  error_code read_error;
  std::optional<Steady::time_point> stop_seen;

  enum class End : std::uint8_t { done, timed_out, stopped };

  /// Runs until `done`, for at most `limit`; less once a stop was asked for.
  End run_until(const bool& done, std::chrono::milliseconds limit) {
    const auto end = Steady::now() + limit;
    while (!done) {
      auto now = Steady::now();
      if (!stop_seen && settings.stop && settings.stop()) stop_seen = now;
      if (stop_seen && now >= *stop_seen + kAfterStop) return End::stopped;
      if (now >= end) return End::timed_out;
      io.restart();
      io.run_one_for(std::min<Steady::duration>(end - now, kSlice));
    }
    return End::done;
  }

  /// Starts something that ends by calling its handler, and waits for it; what does not end in time is broken off.
  template <class Start>
  Result<void> perform(std::chrono::milliseconds limit, error_code& error, const Start& start) {
    bool done = false;
    start([&](const error_code& result) {
      error = result;
      done = true;
    });
    const auto end = run_until(done, limit);
    if (end == End::done) return {};
    error_code ignored;
    socket.close(ignored);
    while (!done) {
      io.restart();
      io.run_one();
    }
    if (end == End::stopped) return lost("stopped", "stopped");
    return lost("timed_out", format("no answer within {} ms", limit.count()));
  }

  Result<void> connect();
  Result<void> prepare_tls();
  Result<void> handshake();
  std::string where() const { return format("{} port {}", printable(settings.host), settings.port); }
};

Result<void> Connection::State::connect() {
  tcp::resolver resolver(io);
  tcp::resolver::results_type found;
  error_code error;
  bool resolved = false;
  resolver.async_resolve(settings.host, std::to_string(settings.port), [&](const error_code& result, auto results) {
    error = result;
    found = std::move(results);
    resolved = true;
  });
  const auto end = run_until(resolved, settings.connect_limit);
  if (end != End::done) {
    resolver.cancel();
    while (!resolved) {
      io.restart();
      io.run_one();
    }
    if (end == End::stopped) return lost("stopped", "stopped");
    return lost("connect_failed", format("{}: no answer from the name server", printable(settings.host)));
  }
  if (error) return lost("connect_failed", format("{}: {}", printable(settings.host), error.message()));

  std::string faults;
  for (const auto& entry : found) {
    const auto endpoint = entry.endpoint();
    const auto address = endpoint.address().to_string();
    if (settings.tls == ImapSettings::Tls::none && !endpoint.address().is_loopback()) {
      return fail(ErrorKind::usage, "plaintext_refused",
                  format("{} is {}, which is not this machine: without TLS only loopback is allowed",
                         printable(settings.host), address));
    }
    error_code ignored;
    socket.close(ignored);
    const auto done = perform(settings.connect_limit, error,
                              [&](auto handler) { socket.async_connect(endpoint, std::move(handler)); });
    if (done && !error) {
      set_up(socket);
      return {};
    }
    if (!done && done.error().code == "stopped") return done;
    faults += format("{}{}: {}", faults.empty() ? "" : "; ", address, done ? error.message() : done.error().message);
  }
  return lost("connect_failed", format("cannot connect to {} ({})", where(), faults));
}

Result<void> Connection::State::prepare_tls() {
  error_code error;
  ::SSL_CTX_set_min_proto_version(tls_context.native_handle(), TLS1_2_VERSION);
  if (settings.ca_file.empty()) {
    tls_context.set_default_verify_paths(error);
  } else {
    tls_context.load_verify_file(settings.ca_file, error);
  }
  if (error) {
    return fail(ErrorKind::usage, "bad_ca_file",
                format("cannot read the certificates of {}: {}",
                       settings.ca_file.empty() ? "this system" : printable(settings.ca_file), error.message()));
  }
  tls_context.set_verify_mode(asio::ssl::verify_peer, error);
  return {};
}

Result<void> Connection::State::handshake() {
  if (auto prepared = prepare_tls(); !prepared) return prepared;
  tls.emplace(socket, tls_context);
  SSL* ssl = tls->native_handle();
  error_code not_an_address;
  (void)asio::ip::make_address(settings.host, not_an_address);
  if (not_an_address) {
    std::string name = settings.host;  // What SSL_set_tlsext_host_name does, without its C cast.
    ::SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    ::SSL_set1_host(ssl, settings.host.c_str());
  } else {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), settings.host.c_str());
  }
  error_code error;
  const auto done = perform(settings.connect_limit, error, [&](auto handler) {
    tls->async_handshake(asio::ssl::stream_base::client, std::move(handler));
  });
  if (!done && done.error().code == "stopped") return done;
  if (!done) {
    return lost("tls_failed",
                format("{}: the TLS handshake is not answered; is the port right, or is tls = \"starttls\" "
                       "meant?",
                       where()));
  }
  if (error) return lost("tls_failed", format("{}: TLS: {}", where(), tls_cause(error, ssl, settings)));
  return {};
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const ImapSettings& settings) {
  auto state = std::make_unique<State>(settings);
  if (auto connected = state->connect(); !connected) return tl::unexpected(connected.error());
  if (settings.tls == ImapSettings::Tls::implicit) {
    if (auto secured = state->handshake(); !secured) return tl::unexpected(secured.error());
  }
  return std::unique_ptr<Connection>(new Connection(std::move(state)));
}

Result<void> Connection::start_tls() {
  return state_->handshake();
}

Result<void> Connection::write(std::string_view bytes, std::chrono::milliseconds limit) {
  auto& state = *state_;
  error_code error;
  const auto done = state.perform(limit, error, [&](auto handler) {
    auto finish = [handler = std::move(handler)](const error_code& result, std::size_t) { handler(result); };
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    if (state.tls) {
      asio::async_write(*state.tls, buffer, std::move(finish));
    } else {
      asio::async_write(state.socket, buffer, std::move(finish));
    }
  });
  if (!done) return done;
  if (error) return lost("connection_lost", format("connection to {} lost: {}", state.where(), error.message()));
  return {};
}

Result<std::string_view> Connection::read(std::chrono::milliseconds limit) {
  auto& state = *state_;
  if (!state.reading) {
    state.reading = true;
    state.read_done = false;
    auto finish = [&state](const error_code& result, std::size_t bytes) {
      state.read_error = result;
      state.read_bytes = bytes;
      state.read_done = true;
    };
    if (state.tls) {
      state.tls->async_read_some(asio::buffer(state.buffer), std::move(finish));
    } else {
      state.socket.async_read_some(asio::buffer(state.buffer), std::move(finish));
    }
  }
  switch (state.run_until(state.read_done, limit)) {
    case State::End::timed_out:
      return lost("timed_out", format("{} says nothing for {} ms", state.where(), limit.count()));
    case State::End::stopped:
      return lost("stopped", "stopped");
    case State::End::done:
      break;
  }
  state.reading = false;
  if (state.read_error && state.read_bytes == 0) {
    const bool orderly = state.read_error == asio::error::eof || state.read_error == asio::ssl::error::stream_truncated;
    return lost("connection_lost", format("connection to {} lost: {}", state.where(),
                                          orderly ? "the server ended it" : state.read_error.message()));
  }
  return std::string_view(state.buffer.data(), state.read_bytes);
}

std::string Connection::peer() const {
  error_code ignored;
  const auto endpoint = state_->socket.remote_endpoint(ignored);
  return format("{} port {}, {}", endpoint.address().to_string(), endpoint.port(),
                state_->tls ? ::SSL_get_version(state_->tls->native_handle()) : "no TLS");
}

}  // namespace ruagate::mailbox::imap
