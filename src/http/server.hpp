#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "http/service.hpp"

namespace ruagate::http {

/// Sockets in front of a Service: one thread moves bytes, a few work out answers. Slow and silent clients are dropped,
/// memory is bounded by the limits of the configuration.
class Server {
 public:
  /// Binds and begins to answer. Errors: usage `bad_address`, `bad_certificate`; temporary `cannot_listen`.
  static Result<std::unique_ptr<Server>> start(Service& service, const config::HttpSettings& settings,
                                               std::uint64_t max_body_bytes);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "http://127.0.0.1:8290", with the port that was given when 0 was asked for.
  const std::string& url() const;
  /// Reads the certificate again; the old one stays when the new one cannot be used. Errors: usage `bad_certificate`.
  Result<void> reload_certificate(const config::HttpSettings& settings);
  /// True when both the sockets' thread and one that answers respond within `limit`.
  bool is_alive(std::chrono::milliseconds limit);
  /// No new connections; what is being answered is given up to `limit` to be sent. Then all threads are gone.
  void stop(std::chrono::milliseconds limit);

 private:
  Server();
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether other machines can reach the address; nothing when it is none. Port 0 is any free one.
std::optional<bool> reaches_beyond_this_machine(const std::string& listen);

}  // namespace ruagate::http
