#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/reading.hpp"

// Messages read by several threads, and handed back in the order in which they were given. What waits, read or unread,
// is bounded in number and size, so that neither a slow store nor one huge report makes it grow.
namespace ruagate::ingest {

/// A message on its way through.
struct ReadTask {
  mailbox::MessageRef message;
  std::string bytes;
  ReadMessage read;
  StageTimes times;
};

class Readers {
 public:
  using ReadFunction = std::function<void(ReadTask&)>;

  /// `threads` read beside the caller; with none, wait_next() does it all. `read` is called by several threads at once;
  /// what it throws is thrown by the call that would have given the message back.
  Readers(std::size_t threads, ReadFunction read);
  /// Drops what is unread and waits for what is being read.
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  /// False when enough is waiting: take something first.
  bool has_room() const;
  void give(ReadTask task);
  /// The next message, if it is read.
  std::optional<ReadTask> take_ready();
  /// The next message; meanwhile this thread reads as well. Nothing when all were given back.
  std::optional<ReadTask> wait_next();
  /// Takes what is needed no more, to be freed by a thread that reads: it made most of it, and has the time.
  void drop(std::vector<ReadMessage> used);
  /// Forgets the messages that nobody has begun to read.
  void drop_unread();

  /// One for each core but the caller's, at most four.
  static std::size_t usual_threads();

 private:
  enum class Stage : std::uint8_t { unread, reading, done };
  struct Slot {
    ReadTask task;
    Stage stage = Stage::unread;
    std::size_t size = 0;      ///< Bytes as given.
    bool is_large = false;     ///< Its report may be huge; only one such is read at a time.
    std::size_t records = 0;   ///< When done.
    std::exception_ptr fault;  ///< What reading it threw.
  };

  Slot* choose();
  void read(std::unique_lock<std::mutex>& lock, Slot& slot);
  std::optional<ReadTask> take_front();
  void free_some(std::unique_lock<std::mutex>& lock);
  void work();

  ReadFunction read_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::deque<std::unique_ptr<Slot>> slots_;     ///< In the order given.
  std::vector<std::vector<ReadMessage>> used_;  ///< To be freed.
  std::size_t begun_ = 0;                       ///< So many at the front are not unread.
  std::size_t bytes_ = 0;                       ///< Of messages that are not yet given back.
  std::size_t records_done_ = 0;                ///< In messages that are read and not yet given back.
  bool large_at_work_ = false;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ruagate::ingest
