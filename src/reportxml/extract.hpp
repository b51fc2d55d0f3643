#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"
#include "reportxml/alignment.hpp"
#include "reportxml/element.hpp"
#include "reportxml/reader.hpp"
#include "reportxml/tolerance.hpp"
#include "reportxml/values.hpp"

namespace pugi {
class xml_node;
}

// From the parsed tree of one report, or of a part of it, to the model.
namespace ruagate::reportxml {

/// Fills one report: first the head, then settle() for what the head leaves open, then every record, then finish().
class Extractor {
 public:
  Extractor(const Context& context, const Limits& limits) : context_(context), limits_(limits) {}

  /// Of each mechanism; generators stop at about 100 (RFC 9990 section 3.1.1.7), so more is an attack on memory.
  static constexpr std::size_t kMaxResultsPerRecord = 256;

  void root(const pugi::xml_node& feedback);  ///< Namespace and prefix.
  void head(const pugi::xml_node& feedback);  ///< All children but the records.
  void settle();                              ///< Generation and policy domain; the fallbacks that need no records.
  void record(const pugi::xml_node& record);  ///< In any order.
  void leave_out(std::uint64_t records, Tolerance why);
  /// False when there is neither a policy domain nor a record that names one.
  bool finish(std::string_view report_id_if_missing);

  report::Report& report() { return report_; }
  Tolerances& tolerances() { return tolerances_; }
  bool has_report_id() const { return !report_.report_id.empty(); }
  /// True if some element had content that nobody looked into: only then can the tree be deeper than a report is.
  bool has_unexplored() const { return unexplored_; }
  /// Results and override reasons in all records so far.
  std::uint64_t auth_results() const { return auth_results_; }

 private:
  struct RecordParts;

  std::string_view text_of(const pugi::xml_node& node);
  std::string value(std::string_view text);
  std::optional<std::string> optional_value(const pugi::xml_node& node);
  Element element(const pugi::xml_node& node);
  void stray_text(const pugi::xml_node& container);

  void metadata(const pugi::xml_node& node);
  void policy(const pugi::xml_node& node);
  void row(const pugi::xml_node& node, RecordParts& parts);
  void policy_evaluated(const pugi::xml_node& node, RecordParts& parts);
  void reason(const pugi::xml_node& node, RecordParts& parts);
  void identifiers(const pugi::xml_node& node, RecordParts& parts);
  void auth_results(const pugi::xml_node& node, RecordParts& parts);
  void dkim(const pugi::xml_node& node, RecordParts& parts);
  void spf(const pugi::xml_node& node, RecordParts& parts);
  bool author_domain(RecordParts& parts);
  std::string identity(std::string_view text);
  void settle_period();
  void settle_reporter();
  bool settle_policy_domain_from_records();

  const Context& context_;
  const Limits& limits_;
  report::Report report_;
  Tolerances tolerances_;
  DomainMemo domains_;
  AlignmentCheck alignment_;
  std::string joined_;  ///< Text that stands in several pieces.
  std::optional<std::int64_t> begin_;
  std::optional<std::int64_t> end_;
  std::string namespace_;
  std::string outside_checked_;
  std::uint64_t auth_results_ = 0;
  bool has_metadata_ = false;
  bool has_policy_ = false;
  bool has_pct_ = false;
  bool bis_elements_ = false;  ///< testing, discovery_method or generator were there.
  bool saw_records_ = false;
  bool unexplored_ = false;
};

}  // namespace ruagate::reportxml
