#include "mime/transfer.hpp"

#include <array>
#include <cstdint>

#include "base/ascii.hpp"
#include "mime/lines.hpp"

namespace ruagate::mime {
namespace {

constexpr std::uint8_t kSpace = 0x80;
constexpr std::uint8_t kPadding = 0x81;
constexpr std::uint8_t kJunk = 0x82;

constexpr std::array<std::uint8_t, 256> make_base64_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kJunk);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v', '\0'}) values[static_cast<unsigned char>(c)] = kSpace;
  values[static_cast<unsigned char>('=')] = kPadding;
  return values;
}
constexpr auto kBase64Values = make_base64_values();

std::uint8_t base64_value(char c) {
  return kBase64Values[static_cast<unsigned char>(c)];
}

bool is_base64_text(std::string_view text) {
  for (const char c : text) {
    if (base64_value(c) == kJunk) return false;
  }
  return true;
}

constexpr std::size_t kMinRun = 24;  // Characters of base64 that can hold the shortest gzip stream.

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// First position of `word` at the start of a line, from `from` on.
std::size_t find_line_start(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') return at;
  }
  return std::string_view::npos;
}

}  // namespace

Base64Bytes decode_base64(std::string_view text) {
  Base64Bytes result;
  std::string& out = result.bytes;
  out.resize(text.size() / 4 * 3 + 3);
  std::size_t written = 0;
  std::uint32_t group = 0;
  unsigned in_group = 0;
  const auto flush = [&] {  // A group that padding or the end cut short.
    if (in_group == 2) {
      out[written++] = static_cast<char>(group >> 4U);
    } else if (in_group == 3) {
      out[written++] = static_cast<char>(group >> 10U);
      out[written++] = static_cast<char>(group >> 2U);
    }
    group = 0;
    in_group = 0;
  };
  bool rest_is_base64 = false;  // Known once padding was seen inside.
  std::size_t at = 0;
  while (at < text.size()) {
    while (in_group == 0 && at + 4 <= text.size()) {
      const std::uint32_t a = base64_value(text[at]);
      const std::uint32_t b = base64_value(text[at + 1]);
      const std::uint32_t c = base64_value(text[at + 2]);
      const std::uint32_t d = base64_value(text[at + 3]);
      if (((a | b | c | d) & 0x80U) != 0) break;
      const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U) | d;
      out[written] = static_cast<char>(bits >> 16U);
      out[written + 1] = static_cast<char>(bits >> 8U);
      out[written + 2] = static_cast<char>(bits);
      written += 3;
      at += 4;
    }
    if (at >= text.size()) break;
    const std::uint8_t value = base64_value(text[at++]);
    if (value < 0x80) {
      group = (group << 6U) | value;
      if (++in_group == 4) {
        out[written++] = static_cast<char>(group >> 16U);
        out[written++] = static_cast<char>(group >> 8U);
        out[written++] = static_cast<char>(group);
        group = 0;
        in_group = 0;
      }
    } else if (value == kJunk) {
      result.junk = true;
    } else if (value == kPadding) {
      if (in_group < 2) continue;  // The second "=", or one that closes nothing.
      flush();
      while (at < text.size() && base64_value(text[at]) >= 0x80 && base64_value(text[at]) != kJunk) ++at;
      if (at == text.size() || rest_is_base64) continue;
      rest_is_base64 = is_base64_text(text.substr(at));
      if (!rest_is_base64) {
        result.trailing_text = true;
        break;
      }
      result.concatenated = true;
    }
  }
  if (in_group != 0) result.no_padding = true;
  flush();
  out.resize(written);
  return result;
}

QuotedPrintableBytes decode_quoted_printable(std::string_view text) {
  QuotedPrintableBytes result;
  std::string& out = result.bytes;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t mark = std::min(text.find('=', at), text.size());
    out += text.substr(at, mark - at);
    if (mark == text.size()) break;
    at = mark + 1;
    if (at + 1 < text.size()) {
      const int high = hex_digit(text[at]);
      const int low = hex_digit(text[at + 1]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        at += 2;
        continue;
      }
    }
    // A soft line break, perhaps with spaces that a relay added before it.
    std::size_t end = at;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
    if (end == text.size()) {
      at = end;
    } else if (text[end] == '\n') {
      at = end + 1;
    } else if (text[end] == '\r') {
      at = end + 1 < text.size() && text[end + 1] == '\n' ? end + 2 : end + 1;
    } else {
      out.push_back('=');
      result.junk = true;
    }
  }
  return result;
}

std::optional<UuencodedFile> decode_uuencode(std::string_view text) {
  Lines lines(text);
  for (std::size_t at = find_line_start(text, "begin ", 0); at != std::string_view::npos;
       at = find_line_start(text, "begin ", at + 1)) {
    Line line = lines.at(at);
    std::string_view rest = line.text.substr(6);
    std::size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '7') ++digits;
    if (digits < 3 || digits > 4 || digits >= rest.size() || rest[digits] != ' ') continue;
    UuencodedFile file;
    file.name = trim(rest.substr(digits));
    file.no_end = true;
    for (std::size_t next = line.next; next < text.size(); next = line.next) {
      line = lines.at(next);
      if (trim(line.text) == "end") {
        file.no_end = false;
        break;
      }
      if (trim(line.text).empty()) continue;
      const auto six = [](char c) { return (static_cast<unsigned>(static_cast<unsigned char>(c)) - 32U) & 0x3FU; };
      std::size_t count = six(line.text[0]);
      if (line.text[0] < ' ' || line.text[0] > '`') break;
      // A line of one letter may stand for 45 zeros; a file that is mostly that is made to swell.
      if (file.bytes.size() + count > text.size()) break;
      for (std::size_t i = 1; count > 0; i += 4) {
        std::array<unsigned, 4> v{};  // Trailing spaces may have been cut off: they stand for zero.
        for (std::size_t k = 0; k < 4; ++k) v[k] = i + k < line.text.size() ? six(line.text[i + k]) : 0;
        const std::array<unsigned, 3> bytes = {(v[0] << 2U) | (v[1] >> 4U), (v[1] << 4U) | (v[2] >> 2U),
                                               (v[2] << 6U) | v[3]};
        for (std::size_t k = 0; k < 3 && count > 0; ++k, --count) {
          file.bytes.push_back(static_cast<char>(static_cast<unsigned char>(bytes[k] & 0xFFU)));
        }
      }
    }
    return file;
  }
  return std::nullopt;
}

bool has_archive_magic(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b\x08") || bytes.starts_with("PK\x03\x04");
}

std::optional<Base64Bytes> hidden_base64(std::string_view content) {
  const std::string_view text = trim(content);
  if (text.size() < kMinRun) return std::nullopt;
  // The beginnings of gzip, zip, "<?xml" and "<feedback" in base64.
  if (!text.starts_with("H4sI") && !text.starts_with("UEsDB") && !text.starts_with("PD94bWw") &&
      !text.starts_with("PGZlZWRiYWNr")) {
    return std::nullopt;
  }
  if (!is_base64_text(text)) return std::nullopt;
  return decode_base64(text);
}

std::optional<Base64Bytes> embedded_base64(std::string_view text) {
  Lines lines(text);
  for (const std::string_view magic : {std::string_view("H4sI"), std::string_view("UEsDB")}) {
    std::size_t from = 0;
    while (from < text.size()) {
      const std::size_t begin = find_line_start(text, magic, from);
      if (begin == std::string_view::npos) break;
      std::size_t end = begin;
      while (end < text.size()) {
        const Line line = lines.at(end);
        const std::string_view run = trim(line.text);
        if (run.empty() || run.find(' ') != std::string_view::npos || !is_base64_text(run)) break;
        end = line.next;
      }
      if (end - begin >= kMinRun) {
        Base64Bytes bytes = decode_base64(text.substr(begin, end - begin));
        if (has_archive_magic(bytes.bytes)) return bytes;
      }
      from = std::max(end, begin + 1);
    }
  }
  return std::nullopt;
}

}  // namespace ruagate::mime
