#include <iterator>
#include <utility>

#include <pugixml.hpp>

#include "base/ascii.hpp"
#include "domain/name.hpp"
#include "report/names.hpp"
#include "reportxml/extract.hpp"

namespace ruagate::reportxml {

using report::AlignmentResult;
using report::Disposition;

struct Extractor::RecordParts {
  report::Record record;
  std::optional<std::uint64_t> count;
  bool count_said = false;
  bool count_bad = false;
  bool address_said = false;
  bool evaluated = false;
  bool disposition_said = false;
  bool dkim_said = false;
  bool spf_said = false;
  bool auth_said = false;
  bool author_said = false;
};

void Extractor::record(const pugi::xml_node& node) {
  saw_records_ = true;
  RecordParts parts;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::row:
        row(child, parts);
        break;
      case Element::identities:
        tolerances_.add(Tolerance::identities_alias);
        [[fallthrough]];
      case Element::identifiers:
        identifiers(child, parts);
        break;
      case Element::auth_results:
        auth_results(child, parts);
        break;
      case Element::extensions:
        tolerances_.add(Tolerance::obsolete_element);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }

  if (parts.count_bad) {
    leave_out(1, Tolerance::count_invalid);
    return;
  }
  if (!parts.count) {
    tolerances_.add(Tolerance::count_missing);
    tolerances_.add(Tolerance::record_without_messages);
    return;
  }
  if (*parts.count == 0) {
    // "Nothing seen", as some reporters put it.
    tolerances_.add(parts.address_said ? Tolerance::record_without_messages : Tolerance::null_record);
    return;
  }
  if (*parts.count > limits_.max_count) {
    leave_out(1, Tolerance::count_too_large);
    return;
  }
  report::Record& record = parts.record;
  record.message_count = *parts.count;
  if (!parts.address_said) tolerances_.add(Tolerance::source_ip_missing);
  if (!author_domain(parts)) {
    leave_out(1, Tolerance::header_from_missing);
    return;
  }
  const bool old = report_.generation == report::Generation::rfc7489;
  if (!parts.evaluated) {
    tolerances_.add(Tolerance::policy_evaluated_missing);
  } else {
    if (!parts.disposition_said) tolerances_.add(Tolerance::disposition_missing);
    if (!parts.dkim_said || !parts.spf_said) tolerances_.add(Tolerance::alignment_missing);
  }
  if (old && record.disposition == Disposition::pass) tolerances_.add(Tolerance::disposition_pass_early);
  const bool aligned = record.dkim_aligned == AlignmentResult::pass || record.spf_aligned == AlignmentResult::pass;
  if (aligned && (record.disposition == Disposition::quarantine || record.disposition == Disposition::reject)) {
    tolerances_.add(Tolerance::disposition_contradicts_pass);
  }
  alignment_.compare(record, report_.policy, tolerances_);
  if (old && !record.evidence.envelope_from) tolerances_.add(Tolerance::envelope_from_missing);
  if (!parts.auth_said || (record.evidence.dkim.empty() && record.evidence.spf.empty())) {
    tolerances_.add(Tolerance::auth_results_missing);
  } else if (old && record.evidence.spf.empty()) {
    tolerances_.add(Tolerance::spf_missing);
  }
  auth_results_ += record.evidence.dkim.size() + record.evidence.spf.size() + record.evidence.reasons.size();
  report_.records.push_back(std::move(record));
}

void Extractor::row(const pugi::xml_node& node, RecordParts& parts) {
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::source_ip: {
        const std::string_view text = text_of(child);
        if (text.empty() || parts.address_said) break;
        parts.address_said = true;
        parts.record.source_ip = read_address(text, tolerances_);
        break;
      }
      case Element::count: {
        const std::string_view text = text_of(child);
        if (text.empty() || parts.count) break;
        parts.count = read_count(text);
        parts.count_bad = !parts.count;
        break;
      }
      case Element::policy_evaluated:
        policy_evaluated(child, parts);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
}

void Extractor::policy_evaluated(const pugi::xml_node& node, RecordParts& parts) {
  parts.evaluated = true;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::disposition:
        if (!std::exchange(parts.disposition_said, true)) {
          parts.record.disposition = read_disposition(text_of(child), tolerances_);
        }
        break;
      case Element::dkim:
        if (!std::exchange(parts.dkim_said, true)) {
          parts.record.dkim_aligned = read_alignment(text_of(child), tolerances_);
        }
        break;
      case Element::spf:
        if (!std::exchange(parts.spf_said, true)) {
          parts.record.spf_aligned = read_alignment(text_of(child), tolerances_);
        }
        break;
      case Element::reason:
        reason(child, parts);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
}

void Extractor::reason(const pugi::xml_node& node, RecordParts& parts) {
  if (parts.record.evidence.reasons.size() >= kMaxResultsPerRecord) {
    tolerances_.add(Tolerance::auth_results_cut);
    return;
  }
  std::string type;
  std::string comment;
  bool elements = false;
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    if (child.type() != pugi::node_element) continue;
    elements = true;
    const Element which = element(child);
    if (which == Element::type && type.empty()) type = value(text_of(child));
    if (which == Element::comment && comment.empty()) comment = value(text_of(child));
  }
  if (!elements) {
    type = value(text_of(node));
    if (!type.empty()) tolerances_.add(Tolerance::reason_bare_text);
  } else {
    stray_text(node);
  }
  if (type.empty() && comment.empty()) {
    tolerances_.add(Tolerance::reason_empty);
    return;
  }
  report::OverrideReason reason;
  if (type.empty()) {
    tolerances_.add(Tolerance::reason_empty);
  } else if (const auto known = read_override_type(type, tolerances_)) {
    reason.type = *known;
  } else {
    // What the reporter said stays readable, in front of its comment.
    tolerances_.add(Tolerance::reason_type_unknown);
    comment = value(comment.empty() ? type : type + ": " + comment);
  }
  reason.comment = std::move(comment);
  parts.record.evidence.reasons.push_back(std::move(reason));
}

void Extractor::identifiers(const pugi::xml_node& node, RecordParts& parts) {
  report::Evidence& evidence = parts.record.evidence;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::header_from:
        if (evidence.author_domain.empty()) {
          const std::string_view text = text_of(child);
          if (text.empty()) break;
          parts.author_said = true;
          if (const auto& name = domains_.normalize(text)) {
            evidence.author_domain = *name;
            if (*name != text) tolerances_.add(Tolerance::header_from_normalized);
          }
        }
        break;
      case Element::envelope_from: {
        if (evidence.envelope_from) break;
        const std::string_view text = text_of(child);
        if (text.empty() || text == "<>") {
          tolerances_.add(Tolerance::envelope_from_null);
          evidence.envelope_from.emplace();
          break;
        }
        const auto& name = domains_.normalize(text);
        evidence.envelope_from = name;
        if (!name) {
          tolerances_.add(Tolerance::envelope_from_invalid);
        } else if (*name != text) {
          tolerances_.add(Tolerance::envelope_from_normalized);
        }
        break;
      }
      case Element::envelope_to: {
        const std::string_view text = text_of(child);
        if (!text.empty() && !evidence.envelope_to) evidence.envelope_to = domains_.normalize(text);
        break;
      }
      default:
        unexplored_ = true;
        break;
    }
  }
}

// False when nothing says whose mail this was.
bool Extractor::author_domain(RecordParts& parts) {
  std::string& author = parts.record.evidence.author_domain;
  if (author.empty()) {
    tolerances_.add(parts.author_said ? Tolerance::header_from_invalid : Tolerance::header_from_missing);
    author = report_.policy.domain;
  }
  if (author.empty()) return false;
  if (author != outside_checked_ && !report_.policy.domain.empty()) {
    outside_checked_ = author;
    if (!domain::is_same_or_below(author, report_.policy.domain)) tolerances_.add(Tolerance::header_from_outside);
  }
  return true;
}

void Extractor::auth_results(const pugi::xml_node& node, RecordParts& parts) {
  parts.auth_said = true;
  stray_text(node);
  report::Evidence& evidence = parts.record.evidence;
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    const Element which = element(child);
    if (which != Element::dkim && which != Element::spf) continue;
    const std::size_t have = which == Element::dkim ? evidence.dkim.size() : evidence.spf.size();
    if (have >= kMaxResultsPerRecord) {
      tolerances_.add(Tolerance::auth_results_cut);
    } else if (which == Element::dkim) {
      dkim(child, parts);
    } else {
      spf(child, parts);
    }
  }
}

// A domain in its normal form, other text as sent.
std::string Extractor::identity(std::string_view text) {
  if (text.empty()) return {};
  if (const auto& name = domains_.normalize(text)) return *name;
  return value(text);
}

void Extractor::dkim(const pugi::xml_node& node, RecordParts& parts) {
  report::DkimAuth& dkim = parts.record.evidence.dkim.emplace_back();
  bool result_said = false;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::domain:
        if (dkim.domain.empty()) dkim.domain = identity(text_of(child));
        break;
      case Element::selector:
        if (dkim.selector.empty()) dkim.selector = value(text_of(child));
        break;
      case Element::result:
        if (!std::exchange(result_said, true)) dkim.result = read_dkim_result(text_of(child), tolerances_);
        break;
      case Element::human_readable:
        tolerances_.add(Tolerance::human_readable_alias);
        [[fallthrough]];
      case Element::human_result:
        if (dkim.human_result.empty()) dkim.human_result = value(text_of(child));
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
  if (!result_said) tolerances_.add(Tolerance::result_missing);
  if (dkim.domain.empty()) tolerances_.add(Tolerance::dkim_domain_missing);
  if (dkim.selector.empty() && report_.generation == report::Generation::rfc9990) {
    tolerances_.add(Tolerance::dkim_selector_missing);
  }
}

void Extractor::spf(const pugi::xml_node& node, RecordParts& parts) {
  report::SpfAuth& spf = parts.record.evidence.spf.emplace_back();
  bool result_said = false;
  bool scope_said = false;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::domain:
        if (spf.domain.empty()) spf.domain = identity(text_of(child));
        break;
      case Element::scope:
        if (!std::exchange(scope_said, true)) spf.scope = read_spf_scope(text_of(child), tolerances_);
        break;
      case Element::result:
        if (!std::exchange(result_said, true)) spf.result = read_spf_result(text_of(child), tolerances_);
        break;
      case Element::human_readable:
        tolerances_.add(Tolerance::human_readable_alias);
        [[fallthrough]];
      case Element::human_result:
        if (spf.human_result.empty()) spf.human_result = value(text_of(child));
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
  if (!result_said) tolerances_.add(Tolerance::result_missing);
  if (spf.domain.empty()) tolerances_.add(Tolerance::spf_domain_missing);
  if (!scope_said && report_.generation == report::Generation::rfc7489) tolerances_.add(Tolerance::spf_scope_missing);
}

}  // namespace ruagate::reportxml
