#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "http/service.hpp"

namespace ruagate::http {

/// Threads that work out answers, each with its own connection to the database.
class Workers {
 public:
  using Job = std::function<void(Reader&)>;

  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// False when too much waits already.
  bool add(Job job);
  /// What waits is dropped; what runs is waited for.
  void stop();

 private:
  void work();

  std::mutex lock_;
  std::condition_variable more_;
  std::deque<Job> jobs_;
  bool stops_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ruagate::http
