#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"

// How facts lie in packed columns. These forms are on disk: they are added to, never changed. A number is a varint,
// seven bits a byte, lowest first; a text is its key in table `text`, 0 for an empty or absent one.
namespace ruagate::store {

void append_number(std::string& out, std::uint64_t number);

/// Reads numbers one after another. Throws StoreError at a damaged end.
class NumberReader {
 public:
  explicit NumberReader(std::string_view packed) : at_(packed.data()), end_(packed.data() + packed.size()) {}
  bool at_end() const { return at_ == end_; }
  std::uint64_t next() {
    if (at_ != end_) {
      const auto first = static_cast<unsigned char>(*at_);
      if ((first & 0x80) == 0) {
        ++at_;
        return first;
      }
      if (end_ - at_ > 1) {
        const auto second = static_cast<unsigned char>(at_[1]);
        if ((second & 0x80) == 0) {
          at_ += 2;
          return (first & 0x7FU) | (std::uint64_t{second} << 7);
        }
      }
    }
    return long_next();
  }

 private:
  std::uint64_t long_next();
  const char* at_;
  const char* end_;
};

/// A packed value or a number in a column that this program never wrote. Throws StoreError.
[[noreturn]] void damaged_value(std::string_view what);

/// The enumerator of a stored number, at most `last`. Throws StoreError.
template <class Enum>
Enum enum_from(std::uint64_t number, Enum last) {
  if (number > static_cast<std::uint64_t>(last)) damaged_value("a number stands for nothing");
  return static_cast<Enum>(number);
}
template <class Enum>
Enum enum_from(std::int64_t number, Enum last) {
  return enum_from(static_cast<std::uint64_t>(number), last);
}

/// Column `outcome`: disposition + 8 * dkim_aligned + 32 * spf_aligned.
struct Outcome {
  report::Disposition disposition = report::Disposition::unknown;
  report::AlignmentResult dkim = report::AlignmentResult::unknown;
  report::AlignmentResult spf = report::AlignmentResult::unknown;
};
int pack(const Outcome& outcome);
inline Outcome unpack_outcome(std::int64_t packed) {
  return {enum_from(packed & 7, report::Disposition::unknown),
          enum_from((packed >> 3) & 3, report::AlignmentResult::unknown),
          enum_from(packed >> 5, report::AlignmentResult::unknown)};
}

// Enumerators whose numbers are on disk.
static_assert(static_cast<int>(report::Generation::rfc9990) == 1);
static_assert(static_cast<int>(report::Policy::none) == 0 && static_cast<int>(report::Policy::reject) == 2);
static_assert(static_cast<int>(report::Disposition::none) == 0 && static_cast<int>(report::Disposition::pass) == 1 &&
              static_cast<int>(report::Disposition::quarantine) == 2 &&
              static_cast<int>(report::Disposition::reject) == 3 &&
              static_cast<int>(report::Disposition::unknown) == 4);
static_assert(static_cast<int>(report::AlignmentResult::pass) == 0 &&
              static_cast<int>(report::AlignmentResult::unknown) == 2);
static_assert(static_cast<int>(report::AlignmentMode::relaxed) == 0);
static_assert(static_cast<int>(report::DkimResult::permerror) == 6);
static_assert(static_cast<int>(report::SpfResult::permerror) == 7);
static_assert(static_cast<int>(report::SpfScope::unknown) == 2);
static_assert(static_cast<int>(report::OverrideType::other) == 6);
static_assert(static_cast<int>(report::Trust::unverified) == 0 && static_cast<int>(report::Trust::failed) == 2);

/// Keys of texts, one after another.
std::string pack_keys(const std::vector<std::int64_t>& keys);
std::vector<std::int64_t> unpack_keys(std::string_view packed);

/// Column evidence.packed: author_domain, envelope_from, envelope_to (an empty text has a key here, absent is 0);
/// number of DKIM results, each domain, selector, result, human_result; number of SPF results, each domain,
/// result * 4 + scope, human_result; number of reasons, each type, comment. `key` gives the key of a text.
template <class KeyOf>
std::string pack_evidence(const report::Evidence& evidence, KeyOf&& key) {
  std::string out;
  const auto add = [&](std::int64_t number) { append_number(out, static_cast<std::uint64_t>(number)); };
  const auto text = [&](const std::string& value) { add(value.empty() ? 0 : key(value)); };
  add(key(evidence.author_domain));
  add(evidence.envelope_from ? key(*evidence.envelope_from) : 0);
  add(evidence.envelope_to ? key(*evidence.envelope_to) : 0);
  append_number(out, evidence.dkim.size());
  for (const report::DkimAuth& dkim : evidence.dkim) {
    text(dkim.domain);
    text(dkim.selector);
    add(static_cast<int>(dkim.result));
    text(dkim.human_result);
  }
  append_number(out, evidence.spf.size());
  for (const report::SpfAuth& spf : evidence.spf) {
    text(spf.domain);
    add(static_cast<int>(spf.result) * 4 + static_cast<int>(spf.scope));
    text(spf.human_result);
  }
  append_number(out, evidence.reasons.size());
  for (const report::OverrideReason& reason : evidence.reasons) {
    add(static_cast<int>(reason.type));
    text(reason.comment);
  }
  return out;
}

/// The other way; `text` gives the text of a key. Throws StoreError when the bytes are damaged.
template <class TextOf>
report::Evidence unpack_evidence(std::string_view packed, TextOf&& text) {
  NumberReader in(packed);
  const auto value = [&]() -> std::string {
    const auto key = static_cast<std::int64_t>(in.next());
    return key == 0 ? std::string() : std::string(text(key));
  };
  const auto optional_value = [&]() -> std::optional<std::string> {
    const auto key = static_cast<std::int64_t>(in.next());
    if (key == 0) return std::nullopt;
    return std::string(text(key));
  };
  report::Evidence evidence;
  evidence.author_domain = value();
  evidence.envelope_from = optional_value();
  evidence.envelope_to = optional_value();
  for (std::uint64_t left = in.next(); left > 0; --left) {
    report::DkimAuth& dkim = evidence.dkim.emplace_back();
    dkim.domain = value();
    dkim.selector = value();
    dkim.result = enum_from(in.next(), report::DkimResult::permerror);
    dkim.human_result = value();
  }
  for (std::uint64_t left = in.next(); left > 0; --left) {
    report::SpfAuth& spf = evidence.spf.emplace_back();
    spf.domain = value();
    const std::uint64_t both = in.next();
    spf.result = enum_from(both / 4, report::SpfResult::permerror);
    spf.scope = enum_from(both % 4, report::SpfScope::unknown);
    spf.human_result = value();
  }
  for (std::uint64_t left = in.next(); left > 0; --left) {
    report::OverrideReason& reason = evidence.reasons.emplace_back();
    reason.type = enum_from(in.next(), report::OverrideType::other);
    reason.comment = value();
  }
  return evidence;
}

}  // namespace ruagate::store
