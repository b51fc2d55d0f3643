#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ruagate::store {

/// One of the connections of this process to a database file, and its place among them.
///
/// Opening: closing any descriptor of a file takes away all locks that the process has on it (POSIX), those of SQLite's
/// connections included; another process would then think it is alone and delete the write-ahead log that this one
/// reads. So the file is looked at by itself only before the first connection is there.
///
/// Writing: the connections of this process take turns, in the order in which they asked, so that an ingest at full
/// speed cannot keep a decision waiting. Between processes SQLite's lock decides.
class WriteTurn {
 public:
  /// For all stores of this process that name the same file.
  explicit WriteTurn(const std::string& path);
  ~WriteTurn();
  WriteTurn(const WriteTurn&) = delete;
  WriteTurn& operator=(const WriteTurn&) = delete;

  /// Held while the file is looked at and a connection is opened.
  std::unique_lock<std::mutex> begin_opening();
  /// True when this process has no connection to the file. Only while opening.
  bool is_first() const;
  /// A connection is there now, until this object ends. Only while opening.
  void opened();

  /// Waits for the turn; false when `gives_up` said so first, or after ten minutes.
  bool take(const std::function<bool()>& gives_up);
  /// No-op without the turn.
  void leave();

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;
  bool has_turn_ = false;
  bool is_open_ = false;
};

}  // namespace ruagate::store
