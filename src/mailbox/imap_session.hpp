#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mailbox/imap.hpp"
#include "mailbox/imap_connection.hpp"
#include "mailbox/imap_names.hpp"
#include "mailbox/imap_response.hpp"
#include "mailbox/imap_secret.hpp"
#include "mailbox/imap_trace.hpp"

namespace ruagate::mailbox::imap {

/// How a command ended.
struct Answer {
  std::string word;  ///< OK, NO, BAD in upper case.
  std::string code;  ///< "TRYCREATE"; upper case, may be empty.
  std::string text;  ///< For people, printable.
  bool is_ok() const { return word == "OK"; }
};

/// A command under way, whose answer is read later.
struct Begun {
  std::uint64_t number = 0;
  std::function<bool(Response&, const Head&)> take;  ///< True: the response was for this command alone. May be empty.
  std::optional<Answer> answer;
};

struct Selected {
  std::uint32_t validity = 0;
  std::uint32_t exists = 0;
  bool is_read_only = false;
  bool takes_keywords = false;  ///< Any keyword may be set (PERMANENTFLAGS has \*).
};

/// A session that is logged in. Any Error of a function that talks means that it is over: is_alive() is false then.
/// Private to this room; one thread at a time. Borrows what it is given.
class Session {
 public:
  using OnData = std::function<void(Response&, const Head&)>;

  /// Connects, secures, logs in, learns abilities and namespace. Errors: as Connection::open(); temporary
  /// (`login_refused`, `bad_greeting`, `tls_failed`), those of the secret.
  static Result<std::unique_ptr<Session>> open(const ImapSettings& settings, std::size_t max_literal, Secret& secret,
                                               Trace& trace);

  bool is_alive() const { return alive_; }
  bool can(std::string_view ability) const { return abilities_.contains(std::string(ability)); }
  const std::set<std::string>& abilities() const { return abilities_; }
  const Namespace& space() const { return space_; }
  std::string peer() const { return connection_->peer(); }
  std::chrono::steady_clock::time_point last_used() const { return last_used_; }

  /// One command without tag and line end; `data` gets every untagged response, after the session has looked at it.
  Result<Answer> command(std::string_view text, const OnData& data = {});
  /// command(), and temporary `code` when it is not OK: "cannot DOING: the server says ...". The session lives on.
  Result<Answer> require(std::string_view text, std::string_view code, std::string_view doing, const OnData& data = {});
  /// Sends a command whose answer is read later: by finish(), or while something else is waited for. Several may be
  /// under way; until it is answered `take` gets every untagged response that those before it did not take.
  Result<std::shared_ptr<const Begun>> begin(std::string_view text,
                                             std::function<bool(Response&, const Head&)> take = {});
  /// The answer to a command of this session.
  Result<Answer> finish(const Begun& begun);
  Result<Selected> select(const std::string& folder, bool read_only);
  /// Waits for new mail, `limit` or `stop`. False when the server will not idle.
  Result<bool> idle(std::chrono::milliseconds limit, const std::function<bool()>& stop);
  /// Messages in the folder that is open, as far as the server has told.
  std::uint32_t exists() const { return selected_.exists; }
  /// True once after the server has told of more messages than before.
  bool take_new_mail() { return std::exchange(new_mail_, false); }
  bool has_new_mail() const { return new_mail_; }
  /// Says goodbye and does not wait long for the answer.
  void log_out();

 private:
  Session(const ImapSettings& settings, std::size_t max_literal, Trace& trace);
  Result<void> greet();
  Result<void> secure();
  Result<void> log_in(Secret& secret);
  Result<Answer> try_log_in(const std::string& secret);
  Result<void> learn();

  Result<void> send(std::string_view line, bool secret = false);
  /// The next response; nothing when there is none within `limit`.
  Result<std::optional<Response>> receive(std::chrono::milliseconds limit);
  /// The next response, waited for as long as a command may take. Errors include BYE.
  Result<Response> await();
  void note(const Response& response, const Head& head);
  void note_code(const Status& status);
  void note_abilities(std::string_view words);
  Answer answer_of(const Response& response, const Head& head) const;
  /// A command with what is sent, in order, at each "+" of the server; `last_word` answers every further one.
  Result<Answer> exchange(std::string_view text, const std::vector<std::string>& lines, std::string_view last_word,
                          bool secret, const OnData& data);
  /// Reads on until all commands of begin() are answered.
  Result<void> settle();
  /// Reads a response while nothing but commands of begin() are under way, and gives it to them.
  Result<void> hand_over();
  tl::unexpected<Error> over(const Error& error);

  const ImapSettings& settings_;
  Trace& trace_;
  std::unique_ptr<Connection> connection_;
  Framer framer_;
  std::set<std::string> abilities_;
  bool abilities_known_ = false;
  bool is_authenticated_ = false;
  Namespace space_;
  Selected selected_;
  bool new_mail_ = false;
  bool idle_refused_ = false;
  bool alive_ = true;
  std::string bye_;
  std::vector<std::shared_ptr<Begun>> begun_;  ///< Not answered yet; in the order asked.
  std::uint64_t commands_ = 0;
  std::chrono::steady_clock::time_point last_used_;
};

}  // namespace ruagate::mailbox::imap
