#pragma once

#include <optional>

#include "mailbox/mailbox.hpp"
#include "store/store.hpp"

namespace ruagate::ingest {

/// Keeps in the store how far a mailbox has been worked through, where it goes on from a checkpoint.
class Checkpoints {
 public:
  /// Tells the mailbox where it stood; without a store it begins at the beginning.
  void begin(mailbox::Mailbox& mailbox, store::Store* store);
  /// True when the store does not know how far it is now.
  bool has_news(const mailbox::Mailbox& mailbox) const;
  /// Inside a transaction.
  void keep(const mailbox::Mailbox& mailbox, store::Store& store);

 private:
  std::optional<mailbox::Checkpoint> kept_;
};

}  // namespace ruagate::ingest
