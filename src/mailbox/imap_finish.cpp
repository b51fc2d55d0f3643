#include <algorithm>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/sha256.hpp"
#include "mailbox/imap_folder.hpp"

// Acknowledging: MOVE where the server has it; else COPY, \Deleted and UID EXPUNGE of ours alone; else a flag.
namespace ruagate::mailbox::imap {
namespace {

/// Set on a message before it is copied: whoever finds it knows that a copy may exist already.
constexpr std::string_view kCopying = "$RuagateCopied";

/// The length of a set of numbers in one command: with all else it stays below the 8,192 bytes that every server takes
/// (RFC 7162, section 4). Many numbers at once cost a server far less than the same in small portions: Dovecot's
/// maildir takes 0.1 ms a message when a MOVE takes a tenth of the folder or more, and up to 2 ms when it takes less.
constexpr std::size_t kSetBytes = 7500;

std::string shown(const std::string& folder) {
  return printable(decode_folder(folder));
}

bool has_flag(const FetchData& data, std::string_view flag) {
  return std::any_of(data.flags.begin(), data.flags.end(),
                     [&](const std::string& one) { return equals_ignoring_case(one, flag); });
}

/// What tells one message from another wherever it lies.
using Likeness = Sha256;

Result<std::map<std::uint32_t, Likeness>> likenesses(Session& session, std::span<const std::uint32_t> uids) {
  std::map<std::uint32_t, Likeness> found;
  const auto take = [&](Response& response, const Head& head) {
    if (!head.is("FETCH")) return;
    auto data = read_fetch(response, head);
    if (!data.uid || !data.has_body || data.body_left_out) return;
    const auto uid = *data.uid;
    found[uid] = sha256(take_body(response, std::move(data)));
  };
  for (const auto& set : uid_sets(uids)) {
    auto done = session.require(format("UID FETCH {} (UID BODY.PEEK[])", set), "acknowledge", "compare messages", take);
    if (!done) return tl::unexpected(done.error());
  }
  return found;
}

/// Messages of the open folder that may be copies: those of the sizes of `originals`.
Result<std::vector<std::uint32_t>> of_sizes(Session& session, const std::vector<Listed>& originals) {
  std::set<std::uint64_t> sizes;
  for (const auto& original : originals) sizes.insert(original.size);
  std::vector<std::uint32_t> uids;
  const auto take = [&](Response& response, const Head& head) {
    if (!head.is("FETCH")) return;
    const auto data = read_fetch(response, head);
    if (data.uid && data.size && sizes.contains(*data.size)) uids.push_back(*data.uid);
  };
  auto done = session.require("UID FETCH 1:* (UID RFC822.SIZE)", "acknowledge", "compare messages", take);
  if (!done) return tl::unexpected(done.error());
  std::sort(uids.begin(), uids.end());
  return uids;
}

}  // namespace

void Finisher::warn_once(const std::string& what) {
  if (warned_.insert(what).second) warn_(what);
}

Result<void> Finisher::make_folder(Session& session, const std::string& folder) {
  auto there = session.command(format("STATUS {} (UIDNEXT)", quoted(folder)));
  if (!there) return tl::unexpected(there.error());
  if (there->is_ok()) return {};
  auto made = session.command(format("CREATE {}", quoted(folder)));
  if (!made) return tl::unexpected(made.error());
  if (!made->is_ok() && made->code != "ALREADYEXISTS") {
    return fail(ErrorKind::temporary, "acknowledge",
                format("cannot create the folder {}: the server says {} {}", shown(folder), made->word, made->text));
  }
  if (auto subscribed = session.command(format("SUBSCRIBE {}", quoted(folder))); !subscribed) {
    return tl::unexpected(subscribed.error());
  }
  return {};
}

Result<void> Finisher::know_folder(Session& session, const std::string& target) {
  if (known_folders_.contains(target)) return {};
  if (auto made = make_folder(session, target); !made) return made;
  known_folders_.insert(target);
  return {};
}

Result<void> MoveUnderWay::begin(Session& session, const std::string& target) {
  // Some servers look for what others did only when nothing in particular is asked.
  auto told = session.begin("NOOP");
  if (!told) return tl::unexpected(told.error());
  for (const auto& set : uid_sets(uids_, kSetBytes)) {
    auto begun = session.begin(format("UID MOVE {} {}", set, quoted(target)));
    if (!begun) return tl::unexpected(begun.error());
    begun_.push_back(std::move(*begun));
  }
  return {};
}

bool MoveUnderWay::is_answered() const {
  return std::all_of(begun_.begin(), begun_.end(), [](const auto& begun) { return begun->answer.has_value(); });
}

bool MoveUnderWay::is_confirmed() const {
  return std::all_of(begun_.begin(), begun_.end(),
                     [](const auto& begun) { return begun->answer && begun->answer->is_ok(); });
}

Result<bool> MoveUnderWay::finish(Session& session) const {
  for (const auto& begun : begun_) {
    if (auto answer = session.finish(*begun); !answer) return tl::unexpected(answer.error());
  }
  return is_confirmed();
}

Result<std::optional<MoveUnderWay>> Finisher::begin(Session& session, const Selected& selected,
                                                    const Acknowledgement& done, std::vector<std::uint32_t> uids) {
  // A server that waits until its mail is read takes no more commands than sockets hold.
  constexpr std::size_t kMostSets = 2;
  const bool can_move = done.action == Acknowledgement::Action::move && session.can("MOVE");
  if (!can_move || selected.is_read_only || uid_sets(uids, kSetBytes).size() > kMostSets) return std::nullopt;
  const auto target = folder_on_server(done.folder, session.space());
  if (!target) return std::nullopt;
  if (auto known = know_folder(session, *target); !known) return tl::unexpected(known.error());
  MoveUnderWay move(std::move(uids));
  if (auto begun = move.begin(session, *target); !begun) return tl::unexpected(begun.error());
  return move;
}

Result<void> Finisher::move_set(Session& session, std::vector<std::uint32_t> uids, const std::string& target) {
  // Another client may take some of them at the same time; then the server refuses all, and the rest is moved.
  constexpr int kMostTries = 10;
  for (int tries = 1; !uids.empty(); ++tries) {
    auto answer = session.command(format("UID MOVE {} {}", uid_sets(uids, ~std::size_t{0}).front(), quoted(target)));
    if (!answer) return tl::unexpected(answer.error());
    if (answer->is_ok()) return {};
    if (answer->code == "TRYCREATE") {
      if (auto made = make_folder(session, target); !made) return made;
    }
    auto left = still_there(session, uids);
    if (!left) return tl::unexpected(left.error());
    if (tries == kMostTries || (left->size() == uids.size() && answer->code != "TRYCREATE" && tries > 1)) {
      known_folders_.erase(target);
      return fail(ErrorKind::temporary, "acknowledge",
                  format("cannot move to {}: the server says {} {}", shown(target), answer->word, answer->text));
    }
    uids = std::move(*left);
  }
  return {};
}

Result<void> Finisher::move(Session& session, const Selected& selected, const std::string& source,
                            const std::string& target, std::span<const std::uint32_t> uids) {
  if (auto known = know_folder(session, target); !known) return known;
  if (session.can("MOVE")) {
    for (const auto& portion : uid_portions(uids, kSetBytes)) {
      auto moved = move_set(session, {portion.uids.begin(), portion.uids.end()}, target);
      if (!moved) return moved;
    }
    return {};
  }
  if (session.can("UIDPLUS")) return copy_and_remove(session, selected, source, target, uids);
  warn_once("the server has neither MOVE nor UIDPLUS: messages that are done are flagged as seen instead of moved");
  Acknowledgement flag;
  flag.action = Acknowledgement::Action::flag;
  return finish(session, selected, source, flag, uids);
}

Result<void> Finisher::copy_and_remove(Session& session, const Selected& selected, const std::string& source,
                                       const std::string& target, std::span<const std::uint32_t> uids) {
  for (const auto& set : uid_sets(uids)) {
    std::set<std::uint32_t> fresh;
    std::set<std::uint32_t> doubtful;  // A copy may be there.
    const auto take = [&](Response& response, const Head& head) {
      if (!head.is("FETCH")) return;
      const auto data = read_fetch(response, head);
      if (!data.uid || !data.has_flags) return;
      const bool begun = has_flag(data, kCopying) || copying_.contains(*data.uid);
      (begun ? doubtful : fresh).insert(*data.uid);
    };
    if (auto done = session.require(format("UID FETCH {} (UID FLAGS)", set), "acknowledge", "read flags", take);
        !done) {
      return tl::unexpected(done.error());
    }
    if (!doubtful.empty()) {
      const std::vector<std::uint32_t> asked(doubtful.begin(), doubtful.end());
      auto ours = likenesses(session, asked);
      if (!ours) return tl::unexpected(ours.error());
      auto sizes = list_sizes(session, asked);
      if (!sizes) return tl::unexpected(sizes.error());
      if (auto opened = session.select(target, true); !opened) return tl::unexpected(opened.error());
      const auto compare = [&]() -> Result<std::map<std::uint32_t, Likeness>> {
        auto candidates = of_sizes(session, *sizes);
        if (!candidates) return tl::unexpected(candidates.error());
        return likenesses(session, *candidates);
      };
      auto copies = compare();
      auto back = session.select(source, selected.is_read_only);
      if (!back) return tl::unexpected(back.error());
      if (!copies) return tl::unexpected(copies.error());
      if (back->validity != selected.validity) return {};  // Other messages: none of ours are known by these numbers.
      std::multiset<Likeness> there;
      for (const auto& [uid, likeness] : *copies) there.insert(likeness);
      for (const auto& [uid, likeness] : *ours) {
        if (const auto copy = there.find(likeness); copy != there.end()) {
          there.erase(copy);
        } else {
          fresh.insert(uid);
        }
      }
    }
    if (!fresh.empty()) {
      const std::vector<std::uint32_t> to_copy(fresh.begin(), fresh.end());
      const auto copied = uid_sets(to_copy, ~std::size_t{0}).front();
      if (selected.takes_keywords) {
        auto marked = session.require(format("UID STORE {} +FLAGS.SILENT ({})", copied, kCopying), "acknowledge",
                                      "mark messages");
        if (!marked) return tl::unexpected(marked.error());
      } else {
        copying_.insert(fresh.begin(), fresh.end());
      }
      auto done = session.require(format("UID COPY {} {}", copied, quoted(target)), "acknowledge",
                                  format("copy to {}", shown(target)));
      if (!done) return tl::unexpected(done.error());
    }
  }
  if (auto removed = remove(session, uids); !removed) return removed;
  for (const auto uid : uids) copying_.erase(uid);
  return {};
}

Result<void> Finisher::remove(Session& session, std::span<const std::uint32_t> uids) {
  for (const auto& set : uid_sets(uids)) {
    auto marked = session.require(format("UID STORE {} +FLAGS.SILENT (\\Deleted)", set), "acknowledge",
                                  "mark messages as deleted");
    if (!marked) return tl::unexpected(marked.error());
    if (session.can("UIDPLUS")) {
      auto gone = session.require(format("UID EXPUNGE {}", set), "acknowledge", "delete messages");
      if (!gone) return tl::unexpected(gone.error());
    } else {
      // A plain EXPUNGE would take what others have marked, too.
      warn_once(
          "the server has no UIDPLUS: messages that are done are marked as deleted, and stay until another "
          "program expunges the folder");
    }
  }
  return {};
}

Result<void> Finisher::finish(Session& session, const Selected& selected, const std::string& source,
                              const Acknowledgement& done, std::span<const std::uint32_t> uids) {
  using Action = Acknowledgement::Action;
  if (done.action == Action::keep || uids.empty()) return {};
  if (selected.is_read_only) {
    return fail(ErrorKind::temporary, "acknowledge", format("the folder {} is read-only for this user", shown(source)));
  }
  if (done.action == Action::remove) return remove(session, uids);
  if (done.action == Action::move) {
    const auto target = folder_on_server(done.folder, session.space());
    if (!target) {
      return fail(ErrorKind::usage, "acknowledge", format("{} is not UTF-8", printable(done.folder)));
    }
    return move(session, selected, source, *target, uids);
  }
  for (const auto& set : uid_sets(uids)) {
    auto marked = session.require(format("UID STORE {} +FLAGS.SILENT (\\Seen)", set), "acknowledge", "flag messages");
    if (!marked) return tl::unexpected(marked.error());
  }
  return {};
}

std::string Finisher::describe(const Session& session, const Acknowledgement& done) {
  using Action = Acknowledgement::Action;
  switch (done.action) {
    case Action::keep:
      return "stays where it is, untouched";
    case Action::flag:
      return "is flagged as seen and stays";
    case Action::remove:
      return session.can("UIDPLUS") ? "is deleted"
                                    : "is marked as deleted (the server has no UIDPLUS, so it stays until another "
                                      "program expunges the folder)";
    case Action::move:
      break;
  }
  if (session.can("MOVE")) return format("is moved to {}", printable(done.folder));
  if (session.can("UIDPLUS")) {
    return format("is moved to {} (copied, then deleted: the server has no MOVE)", printable(done.folder));
  }
  return format("is flagged as seen and stays (the server has neither MOVE nor UIDPLUS, so it cannot go to {})",
                printable(done.folder));
}

}  // namespace ruagate::mailbox::imap
