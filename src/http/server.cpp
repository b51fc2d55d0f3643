#include "http/server.hpp"

#include <fcntl.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "http/guard.hpp"
#include "http/session.hpp"

namespace ruagate::http {

namespace {

using asio::ip::tcp;
using error_code = boost::system::error_code;
using Context = std::shared_ptr<asio::ssl::context>;

/// "127.0.0.1:8290" or "[::1]:8290"; nothing for anything else.
std::optional<tcp::endpoint> endpoint_of(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  const std::string port = listen.substr(colon + 1);
  if (error || port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const int number = std::stoi(port);
  if (number > 65535) return std::nullopt;
  return tcp::endpoint(address, static_cast<std::uint16_t>(number));
}

IpAddress address_of(const tcp::endpoint& endpoint) {
  return IpAddress::parse(endpoint.address().to_string()).value_or(IpAddress());
}

Result<Context> certificate_of(const config::HttpSettings& settings) {
  if (settings.cert_file.empty()) return Context();
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression);
  context->use_certificate_chain_file(settings.cert_file, error);
  if (error) {
    return fail(ErrorKind::usage, "bad_certificate",
                format("http.cert_file {}: {}", printable(settings.cert_file), error.message()));
  }
  context->use_private_key_file(settings.key_file, asio::ssl::context::pem, error);
  if (error) {
    return fail(ErrorKind::usage, "bad_certificate",
                format("http.key_file {}: {}", printable(settings.key_file), error.message()));
  }
  return context;
}

}  // namespace

std::optional<bool> reaches_beyond_this_machine(const std::string& listen) {
  const auto endpoint = endpoint_of(listen);
  if (!endpoint) return std::nullopt;
  return !is_loopback(address_of(*endpoint));
}

struct Server::State {
  State(Service& answering, const config::HttpSettings& settings, std::uint64_t max_body_bytes)
      : workers(settings.threads), hub(answering, workers, settings, max_body_bytes + (1U << 20)) {}

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
      if (!error) {
        begin(std::move(socket));
        return accept();
      }
      // No descriptors left, most likely: the next one may come when another has gone.
      hub.make_room();
      retry.expires_after(std::chrono::milliseconds{50});
      retry.async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
    });
  }

  void begin(tcp::socket socket) {
    if (!hub.make_room()) return;  // closed by its destructor
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;
    socket.set_option(tcp::no_delay(true), error);
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    Context tls;
    {
      const std::lock_guard hold(tls_lock);
      tls = certificate;
    }
    if (tls) {
      using Tls = beast::ssl_stream<beast::tcp_stream>;
      std::make_shared<Session<Tls>>(hub, Tls(beast::tcp_stream(std::move(socket)), *tls), address_of(remote), true)
          ->begin();
    } else {
      std::make_shared<Session<beast::tcp_stream>>(hub, beast::tcp_stream(std::move(socket)), address_of(remote), false)
          ->begin();
    }
  }

  void run() {
    while (true) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {
        log::error(format("http: {}", printable(error.what(), 400)));  // one connection's fault is not the others'
      }
    }
  }

  Workers workers;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
  Hub hub;
  tcp::acceptor acceptor{io};
  asio::steady_timer retry{io};
  std::mutex tls_lock;
  Context certificate;
  std::string url;
  std::thread thread;
};

Server::Server() = default;

Result<std::unique_ptr<Server>> Server::start(Service& service, const config::HttpSettings& settings,
                                              std::uint64_t max_body_bytes) {
  const auto endpoint = endpoint_of(settings.listen);
  if (!endpoint) {
    return fail(ErrorKind::usage, "bad_address",
                format("http.listen \"{}\": write it as ADDRESS:PORT or [ADDRESS]:PORT", printable(settings.listen)));
  }
  auto certificate = certificate_of(settings);
  if (!certificate) return tl::unexpected(certificate.error());
  std::unique_ptr<Server> server(new Server());
  server->state_ = std::make_unique<State>(service, settings, max_body_bytes);
  State& state = *server->state_;
  state.certificate = std::move(*certificate);
  error_code error;
  state.acceptor.open(endpoint->protocol(), error);
  if (!error) state.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state.acceptor.bind(*endpoint, error);
  if (!error) state.acceptor.listen(1024, error);
  if (error) {
    return fail(ErrorKind::temporary, "cannot_listen",
                format("cannot listen on {}: {}", printable(settings.listen), error.message()));
  }
  ::fcntl(state.acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  const auto local = state.acceptor.local_endpoint();
  const bool is_v6 = local.address().is_v6();
  state.url = format("{}://{}{}{}:{}", state.certificate ? "https" : "http", is_v6 ? "[" : "",
                     local.address().to_string(), is_v6 ? "]" : "", local.port());
  state.accept();
  state.thread = std::thread([&state] { state.run(); });
  return server;
}

Server::~Server() {
  if (state_) stop(std::chrono::milliseconds{0});
}

const std::string& Server::url() const {
  return state_->url;
}

Result<void> Server::reload_certificate(const config::HttpSettings& settings) {
  auto certificate = certificate_of(settings);
  if (!certificate) return tl::unexpected(certificate.error());
  const std::lock_guard hold(state_->tls_lock);
  // Between with and without TLS only a restart changes.
  if (*certificate && state_->certificate) state_->certificate = std::move(*certificate);
  return {};
}

bool Server::is_alive(std::chrono::milliseconds limit) {
  struct Signs {
    std::mutex lock;
    std::condition_variable came;
    int count = 0;
  };
  const auto answer = std::make_shared<Signs>();
  const auto count = [answer] {
    const std::lock_guard hold(answer->lock);
    ++answer->count;
    answer->came.notify_all();
  };
  asio::post(state_->io, count);
  if (!state_->workers.add([count](Reader&) { count(); })) return false;
  std::unique_lock hold(answer->lock);
  return answer->came.wait_for(hold, limit, [&] { return answer->count == 2; });
}

void Server::stop(std::chrono::milliseconds limit) {
  State& state = *state_;
  if (!state.thread.joinable()) return;
  asio::post(state.io, [&state] {
    error_code ignored;
    state.hub.stopping = true;
    state.acceptor.close(ignored);
    state.retry.cancel();
    state.hub.drop_idle();
  });
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto is_quiet = std::make_shared<std::atomic<bool>>(false);
  while (std::chrono::steady_clock::now() < end && !*is_quiet) {
    asio::post(state.io, [&state, is_quiet] { *is_quiet = state.hub.is_empty(); });
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  state.workers.stop();
  asio::post(state.io, [&state] { state.hub.drop_all(); });
  state.guard.reset();
  // Sessions hold the stream that holds the loop: a last turn lets them go.
  const auto last = std::chrono::steady_clock::now() + std::chrono::milliseconds{500};
  while (!state.io.stopped() && std::chrono::steady_clock::now() < last) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  state.io.stop();
  state.thread.join();
}

}  // namespace ruagate::http
