#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "store/store.hpp"

// Who may do what: tokens, sessions, CSRF proofs, and the slowing down of those who guess.
namespace ruagate::http {

inline constexpr unsigned kRead = static_cast<unsigned>(store::Scope::read);
inline constexpr unsigned kOperate = static_cast<unsigned>(store::Scope::operate);
inline constexpr unsigned kIntake = static_cast<unsigned>(store::Scope::intake);

inline constexpr std::string_view kSessionCookie = "ruagate_session";

/// Who asks. `via` says on what grounds.
struct Identity {
  enum class Via : std::uint8_t { none, open, token, session };
  Via via = Via::none;
  unsigned scopes = 0;
  std::string name;  ///< Of the token.
  std::string csrf;  ///< What a change must prove; empty where nothing is needed.
  std::optional<Instant> expires_at;
  bool failed = false;   ///< A token or session came and is not good.
  bool guessed = false;  ///< It was a token: a try that counts as failed.
  std::string session;   ///< Its key, for logging out.

  bool may(unsigned scope) const { return scope == 0 || (scopes & scope) == scope; }
};
std::string_view to_string(Identity::Via via);

/// Makes those who fail wait: after a few failures the time doubles with each, up to five minutes. Bounded memory.
class Throttle {
 public:
  /// Seconds that this peer has to wait before its next try; 0: none. IPv6 peers count by /64.
  std::int64_t wait(const IpAddress& peer, Instant now);
  void failed(const IpAddress& peer, Instant now);

 private:
  struct Failures {
    int count = 0;
    Instant last{};
  };
  std::mutex lock_;
  std::map<std::string, Failures> failures_;
};

/// 256 random bits as base64url. Throws std::runtime_error when the system gives none.
std::string random_text();
/// A new token, "rua_..."; only its hash is ever stored.
std::string new_token();
/// Takes the same time wherever the two differ.
bool same_bytes(std::string_view a, std::string_view b);

class Access {
 public:
  explicit Access(const Clock& clock);

  /// The tokens as they are in the database now.
  void set_tokens(std::vector<store::TokenRow> tokens, std::uint64_t version);
  std::uint64_t token_version() const;
  bool has_tokens() const;

  /// `is_open`: the peer may read without a token as long as there is none.
  Identity identify(const Request& request, bool is_open);

  /// The key of a new session and what it may do; nothing for a token that is not known.
  std::optional<std::pair<std::string, Identity>> log_in(std::string_view token);
  void log_out(const std::string& session);

  /// Sessions end after this.
  static constexpr std::chrono::hours kSessionTime{12};

 private:
  struct Session {
    Sha256 token{};  ///< Its hash: numbers of tokens may come again.
    std::string csrf;
    Instant expires_at{};
  };
  const store::TokenRow* find(std::string_view token) const;
  Identity of_session(const Session& session, const store::TokenRow& token, std::string key) const;

  const Clock& clock_;
  mutable std::mutex lock_;
  std::vector<store::TokenRow> tokens_;
  std::uint64_t version_ = 0;
  std::map<std::string, Session> sessions_;  ///< By the hash of their key.
  std::string open_csrf_;
};

}  // namespace ruagate::http
