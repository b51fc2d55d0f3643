#include "http/cache.hpp"

#include <algorithm>

#include "http/workers.hpp"

namespace ruagate::http {

namespace {

/// Larger than this share of the cache is not kept.
constexpr std::size_t kLargestShare = 4;
constexpr int kReuse = 10;
constexpr std::chrono::seconds kLongestReuse{10};

}  // namespace

std::size_t Answer::size() const {
  return 512 + (body ? body->size() : 0) + (gzip ? gzip->size() : 0);
}

bool Answer::is_fresh(const Basis& now, std::chrono::steady_clock::time_point at) const {
  if (basis == now) return true;
  if (basis.settings != now.settings || basis.data.decisions != now.data.decisions) return false;
  return at - made_at < std::min<std::chrono::steady_clock::duration>(kReuse * cost, kLongestReuse);
}

std::shared_ptr<const Answer> AnswerCache::find(const std::string& question, const Basis& basis) {
  const auto hit = index_.find(question);
  if (hit == index_.end() || !hit->second->answer->is_fresh(basis, std::chrono::steady_clock::now())) return nullptr;
  entries_.splice(entries_.begin(), entries_, hit->second);
  return hit->second->answer;
}

void AnswerCache::keep(const std::string& question, std::shared_ptr<const Answer> answer) {
  const auto drop = [this](std::list<Entry>::iterator entry) {
    bytes_ -= entry->answer->size() + entry->question.size();
    index_.erase(entry->question);
    entries_.erase(entry);
  };
  if (const auto old = index_.find(question); old != index_.end()) drop(old->second);
  if (answer->size() > max_bytes_ / kLargestShare) return;
  bytes_ += answer->size() + question.size();
  entries_.push_front({question, std::move(answer)});
  index_[question] = entries_.begin();
  while (bytes_ > max_bytes_) drop(std::prev(entries_.end()));
}

std::shared_ptr<const Answer> AnswerCache::peek(const std::string& question, const Basis& basis) {
  const std::lock_guard hold(lock_);
  return find(question, basis);
}

std::shared_ptr<const Answer> AnswerCache::get(const std::string& question, const Basis& basis,
                                               const std::function<std::shared_ptr<const Answer>()>& make) {
  std::unique_lock hold(lock_);
  while (true) {
    if (auto answer = find(question, basis)) return answer;
    if (!making_.contains(question)) break;
    const Workers::Aside aside;
    done_.wait(hold);
  }
  making_[question] = 1;
  hold.unlock();
  const auto finish = [&](std::shared_ptr<const Answer> answer) {
    hold.lock();
    making_.erase(question);
    if (answer) keep(question, std::move(answer));
    hold.unlock();
    done_.notify_all();
  };
  std::shared_ptr<const Answer> answer;
  try {
    answer = make();
  } catch (...) {
    finish(nullptr);
    throw;
  }
  finish(answer);
  return answer;
}

}  // namespace ruagate::http
