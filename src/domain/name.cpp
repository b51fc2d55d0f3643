#include "domain/name.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <idn2.h>

#include "base/ascii.hpp"

namespace ruagate::domain {

namespace {

struct Idn2Free {
  void operator()(char* text) const { idn2_free(text); }
};
using Idn2String = std::unique_ptr<char, Idn2Free>;

bool is_well_formed(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!allowed || ++label > 63) return false;
  }
  return label != 0;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::string> normalize(std::string_view text) {
  text = trim(text);
  std::string name;
  if (is_ascii(text)) {
    name = to_lower(text);
  } else {
    if (text.size() > 1024 || text.find('\0') != std::string_view::npos) return std::nullopt;
    char* raw = nullptr;
    const std::string terminated(text);
    // Non-transitional UTS 46 first, the mapping of today's registries; transitional for old names it refuses.
    int code = idn2_to_ascii_8z(terminated.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    if (code != IDN2_OK) code = idn2_to_ascii_8z(terminated.c_str(), &raw, IDN2_TRANSITIONAL | IDN2_NFC_INPUT);
    if (code != IDN2_OK) return std::nullopt;
    const Idn2String owned(raw);
    name = to_lower(owned.get());
  }
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (!is_well_formed(name)) return std::nullopt;
  return name;
}

std::string to_display(std::string_view normalized) {
  if (normalized.find("xn--") == std::string_view::npos) return std::string(normalized);
  char* raw = nullptr;
  std::string terminated(normalized);
  if (idn2_to_unicode_8z8z(terminated.c_str(), &raw, 0) != IDN2_OK) return terminated;
  return Idn2String(raw).get();
}

bool is_same_or_below(std::string_view name, std::string_view suffix) {
  if (suffix.empty() || name.size() < suffix.size()) return false;
  if (name.substr(name.size() - suffix.size()) != suffix) return false;
  return name.size() == suffix.size() || name[name.size() - suffix.size() - 1] == '.';
}

}  // namespace ruagate::domain
