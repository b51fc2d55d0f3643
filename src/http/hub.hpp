#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "config/config.hpp"
#include "http/service.hpp"
#include "http/workers.hpp"

namespace ruagate::http {

/// One connection as the others see it.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends it at once.
  virtual void drop() = 0;
};

/// What all connections share. Only the sockets' thread touches it.
class Hub {
 public:
  Hub(Service& answering, Workers& answering_threads, const config::HttpSettings& http, std::uint64_t body_bytes)
      : service(answering), workers(answering_threads), settings(http), body_budget_(body_bytes) {}

  /// Room for one more? Drops the connection that has been idle for longest when there is none.
  bool make_room();
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);
  void idle(Connection& connection, bool is_idle);
  void drop_idle();
  void drop_all();
  bool is_empty() const { return entries_.empty(); }

  /// Memory for bodies, all together.
  bool reserve(std::uint64_t bytes);
  void release(std::uint64_t bytes) { reserved_ -= bytes; }

  Service& service;
  Workers& workers;
  config::HttpSettings settings;
  bool stopping = false;

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    std::list<Connection*>::iterator idle;
    bool is_idle = false;
  };
  std::unordered_map<Connection*, Entry> entries_;
  std::list<Connection*> idle_;  ///< The one that has been idle for longest in front.
  std::uint64_t body_budget_;
  std::uint64_t reserved_ = 0;
};

}  // namespace ruagate::http
