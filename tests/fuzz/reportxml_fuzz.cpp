// Any bytes as a document: limits hold, all text is clean UTF-8, reading twice gives the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/printable.hpp"
#include "fuzz/require.hpp"
#include "reportxml/reader.hpp"

using ruagate::fuzz::require;

namespace {

void require_clean(const std::string& text, std::size_t limit) {
  require(text.size() <= limit, "max_field_bytes");
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = ruagate::utf8_length(std::string_view(text).substr(i));
    require(length > 0, "valid UTF-8");
    const auto byte = static_cast<unsigned char>(text[i]);
    require(byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r', "no control characters");
    i += length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ruagate;
  const std::string document(reinterpret_cast<const char*>(data), size);
  reportxml::Context context;
  context.file_name = "r.example!example.com!1767225600!1767311999.xml";
  reportxml::Limits limits;
  limits.max_records = 200;
  limits.max_field_bytes = 300;
  (void)reportxml::looks_like_report(document);
  const auto reports = reportxml::read_reports(document, context, limits);
  if (!reports) {
    require(!reports.error().code.empty() && !reports.error().message.empty(), "a refusal says why");
    return 0;
  }
  require(!reports->empty(), "an answer has reports");
  std::size_t records = 0;
  for (const report::Report& report : *reports) {
    require(!report.reporter.empty() && !report.report_id.empty() && !report.policy.domain.empty(), "required fields");
    require(report.begin <= report.end, "begin <= end");
    require_clean(report.reporter, limits.max_field_bytes);
    require_clean(report.report_id, limits.max_field_bytes);
    for (const std::string& error : report.errors) require_clean(error, limits.max_field_bytes);
    for (const report::Record& record : report.records) {
      require(record.message_count > 0 && record.message_count <= limits.max_count, "max_count");
      require(!record.evidence.author_domain.empty(), "author domain");
      for (const report::DkimAuth& dkim : record.evidence.dkim) {
        require_clean(dkim.domain, limits.max_field_bytes);
        require_clean(dkim.selector, limits.max_field_bytes);
        require_clean(dkim.human_result, limits.max_field_bytes);
      }
      for (const report::SpfAuth& spf : record.evidence.spf) require_clean(spf.domain, limits.max_field_bytes);
      for (const report::OverrideReason& reason : record.evidence.reasons) {
        require_clean(reason.comment, limits.max_field_bytes);
      }
    }
    records += report.records.size();
  }
  require(records <= limits.max_records, "max_records");
  const auto again = reportxml::read_reports(document, context, limits);
  require(again && again->size() == reports->size(), "the same again");
  for (std::size_t i = 0; i < reports->size(); ++i) {
    require((*again)[i].records == (*reports)[i].records && (*again)[i].tolerances == (*reports)[i].tolerances,
            "equal");
  }
  return 0;
}
