#include "mime/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace ruagate::mime {
namespace {

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

// 0x80..0x9F of windows-1252; 0 where nothing is assigned.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                        0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xA0) {
      const std::uint16_t code_point = kWindows1252[byte - 0x80U];
      append_utf8(out, code_point == 0 ? 0xFFFDU : code_point);
    } else {
      append_utf8(out, byte);
    }
  }
  return out;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

/// Charsets that libc converts for us. None with shift states beyond ISO-2022-JP: those converters have had holes.
constexpr std::array kConverted = {
    "iso-8859-2",   "iso-8859-3",   "iso-8859-4",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",   "iso-8859-8",
    "iso-8859-9",   "iso-8859-10",  "iso-8859-11",  "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "iso-8859-16",
    "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257",
    "windows-1258", "koi8-r",       "koi8-u",       "gb2312",       "gbk",          "gb18030",      "big5",
    "shift_jis",    "euc-jp",       "iso-2022-jp",  "euc-kr",       "utf-16",       "utf-16le",     "utf-16be"};

class Converter {
 public:
  explicit Converter(const char* charset) : handle_(iconv_open("UTF-8", charset)) {}
  ~Converter() {
    if (ok()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool ok() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string convert(std::string_view bytes) {
    std::string in(bytes);  // iconv wants writable input.
    std::string out;
    char* from = in.data();
    std::size_t left = in.size();
    std::array<char, 1024> buffer;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t result = iconv(handle_, &from, &left, &to, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (result == static_cast<std::size_t>(-1) && room == buffer.size() && left > 0) {
        out += "\xEF\xBF\xBD";
        ++from;
        --left;
      }
    }
    return out;
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::string as_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset) {
  if (charset.size() > 40) return std::nullopt;
  std::string name = to_lower(charset.substr(0, charset.find('*')));  // RFC 2231 adds "*language".
  if (name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii" || name == "unknown-8bit") {
    return as_utf8(bytes);
  }
  // Latin 1 has only controls where windows-1252 has letters and quotes, and is what it is mostly mistaken for.
  if (name == "iso-8859-1" || name == "latin1" || name == "windows-1252" || name == "cp1252") {
    return from_windows_1252(bytes);
  }
  if (name.starts_with("cp125")) name.replace(0, 2, "windows-");
  if (name == "latin9") name = "iso-8859-15";
  if (std::find(kConverted.begin(), kConverted.end(), name) == kConverted.end()) return std::nullopt;
  Converter converter(name.c_str());
  if (!converter.ok()) return std::nullopt;
  return converter.convert(bytes);
}

}  // namespace ruagate::mime
