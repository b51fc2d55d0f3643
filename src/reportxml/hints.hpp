#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the mail around a document says about the report: the file name (RFC 9990 section 3.5.2) and the subject
// (section 3.5.1). Both are free text of the sender and used only where the document is silent.
namespace ruagate::reportxml {

struct FileNameHints {
  std::string receiver;       ///< May be empty.
  std::string policy_domain;  ///< Not normalized.
  std::optional<std::int64_t> begin;
  std::optional<std::int64_t> end;
};

/// "receiver!policy-domain!begin!end[!id].ext"; nothing when there are less than four parts.
std::optional<FileNameHints> hints_of_file_name(std::string_view file_name);

struct SubjectHints {
  std::string policy_domain;  ///< Not normalized; empty when absent.
  std::string submitter;
};

/// "Report Domain: d Submitter: s Report-ID: <id>", in any case and with any white space.
SubjectHints hints_of_subject(std::string_view subject);

}  // namespace ruagate::reportxml
