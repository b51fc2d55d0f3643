#include "http/hub.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace ruagate::http {

bool Hub::make_room() {
  if (stopping) return false;
  if (entries_.size() < static_cast<std::size_t>(settings.max_connections)) return true;
  if (idle_.empty()) return false;
  Connection* oldest = idle_.front();
  const std::shared_ptr<Connection> held = entries_.at(oldest).connection;
  remove(*oldest);
  held->drop();
  return true;
}

void Hub::add(std::shared_ptr<Connection> connection) {
  Connection* key = connection.get();
  entries_[key] = {std::move(connection), idle_.end(), false};
  service.metrics().connections(static_cast<std::int64_t>(entries_.size()));
}

void Hub::remove(Connection& connection) {
  const auto hit = entries_.find(&connection);
  if (hit == entries_.end()) return;
  if (hit->second.is_idle) idle_.erase(hit->second.idle);
  entries_.erase(hit);
  service.metrics().connections(static_cast<std::int64_t>(entries_.size()));
}

void Hub::idle(Connection& connection, bool is_idle) {
  const auto hit = entries_.find(&connection);
  if (hit == entries_.end() || hit->second.is_idle == is_idle) return;
  hit->second.is_idle = is_idle;
  if (is_idle) {
    hit->second.idle = idle_.insert(idle_.end(), &connection);
  } else {
    idle_.erase(hit->second.idle);
  }
}

void Hub::drop_idle() {
  std::vector<std::shared_ptr<Connection>> held;
  for (Connection* connection : idle_) held.push_back(entries_.at(connection).connection);
  for (const auto& connection : held) connection->drop();
}

void Hub::drop_all() {
  std::vector<std::shared_ptr<Connection>> held;
  for (const auto& [key, entry] : entries_) held.push_back(entry.connection);
  for (const auto& connection : held) connection->drop();
}

bool Hub::reserve(std::uint64_t bytes) {
  if (bytes > body_budget_ - std::min(body_budget_, reserved_)) return false;
  reserved_ += bytes;
  return true;
}

}  // namespace ruagate::http
