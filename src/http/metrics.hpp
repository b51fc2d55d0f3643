#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "answer/health.hpp"
#include "answer/overview.hpp"

namespace ruagate::http {

/// What Prometheus asks for. Label values are valid UTF-8, at most 128 bytes, and of domains at most a thousand.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// `route` is a pattern of the API, or a word; never what the client sent.
  void observe(std::string_view method, std::string_view route, int status, double seconds);
  void connections(std::int64_t open);

  /// The text format 0.0.4.
  std::string text(const answer::OverviewAnswer& overview, const answer::HealthAnswer& health,
                   const std::map<std::string, std::uint64_t>& reject_reasons);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ruagate::http
