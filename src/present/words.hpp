#pragma once

#include <string>
#include <vector>

#include "answer/answer.hpp"
#include "present/layout.hpp"

// What verdicts, classes and failures are called in front of people.
namespace ruagate::present {

/// "READY", "STEP BACK", ...
std::string word_of(readiness::Verdict verdict);
Colour colour_of(readiness::Verdict verdict);

/// The class, for forwarders their kind: "legitimate", "mailing list".
std::string word_of(const source::Source& source);
std::string word_of(source::Class source_class);
Colour colour_of(source::Class source_class);

/// Whether a source of this class that fails needs somebody to act.
bool needs_action(source::Class source_class);

/// The name of a source with its key, when they are not the same: "Mailchimp (dkim:mcsv.net)".
std::string name_and_key(const std::string& name, const std::string& key);

/// The failure code in a few words: "DKIM signed by the service's own domain"; the code itself when it is a new one.
std::string words_of_failure(const std::string& failure);

/// One sentence: what to do next about this domain.
std::string next_action(const readiness::DomainVerdict& verdict);

/// The line to publish: `_dmarc.example.com. TXT "v=DMARC1; ..."`.
std::string record_line(const readiness::DomainVerdict& verdict);
/// What to do with that line, depending on the verdict.
std::string record_title(const readiness::DomainVerdict& verdict);

/// "p=none; sp=reject" and so on: what the newest reports show; "not seen" without any.
std::string words_of(const readiness::Policy& policy);

}  // namespace ruagate::present
