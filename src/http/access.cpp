#include "http/access.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/ascii.hpp"

namespace ruagate::http {

namespace {

constexpr std::size_t kMaxSessions = 1000;
constexpr std::size_t kMaxPeers = 10'000;
constexpr int kFreeTries = 5;
constexpr std::int64_t kLongestWait = 300;
/// A try so long after the last counts as the first.
constexpr std::chrono::minutes kForgiven{15};

std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Who counts as one: an IPv6 user has a whole /64.
std::string key_of(const IpAddress& peer) {
  return peer.is_v4() ? peer.to_string() : IpNetwork(peer, 64).to_string();
}

/// What a scope brings along: who may change may see.
unsigned with_implied(unsigned scopes) {
  return (scopes & kOperate) != 0 ? scopes | kRead : scopes;
}

/// The token of an Authorization header; nothing when it is another scheme or there are two headers.
std::optional<std::string_view> bearer(const Request& request) {
  const std::string_view value = request.header("authorization");
  if (request.count("authorization") != 1 || !starts_with_ignoring_case(value, "bearer ")) return std::nullopt;
  return trim(value.substr(7));
}

}  // namespace

std::string_view to_string(Identity::Via via) {
  switch (via) {
    case Identity::Via::open:
      return "open";
    case Identity::Via::token:
      return "token";
    case Identity::Via::session:
      return "session";
    case Identity::Via::none:
      break;
  }
  return "none";
}

std::int64_t Throttle::wait(const IpAddress& peer, Instant now) {
  const std::lock_guard hold(lock_);
  const auto hit = failures_.find(key_of(peer));
  if (hit == failures_.end() || hit->second.count < kFreeTries) return 0;
  const int doublings = std::min(hit->second.count - kFreeTries, 20);
  const std::int64_t pause = std::min(kLongestWait, std::int64_t{1} << doublings);
  return std::max<std::int64_t>(0, pause - (now - hit->second.last).count());
}

void Throttle::failed(const IpAddress& peer, Instant now) {
  const std::lock_guard hold(lock_);
  if (failures_.size() >= kMaxPeers) {
    std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > kForgiven; });
    if (failures_.size() >= kMaxPeers) failures_.clear();
  }
  Failures& failures = failures_[key_of(peer)];
  if (now - failures.last > kForgiven) failures.count = 0;
  ++failures.count;
  failures.last = now;
}

std::string random_text() {
  std::array<unsigned char, 33> bytes{};  // 33 for 44 letters without padding; more than 256 bits
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system gives no random numbers");
  }
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = bytes.at(i) * 65536U + bytes.at(i + 1) * 256U + bytes.at(i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += kLetters[(group >> shift) & 63U];
  }
  return text;
}

std::string new_token() {
  return "rua_" + random_text();
}

bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Access::Access(const Clock& clock) : clock_(clock), open_csrf_(random_text()) {}

void Access::set_tokens(std::vector<store::TokenRow> tokens, std::uint64_t version) {
  const std::lock_guard hold(lock_);
  tokens_ = std::move(tokens);
  version_ = version;
}

std::uint64_t Access::token_version() const {
  const std::lock_guard hold(lock_);
  return version_;
}

bool Access::has_tokens() const {
  const std::lock_guard hold(lock_);
  return !tokens_.empty();
}

const store::TokenRow* Access::find(std::string_view token) const {
  const Sha256 hash = sha256(token);
  const store::TokenRow* found = nullptr;
  for (const store::TokenRow& row : tokens_) {  // all of them: the time tells nothing
    if (same_bytes(bytes_of(row.hash), bytes_of(hash))) found = &row;
  }
  return found;
}

Identity Access::of_session(const Session& session, const store::TokenRow& token, std::string key) const {
  Identity identity;
  identity.via = Identity::Via::session;
  identity.scopes = with_implied(token.scopes);
  identity.name = token.name;
  identity.csrf = session.csrf;
  identity.expires_at = session.expires_at;
  identity.session = std::move(key);
  return identity;
}

Identity Access::identify(const Request& request, bool is_open) {
  const std::lock_guard hold(lock_);
  Identity identity;
  if (request.count("authorization") > 0) {
    const auto token = bearer(request);
    const store::TokenRow* row = token ? find(*token) : nullptr;
    identity.failed = identity.guessed = row == nullptr;
    if (row == nullptr) return identity;
    identity.via = Identity::Via::token;
    identity.scopes = with_implied(row->scopes);
    identity.name = row->name;
    return identity;
  }
  if (const auto key = cookie(request, kSessionCookie); key && !key->empty()) {
    std::string hash = to_hex(sha256(*key));
    const auto session = sessions_.find(hash);
    if (session != sessions_.end() && session->second.expires_at > clock_.now()) {
      for (const store::TokenRow& row : tokens_) {
        if (row.hash == session->second.token) return of_session(session->second, row, std::move(hash));
      }
    }
    identity.failed = true;
  }
  if (is_open && tokens_.empty()) {
    identity.failed = false;
    identity.via = Identity::Via::open;
    identity.scopes = kRead | kOperate | kIntake;
    identity.csrf = open_csrf_;
  }
  return identity;
}

std::optional<std::pair<std::string, Identity>> Access::log_in(std::string_view token) {
  const std::lock_guard hold(lock_);
  const store::TokenRow* row = find(token);
  if (row == nullptr) return std::nullopt;
  const Instant now = clock_.now();
  if (sessions_.size() >= kMaxSessions) {
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_at <= now; });
    if (sessions_.size() >= kMaxSessions) {
      sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
        return a.second.expires_at < b.second.expires_at;
      }));
    }
  }
  std::string key = random_text();
  std::string hash = to_hex(sha256(key));
  const Session session{row->hash, random_text(), now + kSessionTime};
  sessions_[hash] = session;
  return std::make_pair(std::move(key), of_session(session, *row, std::move(hash)));
}

void Access::log_out(const std::string& session) {
  const std::lock_guard hold(lock_);
  sessions_.erase(session);
}

}  // namespace ruagate::http
