#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "http/service.hpp"

namespace ruagate::http {

/// Threads that work out answers, each with a connection to the database.
class Workers {
 public:
  using Job = std::function<void(Reader&)>;

  /// So many jobs are worked on at a time. Those that wait for each other do not count.
  explicit Workers(int places);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// False when too much waits already.
  bool add(Job job);
  /// What waits is dropped; what runs is waited for.
  void stop();

  /// While it lives, its thread waits for what another one works out, and a further job may take its place: else two
  /// who ask for the same would stand in the way of all others. Does nothing on threads that are no workers.
  class Aside {
   public:
    Aside();
    ~Aside();
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
  };

 private:
  void work();

  std::mutex lock_;
  std::condition_variable more_;
  std::deque<Job> jobs_;
  bool stops_ = false;
  std::size_t places_;
  std::size_t running_ = 0;  ///< Without those that stand aside.
  std::vector<Reader> readers_;
  std::vector<Reader*> free_;  ///< The one used last at the end: few connections are open unless many wait.
  std::vector<std::thread> threads_;
};

}  // namespace ruagate::http
