#include "cli/follow.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"

namespace ruagate::cli {

namespace {

/// How long a watched mailbox is left alone when nothing tells of new mail.
constexpr std::chrono::seconds kPoll{30};
constexpr std::chrono::seconds kLongestPause{60};
/// A server that refuses a login is not asked often: some lock the account.
constexpr std::chrono::seconds kLongestPauseRefused{600};

/// Says a fault once, and again only when it changes: a watched mailbox may fail for hours.
class Faults {
 public:
  explicit Faults(std::string name) : name_(std::move(name)) {}
  void happened(const std::string& what) {
    if (what != last_) log::error(format("{}: {}", printable(name_), what));
    last_ = what;
  }
  void over() {
    if (!last_.empty()) log::warning(format("{}: works again", printable(name_)));
    last_.clear();
  }

 private:
  std::string name_;
  std::string last_;
};

/// Growing pauses between tries.
class Pause {
 public:
  void reset() { pause_ = std::chrono::seconds{1}; }
  void wait(std::chrono::seconds longest, const std::function<bool()>& stop) {
    // Between a half and the whole, so that many do not come back at the same instant.
    const std::chrono::milliseconds whole(pause_);
    const auto jittered =
        whole / 2 + std::chrono::milliseconds(random_() % static_cast<unsigned long>(whole.count() / 2));
    for (auto left = jittered; left.count() > 0 && !stop(); left -= std::chrono::milliseconds{200}) {
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    pause_ = std::min(2 * pause_, longest);
  }

 private:
  std::chrono::seconds pause_{1};
  std::minstd_rand random_{std::random_device{}()};
};

/// Everything about one followed mailbox.
class Follower {
 public:
  Follower(const std::string& name, const Following& following) : name_(name), following_(following), faults_(name) {}

  /// One pass, and the wait for the next. Errors are handled here.
  void turn(mailbox::Mailbox& mailbox) {
    auto longest = kLongestPause;
    try {
      if (!store_) {
        store_.emplace(following_.database, store::OpenMode::write);
        store_->give_up_when(following_.stop);
        worker_ = std::make_unique<ingest::Worker>(&*store_, following_.clock, following_.options);
      }
      const std::uint64_t before = worker_->outcome().reports_new;
      tell({});
      const auto show = [this](const ingest::Progress& progress) {
        FollowUpdate update;
        if (progress.total) update.backlog = *progress.total - std::min(*progress.total, progress.messages);
        tell(std::move(update));
      };
      const auto run = worker_->run(mailbox, following_.stop, following_.tell ? show : ingest::ProgressFunction(),
                                    following_.border);
      if (run) {
        faults_.over();
        pause_.reset();
        const std::uint64_t added = worker_->outcome().reports_new - before;
        if (added > 0) log::info(format("{}: {} new report{}", printable(name_), added, added == 1 ? "" : "s"));
        FollowUpdate update;
        update.state = FollowUpdate::State::waiting;
        update.pass_ended = true;
        tell(std::move(update));
        mailbox.wait(kPoll, following_.stop);
        return;
      }
      if (run.error().code == "login_refused") longest = kLongestPauseRefused;
      failed(run.error().message, longest);
    } catch (const store::StoreError& error) {
      keep_total();
      failed(error.what(), longest);
    }
  }

  void failed(const std::string& what, std::chrono::seconds longest = kLongestPause) {
    if (following_.stop()) return;
    faults_.happened(what);
    FollowUpdate update;
    update.state = FollowUpdate::State::failing;
    update.error = what;
    tell(std::move(update));
    pause_.wait(longest, following_.stop);
  }

  ingest::Outcome take_total() {
    keep_total();
    return std::move(total_);
  }

 private:
  void keep_total() {
    if (worker_) merge(total_, worker_->outcome());
    worker_.reset();
    store_.reset();
  }
  void tell(FollowUpdate update) {
    if (!following_.tell) return;
    update.outcome = worker_ ? &worker_->outcome() : nullptr;
    update.before = &total_;
    following_.tell(update);
  }

  std::string name_;
  const Following& following_;
  Faults faults_;
  Pause pause_;
  std::optional<store::Store> store_;
  std::unique_ptr<ingest::Worker> worker_;
  ingest::Outcome total_;
};

}  // namespace

ingest::Outcome follow(mailbox::Mailbox& mailbox, const Following& following) {
  Follower follower(mailbox.name(), following);
  while (!following.stop()) follower.turn(mailbox);
  return follower.take_total();
}

ingest::Outcome follow(const std::string& name, const OpenMailbox& open, const Following& following) {
  Follower follower(name, following);
  std::unique_ptr<mailbox::Mailbox> mailbox;
  while (!following.stop()) {
    if (!mailbox) {
      auto opened = open();
      if (!opened) {
        follower.failed(opened.error().message);
        continue;
      }
      mailbox = std::move(*opened);
    }
    follower.turn(*mailbox);
  }
  return follower.take_total();
}

}  // namespace ruagate::cli
