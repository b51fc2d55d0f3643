#include "ingest/acknowledging.hpp"

#include <utility>

namespace ruagate::ingest {

void Acknowledging::add(mailbox::MessageRef message, mailbox::Outcome outcome) {
  if (count_ == 0) since_ = std::chrono::steady_clock::now();
  ++count_;
  waiting_.at(static_cast<std::size_t>(outcome)).push_back(std::move(message));
}

void Acknowledging::flush_if_due(mailbox::Mailbox& mailbox, const FailureFunction& failed) {
  if (count_ == 0) return;
  const bool is_late = std::chrono::steady_clock::now() - since_ >= kLatest;
  if (is_late || count_ >= mailbox.acknowledged_at_once()) flush(mailbox, failed);
}

void Acknowledging::flush(mailbox::Mailbox& mailbox, const FailureFunction& failed) {
  const auto waiting = std::exchange(waiting_, {});
  count_ = 0;
  for (const auto outcome : {mailbox::Outcome::processed, mailbox::Outcome::rejected, mailbox::Outcome::ignored}) {
    const auto& messages = waiting.at(static_cast<std::size_t>(outcome));
    if (messages.empty()) continue;
    if (const auto done = mailbox.acknowledge(messages, outcome); !done) failed(done.error());
  }
}

void Acknowledging::clear() {
  waiting_ = {};
  count_ = 0;
}

}  // namespace ruagate::ingest
