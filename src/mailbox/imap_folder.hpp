#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mailbox/imap_session.hpp"
#include "mailbox/mailbox.hpp"

// What is done with the messages of the folder that is open. Private to this room. Errors of these functions: those of
// a session that is over, and temporary ones after which it lives on; Session::is_alive() tells them apart.
namespace ruagate::mailbox::imap {

/// UIDs from `first` on, sorted.
Result<std::vector<std::uint32_t>> find_from(Session& session, std::uint32_t first);

/// Those of `uids` (sorted) that are still there.
Result<std::vector<std::uint32_t>> still_there(Session& session, std::span<const std::uint32_t> uids);

struct Listed {
  std::uint32_t uid = 0;
  std::uint64_t size = 0;
};
/// Sizes of messages, asked for ahead of their time.
class SizesAhead {
 public:
  /// Sorted UIDs.
  explicit SizesAhead(std::span<const std::uint32_t> uids);
  Result<void> begin(Session& session);
  /// After begin() in the same session: of the messages that are still there, sorted.
  Result<std::vector<Listed>> finish(Session& session);

 private:
  struct State {  ///< The session may outlive this object.
    std::vector<std::uint32_t> uids;
    std::vector<Listed> listed;
  };
  std::shared_ptr<State> state_;
  std::vector<std::shared_ptr<const Begun>> begun_;
};
/// Both steps at once.
Result<std::vector<Listed>> list_sizes(Session& session, std::span<const std::uint32_t> uids);

/// What became of each message asked for; one that is not mentioned has gone.
using Bodies = std::map<std::uint32_t, Result<std::string>>;
/// Whole messages, without touching their flags; `max_bytes` is for the error of one that is longer.
Result<Bodies> fetch_bodies(Session& session, std::span<const std::uint32_t> uids, std::size_t max_bytes);

/// fetch_bodies() in two steps, between which the server works: one command, asked for ahead of its time.
class BodiesAhead {
 public:
  /// Sorted UIDs, not none.
  BodiesAhead(std::vector<std::uint32_t> uids, std::size_t max_bytes);
  const std::vector<std::uint32_t>& uids() const { return *uids_; }
  bool has(std::uint32_t uid) const;
  Result<void> begin(Session& session);
  /// After begin() in the same session; asks again for what was not given.
  Result<Bodies> finish(Session& session);

 private:
  std::shared_ptr<const std::vector<std::uint32_t>> uids_;  ///< The session may outlive this object.
  std::size_t max_bytes_;
  std::shared_ptr<Bodies> bodies_;  ///< The same.
  std::shared_ptr<const Begun> begun_;
};

/// Messages that the server is told to move, while other things go on.
class MoveUnderWay {
 public:
  explicit MoveUnderWay(std::vector<std::uint32_t> uids) : uids_(std::move(uids)) {}
  const std::vector<std::uint32_t>& uids() const { return uids_; }
  Result<void> begin(Session& session, const std::string& target);
  bool is_answered() const;
  /// The server has answered, and everything with OK.
  bool is_confirmed() const;
  /// After begin() in the same session: waits for the answers, and gives is_confirmed().
  Result<bool> finish(Session& session) const;

 private:
  std::vector<std::uint32_t> uids_;
  std::vector<std::shared_ptr<const Begun>> begun_;
};

/// Does what is asked with messages that are done.
class Finisher {
 public:
  /// The server keeps no promise of ours: what it cannot do is told to `warn` once each.
  explicit Finisher(std::function<void(const std::string&)> warn) : warn_(std::move(warn)) {}
  /// `source` is the open folder, as on the wire. Sorted UIDs; those that have gone are no error. Doing it again after
  /// a lost session does only what is missing.
  Result<void> finish(Session& session, const Selected& selected, const std::string& source,
                      const Acknowledgement& done, std::span<const std::uint32_t> uids);
  /// Begins what finish() would do, where the server can do it with one command and the rest can go on meanwhile:
  /// nothing where it cannot. What is not confirmed in the end is for finish().
  Result<std::optional<MoveUnderWay>> begin(Session& session, const Selected& selected, const Acknowledgement& done,
                                            std::vector<std::uint32_t> uids);
  /// What finish() will do there, for people.
  static std::string describe(const Session& session, const Acknowledgement& done);
  /// Makes sure that the folder is there. Errors: temporary.
  static Result<void> make_folder(Session& session, const std::string& folder);
  /// The session is a new one: folders may have gone.
  void forget() { known_folders_.clear(); }

 private:
  Result<void> know_folder(Session& session, const std::string& target);
  Result<void> move(Session& session, const Selected& selected, const std::string& source, const std::string& target,
                    std::span<const std::uint32_t> uids);
  Result<void> move_set(Session& session, std::vector<std::uint32_t> uids, const std::string& target);
  Result<void> copy_and_remove(Session& session, const Selected& selected, const std::string& source,
                               const std::string& target, std::span<const std::uint32_t> uids);
  Result<void> remove(Session& session, std::span<const std::uint32_t> uids);
  void warn_once(const std::string& what);

  std::function<void(const std::string&)> warn_;
  std::set<std::string> warned_;
  std::set<std::string> known_folders_;
  std::set<std::uint32_t> copying_;  ///< Copied, or perhaps so, where the server keeps no keyword for us.
};

}  // namespace ruagate::mailbox::imap
