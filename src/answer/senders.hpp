#pragma once

#include <string>

#include "answer/answer.hpp"

namespace ruagate::answer {

/// WHAT of a decision in the form in which it is stored and compared: address, network, domain name, or a source's
/// key. Errors: usage `bad_sender`.
Result<std::string> sender_form(const std::string& what);

/// The domain in its normal form, if reports or the configuration speak of it: a decision about another is most likely
/// a slip of the pen. Errors: usage (bad_domain, unknown_domain).
Result<std::string> domain_for_decision(const Asked& asked, const std::string& domain);

}  // namespace ruagate::answer
