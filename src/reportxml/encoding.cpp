#include "reportxml/encoding.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <iconv.h>

#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace ruagate::reportxml {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

constexpr char32_t kReplacement = 0xFFFD;

using CodePage = std::array<char32_t, 256>;

struct IconvHandle {
  explicit IconvHandle(const char* from) : handle(iconv_open("UTF-8", from)) {}
  ~IconvHandle() {
    if (is_open()) iconv_close(handle);
  }
  IconvHandle(const IconvHandle&) = delete;
  IconvHandle& operator=(const IconvHandle&) = delete;
  bool is_open() const { return handle != reinterpret_cast<iconv_t>(-1); }
  iconv_t handle;
};

char32_t decode_one(std::string_view utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(utf8[i])); };
  switch (utf8.size()) {
    case 1:
      return byte(0);
    case 2:
      return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3:
      return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    default:
      return kReplacement;
  }
}

// libc converts each of the 256 bytes once; the document then goes through a table, which cannot fail or stall.
std::optional<CodePage> code_page(const char* name) {
  const IconvHandle converter(name);
  if (!converter.is_open()) return std::nullopt;
  CodePage page{};
  for (std::size_t i = 0; i < page.size(); ++i) {
    char in = static_cast<char>(i);
    std::array<char, 8> out{};
    char* in_at = &in;
    char* out_at = out.data();
    std::size_t in_left = 1;
    std::size_t out_left = out.size();
    iconv(converter.handle, nullptr, nullptr, nullptr, nullptr);
    const std::size_t done = iconv(converter.handle, &in_at, &in_left, &out_at, &out_left);
    const std::string_view text(out.data(), out.size() - out_left);
    page[i] = done == static_cast<std::size_t>(-1) || text.empty() ? kReplacement : decode_one(text);
  }
  // Windows leaves five bytes of 1252 open; browsers read them as the controls, which are no text here either.
  return page;
}

/// The code page of a name, opened once: opening a converter costs libc more than reading an ordinary report.
std::optional<CodePage> known_code_page(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, CodePage, std::less<>> pages;  // As many at most as libc has single-byte ones.
  {
    const std::lock_guard lock(mutex);
    if (const auto hit = pages.find(name); hit != pages.end()) return hit->second;
  }
  auto page = code_page(name.c_str());
  if (page) {
    const std::lock_guard lock(mutex);
    pages.emplace(name, *page);
  }
  return page;
}

/// What the declaration says, lower-case; empty when it says nothing. Text before the declaration is skipped.
std::string declared_encoding(std::string_view document) {
  const std::string_view beginning = document.substr(0, 1024);
  const std::size_t declaration = beginning.find("<?xml");
  if (declaration == std::string_view::npos) return {};
  const std::size_t limit = beginning.find('>', declaration);
  const std::string_view text = beginning.substr(declaration, limit - declaration);
  std::size_t at = find_ignoring_case(text, "encoding");
  if (at == std::string_view::npos) return {};
  at += 8;
  while (at < text.size() && (is_space(text[at]) || text[at] == '=' || text[at] == '"' || text[at] == '\'')) ++at;
  std::size_t end = at;
  while (end < text.size() && end - at < 40 && text[end] != '"' && text[end] != '\'' && text[end] != '?' &&
         !is_space(text[end])) {
    ++end;
  }
  return to_lower(text.substr(at, end - at));
}

enum class Family : std::uint8_t { none, utf8, utf16, eight_bit, unknown };

struct Declared {
  Family family = Family::none;
  std::string name;  ///< For iconv, when eight_bit.
};

// Only single-byte character sets: their tables are small, and the large converters of libc stay out of reach.
Declared understand(const std::string& name) {
  if (name.empty()) return {};
  if (name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii") return {Family::utf8, {}};
  if (name.starts_with("utf-16") || name.starts_with("utf16") || name == "ucs-2") return {Family::utf16, {}};
  if (name == "iso-8859-1" || name == "iso8859-1" || name == "iso_8859-1" || name == "latin1" || name == "latin-1" ||
      name == "windows-1252" || name == "cp1252" || name == "cp-1252") {
    // As browsers do: who says ISO-8859-1 and sends 0x80..0x9F means windows-1252.
    return {Family::eight_bit, "CP1252"};
  }
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view view = name;
  for (const std::string_view prefix : {"iso-8859-", "iso8859-", "iso_8859-"}) {
    if (view.starts_with(prefix) && digits(view.substr(prefix.size()))) {
      return {Family::eight_bit, "ISO-8859-" + std::string(view.substr(prefix.size()))};
    }
  }
  for (const std::string_view prefix : {"windows-", "cp-", "cp", "win"}) {
    if (view.starts_with(prefix) && digits(view.substr(prefix.size()))) {
      return {Family::eight_bit, "CP" + std::string(view.substr(prefix.size()))};
    }
  }
  if (name == "koi8-r" || name == "koi8-u" || name == "macintosh") return {Family::eight_bit, name};
  return {Family::unknown, {}};
}

bool is_dropped_control(unsigned char c) {
  return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

struct Census {
  bool high = false;     ///< Bytes above 0x7F.
  bool control = false;  ///< C0 controls that XML forbids.
};

Census census_of(std::string_view text) {
  // Blocks of a fixed size without branches: the compiler makes vector instructions of them.
  constexpr std::size_t kBlock = 64;
  unsigned char high = 0;
  unsigned char control = 0;
  const auto look = [&](unsigned char c) {
    high = static_cast<unsigned char>(high | c);
    control = static_cast<unsigned char>(control | ((c < 0x20) & (c != '\t') & (c != '\n') & (c != '\r')));
  };
  // A plain pointer: a checked index in a hardened build would undo that.
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; static_cast<std::size_t>(end - at) >= kBlock; at += kBlock) {
    for (std::size_t k = 0; k < kBlock; ++k) look(static_cast<unsigned char>(at[k]));
  }
  for (; at != end; ++at) look(static_cast<unsigned char>(*at));
  return {(high & 0x80) != 0, control != 0};
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 16);
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big_endian ? (a << 8) | b : (b << 8) | a);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xE000) {
      char32_t low = 0;
      if (c < 0xDC00 && i + 3 < bytes.size()) low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      } else {
        c = kReplacement;
      }
    }
    append_utf8(out, c);
  }
  return out;
}

std::string from_code_page(std::string_view bytes, const CodePage& page) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  for (const char byte : bytes) append_utf8(out, page[static_cast<unsigned char>(byte)]);
  return out;
}

// Whatever is UTF-8 stays, single bytes that are not become what they mean in windows-1252.
std::string repaired_utf8(std::string_view bytes) {
  const std::optional<CodePage> page = known_code_page("CP1252");
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(bytes.substr(i));
    if (length > 0) {
      out.append(bytes, i, length);
      i += length;
    } else {
      append_utf8(out, page ? (*page)[static_cast<unsigned char>(bytes[i])] : kReplacement);
      ++i;
    }
  }
  return out;
}

void strip_controls(std::string& text) {
  std::size_t kept = 0;
  for (const char c : text) {
    if (!is_dropped_control(static_cast<unsigned char>(c))) text[kept++] = c;
  }
  text.resize(kept);
}

// UTF-16 without byte order mark shows itself by the zero beside the first '<'.
int utf16_endianness(std::string_view document) {
  for (std::size_t i = 0; i + 1 < document.size() && i < 64; i += 2) {
    const char a = document[i];
    const char b = document[i + 1];
    if (a == '<' && b == '\0') return 1;
    if (a == '\0' && b == '<') return 2;
    if (!((a == '\0' && is_space(b)) || (b == '\0' && is_space(a)))) return 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      if ((word & kHighBits) == 0) {
        i += 8;
        continue;
      }
    }
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string to_utf8(std::string document, Tolerances& tolerances) {
  using namespace std::string_view_literals;
  bool marked = false;
  if (document.starts_with("\xEF\xBB\xBF"sv)) {
    document.erase(0, 3);
    tolerances.add(Tolerance::byte_order_mark);
    marked = true;
  } else {
    const bool little = document.starts_with("\xFF\xFE"sv);
    const bool big = document.starts_with("\xFE\xFF"sv);
    const int guessed = little || big ? 0 : utf16_endianness(document);
    if (little || big || guessed != 0) {
      if (little || big) tolerances.add(Tolerance::byte_order_mark);
      tolerances.add(Tolerance::utf16);
      const std::string_view bytes = std::string_view(document).substr(little || big ? 2 : 0);
      document = from_utf16(bytes, big || guessed == 2);
      const Declared declared = understand(declared_encoding(document));
      if (declared.family != Family::utf16 && declared.family != Family::none) {
        tolerances.add(Tolerance::encoding_declared_wrong);
      }
      if (census_of(document).control) {
        strip_controls(document);
        tolerances.add(Tolerance::control_characters);
      }
      return document;
    }
  }

  const Census census = census_of(document);
  const Declared declared = understand(declared_encoding(document));
  if (declared.family == Family::utf16) tolerances.add(Tolerance::encoding_declared_wrong);
  if (declared.family == Family::unknown) tolerances.add(Tolerance::unknown_encoding);
  if (marked && declared.family == Family::eight_bit) tolerances.add(Tolerance::encoding_declared_wrong);
  if (census.high) {
    std::optional<CodePage> page;
    if (is_utf8(document)) {
      if (declared.family == Family::eight_bit) tolerances.add(Tolerance::encoding_declared_wrong);
    } else if (!marked && declared.family == Family::eight_bit && (page = known_code_page(declared.name))) {
      document = from_code_page(document, *page);
      tolerances.add(Tolerance::legacy_encoding);
    } else {
      document = repaired_utf8(document);
      tolerances.add(Tolerance::invalid_utf8);
    }
  }
  if (census.control) {
    strip_controls(document);
    tolerances.add(Tolerance::control_characters);
  }
  return document;
}

}  // namespace ruagate::reportxml
