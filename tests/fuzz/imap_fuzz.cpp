// Any bytes as a server's replies: limits hold, nothing is thrown, and how the bytes are cut changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mailbox/imap_names.hpp"
#include "mailbox/imap_response.hpp"

namespace {

using namespace ruagate::mailbox::imap;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", what);
  std::abort();
}

struct Seen {
  std::vector<Response> responses;
  bool failed = false;
};

Seen read_all(std::string_view bytes, std::size_t step, const WireLimits& limits) {
  Framer framer(limits);
  Seen seen;
  while (!bytes.empty() && !seen.failed) {
    const auto piece = bytes.substr(0, step);
    framer.feed(piece);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto next = framer.next();
      require(framer.held() <= limits.line_bytes + limits.literals * limits.literal_bytes + step, "held bytes");
      if (!next) {
        require(!next.error().message.empty(), "a fault says why");
        seen.failed = true;
        break;
      }
      if (!*next) break;
      seen.responses.push_back(std::move(**next));
    }
  }
  return seen;
}

bool are_same(const Seen& a, const Seen& b) {
  if (a.failed != b.failed || a.responses.size() != b.responses.size()) return false;
  for (std::size_t i = 0; i < a.responses.size(); ++i) {
    const auto& one = a.responses[i];
    const auto& other = b.responses[i];
    if (one.line != other.line || one.literals.size() != other.literals.size()) return false;
    for (std::size_t k = 0; k < one.literals.size(); ++k) {
      if (one.literals[k].bytes != other.literals[k].bytes) return false;
    }
  }
  return true;
}

void look_at(Response& response, const WireLimits& limits) {
  require(response.line.size() <= limits.line_bytes, "line_bytes");
  require(response.literals.size() <= limits.literals, "literals");
  for (const auto& literal : response.literals) {
    require(literal.bytes.size() <= limits.literal_bytes, "literal_bytes");
    require(literal.is_left_out() == (literal.size > limits.literal_bytes), "a literal is whole or left out");
  }
  const auto head = head_of(response);
  require(head.data_at <= response.line.size(), "data_at");
  if (is_status(head)) (void)status_of(response, head);
  Tokens tokens(response, head.data_at);
  std::size_t count = 0;
  while (tokens.next().type != Token::Type::end) require(++count <= response.line.size(), "every token takes a byte");
  (void)read_search(response, head);
  (void)take_body(response, read_fetch(response, head));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  WireLimits limits;
  limits.line_bytes = 4096;
  limits.literal_bytes = 64;
  limits.literals = 8;
  auto whole = read_all(bytes, size == 0 ? 1 : size, limits);
  require(are_same(whole, read_all(bytes, 1, limits)), "byte by byte gives the same");
  require(are_same(whole, read_all(bytes, 7, limits)), "in sevens gives the same");
  for (auto& response : whole.responses) look_at(response, limits);

  if (const auto encoded = encode_folder(bytes)) require(decode_folder(*encoded) == bytes, "folder name and back");
  (void)decode_folder(bytes);
  return 0;
}
