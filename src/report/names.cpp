#include "report/names.hpp"

#include <array>
#include <cstddef>

namespace ruagate::report {

namespace {

// Names stand in the order of the enumerators, which starts at zero.
constexpr std::array<std::string_view, 2> kGenerations = {"rfc7489", "rfc9990"};
constexpr std::array<std::string_view, 3> kPolicies = {"none", "quarantine", "reject"};
constexpr std::array<std::string_view, 5> kDispositions = {"none", "pass", "quarantine", "reject", "unknown"};
constexpr std::array<std::string_view, 3> kAlignmentResults = {"pass", "fail", "unknown"};
constexpr std::array<std::string_view, 2> kAlignmentModes = {"r", "s"};
constexpr std::array<std::string_view, 7> kDkimResults = {"none",    "pass",      "fail",     "policy",
                                                          "neutral", "temperror", "permerror"};
constexpr std::array<std::string_view, 8> kSpfResults = {"none",   "pass",    "fail",      "softfail",
                                                         "policy", "neutral", "temperror", "permerror"};
constexpr std::array<std::string_view, 3> kSpfScopes = {"mfrom", "helo", "unknown"};
constexpr std::array<std::string_view, 7> kOverrideTypes = {
    "forwarded", "sampled_out", "trusted_forwarder", "mailing_list", "local_policy", "policy_test_mode", "other"};
constexpr std::array<std::string_view, 3> kTrusts = {"unverified", "trusted", "failed"};

template <class Enum, std::size_t N>
std::string_view name_of(Enum value, const std::array<std::string_view, N>& names) {
  return names.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(std::string_view text, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Generation value) {
  return name_of(value, kGenerations);
}
std::string_view to_string(Policy value) {
  return name_of(value, kPolicies);
}
std::string_view to_string(Disposition value) {
  return name_of(value, kDispositions);
}
std::string_view to_string(AlignmentResult value) {
  return name_of(value, kAlignmentResults);
}
std::string_view to_string(AlignmentMode value) {
  return name_of(value, kAlignmentModes);
}
std::string_view to_string(DkimResult value) {
  return name_of(value, kDkimResults);
}
std::string_view to_string(SpfResult value) {
  return name_of(value, kSpfResults);
}
std::string_view to_string(SpfScope value) {
  return name_of(value, kSpfScopes);
}
std::string_view to_string(OverrideType value) {
  return name_of(value, kOverrideTypes);
}
std::string_view to_string(Trust value) {
  return name_of(value, kTrusts);
}

std::optional<Policy> policy_from(std::string_view text) {
  return value_of<Policy>(text, kPolicies);
}
std::optional<Disposition> disposition_from(std::string_view text) {
  return value_of<Disposition>(text, kDispositions);
}
std::optional<AlignmentResult> alignment_result_from(std::string_view text) {
  return value_of<AlignmentResult>(text, kAlignmentResults);
}
std::optional<AlignmentMode> alignment_mode_from(std::string_view text) {
  return value_of<AlignmentMode>(text, kAlignmentModes);
}
std::optional<DkimResult> dkim_result_from(std::string_view text) {
  return value_of<DkimResult>(text, kDkimResults);
}
std::optional<SpfResult> spf_result_from(std::string_view text) {
  return value_of<SpfResult>(text, kSpfResults);
}
std::optional<SpfScope> spf_scope_from(std::string_view text) {
  return value_of<SpfScope>(text, kSpfScopes);
}
std::optional<OverrideType> override_type_from(std::string_view text) {
  return value_of<OverrideType>(text, kOverrideTypes);
}

}  // namespace ruagate::report
