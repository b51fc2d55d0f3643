#include "ingest/checkpoints.hpp"

namespace ruagate::ingest {

void Checkpoints::begin(mailbox::Mailbox& mailbox, store::Store* store) {
  kept_.reset();
  const auto place = mailbox.checkpoint_place();
  if (!place || store == nullptr) return;
  const auto kept = store->checkpoint(place->server, place->folder);
  if (!kept) return;
  kept_ = mailbox::Checkpoint{kept->uid_validity, kept->last_uid};
  mailbox.resume(*kept_);
}

bool Checkpoints::has_news(const mailbox::Mailbox& mailbox) const {
  const auto reached = mailbox.checkpoint();
  return reached && reached != kept_;
}

void Checkpoints::keep(const mailbox::Mailbox& mailbox, store::Store& store) {
  const auto place = mailbox.checkpoint_place();
  const auto reached = mailbox.checkpoint();
  if (!place || !reached || reached == kept_) return;
  store.set_checkpoint(place->server, place->folder, {reached->validity, reached->last_uid});
  kept_ = reached;
}

}  // namespace ruagate::ingest
