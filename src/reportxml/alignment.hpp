#pragma once

#include <string>
#include <string_view>

#include "report/report.hpp"
#include "reportxml/tolerance.hpp"

namespace ruagate::reportxml {

/// Compares what a receiver says of alignment (policy_evaluated) with what its raw results (auth_results) come to.
/// The receiver's word stands either way; where the two differ, the report is named for it.
class AlignmentCheck {
 public:
  /// Adds unsupported_pass, contradiction or inferred to `tolerances`. A mode that the policy does not say is relaxed.
  void compare(const report::Record& record, const report::PublishedPolicy& policy, Tolerances& tolerances);

 private:
  bool passes_by_results(const report::Evidence& evidence, const report::PublishedPolicy& policy);
  bool is_aligned(std::string_view identifier, std::string_view author_domain, report::AlignmentMode mode);

  // The last answer of the Public Suffix List: the records of a report mostly ask the same.
  std::string identifier_;
  std::string author_domain_;
  bool answer_ = false;
};

}  // namespace ruagate::reportxml
