#include "cli/board.hpp"

#include "base/format.hpp"

namespace ruagate::cli {

namespace {

std::string place_of(const config::MailboxSettings& mailbox) {
  if (mailbox.type != "imap") return mailbox.path;
  const int port = mailbox.port != 0 ? mailbox.port : mailbox.tls == "implicit" ? 993 : 143;
  return format("{}@{}:{}/{}", mailbox.user, mailbox.host, port, mailbox.folder);
}

std::string name_of(FollowUpdate::State state) {
  switch (state) {
    case FollowUpdate::State::reading:
      return "reading";
    case FollowUpdate::State::waiting:
      return "waiting";
    case FollowUpdate::State::failing:
      break;
  }
  return "failing";
}

}  // namespace

void Board::set(const std::vector<config::MailboxSettings>& mailboxes) {
  const std::lock_guard hold(lock_);
  mailboxes_.clear();
  for (const config::MailboxSettings& settings : mailboxes) {
    answer::MailboxStatus& status = mailboxes_.emplace_back();
    status.name = settings.name;
    status.type = settings.type;
    status.place = place_of(settings);
    status.since = clock_.now();
  }
}

void Board::tell(std::size_t index, const FollowUpdate& update) {
  const Instant now = clock_.now();
  const std::lock_guard hold(lock_);
  if (index >= mailboxes_.size()) return;
  answer::MailboxStatus& status = mailboxes_[index];
  const std::string state = name_of(update.state);
  if (status.state != state) status.since = now;
  status.state = state;
  const std::uint64_t messages_before = status.messages;
  status.messages = status.reports_new = status.reports_duplicate = status.rejected = status.ignored = 0;
  for (const ingest::Outcome* outcome : {update.before, update.outcome}) {
    if (outcome == nullptr) continue;
    status.messages += outcome->messages;
    status.reports_new += outcome->reports_new;
    status.reports_duplicate += outcome->reports_duplicate;
    status.rejected += outcome->rejected_count;
    status.ignored += outcome->ignored_count;
  }
  if (status.messages > messages_before) status.last_mail = now;
  if (update.state == FollowUpdate::State::waiting) {
    status.last_pass = now;
    status.backlog = 0;
    status.error.reset();
    status.error_since.reset();
  } else {
    status.backlog = update.backlog;
  }
  if (update.error) {
    if (status.error != update.error) status.error_since = now;
    status.error = update.error;
  }
}

std::vector<answer::MailboxStatus> Board::mailboxes() const {
  const std::lock_guard hold(lock_);
  return mailboxes_;
}

}  // namespace ruagate::cli
