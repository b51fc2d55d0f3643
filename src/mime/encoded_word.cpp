#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/message.hpp"
#include "mime/transfer.hpp"

// RFC 2047: =?charset?B?...?= and =?charset?Q?...?=
namespace ruagate::mime {
namespace {

struct EncodedWord {
  std::string_view charset;
  char encoding = 'q';  ///< 'b' or 'q'
  std::string_view text;
  std::size_t end = 0;
};

/// The encoded word that begins with the "=?" at `at`. Spaces inside are forgiven, question marks are not, so the
/// search never looks further than the third one and reading stays linear.
std::optional<EncodedWord> encoded_word_at(std::string_view text, std::size_t at) {
  EncodedWord word;
  const std::size_t charset_end = text.find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end == at + 2 || charset_end + 2 >= text.size()) return {};
  word.charset = text.substr(at + 2, charset_end - at - 2);
  word.encoding = to_lower(text[charset_end + 1]);
  if ((word.encoding != 'b' && word.encoding != 'q') || text[charset_end + 2] != '?') return {};
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return {};
  word.text = text.substr(begin, end - begin);
  word.end = end + 2;
  return word;
}

std::string word_bytes(const EncodedWord& word) {
  if (word.encoding == 'b') return decode_base64(word.text).bytes;
  std::string spaced(word.text);
  for (char& c : spaced) {
    if (c == '_') c = ' ';
  }
  return decode_quoted_printable(spaced).bytes;
}

}  // namespace

std::string decode_encoded_words(std::string_view text) {
  std::string out;
  std::string bytes;           // Of adjacent words in one charset: some senders cut inside a character.
  std::string_view charset;    // Of `bytes`.
  std::size_t bytes_from = 0;  // Where in `text` these words began,
  std::size_t bytes_to = 0;    // and ended.
  const auto flush = [&] {
    if (bytes_to == bytes_from) return;
    if (auto utf8 = to_utf8(bytes, charset)) {
      out += *utf8;
    } else {
      out += text.substr(bytes_from, bytes_to - bytes_from);
    }
    bytes.clear();
    bytes_from = bytes_to = 0;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t mark = std::min(text.find("=?", at), text.size());
    const auto word = mark < text.size() ? encoded_word_at(text, mark) : std::nullopt;
    const std::string_view between = text.substr(at, mark - at);
    // White space between two encoded words is not part of the text (RFC 2047 6.2).
    const bool adjacent = word && bytes_to != bytes_from && trim(between).empty();
    if (!adjacent) {
      flush();
      out += between;
    } else if (!equals_ignoring_case(charset, word->charset)) {
      flush();
    }
    if (word) {
      if (bytes_to == bytes_from) {
        bytes_from = mark;
        charset = word->charset;
      }
      bytes += word_bytes(*word);
      bytes_to = word->end;
      at = word->end;
    } else {
      out += text.substr(mark, 2);
      at = std::min(mark + 2, text.size());
    }
  }
  flush();
  return out;
}

}  // namespace ruagate::mime
