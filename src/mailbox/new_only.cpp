#include "mailbox/new_only.hpp"

#include <functional>
#include <unordered_set>
#include <utility>

namespace ruagate::mailbox {

namespace {

class NewOnly final : public Mailbox {
 public:
  explicit NewOnly(std::unique_ptr<Mailbox> inner) : inner_(std::move(inner)) {}

  const std::string& name() const override { return inner_->name(); }

  Result<std::optional<std::uint64_t>> begin_pass() override {
    // What the last whole pass did not meet any more has gone; forget it, so that memory follows the mailbox.
    if (at_end_) done_ = std::exchange(met_, {});
    met_.clear();
    at_end_ = false;
    return inner_->begin_pass();
  }

  Result<std::vector<MessageRef>> next(std::size_t max_count) override {
    for (;;) {
      auto messages = inner_->next(max_count);
      if (!messages) return messages;
      if (messages->empty()) {
        at_end_ = true;
        return messages;
      }
      std::erase_if(*messages, [&](const MessageRef& message) {
        const bool known = done_.contains(key(message));
        if (known) met_.insert(key(message));
        return known;
      });
      if (!messages->empty()) return messages;
    }
  }

  Result<std::string> fetch(const MessageRef& message) override { return inner_->fetch(message); }

  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override {
    auto acknowledged = inner_->acknowledge(messages, outcome);
    if (!acknowledged) return acknowledged;
    for (const MessageRef& message : messages) {
      done_.insert(key(message));
      met_.insert(key(message));
    }
    return acknowledged;
  }

  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override { inner_->wait(limit, stop); }

 private:
  static std::size_t key(const MessageRef& message) { return std::hash<std::string>{}(message.id); }

  std::unique_ptr<Mailbox> inner_;
  std::unordered_set<std::size_t> done_;
  std::unordered_set<std::size_t> met_;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Mailbox> new_only(std::unique_ptr<Mailbox> inner) {
  return std::make_unique<NewOnly>(std::move(inner));
}

}  // namespace ruagate::mailbox
