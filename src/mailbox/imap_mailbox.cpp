#include "mailbox/imap_mailbox.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "mailbox/files.hpp"

namespace ruagate::mailbox {
namespace imap {
namespace {

using Steady = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

constexpr Millis kFirstPause{100};
constexpr Millis kLongestPause{4000};
constexpr Millis kTurnLimit{30'000};
constexpr Millis kLostMovePause{100};
/// When there is a stop to answer: less than the time that a stop may take.
constexpr Millis kLostMovePatience{2000};

struct Place {
  std::uint32_t validity = 0;
  std::uint32_t uid = 0;
};
/// "1700000000/42".
Place place_of(std::string_view id) {
  const auto slash = id.find('/');
  return {read_number(id.substr(0, slash)).value_or(0), read_number(id.substr(slash + 1)).value_or(0)};
}

tl::unexpected<Error> gone(const MessageRef& message) {
  return fail(ErrorKind::temporary, "message_gone", format("{} has gone", printable(message.origin)));
}

}  // namespace

ImapMailbox::ImapMailbox(const ImapSettings& settings, const Options& options, Trace trace)
    : settings_(settings),
      options_(options),
      trace_(std::move(trace)),
      secret_(settings_),
      finisher_([this](const std::string& what) { log::warning(format("{}: {}", printable(options_.name), what)); }),
      random_(std::random_device{}()) {
  keeper_ = std::thread([this] { keep_alive(); });
}

ImapMailbox::~ImapMailbox() {
  {
    const std::lock_guard lock(lock_);
    ending_ = true;
    if (session_) session_->log_out();
  }
  wake_.notify_all();
  keeper_.join();
}

/// A database that is waited for, or a report that takes minutes, must not cost the session.
void ImapMailbox::keep_alive() {
  std::unique_lock lock(lock_);
  while (!ending_) {
    wake_.wait_for(lock, settings_.quiet_limit / 4);
    if (ending_ || !session_ || !session_->is_alive()) continue;
    if (Steady::now() - session_->last_used() >= settings_.quiet_limit) (void)session_->command("NOOP");
  }
}

Error ImapMailbox::lost(const Error& cause) const {
  if (cause.code == "login_refused" || cause.code == "stopped" || cause.kind == ErrorKind::usage) return cause;
  return {ErrorKind::temporary, "mailbox_lost", cause.message};
}

void ImapMailbox::pause(Millis time) {
  // Between a half and the whole, so that many clients do not come back at the same instant.
  const auto jittered = time / 2 + Millis(random_() % static_cast<std::uint64_t>(time.count() / 2 + 1));
  const auto end = Steady::now() + jittered;
  while (!is_stopped() && Steady::now() < end) std::this_thread::sleep_for(Millis{50});
}

Result<void> ImapMailbox::open_session() {
  if (session_ && session_->is_alive()) return {};
  session_.reset();
  auto opened = Session::open(settings_, options_.max_message_bytes, secret_, trace_);
  if (!opened) return tl::unexpected(opened.error());
  session_ = std::move(*opened);
  ++sessions_;
  lost_moves_.begin_session(Steady::now() + settings_.linger_limit);
  finisher_.forget();
  return open_folder();
}

Result<void> ImapMailbox::open_folder() {
  const auto name = folder_on_server(settings_.folder, session_->space());
  if (!name) return fail(ErrorKind::usage, "select", format("{} is not UTF-8", printable(settings_.folder)));
  folder_ = *name;
  const auto changes = [](const Acknowledgement& done) { return done.action != Acknowledgement::Action::keep; };
  const bool read_only = !changes(options_.processed) && !changes(options_.rejected) && !changes(options_.ignored);
  auto selected = session_->select(folder_, read_only);
  if (!selected) {
    session_.reset();
    return tl::unexpected(selected.error());
  }
  selected_ = *selected;
  if (resumed_ && progress_.validity() == 0) {
    if (resumed_->validity == selected_.validity) {
      progress_.resume(resumed_->validity, resumed_->last_uid);
    } else {
      log::warning(format("{}: the folder {} is a new one (UIDVALIDITY {} instead of {}); its mail is read again",
                          printable(options_.name), printable(settings_.folder), selected_.validity,
                          resumed_->validity));
    }
  }
  if (progress_.validity() != selected_.validity) {
    progress_.begin(selected_.validity);
    lost_moves_.forget();
    forget_listed();
    is_listed_ = false;
  }
  was_connected_ = true;
  return {};
}

template <class Action>
auto ImapMailbox::in_session(const Action& action) -> decltype(action()) {
  const auto patience_ends = Steady::now() + settings_.patience;
  auto next_pause = kFirstPause;
  // Only what has worked before is tried again at once: a wrong port or password is said in seconds.
  bool may_retry = was_connected_;
  while (true) {
    // To connect anew for what is left would take the time that there is to end in.
    if (is_stopped() && !(session_ && session_->is_alive())) {
      return tl::unexpected(Error{ErrorKind::temporary, "stopped", "stopped"});
    }
    auto opened = open_session();
    Error cause;
    if (opened) {
      may_retry = true;
      auto result = action();
      if (result || (session_ && session_->is_alive())) return result;
      cause = result.error();
    } else {
      cause = opened.error();
    }
    const bool hopeless = cause.kind != ErrorKind::temporary || cause.code == "login_refused" ||
                          cause.code == "stopped" || cause.code == "bad_reply" || cause.code == "tls_failed" ||
                          cause.code == "select";
    session_.reset();
    if (!may_retry || hopeless || is_stopped() || Steady::now() >= patience_ends) {
      was_connected_ = false;
      return tl::unexpected(lost(cause));
    }
    log::info(format("{}: {}; trying again", printable(options_.name), cause.message));
    pause(next_pause);
    next_pause = std::min(2 * next_pause, kLongestPause);
  }
}

void ImapMailbox::forget_listed() {
  unsized_.clear();
  sizes_.reset();
  to_hand_out_.clear();
  unasked_.clear();
  ahead_.clear();
  fetched_.clear();
}

Result<void> ImapMailbox::list_again() {
  auto uids = find_from(*session_, progress_.floor() + 1);
  if (!uids) return tl::unexpected(uids.error());
  progress_.list(std::move(*uids));
  forget_listed();
  is_listed_ = true;
  return {};
}

Result<void> ImapMailbox::ask_sizes() {
  constexpr std::size_t kAtOnce = 1000;
  if (unsized_.empty()) unsized_ = progress_.take(kAtOnce);
  if (unsized_.empty() || (sizes_ && sizes_->session == sessions_)) return {};
  sizes_ = {SizesAhead(unsized_), sessions_};
  return sizes_->sizes.begin(*session_);
}

Result<void> ImapMailbox::list_more() {
  std::vector<Listed> listed;
  while (listed.empty()) {
    if (auto asked = ask_sizes(); !asked) return asked;
    if (unsized_.empty()) return {};
    auto sizes = std::exchange(sizes_, std::nullopt)->sizes.finish(*session_);
    if (!sizes) return tl::unexpected(sizes.error());
    listed = std::move(*sizes);
    std::set<std::uint32_t> there;
    for (const auto& message : listed) there.insert(message.uid);
    for (const auto uid : std::exchange(unsized_, {})) {
      if (!there.contains(uid)) progress_.done(uid);
    }
  }
  to_hand_out_.insert(to_hand_out_.end(), listed.begin(), listed.end());
  for (const auto& message : listed) {
    // fetch() refuses a larger one by its size.
    if (message.size <= options_.max_message_bytes) unasked_.push_back(message);
  }
  return ask_sizes();
}

Result<std::optional<std::uint64_t>> ImapMailbox::begin_pass() {
  const std::lock_guard lock(lock_);
  is_listed_ = false;
  moving_.clear();
  turn_.reset();
  return in_session([&]() -> Result<std::optional<std::uint64_t>> {
    // Some servers tell of new mail only when asked for nothing in particular.
    if (auto told = session_->command("NOOP"); !told) return tl::unexpected(told.error());
    (void)session_->take_new_mail();
    if (auto listed = list_again(); !listed) return tl::unexpected(listed.error());
    return progress_.left();
  });
}

Result<std::vector<MessageRef>> ImapMailbox::next(std::size_t max_count) {
  const std::lock_guard lock(lock_);
  if (to_hand_out_.empty()) {
    auto listed = in_session([&]() -> Result<void> {
      if (!is_listed_) {  // A new session found another folder under the name.
        if (auto again = list_again(); !again) return again;
      }
      return list_more();
    });
    if (!listed) return tl::unexpected(listed.error());
  }
  std::vector<MessageRef> messages;
  while (!to_hand_out_.empty() && messages.size() < max_count) {
    const auto& message = to_hand_out_.front();
    messages.push_back({format("{}/{}", selected_.validity, message.uid),
                        format("{}/{}/{}", options_.name, settings_.folder, message.uid), message.size});
    to_hand_out_.pop_front();
  }
  return messages;
}

std::vector<Listed> ImapMailbox::take_chunk() {
  std::vector<Listed> chunk;
  std::uint64_t bytes = 0;
  while (!unasked_.empty() && chunk.size() < settings_.chunk_messages) {
    const auto& following = unasked_.front();
    if (!chunk.empty() && bytes + following.size > settings_.chunk_bytes) break;
    bytes += following.size;
    chunk.push_back(following);
    unasked_.pop_front();
  }
  return chunk;
}

std::pair<std::vector<std::uint32_t>, std::optional<ImapMailbox::Ahead>> ImapMailbox::chunk_with(std::uint32_t uid) {
  const auto hit = std::find_if(ahead_.begin(), ahead_.end(), [&](const Ahead& one) { return one.bodies.has(uid); });
  if (hit != ahead_.end()) {
    ahead_.erase(ahead_.begin(), hit);  // The caller passed those over.
    std::optional<Ahead> asked = std::move(ahead_.front());
    ahead_.pop_front();
    return {asked->bodies.uids(), std::move(asked)};
  }
  while (!unasked_.empty() && unasked_.front().uid < uid) unasked_.pop_front();
  std::vector<std::uint32_t> uids;
  if (!unasked_.empty() && unasked_.front().uid == uid) {
    for (const auto& message : take_chunk()) uids.push_back(message.uid);
  } else {
    uids.push_back(uid);
  }
  return {uids, std::nullopt};
}

Result<void> ImapMailbox::fetch_chunk(std::uint32_t uid) {
  auto [chunk, ahead] = chunk_with(uid);
  const auto validity = selected_.validity;
  auto bodies = in_session([&, &uids = chunk, &asked_for = ahead]() -> Result<Bodies> {
    if (selected_.validity != validity) return Bodies{};
    if (auto asked = std::exchange(asked_for, std::nullopt); asked && asked->session == sessions_) {
      return asked->bodies.finish(*session_);
    }
    return fetch_bodies(*session_, uids, options_.max_message_bytes);
  });
  if (!bodies) return tl::unexpected(bodies.error());
  fetched_ = std::move(*bodies);
  if (selected_.validity != validity) return {};
  for (const auto one : chunk) {
    if (!fetched_.contains(one)) progress_.done(one);
  }
  note_confirmed();
  fetch_ahead();
  return {};
}

/// The server works on the next messages while these are read and stored. A lost session is found out later.
void ImapMailbox::fetch_ahead() {
  constexpr std::size_t kMostAhead = 16;
  if (!session_ || !session_->is_alive() || !is_listed_) return;
  if (!ahead_.empty() && ahead_.front().session != sessions_) return;  // Those are asked for again first.
  std::uint64_t bytes = 0;
  for (const auto& one : ahead_) bytes += one.bytes;
  while (ahead_.size() < kMostAhead && bytes < settings_.chunk_bytes) {
    if (unasked_.empty() && (!list_more() || unasked_.empty())) return;
    std::vector<std::uint32_t> uids;
    std::uint64_t size = 0;
    for (const auto& message : take_chunk()) {
      uids.push_back(message.uid);
      size += message.size;
    }
    ahead_.push_back({BodiesAhead(std::move(uids), options_.max_message_bytes), size, sessions_});
    bytes += size;
    if (!ahead_.back().bodies.begin(*session_)) return;
  }
}

Result<std::string> ImapMailbox::fetch(const MessageRef& message) {
  const std::lock_guard lock(lock_);
  const auto place = place_of(message.id);
  if (place.validity != selected_.validity) return gone(message);
  if (message.size > options_.max_message_bytes) {
    return too_large(message.size, options_.max_message_bytes, false);
  }
  if (!fetched_.contains(place.uid)) {
    if (auto fetched = fetch_chunk(place.uid); !fetched) return tl::unexpected(fetched.error());
  }
  const auto hit = fetched_.find(place.uid);
  if (hit == fetched_.end()) return gone(message);
  auto bytes = std::move(hit->second);
  fetched_.erase(hit);
  return bytes;
}

const Acknowledgement& ImapMailbox::treatment(Outcome outcome) const {
  switch (outcome) {
    case Outcome::processed:
      return options_.processed;
    case Outcome::rejected:
      return options_.rejected;
    case Outcome::ignored:
      break;
  }
  return options_.ignored;
}

void ImapMailbox::take_turn() {
  if (turn_) return;
  const auto place = *checkpoint_place();
  turn_.emplace(place.server + "/" + place.folder, kTurnLimit, settings_.stop);
}

void ImapMailbox::note_done(std::span<const std::uint32_t> uids) {
  for (const auto uid : uids) progress_.done(uid);
  lost_moves_.done(uids);
}

void ImapMailbox::note_confirmed() {
  std::erase_if(moving_, [&](const Moving& moving) {
    if (!moving.move.is_confirmed()) return false;
    if (moving.validity == selected_.validity) note_done(moving.move.uids());
    return true;
  });
  if (moving_.empty()) turn_.reset();
}

Result<void> ImapMailbox::acknowledge_now(const Acknowledgement& done, std::span<const std::uint32_t> uids) {
  if (done.action != Acknowledgement::Action::move) {
    return finisher_.finish(*session_, selected_, folder_, done, uids);
  }
  take_turn();
  const auto left = left_to_move(uids);
  if (!left) return tl::unexpected(left.error());
  lost_moves_.told(*left);
  return finisher_.finish(*session_, selected_, folder_, done, *left);
}

Result<std::vector<std::uint32_t>> ImapMailbox::left_to_move(std::span<const std::uint32_t> uids) {
  while (true) {
    auto left = still_there(*session_, uids);
    const auto now = Steady::now();
    if (!left || !lost_moves_.may_move(*left, now)) return left;
    if (is_stopped() && !stop_waiting_at_) stop_waiting_at_ = now + kLostMovePatience;
    if (stop_waiting_at_ && now >= *stop_waiting_at_) return left;
    std::this_thread::sleep_for(kLostMovePause);
  }
}

Result<void> ImapMailbox::acknowledge(std::span<const MessageRef> messages, Outcome outcome) {
  const std::lock_guard lock(lock_);
  const auto& done = treatment(outcome);
  const auto uids_now = [&] {
    std::vector<std::uint32_t> uids;
    for (const auto& message : messages) {
      // After a change of UIDVALIDITY the message has another number: it is read again, and acknowledged then.
      if (const auto place = place_of(message.id); place.validity == selected_.validity) uids.push_back(place.uid);
    }
    std::sort(uids.begin(), uids.end());
    return uids;
  };
  note_confirmed();
  Result<void> earlier;
  if (std::any_of(moving_.begin(), moving_.end(), [&](const Moving& moving) { return needs_more(moving); })) {
    earlier = settle_all();
  }
  std::optional<MoveUnderWay> move;
  if (done.action != Acknowledgement::Action::keep) {
    auto told = in_session([&]() -> Result<void> {
      const auto uids = uids_now();
      if (uids.empty()) return {};
      if (done.action == Acknowledgement::Action::move) take_turn();
      if (!lost_moves_.may_move(uids, Steady::now())) {
        if (done.action == Acknowledgement::Action::move) lost_moves_.told(uids);
        auto begun = finisher_.begin(*session_, selected_, done, uids);
        if (!begun) return tl::unexpected(begun.error());
        move = std::move(*begun);
      }
      if (!move) return acknowledge_now(done, uids);
      return {};
    });
    if (told && move) moving_.push_back({std::move(*move), &done, selected_.validity, sessions_});
    note_confirmed();
    if (!told) return told;
  }
  if (!move) note_done(uids_now());
  return earlier;
}

/// Nobody else will finish it: the server refused, or the session was lost meanwhile.
bool ImapMailbox::needs_more(const Moving& moving) const {
  return moving.session != sessions_ || (moving.move.is_answered() && !moving.move.is_confirmed());
}

Result<void> ImapMailbox::settle_all() {
  note_confirmed();
  Result<void> settled;
  for (const auto& moving : std::exchange(moving_, {})) {
    auto done = in_session([&]() -> Result<void> {
      if (moving.validity != selected_.validity) return {};  // As in acknowledge().
      if (moving.session == sessions_) {
        auto moved = moving.move.finish(*session_);
        if (!moved) return tl::unexpected(moved.error());
        if (*moved) return {};
      }
      return acknowledge_now(*moving.done, moving.move.uids());
    });
    if (!done) {
      settled = done;
      if (!session_) break;  // Without a server the rest would wait for it, one after the other.
    } else if (moving.validity == selected_.validity) {
      note_done(moving.move.uids());
    }
  }
  turn_.reset();
  return settled;
}

Result<void> ImapMailbox::settle() {
  const std::lock_guard lock(lock_);
  return settle_all();
}

std::size_t ImapMailbox::acknowledged_at_once() const {
  const std::lock_guard lock(lock_);
  constexpr std::size_t kFewest = 1000;
  // With nothing left to fetch the server has the time to do fewer for more, and less is left for the end.
  constexpr std::size_t kFewestAtTheEnd = 250;
  constexpr std::size_t kMost = 10'000;
  constexpr std::size_t kShare = 8;  // Of the folder; see Finisher.
  const bool is_fetched = is_listed_ && progress_.left() == 0 && unsized_.empty() && unasked_.empty() && ahead_.empty();
  return std::clamp<std::size_t>(session_ ? session_->exists() / kShare : 0, is_fetched ? kFewestAtTheEnd : kFewest,
                                 kMost);
}

void ImapMailbox::wait(Millis limit, const std::function<bool()>& stop) {
  const auto end = Steady::now() + limit;
  {
    const std::lock_guard lock(lock_);
    if (session_ && session_->is_alive()) {
      if (session_->has_new_mail()) return;
      // What could not be done is tried again soon; otherwise the server tells.
      const auto idle_for = progress_.has_open() ? std::min(limit, settings_.idle_limit) : settings_.idle_limit;
      auto idled = session_->idle(idle_for, stop);
      if (idled && *idled) return;
      if (!idled) {
        log::info(format("{}: {}", printable(options_.name), idled.error().message));
        session_.reset();
        return;
      }
    }
  }
  while (!stop() && Steady::now() < end) std::this_thread::sleep_for(Millis{100});
}

std::optional<CheckpointPlace> ImapMailbox::checkpoint_place() const {
  return CheckpointPlace{format("imap://{}@{}:{}", settings_.user, settings_.host, settings_.port), settings_.folder};
}

void ImapMailbox::resume(const Checkpoint& checkpoint) {
  const std::lock_guard lock(lock_);
  resumed_ = checkpoint;
}

std::optional<Checkpoint> ImapMailbox::checkpoint() const {
  const std::lock_guard lock(lock_);
  if (progress_.validity() == 0 || progress_.floor() == 0) return std::nullopt;
  return Checkpoint{progress_.validity(), progress_.floor()};
}

}  // namespace imap
}  // namespace ruagate::mailbox
