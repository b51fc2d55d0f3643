#pragma once

#include <string>
#include <string_view>

namespace ruagate::readiness {

/// What the texts may name. Empty parts are replaced by general words.
struct AdviceNames {
  std::string service;  ///< "Mailchimp"
  std::string where;    ///< Place of the setting.
  std::string domain;   ///< The author domain.
  std::string policy_domain;
  std::string key;  ///< The source's key.
  std::string selector;
  std::string foreign;   ///< The domain that passes instead.
  std::string envelope;  ///< The envelope domain.
  std::string ips;
  std::string reporter;
  std::string evidence;  ///< One sentence with a space behind it, or empty.
  std::string then;      ///< What is to be done when a candidate is the owner's, with a space behind it.
};

/// The advice for a fix code of docs/readiness.md, in words; empty for "none" and unknown codes.
std::string advice_text(std::string_view code, const AdviceNames& names);

}  // namespace ruagate::readiness
