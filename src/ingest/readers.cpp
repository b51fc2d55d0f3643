#include "ingest/readers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ruagate::ingest {

namespace {

constexpr std::size_t kMaxWaiting = 4'096;
constexpr std::size_t kMaxWaitingBytes = 32U << 20;
/// Records read ahead of the store; a reader that has begun a larger report may exceed it by that one.
constexpr std::size_t kMaxRecordsDone = 20'000;
/// A compressed report of this size may hold tens of thousands of records.
constexpr std::size_t kLargeBytes = 256U << 10;
constexpr std::size_t kMaxThreads = 4;

}  // namespace

std::size_t Readers::usual_threads() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::min(cores - 1, kMaxThreads);
}

Readers::Readers(std::size_t threads, ReadFunction read) : read_(std::move(read)) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Readers::~Readers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Readers::has_room() const {
  const std::lock_guard lock(mutex_);
  return slots_.size() < kMaxWaiting && bytes_ < kMaxWaitingBytes;
}

void Readers::give(ReadTask task) {
  auto slot = std::make_unique<Slot>();
  slot->size = task.bytes.size();
  slot->is_large = slot->size >= kLargeBytes;
  slot->task = std::move(task);
  {
    const std::lock_guard lock(mutex_);
    bytes_ += slot->size;
    slots_.push_back(std::move(slot));
  }
  work_.notify_one();
}

/// The first message that may be begun now; null when there is none, or when what is read has to be stored first.
Readers::Slot* Readers::choose() {
  while (begun_ < slots_.size() && slots_[begun_]->stage != Stage::unread) ++begun_;
  if (records_done_ >= kMaxRecordsDone && begun_ > 0) return nullptr;
  for (std::size_t i = begun_; i < slots_.size(); ++i) {
    if (slots_[i]->stage == Stage::unread && !(slots_[i]->is_large && large_at_work_)) return slots_[i].get();
  }
  return nullptr;
}

void Readers::read(std::unique_lock<std::mutex>& lock, Slot& slot) {
  slot.stage = Stage::reading;
  if (slot.is_large) large_at_work_ = true;
  lock.unlock();
  std::exception_ptr fault;
  std::size_t records = 0;
  try {
    read_(slot.task);
    for (const ReadReport& report : slot.task.read.reports) records += report.report.records.size();
  } catch (...) {
    fault = std::current_exception();
  }
  lock.lock();
  slot.fault = fault;
  slot.records = records;
  slot.stage = Stage::done;
  records_done_ += records;
  if (slot.is_large) {
    large_at_work_ = false;
    work_.notify_all();
  }
  done_.notify_one();
}

void Readers::drop(std::vector<ReadMessage> used) {
  if (threads_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    used_.push_back(std::move(used));
  }
  work_.notify_one();
}

void Readers::free_some(std::unique_lock<std::mutex>& lock) {
  std::vector<ReadMessage> some = std::move(used_.back());
  used_.pop_back();
  lock.unlock();
  some.clear();
  lock.lock();
}

void Readers::work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (!used_.empty()) {
      free_some(lock);
    } else if (Slot* slot = choose()) {
      read(lock, *slot);
    } else {
      work_.wait(lock);
    }
  }
}

/// With the lock held, and the first slot done.
std::optional<ReadTask> Readers::take_front() {
  const std::unique_ptr<Slot> slot = std::move(slots_.front());
  slots_.pop_front();
  if (begun_ > 0) --begun_;
  bytes_ -= slot->size;
  const bool was_held = records_done_ >= kMaxRecordsDone;
  records_done_ -= slot->records;
  if (was_held && records_done_ < kMaxRecordsDone) work_.notify_all();
  if (slot->fault) std::rethrow_exception(slot->fault);
  return std::move(slot->task);
}

std::optional<ReadTask> Readers::take_ready() {
  const std::lock_guard lock(mutex_);
  if (slots_.empty() || slots_.front()->stage != Stage::done) return std::nullopt;
  return take_front();
}

std::optional<ReadTask> Readers::wait_next() {
  std::unique_lock lock(mutex_);
  while (!slots_.empty()) {
    if (slots_.front()->stage == Stage::done) return take_front();
    if (Slot* slot = choose()) {
      read(lock, *slot);
    } else {
      done_.wait(lock);
    }
  }
  return std::nullopt;
}

void Readers::drop_unread() {
  const std::lock_guard lock(mutex_);
  std::erase_if(slots_, [&](const std::unique_ptr<Slot>& slot) {
    if (slot->stage != Stage::unread) return false;
    bytes_ -= slot->size;
    return true;
  });
  begun_ = 0;
}

}  // namespace ruagate::ingest
