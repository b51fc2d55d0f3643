#include "mailbox/imap_mailbox.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "mailbox/files.hpp"
#include "mailbox/imap_turn.hpp"

namespace ruagate::mailbox {
namespace imap {
namespace {

using Steady = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

constexpr Millis kFirstPause{100};
constexpr Millis kLongestPause{4000};
constexpr Millis kTurnLimit{30'000};

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
    handed_.clear();
    fetched_.clear();
    ahead_.reset();
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

Result<void> ImapMailbox::list_again() {
  auto uids = find_from(*session_, progress_.floor() + 1);
  if (!uids) return tl::unexpected(uids.error());
  progress_.list(std::move(*uids));
  handed_.clear();
  fetched_.clear();
  ahead_.reset();
  is_listed_ = true;
  return {};
}

Result<std::optional<std::uint64_t>> ImapMailbox::begin_pass() {
  const std::lock_guard lock(lock_);
  is_listed_ = false;
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
  std::vector<MessageRef> messages;
  std::vector<std::uint32_t> uids;
  auto listed = in_session([&]() -> Result<std::vector<Listed>> {
    if (!is_listed_) {  // A new session found another folder under the name.
      uids.clear();
      if (auto again = list_again(); !again) return tl::unexpected(again.error());
    }
    while (true) {
      if (uids.empty()) uids = progress_.take(max_count);
      if (uids.empty()) return std::vector<Listed>{};
      auto sizes = list_sizes(*session_, uids);
      if (!sizes || !sizes->empty()) return sizes;
      for (const auto uid : uids) progress_.done(uid);  // All of them have gone meanwhile.
      uids.clear();
    }
  });
  if (!listed) return tl::unexpected(listed.error());
  std::set<std::uint32_t> there;
  for (const auto& message : *listed) {
    there.insert(message.uid);
    handed_.push_back({message.uid, message.size});
    messages.push_back({format("{}/{}", selected_.validity, message.uid),
                        format("{}/{}/{}", options_.name, settings_.folder, message.uid), message.size});
  }
  for (const auto uid : uids) {
    if (!there.contains(uid)) progress_.done(uid);
  }
  return messages;
}

std::vector<std::uint32_t> ImapMailbox::take_chunk(std::uint32_t uid) {
  while (!handed_.empty() && handed_.front().uid < uid) handed_.pop_front();
  std::vector<std::uint32_t> chunk{uid};
  std::uint64_t bytes = 0;
  if (!handed_.empty() && handed_.front().uid == uid) {
    bytes = handed_.front().size;
    handed_.pop_front();
  }
  while (!handed_.empty() && chunk.size() < settings_.chunk_messages) {
    const auto& following = handed_.front();
    if (following.size > options_.max_message_bytes) {
      handed_.pop_front();  // fetch() refuses it by its size.
      continue;
    }
    if (bytes + following.size > settings_.chunk_bytes) break;
    bytes += following.size;
    chunk.push_back(following.uid);
    handed_.pop_front();
  }
  return chunk;
}

Result<void> ImapMailbox::fetch_chunk(std::uint32_t uid) {
  std::unique_ptr<BodiesAhead> ahead;
  if (ahead_ && std::binary_search(ahead_->uids().begin(), ahead_->uids().end(), uid)) ahead = std::move(ahead_);
  const auto chunk = ahead ? ahead->uids() : take_chunk(uid);
  const auto validity = selected_.validity;
  const auto session = ahead_session_;
  auto bodies = in_session([&]() -> Result<Bodies> {
    if (selected_.validity != validity) return Bodies{};
    if (const auto asked = std::move(ahead); asked && sessions_ == session) return asked->finish(*session_);
    return fetch_bodies(*session_, chunk, options_.max_message_bytes);
  });
  if (!bodies) return tl::unexpected(bodies.error());
  fetched_ = std::move(*bodies);
  if (selected_.validity != validity) return {};
  for (const auto one : chunk) {
    if (!fetched_.contains(one)) progress_.done(one);
  }
  fetch_ahead();
  return {};
}

/// The server works on the next messages while these are read and stored. A lost session is found out later.
void ImapMailbox::fetch_ahead() {
  if (ahead_ || !session_ || !session_->is_alive()) return;
  while (!handed_.empty() && handed_.front().size > options_.max_message_bytes) handed_.pop_front();
  if (handed_.empty()) return;
  ahead_ = std::make_unique<BodiesAhead>(take_chunk(handed_.front().uid), options_.max_message_bytes);
  ahead_session_ = sessions_;
  (void)ahead_->begin(*session_);
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
  if (done.action != Acknowledgement::Action::keep) {
    auto finished = in_session([&]() -> Result<void> {
      if (done.action != Acknowledgement::Action::move) {
        return finisher_.finish(*session_, selected_, folder_, done, uids_now());
      }
      const auto place = *checkpoint_place();
      const Turn turn(place.server + "/" + place.folder, kTurnLimit, settings_.stop);
      const auto uids = uids_now();
      auto left = still_there(*session_, uids);
      if (!left) return tl::unexpected(left.error());
      return finisher_.finish(*session_, selected_, folder_, done, *left);
    });
    if (!finished) return finished;
  }
  for (const auto uid : uids_now()) progress_.done(uid);
  return {};
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
