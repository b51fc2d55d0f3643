#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "store/store.hpp"

namespace ruagate::http {

/// From what an answer was made. `settings` covers the configuration, the day and the process.
struct Basis {
  std::string settings;
  store::DataVersion data;
  bool operator==(const Basis&) const = default;
};

/// An answer that may be given again.
struct Answer {
  std::string etag;
  std::string content_type;
  std::vector<Header> headers;
  std::shared_ptr<const std::string> body;
  std::shared_ptr<const std::string> gzip;  ///< Null when it is not worth it.
  Basis basis;
  std::chrono::steady_clock::time_point made_at{};
  std::chrono::steady_clock::duration cost{};

  std::size_t size() const;
  /// True when nothing has changed since. While reports pour in, an answer is also used again for as long as ten times
  /// what it cost, at most ten seconds, so that asking never takes more than a tenth of a processor; what the operator
  /// decided shows at once.
  bool is_fresh(const Basis& now, std::chrono::steady_clock::time_point at) const;
};

/// Answers by question, the ones used last; several who ask the same at once wait for one to work it out.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// `make` may give null (an answer that is not to be kept) or throw.
  std::shared_ptr<const Answer> get(const std::string& question, const Basis& basis,
                                    const std::function<std::shared_ptr<const Answer>()>& make);
  /// What is there and fresh, without making it.
  std::shared_ptr<const Answer> peek(const std::string& question, const Basis& basis);

 private:
  struct Entry {
    std::string question;
    std::shared_ptr<const Answer> answer;
  };
  void keep(const std::string& question, std::shared_ptr<const Answer> answer);
  std::shared_ptr<const Answer> find(const std::string& question, const Basis& basis);

  std::mutex lock_;
  std::condition_variable done_;
  std::list<Entry> entries_;  ///< The one used last in front.
  std::map<std::string, std::list<Entry>::iterator, std::less<>> index_;
  std::map<std::string, int> making_;
  std::size_t bytes_ = 0;
  std::size_t max_bytes_;
};

}  // namespace ruagate::http
