#include "mailbox/imap_folder.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/format.hpp"

namespace ruagate::mailbox::imap {

Result<std::vector<std::uint32_t>> find_from(Session& session, std::uint32_t first) {
  std::vector<std::uint32_t> uids;
  const auto take = [&](Response& response, const Head& head) {
    if (!head.is("SEARCH")) return;
    auto found = read_search(response, head);
    if (uids.empty()) {
      uids = std::move(found);
    } else {
      uids.insert(uids.end(), found.begin(), found.end());
    }
  };
  if (auto done = session.require(format("UID SEARCH UID {}:*", first), "list", "list messages", take); !done) {
    return tl::unexpected(done.error());
  }
  // "*" is the newest message, also when it is below `first`.
  std::erase_if(uids, [&](std::uint32_t uid) { return uid < first; });
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  return uids;
}

Result<std::vector<std::uint32_t>> still_there(Session& session, std::span<const std::uint32_t> uids) {
  std::vector<std::uint32_t> there;
  // Some servers look for what others did only when nothing in particular is asked.
  if (auto told = session.command("NOOP"); !told) return tl::unexpected(told.error());
  for (const auto& set : uid_sets(uids)) {
    const auto take = [&](Response& response, const Head& head) {
      if (!head.is("SEARCH")) return;
      for (const auto uid : read_search(response, head)) {
        if (std::binary_search(uids.begin(), uids.end(), uid)) there.push_back(uid);
      }
    };
    if (auto done = session.require(format("UID SEARCH UID {}", set), "list", "list messages", take); !done) {
      return tl::unexpected(done.error());
    }
  }
  std::sort(there.begin(), there.end());
  there.erase(std::unique(there.begin(), there.end()), there.end());
  return there;
}

SizesAhead::SizesAhead(std::span<const std::uint32_t> uids) : state_(std::make_shared<State>()) {
  state_->uids.assign(uids.begin(), uids.end());
}

Result<void> SizesAhead::begin(Session& session) {
  for (const auto& set : uid_sets(state_->uids)) {
    const auto take = [state = state_](const Response& response, const Head& head) {
      if (!head.is("FETCH")) return false;
      const auto data = read_fetch(response, head);
      if (!data.uid || !data.size) return false;
      if (!std::binary_search(state->uids.begin(), state->uids.end(), *data.uid)) return false;
      state->listed.push_back({*data.uid, *data.size});
      return true;
    };
    auto begun = session.begin(format("UID FETCH {} (UID RFC822.SIZE)", set), take);
    if (!begun) return tl::unexpected(begun.error());
    begun_.push_back(std::move(*begun));
  }
  return {};
}

Result<std::vector<Listed>> SizesAhead::finish(Session& session) {
  for (const auto& begun : begun_) {
    auto answer = session.finish(*begun);
    if (!answer) return tl::unexpected(answer.error());
    if (!answer->is_ok()) {
      return fail(ErrorKind::temporary, "list",
                  format("cannot list messages: the server says {} {}", answer->word, answer->text));
    }
  }
  auto listed = std::move(state_->listed);
  const auto by_uid = [](const Listed& a, const Listed& b) { return a.uid < b.uid; };
  std::sort(listed.begin(), listed.end(), by_uid);
  const auto same = [](const Listed& a, const Listed& b) { return a.uid == b.uid; };
  listed.erase(std::unique(listed.begin(), listed.end(), same), listed.end());
  return listed;
}

Result<std::vector<Listed>> list_sizes(Session& session, std::span<const std::uint32_t> uids) {
  SizesAhead sizes(uids);
  if (auto begun = sizes.begin(session); !begun) return tl::unexpected(begun.error());
  return sizes.finish(session);
}

namespace {

bool has_body(const Bodies& bodies, std::uint32_t uid) {
  const auto hit = bodies.find(uid);
  return hit != bodies.end() && (hit->second.has_value() || hit->second.error().kind == ErrorKind::too_large);
}

/// Adds what a FETCH response says of the messages `asked` for (sorted); true when that was a body.
auto into(Bodies& bodies, std::span<const std::uint32_t> asked, std::size_t max_bytes) {
  return [&bodies, asked, max_bytes](Response& response, const Head& head) {
    if (!head.is("FETCH")) return false;
    auto data = read_fetch(response, head);
    if (!data.uid || !std::binary_search(asked.begin(), asked.end(), *data.uid)) return false;
    const auto uid = *data.uid;
    if (data.body_left_out) {
      bodies.insert_or_assign(uid, fail(ErrorKind::too_large, "message_too_large",
                                        format("the message has {} bytes, more than the {} of message_bytes",
                                               *data.body_left_out, max_bytes)));
    } else if (data.has_body) {
      bodies.insert_or_assign(uid, take_body(response, std::move(data)));
    } else {
      // It is there, but NIL is no message (or only its flags have changed, and the body comes next).
      bodies.try_emplace(uid, fail(ErrorKind::temporary, "unreadable", "the server gives the message no body"));
      return false;
    }
    return true;
  };
}

std::string fetch_command(std::string_view set) {
  return format("UID FETCH {} (UID BODY.PEEK[])", set);
}

/// Asks for each message that was not given by itself, which shows which cannot be.
Result<void> fetch_singly(Session& session, std::span<const std::uint32_t> uids, Bodies& bodies,
                          const Session::OnData& take) {
  for (const auto uid : uids) {
    if (has_body(bodies, uid)) continue;
    auto one = session.command(fetch_command(std::to_string(uid)), take);
    if (!one) return tl::unexpected(one.error());
    if (one->is_ok() || has_body(bodies, uid)) continue;
    bodies.insert_or_assign(uid, fail(ErrorKind::temporary, "unreadable",
                                      format("the server does not give the message: {} {}", one->word, one->text)));
  }
  return {};
}

}  // namespace

Result<Bodies> fetch_bodies(Session& session, std::span<const std::uint32_t> uids, std::size_t max_bytes) {
  Bodies bodies;
  const auto take = into(bodies, uids, max_bytes);
  for (const auto& set : uid_sets(uids)) {
    auto answer = session.command(fetch_command(set), take);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->is_ok()) continue;
    if (auto rest = fetch_singly(session, uids, bodies, take); !rest) return tl::unexpected(rest.error());
    break;
  }
  return bodies;
}

BodiesAhead::BodiesAhead(std::vector<std::uint32_t> uids, std::size_t max_bytes)
    : uids_(std::make_shared<const std::vector<std::uint32_t>>(std::move(uids))),
      max_bytes_(max_bytes),
      bodies_(std::make_shared<Bodies>()) {}

bool BodiesAhead::has(std::uint32_t uid) const {
  return std::binary_search(uids_->begin(), uids_->end(), uid);
}

Result<void> BodiesAhead::begin(Session& session) {
  const auto take = into(*bodies_, *uids_, max_bytes_);
  auto begun = session.begin(
      fetch_command(uid_sets(*uids_, ~std::size_t{0}).front()),
      [uids = uids_, bodies = bodies_, take](Response& response, const Head& head) { return take(response, head); });
  if (!begun) return tl::unexpected(begun.error());
  begun_ = std::move(*begun);
  return {};
}

Result<Bodies> BodiesAhead::finish(Session& session) {
  auto answer = session.finish(*begun_);
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->is_ok()) {
    auto rest = fetch_singly(session, *uids_, *bodies_, into(*bodies_, *uids_, max_bytes_));
    if (!rest) return tl::unexpected(rest.error());
  }
  return std::move(*bodies_);
}

}  // namespace ruagate::mailbox::imap
