#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "mailbox/mailbox.hpp"

namespace ruagate::ingest {

/// Messages whose reports are durable, until the mailbox is told: as many at a time as it likes, and not much later.
class Acknowledging {
 public:
  using FailureFunction = std::function<void(const Error&)>;
  static constexpr std::chrono::seconds kLatest{10};

  void add(mailbox::MessageRef message, mailbox::Outcome outcome);
  /// Acknowledges when enough have come together, or the first has waited for long enough.
  void flush_if_due(mailbox::Mailbox& mailbox, const FailureFunction& failed);
  /// Acknowledges all; what fails stays in the mailbox and is forgotten here.
  void flush(mailbox::Mailbox& mailbox, const FailureFunction& failed);
  /// They belong to a mailbox that is not at hand any more.
  void clear();

 private:
  std::array<std::vector<mailbox::MessageRef>, 3> waiting_;  ///< By outcome.
  std::size_t count_ = 0;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace ruagate::ingest
