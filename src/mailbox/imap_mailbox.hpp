#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "mailbox/imap.hpp"
#include "mailbox/imap_folder.hpp"
#include "mailbox/imap_lost_moves.hpp"
#include "mailbox/imap_progress.hpp"
#include "mailbox/imap_secret.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/imap_trace.hpp"
#include "mailbox/imap_turn.hpp"

namespace ruagate::mailbox::imap {

class ImapMailbox final : public Mailbox {
 public:
  ImapMailbox(const ImapSettings& settings, const Options& options, Trace trace);
  ~ImapMailbox() override;
  ImapMailbox(const ImapMailbox&) = delete;
  ImapMailbox& operator=(const ImapMailbox&) = delete;

  const std::string& name() const override { return options_.name; }
  Result<std::optional<std::uint64_t>> begin_pass() override;
  Result<std::vector<MessageRef>> next(std::size_t max_count) override;
  Result<std::string> fetch(const MessageRef& message) override;
  Result<void> acknowledge(std::span<const MessageRef> messages, Outcome outcome) override;
  std::size_t acknowledged_at_once() const override;
  Result<void> settle() override;
  void wait(std::chrono::milliseconds limit, const std::function<bool()>& stop) override;
  std::optional<CheckpointPlace> checkpoint_place() const override;
  void resume(const Checkpoint& checkpoint) override;
  std::optional<Checkpoint> checkpoint() const override;

  Result<std::vector<std::string>> describe();

 private:
  /// Messages asked for ahead of their time, in the session of that number.
  struct Ahead {
    BodiesAhead bodies;
    std::uint64_t bytes;
    std::uint64_t session;
  };
  struct Sizes {
    SizesAhead sizes;
    std::uint64_t session;
  };
  /// Messages that the server was told to move, under a UIDVALIDITY, and has not confirmed.
  struct Moving {
    MoveUnderWay move;
    const Acknowledgement* done;
    std::uint32_t validity;
    std::uint64_t session;
  };

  Result<void> open_session();
  Result<void> open_folder();
  /// Runs `action`; when the session is lost meanwhile, opens a new one and runs it again, for as long as patience
  /// lasts. Errors: those of `action`; temporary `mailbox_lost` when there is no session to be had.
  template <class Action>
  auto in_session(const Action& action) -> decltype(action());
  bool is_stopped() const { return settings_.stop && settings_.stop(); }
  void pause(std::chrono::milliseconds time);
  Error lost(const Error& cause) const;

  Result<void> list_again();
  /// Learns the sizes of the next messages; none are left to hand out when the pass is at its end.
  Result<void> list_more();
  /// Asks for the sizes of the messages that follow those listed.
  Result<void> ask_sizes();
  /// What was asked for, and listed, belongs to another folder or another list.
  void forget_listed();
  /// Takes the next messages that go into one FETCH from those not asked for.
  std::vector<Listed> take_chunk();
  Result<void> fetch_chunk(std::uint32_t uid);
  /// The messages of one FETCH that have `uid` among them, and what was already asked for of them.
  std::pair<std::vector<std::uint32_t>, std::optional<Ahead>> chunk_with(std::uint32_t uid);
  void fetch_ahead();
  const Acknowledgement& treatment(Outcome outcome) const;
  Result<void> acknowledge_now(const Acknowledgement& done, std::span<const std::uint32_t> uids);
  void take_turn();
  /// Those of the messages that are still in the folder, when no session that was lost moves them any more.
  Result<std::vector<std::uint32_t>> left_to_move(std::span<const std::uint32_t> uids);
  /// Takes note of the moves that the server has confirmed.
  void note_confirmed();
  bool needs_more(const Moving& moving) const;
  Result<void> settle_all();
  void note_done(std::span<const std::uint32_t> uids);
  void keep_alive();

  const ImapSettings settings_;
  const Options options_;
  Trace trace_;
  Secret secret_;
  mutable std::mutex lock_;  ///< Of everything below: the thread that keeps the session alive takes it as well.
  std::unique_ptr<Session> session_;
  std::string folder_;  ///< As on the wire.
  Selected selected_;
  Finisher finisher_;
  Progress progress_;
  std::optional<Checkpoint> resumed_;
  bool is_listed_ = false;  ///< The list of this pass belongs to the validity of the folder.
  bool was_connected_ = false;
  std::vector<std::uint32_t> unsized_;  ///< Taken from the list; their sizes are not known yet.
  std::optional<Sizes> sizes_;          ///< Of those.
  std::deque<Listed> to_hand_out_;
  std::deque<Listed> unasked_;  ///< Their bodies were not asked for.
  std::deque<Ahead> ahead_;
  Bodies fetched_;
  std::vector<Moving> moving_;
  std::optional<Turn> turn_;    ///< While messages are moved.
  std::uint64_t sessions_ = 0;  ///< Opened until now.
  LostMoves lost_moves_;
  std::optional<std::chrono::steady_clock::time_point> stop_waiting_at_;  ///< Once a stop was seen while waiting.
  std::set<std::string> warned_;
  std::minstd_rand random_;

  std::condition_variable wake_;
  bool ending_ = false;
  std::thread keeper_;
};

}  // namespace ruagate::mailbox::imap
