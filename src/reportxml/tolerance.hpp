#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the reader forgave, by name. Every name is explained in docs/tolerances.md; a test keeps the two lists equal.
namespace ruagate::reportxml {

// clang-format off
#define RUAGATE_TOLERANCES(X)                                                                                          \
  X(byte_order_mark) X(utf16) X(legacy_encoding) X(encoding_declared_wrong) X(unknown_encoding) X(invalid_utf8)        \
  X(control_characters) X(field_cut)                                                                                   \
  X(odd_declaration) X(text_around_document) X(stray_text) X(unescaped_ampersand) X(stray_less_than)                   \
  X(schema_tag_removed) X(broken_markup) X(unclosed_element) X(stray_end_tag) X(document_truncated) X(root_missing)    \
  X(wrapper_element) X(several_reports) X(report_left_out) X(namespace_prefix) X(unknown_namespace)                    \
  X(element_name_case)                                                                                                 \
  X(version_odd) X(metadata_missing) X(org_name_missing) X(report_id_missing) X(report_id_brackets) X(email_missing)   \
  X(email_invalid) X(date_fraction) X(date_milliseconds) X(date_iso8601) X(date_unreadable) X(date_inferred)           \
  X(dates_from_file_name) X(dates_from_mail) X(dates_missing) X(dates_swapped) X(period_empty) X(period_long)          \
  X(period_implausible)                                                                                                \
  X(policy_missing) X(policy_repeated) X(policy_domain_from_file_name) X(policy_domain_from_subject)                   \
  X(policy_domain_from_records) X(policy_domain_normalized) X(policy_value_invalid) X(p_missing) X(sp_missing)         \
  X(policy_tags_missing) X(pct_invalid) X(testing_as_t) X(obsolete_element)                                            \
  X(no_records) X(null_record) X(record_without_messages) X(count_missing) X(count_invalid) X(count_too_large)         \
  X(record_too_large) X(source_ip_missing) X(source_ip_invalid) X(source_ip_trimmed) X(source_ip_mapped)               \
  X(policy_evaluated_missing) X(disposition_missing) X(disposition_invalid) X(disposition_pass_early)                  \
  X(disposition_contradicts_pass) X(alignment_missing) X(alignment_invalid) X(unsupported_pass) X(contradiction)       \
  X(inferred) X(value_case)                                                                                            \
  X(reason_bare_text) X(reason_empty) X(reason_type_unknown)                                                           \
  X(identities_alias) X(human_readable_alias) X(header_from_missing) X(header_from_invalid) X(header_from_normalized)  \
  X(header_from_outside) X(envelope_from_missing) X(envelope_from_null) X(envelope_from_normalized)                    \
  X(envelope_from_invalid) X(auth_results_missing) X(auth_results_cut) X(spf_missing) X(spf_domain_missing)            \
  X(spf_scope_missing) X(spf_scope_invalid) X(dkim_domain_missing) X(dkim_selector_missing) X(result_missing)          \
  X(result_alias) X(result_unknown)
// clang-format on

enum class Tolerance : std::uint8_t {
#define RUAGATE_NAME(name) name,
  RUAGATE_TOLERANCES(RUAGATE_NAME)
#undef RUAGATE_NAME
      end_of_list,
};

inline constexpr std::size_t kToleranceCount = static_cast<std::size_t>(Tolerance::end_of_list);

std::string_view to_string(Tolerance tolerance);

/// The tolerances of one report.
class Tolerances {
 public:
  void add(Tolerance tolerance) { set_.set(static_cast<std::size_t>(tolerance)); }
  void add(const Tolerances& others) { set_ |= others.set_; }
  bool has(Tolerance tolerance) const { return set_.test(static_cast<std::size_t>(tolerance)); }
  /// Sorted by name.
  std::vector<std::string> names() const;

 private:
  std::bitset<kToleranceCount> set_;
};

}  // namespace ruagate::reportxml
