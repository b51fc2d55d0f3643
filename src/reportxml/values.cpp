#include "reportxml/values.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/time.hpp"
#include "report/names.hpp"

namespace ruagate::reportxml {

namespace {

using report::AlignmentMode;
using report::AlignmentResult;
using report::Disposition;
using report::DkimResult;
using report::OverrideType;
using report::Policy;
using report::SpfResult;
using report::SpfScope;

constexpr std::int64_t kYear10000 = 253402300800;

/// A keyword without white space around it and in lower case, on the stack.
class Keyword {
 public:
  Keyword(std::string_view text, Tolerances& tolerances) {
    const std::string_view trimmed = trim(text);
    size_ = std::min(trimmed.size(), buffer_.size());
    bool upper = false;
    for (std::size_t i = 0; i < size_; ++i) {
      buffer_[i] = to_lower(trimmed[i]);
      upper = upper || buffer_[i] != trimmed[i];
    }
    if (upper) tolerances.add(Tolerance::value_case);
  }
  std::string_view view() const { return {buffer_.data(), size_}; }

  /// Without '-', '_' and white space.
  Keyword& squeeze() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const char c = buffer_[i];
      if (c != '-' && c != '_' && !is_space(c)) buffer_[kept++] = c;
    }
    size_ = kept;
    return *this;
  }

 private:
  std::array<char, 40> buffer_{};
  std::size_t size_ = 0;
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> whole(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

int two_digits(std::string_view text) {
  return (text[0] - '0') * 10 + (text[1] - '0');
}

// "YYYY-MM-DD", then 'T' or a space, "HH:MM", ":SS", ".f", and 'Z' or an offset; everything after the day may be
// missing.
std::optional<std::int64_t> read_iso(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const std::optional<Day> day = parse_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  std::int64_t seconds = epoch_seconds(Instant{*day});
  std::string_view rest = text.substr(10);
  if (rest.empty()) return seconds;
  if ((rest.front() != 'T' && rest.front() != 't' && rest.front() != ' ') || rest.size() < 6) return std::nullopt;
  rest.remove_prefix(1);
  const auto number = [&rest](char before) -> std::optional<int> {
    const std::size_t skip = before == '\0' ? 0 : 1;
    if (rest.size() < skip + 2 || (skip == 1 && rest.front() != before)) return std::nullopt;
    if (!all_digits(rest.substr(skip, 2))) return std::nullopt;
    const int value = two_digits(rest.substr(skip));
    rest.remove_prefix(skip + 2);
    return value;
  };
  const std::optional<int> hour = number('\0');
  const std::optional<int> minute = number(':');
  if (!hour || !minute || *hour > 24 || *minute > 59) return std::nullopt;
  const std::optional<int> second = number(':');
  if (second && *second > 60) return std::nullopt;
  seconds += *hour * 3600 + *minute * 60 + second.value_or(0);
  if (!rest.empty() && (rest.front() == '.' || rest.front() == ',')) {
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') rest.remove_prefix(1);
  }
  rest = trim(rest);
  if (rest.empty() || equals_ignoring_case(rest, "z") || equals_ignoring_case(rest, "utc") ||
      equals_ignoring_case(rest, "gmt")) {
    return seconds;
  }
  if (rest.front() != '+' && rest.front() != '-') return std::nullopt;
  const int sign = rest.front() == '+' ? 1 : -1;
  rest.remove_prefix(1);
  const std::optional<int> offset_hours = number('\0');
  if (!offset_hours) return std::nullopt;
  const std::optional<int> offset_minutes = rest.empty() ? 0 : number(rest.front() == ':' ? ':' : '\0');
  if (!offset_minutes || !rest.empty()) return std::nullopt;
  return seconds - sign * (*offset_hours * 3600 + *offset_minutes * 60);
}

}  // namespace

std::optional<std::int64_t> read_epoch(std::string_view text, Tolerances& tolerances) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  std::string_view digits = text;
  if (digits.front() == '+') digits.remove_prefix(1);
  const std::size_t point = digits.find_first_not_of("0123456789");
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : digits.substr(point);
  const bool with_fraction = !fraction.empty() && (fraction.front() == '.' || fraction.front() == ',') &&
                             fraction.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (point != 0 && (fraction.empty() || with_fraction)) {
    const std::optional<std::uint64_t> number = whole(digits.substr(0, point));
    if (!number || *number > 9'000'000'000'000'000'000U) {
      tolerances.add(Tolerance::date_unreadable);
      return std::nullopt;
    }
    if (with_fraction) tolerances.add(Tolerance::date_fraction);
    value = static_cast<std::int64_t>(*number);
    // 10^11 seconds are the year 5138; so milliseconds, microseconds and nanoseconds cannot be mistaken.
    while (value > 100'000'000'000) {
      value /= 1000;
      tolerances.add(Tolerance::date_milliseconds);
    }
  } else if (const std::optional<std::int64_t> iso = read_iso(text)) {
    tolerances.add(Tolerance::date_iso8601);
    value = *iso;
  } else {
    tolerances.add(Tolerance::date_unreadable);
    return std::nullopt;
  }
  if (value <= 0 || value >= kYear10000) {
    tolerances.add(Tolerance::date_unreadable);
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> read_count(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  return whole(text);
}

std::optional<IpAddress> read_address(std::string_view text, Tolerances& tolerances) {
  const auto mapped = [&](std::string_view spelling, const IpAddress& address) {
    if (address.is_v4() && spelling.find(':') != std::string_view::npos) tolerances.add(Tolerance::source_ip_mapped);
  };
  if (const auto address = IpAddress::parse(text)) {
    mapped(text, *address);
    return address;
  }
  std::string_view rest = trim(text);
  const std::size_t space = rest.find_first_of(" \t\r\n\f\v(");
  if (space != std::string_view::npos) rest = rest.substr(0, space);
  if (!rest.empty() && rest.front() == '[') {
    rest = rest.substr(1, rest.find(']') == std::string_view::npos ? std::string_view::npos : rest.find(']') - 1);
    if (starts_with_ignoring_case(rest, "ipv6:")) rest.remove_prefix(5);
  }
  rest = rest.substr(0, rest.find_first_of("/%]"));
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos && rest.find(':', colon + 1) == std::string_view::npos) {
    rest = rest.substr(0, colon);  // one colon alone: an IPv4 address with a port
  }
  std::string plain;
  if (rest.find(':') == std::string_view::npos && rest.size() <= 40) {
    // Zeros in front of an octet are padding here, not the octal numbers of C.
    std::size_t run = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const bool digit_follows = i + 1 < rest.size() && rest[i + 1] >= '0' && rest[i + 1] <= '9';
      if (rest[i] == '0' && run == 0 && digit_follows) continue;
      plain += rest[i];
      run = rest[i] == '.' ? 0 : run + 1;
    }
    rest = plain;
  }
  const auto address = IpAddress::parse(rest);
  if (!address) {
    tolerances.add(Tolerance::source_ip_invalid);
    return std::nullopt;
  }
  tolerances.add(Tolerance::source_ip_trimmed);
  mapped(rest, *address);
  return address;
}

std::optional<Policy> read_policy(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::policy_from(text)) return exact;
  const Keyword keyword(text, tolerances);
  const auto value = report::policy_from(keyword.view());
  if (!value && !keyword.view().empty()) tolerances.add(Tolerance::policy_value_invalid);
  return value;
}

std::optional<AlignmentMode> read_alignment_mode(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::alignment_mode_from(text)) return exact;
  const Keyword keyword(text, tolerances);
  if (keyword.view() == "r" || keyword.view() == "relaxed") return AlignmentMode::relaxed;
  if (keyword.view() == "s" || keyword.view() == "strict") return AlignmentMode::strict;
  if (!keyword.view().empty()) tolerances.add(Tolerance::policy_value_invalid);
  return std::nullopt;
}

Disposition read_disposition(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::disposition_from(text); exact && *exact != Disposition::unknown) return *exact;
  const Keyword keyword(text, tolerances);
  if (keyword.view().empty()) {
    tolerances.add(Tolerance::disposition_missing);
    return Disposition::unknown;
  }
  if (const auto value = report::disposition_from(keyword.view()); value && *value != Disposition::unknown)
    return *value;
  tolerances.add(Tolerance::disposition_invalid);
  return Disposition::unknown;
}

AlignmentResult read_alignment(std::string_view text, Tolerances& tolerances) {
  if (text == "pass") return AlignmentResult::pass;
  if (text == "fail") return AlignmentResult::fail;
  const Keyword keyword(text, tolerances);
  if (keyword.view() == "pass") return AlignmentResult::pass;
  if (keyword.view() == "fail") return AlignmentResult::fail;
  tolerances.add(keyword.view().empty() ? Tolerance::alignment_missing : Tolerance::alignment_invalid);
  return AlignmentResult::unknown;
}

DkimResult read_dkim_result(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::dkim_result_from(text)) return *exact;
  Keyword keyword(text, tolerances);
  if (keyword.view().empty()) {
    tolerances.add(Tolerance::result_missing);
    return DkimResult::none;
  }
  if (const auto value = report::dkim_result_from(keyword.view())) return *value;
  const std::string_view word = keyword.squeeze().view();
  if (const auto value = report::dkim_result_from(word)) return *value;
  tolerances.add(Tolerance::result_alias);
  if (word == "hardfail" || word == "softfail") return DkimResult::fail;
  if (word == "unknown" || word == "tempfail" || word == "transerror" || word == "timeout")
    return DkimResult::temperror;
  if (word == "error" || word == "invalid" || word == "permfail" || word == "syntaxerror") return DkimResult::permerror;
  tolerances.add(Tolerance::result_unknown);
  return DkimResult::none;
}

SpfResult read_spf_result(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::spf_result_from(text)) return *exact;
  Keyword keyword(text, tolerances);
  if (keyword.view().empty()) {
    tolerances.add(Tolerance::result_missing);
    return SpfResult::none;
  }
  if (const auto value = report::spf_result_from(keyword.view())) return *value;
  const std::string_view word = keyword.squeeze().view();
  if (const auto value = report::spf_result_from(word)) return *value;
  tolerances.add(Tolerance::result_alias);
  if (word == "hardfail") return SpfResult::fail;
  if (word == "unknown" || word == "tempfail" || word == "transerror" || word == "timeout") return SpfResult::temperror;
  if (word == "error" || word == "invalid" || word == "permfail" || word == "syntaxerror") return SpfResult::permerror;
  tolerances.add(Tolerance::result_unknown);
  return SpfResult::none;
}

SpfScope read_spf_scope(std::string_view text, Tolerances& tolerances) {
  if (text == "mfrom") return SpfScope::mfrom;
  if (text == "helo") return SpfScope::helo;
  Keyword keyword(text, tolerances);
  if (keyword.view().empty()) {
    tolerances.add(Tolerance::spf_scope_missing);
    return SpfScope::unknown;
  }
  const std::string_view word = keyword.squeeze().view();
  if (word == "mfrom") return SpfScope::mfrom;
  if (word == "helo" || word == "ehlo") return SpfScope::helo;
  tolerances.add(Tolerance::spf_scope_invalid);
  return word == "mailfrom" ? SpfScope::mfrom : SpfScope::unknown;
}

std::optional<OverrideType> read_override_type(std::string_view text, Tolerances& tolerances) {
  if (const auto exact = report::override_type_from(text)) return exact;
  Keyword keyword(text, tolerances);
  if (const auto value = report::override_type_from(keyword.view())) return value;
  const std::string_view word = keyword.squeeze().view();
  for (int i = 0; i <= static_cast<int>(OverrideType::other); ++i) {
    const auto type = static_cast<OverrideType>(i);
    std::string spelling(report::to_string(type));
    std::erase(spelling, '_');
    if (word == spelling) return type;
  }
  return std::nullopt;
}

std::string_view bare_domain(std::string_view text) {
  text = trim(text);
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text = text.substr(at + 1);
  const std::size_t first = text.find_first_not_of("<> \"'\t\r\n");
  if (first == std::string_view::npos) return {};
  const std::size_t last = text.find_last_not_of("<> \"'\t\r\n");
  return text.substr(first, last - first + 1);
}

const std::optional<std::string>& DomainMemo::normalize(std::string_view text) {
  static const std::optional<std::string> kNone;
  if (text.empty()) return kNone;
  std::size_t hash = text.size();
  for (std::size_t i = 0; i < text.size() && i < 24; ++i) hash = hash * 31 + static_cast<unsigned char>(text[i]);
  Entry& entry = entries_[(hash ^ (hash >> 7)) % entries_.size()];
  if (entry.text != text) {
    entry.name = domain::normalize(bare_domain(text));
    // A text longer than any name is not worth keeping.
    entry.text = text.substr(0, 1024);
    if (text.size() > 1024) entry.text.clear();
  }
  return entry.name;
}

}  // namespace ruagate::reportxml
