#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// IMAP replies as bytes (RFC 9051 section 7, RFC 3501): cut into responses, and those into tokens. Pure, incremental,
// iterative, bounded; knows nothing of sockets. Private to this room.
namespace ruagate::mailbox::imap {

struct WireLimits {
  std::size_t line_bytes = 16U << 20;     ///< Of one response, without its literals: 100,000 UIDs are 700 kB.
  std::size_t literal_bytes = 64U << 20;  ///< Of one literal; a longer one is read past and not kept.
  std::size_t literals = 1000;            ///< In one response.
};

/// A string sent by its length.
struct Literal {
  std::string bytes;
  std::uint64_t size = 0;  ///< As announced.
  bool is_left_out() const { return bytes.size() != size; }
};

/// One response: a line, with the literals in it apart.
struct Response {
  std::string line;  ///< Without line end; "{5}" stands where a literal stood, and what came behind it follows at once.
  std::vector<Literal> literals;
  std::vector<std::size_t> literal_ends;  ///< Offset in `line` behind each "{5}".
};

/// Cuts a stream of bytes into responses. Holds one response and what was fed since.
class Framer {
 public:
  explicit Framer(const WireLimits& limits) : limits_(limits) {}
  void feed(std::string_view bytes);
  /// The next whole response; nothing when more bytes are needed. Errors: temporary `bad_reply`; the stream cannot be
  /// read on after either.
  Result<std::optional<Response>> next();
  /// Bytes held: of the response begun and of what was fed.
  std::size_t held() const { return held_literals_ + response_.line.size() + buffer_.size() - position_; }

 private:
  Result<bool> begin_literal();
  void take_literal();

  WireLimits limits_;
  std::string buffer_;
  std::size_t position_ = 0;
  Response response_;
  std::uint64_t literal_left_ = 0;
  bool in_literal_ = false;
  std::size_t held_literals_ = 0;
};

enum class Kind : std::uint8_t { untagged, tagged, continuation };

/// The beginning of a response. Views point into it.
struct Head {
  Kind kind = Kind::untagged;
  std::string_view tag;                 ///< Of a tagged one.
  std::optional<std::uint32_t> number;  ///< "* 23 EXISTS".
  std::string_view word;                ///< "EXISTS", "FETCH", "OK"; any case.
  std::size_t data_at = 0;              ///< Offset in the line of what follows the word.
  bool is(std::string_view name) const;
};
Head head_of(const Response& response);

/// A status response: OK, NO, BAD, BYE, PREAUTH. Views point into the response.
struct Status {
  std::string_view code;       ///< "UIDVALIDITY" of "[UIDVALIDITY 3857529045]"; empty without.
  std::string_view arguments;  ///< "3857529045".
  std::string_view text;       ///< For people.
};
bool is_status(const Head& head);
Status status_of(const Response& response, const Head& head);

struct Token {
  enum class Type : std::uint8_t { end, open, close, atom, text, nil };
  Type type = Type::end;
  std::string_view text;           ///< Of atoms and texts; valid until the next call.
  std::size_t literal = kNoIndex;  ///< Index of the literal, for a text that came as one.
  static constexpr std::size_t kNoIndex = ~std::size_t{0};
};

/// Walks the data of a response.
class Tokens {
 public:
  explicit Tokens(const Response& response, std::size_t from) : response_(response), position_(from) {}
  Token next();
  /// Passes over the rest of a list whose "(" was taken.
  void skip_list();

 private:
  Token quoted();
  Token literal();
  Token atom();

  const Response& response_;
  std::size_t position_;
  std::string scratch_;
};

/// A number of 32 bits, not 0; nothing for anything else.
std::optional<std::uint32_t> read_number(std::string_view text);
std::optional<std::uint64_t> read_size(std::string_view text);

/// What a FETCH response said of a message.
struct FetchData {
  std::optional<std::uint32_t> uid;
  std::optional<std::uint64_t> size;
  std::vector<std::string> flags;
  bool has_flags = false;
  bool has_body = false;  ///< BODY[...] with a string.
  std::string body;       ///< Unless it is a literal of the response:
  std::size_t body_literal = Token::kNoIndex;
  std::optional<std::uint64_t> body_left_out;  ///< The size of a body that was longer than the limit.
  std::string internal_date;
};
FetchData read_fetch(const Response& response, const Head& head);
/// The body, without a copy where it is a literal; it is not in the response any more then.
std::string take_body(Response& response, FetchData data);
/// The UIDs of a SEARCH response, in the order sent.
std::vector<std::uint32_t> read_search(const Response& response, const Head& head);

}  // namespace ruagate::mailbox::imap
