#include "mailbox/imap_names.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::mailbox::imap {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kFolderLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Groups of six bits, without padding.
std::string in_letters(std::string_view bytes, std::string_view letters) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += letters[(bits >> static_cast<unsigned>(count - 6)) & 63U];
  }
  if (count > 0) text += letters[(bits << static_cast<unsigned>(6 - count)) & 63U];
  return text;
}

std::uint32_t code_point(std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  switch (character.size()) {
    case 2:
      return (at(0) & 0x1FU) << 6U | (at(1) & 0x3FU);
    case 3:
      return (at(0) & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
    case 4:
      return (at(0) & 0x07U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U | (at(3) & 0x3FU);
    default:
      return at(0);
  }
}

void add_utf16(std::string& bytes, std::uint32_t code) {
  const auto unit = [&](std::uint32_t value) {
    bytes += static_cast<char>(value >> 8U);
    bytes += static_cast<char>(value & 0xFFU);
  };
  if (code < 0x10000) return unit(code);
  unit(0xD800U + ((code - 0x10000U) >> 10U));
  unit(0xDC00U + ((code - 0x10000U) & 0x3FFU));
}

void add_utf8(std::string& text, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      byte(0xE0U | code >> 12U);
    } else {
      byte(0xF0U | code >> 18U);
      byte(0x80U | (code >> 12U & 0x3FU));
    }
    byte(0x80U | (code >> 6U & 0x3FU));
  }
  byte(0x80U | (code & 0x3FU));
}

/// What stands between "&" and "-". Nothing when it is not what encode_folder() would write.
std::optional<std::string> decode_shifted(std::string_view letters) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  std::uint32_t high = 0;
  for (const char c : letters) {
    const auto value = kFolderLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0x3FFFFFU;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const auto unit = bits >> static_cast<unsigned>(count) & 0xFFFFU;
    if (high != 0) {
      if (unit < 0xDC00 || unit > 0xDFFF) return std::nullopt;
      add_utf8(text, 0x10000U + ((high - 0xD800U) << 10U) + (unit - 0xDC00U));
      high = 0;
    } else if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      return std::nullopt;
    } else {
      add_utf8(text, unit);
    }
  }
  if (high != 0) return std::nullopt;
  return text;
}

bool is_plain(char c) {
  return c >= 0x20 && c <= 0x7E;
}

}  // namespace

std::optional<std::string> encode_folder(std::string_view name) {
  std::string encoded;
  std::string shifted;
  const auto flush = [&] {
    if (!shifted.empty()) encoded += "&" + in_letters(shifted, kFolderLetters) + "-";
    shifted.clear();
  };
  while (!name.empty()) {
    const auto length = utf8_length(name);
    if (length == 0) return std::nullopt;
    if (length == 1 && is_plain(name.front())) {
      flush();
      encoded += name.front();
      if (name.front() == '&') encoded += '-';
    } else {
      add_utf16(shifted, code_point(name.substr(0, length)));
    }
    name.remove_prefix(length);
  }
  flush();
  return encoded;
}

std::string decode_folder(std::string_view name) {
  std::string decoded;
  for (std::size_t at = 0; at < name.size();) {
    if (name[at] != '&') {
      decoded += name[at++];
      continue;
    }
    const auto end = name.find('-', at);
    if (end == std::string_view::npos) return std::string(name);
    if (end == at + 1) {
      decoded += '&';
    } else if (const auto text = decode_shifted(name.substr(at + 1, end - at - 1))) {
      decoded += *text;
    } else {
      return std::string(name);
    }
    at = end + 1;
  }
  return decoded;
}

std::optional<std::string> folder_on_server(std::string_view configured, const Namespace& space) {
  auto encoded = encode_folder(configured);
  if (!encoded) return std::nullopt;
  std::string name = std::move(*encoded);
  if (equals_ignoring_case(name, "INBOX")) return std::string("INBOX");
  if (space.separator != 0) std::replace(name.begin(), name.end(), '/', space.separator);
  if (starts_with_ignoring_case(name, space.prefix)) return name;
  return space.prefix + name;
}

namespace {

/// One past the last number of the run that begins at `first`.
std::size_t end_of_run(std::span<const std::uint32_t> uids, std::size_t first) {
  auto end = first + 1;
  while (end < uids.size() && uids[end] == uids[end - 1] + 1) ++end;
  return end;
}

std::string range_text(std::uint32_t first, std::uint32_t last) {
  return first == last ? format("{}", first) : format("{}:{}", first, last);
}

}  // namespace

std::vector<UidSet> uid_portions(std::span<const std::uint32_t> uids, std::size_t max_bytes) {
  std::vector<UidSet> portions;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < uids.size();) {
    const auto end = end_of_run(uids, i);
    const auto range = range_text(uids[i], uids[end - 1]);
    if (portions.empty() || portions.back().text.size() + 1 + range.size() > max_bytes) {
      begin = i;
      portions.push_back({range, {}});
    } else {
      portions.back().text += "," + range;
    }
    portions.back().uids = uids.subspan(begin, end - begin);
    i = end;
  }
  return portions;
}

std::vector<std::string> uid_sets(std::span<const std::uint32_t> uids, std::size_t max_bytes) {
  std::vector<std::string> sets;
  for (auto& portion : uid_portions(uids, max_bytes)) sets.push_back(std::move(portion.text));
  return sets;
}

bool is_quotable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_plain);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string base64(std::string_view bytes) {
  auto text = in_letters(bytes, kLetters);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

void NumberSet::add(std::uint32_t number) {
  auto next = std::upper_bound(ranges_.begin(), ranges_.end(), number,
                               [](std::uint32_t value, const Range& range) { return value < range.first; });
  if (next != ranges_.begin()) {
    auto& before = *std::prev(next);
    if (number <= before.last) return;
    if (number == before.last + 1) {
      before.last = number;
      if (next != ranges_.end() && next->first == number + 1) {
        before.last = next->last;
        ranges_.erase(next);
      }
      return;
    }
  }
  if (next != ranges_.end() && next->first == number + 1) {
    next->first = number;
    return;
  }
  ranges_.insert(next, {number, number});
}

bool NumberSet::contains(std::uint32_t number) const {
  const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), number,
                                     [](std::uint32_t value, const Range& range) { return value < range.first; });
  return next != ranges_.begin() && number <= std::prev(next)->last;
}

void NumberSet::remove_up_to(std::uint32_t number) {
  std::erase_if(ranges_, [&](const Range& range) { return range.last <= number; });
  if (!ranges_.empty() && ranges_.front().first <= number) ranges_.front().first = number + 1;
}

}  // namespace ruagate::mailbox::imap
