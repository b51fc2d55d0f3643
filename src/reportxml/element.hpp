#pragma once

#include <cstdint>
#include <string_view>

// The vocabulary: every element name of both generations of the format and of the dialects around them.
namespace ruagate::reportxml {

enum class Element : std::uint8_t {
  unknown,
  feedback,
  version,
  report_metadata,
  org_name,
  email,
  extra_contact_info,
  report_id,
  date_range,
  begin,
  end,
  error,
  generator,
  policy_published,
  domain,
  discovery_method,
  p,
  sp,
  np,
  adkim,
  aspf,
  pct,
  fo,
  testing,
  t,
  psd,
  version_published,
  extension,
  extensions,
  record,
  row,
  source_ip,
  count,
  policy_evaluated,
  disposition,
  dkim,
  spf,
  reason,
  type,
  comment,
  identifiers,
  identities,
  header_from,
  envelope_from,
  envelope_to,
  auth_results,
  selector,
  result,
  scope,
  human_result,
  human_readable,
};

/// The part of a qualified name after its prefix.
std::string_view local_name(std::string_view qualified);

/// By exact spelling; unknown for anything else.
Element element_of(std::string_view local);

/// As element_of, but without regard to case.
Element element_ignoring_case(std::string_view local);

/// The spelling of the specification.
std::string_view to_string(Element element);

/// True for elements that hold elements; dkim and spf do so inside auth_results only.
bool is_container(Element element, Element parent);

/// The container in which `element` belongs, where that is one and only one; unknown otherwise.
Element home_of(Element element);

}  // namespace ruagate::reportxml
