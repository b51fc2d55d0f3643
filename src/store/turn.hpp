#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace ruagate::store {

/// Who of this process may write a database: in the order in which they asked, so that an ingest at full speed cannot
/// keep a decision waiting. Between processes SQLite's lock decides.
class WriteTurn {
 public:
  /// For all stores of this process that name the same file.
  explicit WriteTurn(const std::string& path);
  ~WriteTurn();
  WriteTurn(const WriteTurn&) = delete;
  WriteTurn& operator=(const WriteTurn&) = delete;

  /// Waits for the turn; false when `gives_up` said so first, or after ten minutes.
  bool take(const std::function<bool()>& gives_up);
  /// No-op without the turn.
  void leave();

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;
  bool has_turn_ = false;
};

}  // namespace ruagate::store
