#include <algorithm>
#include <cstring>
#include <map>

#include <pugixml.hpp>

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "reportxml/extract.hpp"
#include "reportxml/hints.hpp"

namespace ruagate::reportxml {

namespace {

constexpr std::string_view kNamespace9990 = "urn:ietf:params:xml:ns:dmarc-2.0";
constexpr std::string_view kNamespace7489 = "http://dmarc.org/dmarc-xml/0.1";

constexpr std::int64_t kDmarcBegan = 1325376000;  // 2012-01-01: no report can be older
constexpr std::int64_t kDayWithSlack = 25 * 3600;

}  // namespace

// The text of a leaf without the white space around it. Valid until the next call or until the tree is gone.
std::string_view Extractor::text_of(const pugi::xml_node& node) {
  const pugi::xml_node first = node.first_child();
  if (!first) return node.value();  // trimmed by the parser
  unexplored_ = true;
  joined_ = node.value();
  for (pugi::xml_node child = first; child; child = child.next_sibling()) {
    if (child.type() != pugi::node_element) {
      joined_ += child.value();
      continue;
    }
    for (const pugi::xml_node& inner : child.children()) {
      if (inner.type() != pugi::node_element) joined_ += inner.value();
    }
    joined_ += child.value();
  }
  return trim(joined_);
}

// Text for the model: valid UTF-8 without C0 controls (a reference by number may bring both), not over the limit.
std::string Extractor::value(std::string_view text) {
  bool plain = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (byte < 0x20 && c != '\t' && c != '\n' && c != '\r')) plain = false;
  }
  std::string clean;
  if (!plain) {
    clean = valid_utf8(text.substr(0, limits_.max_field_bytes + 8));
    const std::size_t before = clean.size();
    std::erase_if(clean,
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
    if (clean.size() != before) tolerances_.add(Tolerance::control_characters);
  }
  const std::string_view whole = plain ? text : std::string_view(clean);
  if (text.size() <= limits_.max_field_bytes && whole.size() <= limits_.max_field_bytes) return std::string(whole);
  tolerances_.add(Tolerance::field_cut);
  std::size_t cut = std::min(limits_.max_field_bytes, whole.size());
  while (cut > 0 && cut < whole.size() && (static_cast<unsigned char>(whole[cut]) & 0xC0) == 0x80) --cut;
  return std::string(whole.substr(0, cut));
}

std::optional<std::string> Extractor::optional_value(const pugi::xml_node& node) {
  std::string text = value(text_of(node));
  if (text.empty()) return std::nullopt;
  return text;
}

// The name of a child; text that stands between elements is noted and unknown.
Element Extractor::element(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const Element exact = element_of(name);
  if (exact != Element::unknown) return exact;
  if (name.empty()) {
    tolerances_.add(Tolerance::stray_text);
    return Element::unknown;
  }
  const std::string_view local = local_name(name);
  if (const Element prefixed = element_of(local); prefixed != Element::unknown) return prefixed;
  const Element loose = element_ignoring_case(local);
  if (loose != Element::unknown) {
    tolerances_.add(Tolerance::element_name_case);
  } else {
    unexplored_ = true;
  }
  return loose;
}

void Extractor::stray_text(const pugi::xml_node& container) {
  if (*container.value() != '\0' && !trim(container.value()).empty()) tolerances_.add(Tolerance::stray_text);
}

void Extractor::root(const pugi::xml_node& feedback) {
  const std::string_view name = feedback.name();
  const std::size_t colon = name.find(':');
  if (colon != std::string_view::npos) tolerances_.add(Tolerance::namespace_prefix);
  const std::string attribute =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  namespace_ = trim(feedback.attribute(attribute.c_str()).value());
  if (!namespace_.empty() && namespace_ != kNamespace9990 && namespace_ != kNamespace7489) {
    tolerances_.add(Tolerance::unknown_namespace);
  }
}

void Extractor::head(const pugi::xml_node& feedback) {
  stray_text(feedback);
  for (pugi::xml_node child = feedback.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::record:
        break;
      case Element::version:
        if (!report_.version) report_.version = optional_value(child);
        break;
      case Element::report_metadata:
        has_metadata_ = true;
        metadata(child);
        break;
      case Element::policy_published:
        if (has_policy_) {
          tolerances_.add(Tolerance::policy_repeated);
        } else {
          has_policy_ = true;
          policy(child);
        }
        break;
      case Element::extensions:
        tolerances_.add(Tolerance::obsolete_element);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
}

void Extractor::metadata(const pugi::xml_node& node) {
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::org_name:
        if (report_.reporter.empty()) report_.reporter = value(text_of(child));
        break;
      case Element::email:
        if (!report_.email) report_.email = optional_value(child);
        break;
      case Element::extra_contact_info:
        if (!report_.extra_contact_info) report_.extra_contact_info = optional_value(child);
        break;
      case Element::report_id: {
        std::string_view id = text_of(child);
        if (id.size() >= 2 && id.front() == '<' && id.back() == '>') {
          tolerances_.add(Tolerance::report_id_brackets);
          id = trim(id.substr(1, id.size() - 2));
        }
        if (report_.report_id.empty()) report_.report_id = value(id);
        break;
      }
      case Element::date_range:
        stray_text(node);
        for (pugi::xml_node date = child.first_child(); date; date = date.next_sibling()) {
          const Element which = element(date);
          if (which == Element::begin && !begin_) begin_ = read_epoch(text_of(date), tolerances_);
          if (which == Element::end && !end_) end_ = read_epoch(text_of(date), tolerances_);
        }
        break;
      case Element::error:
        if (auto text = optional_value(child); text && report_.errors.size() < 100) report_.errors.push_back(*text);
        break;
      case Element::generator:
        bis_elements_ = true;
        if (!report_.generator) report_.generator = optional_value(child);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
}

void Extractor::policy(const pugi::xml_node& node) {
  report::PublishedPolicy& policy = report_.policy;
  stray_text(node);
  for (pugi::xml_node child = node.first_child(); child; child = child.next_sibling()) {
    switch (element(child)) {
      case Element::domain: {
        const std::string_view text = text_of(child);
        if (text.empty() || !policy.domain.empty()) break;
        if (const auto& name = domains_.normalize(text)) {
          policy.domain = *name;
          if (policy.domain != text) tolerances_.add(Tolerance::policy_domain_normalized);
        }
        break;
      }
      case Element::p:
        policy.p = read_policy(text_of(child), tolerances_);
        break;
      case Element::sp:
        policy.sp = read_policy(text_of(child), tolerances_);
        break;
      case Element::np:
        policy.np = read_policy(text_of(child), tolerances_);
        break;
      case Element::adkim:
        policy.adkim = read_alignment_mode(text_of(child), tolerances_);
        break;
      case Element::aspf:
        policy.aspf = read_alignment_mode(text_of(child), tolerances_);
        break;
      case Element::pct: {
        const std::string_view text = text_of(child);
        has_pct_ = true;
        if (text.empty()) break;
        const std::optional<std::uint64_t> pct = read_count(text);
        if (pct && *pct <= 100) {
          policy.pct = static_cast<int>(*pct);
        } else {
          tolerances_.add(Tolerance::pct_invalid);
        }
        break;
      }
      case Element::fo:
        policy.fo = optional_value(child);
        break;
      case Element::t:
        tolerances_.add(Tolerance::testing_as_t);
        [[fallthrough]];
      case Element::testing: {
        bis_elements_ = true;
        const std::string_view text = text_of(child);
        if (equals_ignoring_case(text, "y") || equals_ignoring_case(text, "yes")) {
          policy.testing = true;
        } else if (equals_ignoring_case(text, "n") || equals_ignoring_case(text, "no")) {
          policy.testing = false;
        } else if (!text.empty()) {
          tolerances_.add(Tolerance::policy_value_invalid);
        }
        break;
      }
      case Element::discovery_method: {
        bis_elements_ = true;
        const std::string method = to_lower(text_of(child));
        if (method == "psl" || method == "treewalk") {
          policy.discovery_method = method;
        } else if (!method.empty()) {
          tolerances_.add(Tolerance::policy_value_invalid);
        }
        break;
      }
      case Element::version_published:
      case Element::psd:
        tolerances_.add(Tolerance::obsolete_element);
        break;
      default:
        unexplored_ = true;
        break;
    }
  }
}

// Both generations occur in every mixture: Google sends np beside pct and without a namespace, GMX used the new
// namespace years before the RFC. The namespace decides; without it a report is of the new generation when it has an
// element that only that one knows (testing, discovery_method, generator; np is too old to tell) and lacks pct, which
// only the old one knows.
void Extractor::settle() {
  const bool named = namespace_ == kNamespace9990;
  report_.generation =
      named || (bis_elements_ && !has_pct_) ? report::Generation::rfc9990 : report::Generation::rfc7489;
  const bool old = report_.generation == report::Generation::rfc7489;
  if (!has_metadata_) tolerances_.add(Tolerance::metadata_missing);
  if (report_.version && *report_.version != "1.0" && *report_.version != "1") tolerances_.add(Tolerance::version_odd);

  report::PublishedPolicy& policy = report_.policy;
  if (!has_policy_) {
    tolerances_.add(Tolerance::policy_missing);
  } else {
    if (!policy.p) tolerances_.add(Tolerance::p_missing);
    if (old && !policy.sp) tolerances_.add(Tolerance::sp_missing);
    if (old && (!policy.pct || !policy.fo)) tolerances_.add(Tolerance::policy_tags_missing);
  }
  if (policy.domain.empty()) {
    if (const auto hints = hints_of_file_name(context_.file_name)) {
      if (const auto& name = domains_.normalize(hints->policy_domain)) {
        policy.domain = *name;
        tolerances_.add(Tolerance::policy_domain_from_file_name);
      }
    }
  }
  if (policy.domain.empty()) {
    if (const auto& name = domains_.normalize(hints_of_subject(context_.subject).policy_domain)) {
      policy.domain = *name;
      tolerances_.add(Tolerance::policy_domain_from_subject);
    }
  }
  settle_reporter();
  settle_period();
}

void Extractor::settle_reporter() {
  if (!report_.email) {
    tolerances_.add(Tolerance::email_missing);
  } else if (report_.email->find('@') == std::string::npos) {
    report_.email.reset();
    tolerances_.add(Tolerance::email_invalid);
  }
  if (!report_.reporter.empty()) return;
  tolerances_.add(Tolerance::org_name_missing);
  const auto take = [&](std::string_view text) {
    if (report_.reporter.empty() && !text.empty()) {
      if (const auto& name = domains_.normalize(text)) report_.reporter = *name;
    }
  };
  if (report_.email) take(*report_.email);
  take(hints_of_subject(context_.subject).submitter);
  if (const auto hints = hints_of_file_name(context_.file_name)) take(hints->receiver);
  if (context_.from.find('@') != std::string::npos) take(context_.from);
  if (report_.reporter.empty()) report_.reporter = "unknown";
}

void Extractor::settle_period() {
  if (!begin_ || !end_) {
    const auto hints = hints_of_file_name(context_.file_name);
    if (hints && (begin_ || hints->begin) && (end_ || hints->end)) {
      if (!begin_) begin_ = hints->begin;
      if (!end_) end_ = hints->end;
      tolerances_.add(Tolerance::dates_from_file_name);
    } else if (begin_ || end_) {
      // One end of a period that is nearly always a day.
      if (!begin_) begin_ = std::max<std::int64_t>(*end_ - 86399, 0);
      if (!end_) end_ = *begin_ + 86399;
      tolerances_.add(Tolerance::date_inferred);
    } else if (context_.mail_date) {
      begin_ = epoch_seconds(Instant{day_of(*context_.mail_date)});
      end_ = *begin_ + 86399;
      tolerances_.add(Tolerance::dates_from_mail);
    } else {
      begin_ = 0;
      end_ = 0;
      tolerances_.add(Tolerance::dates_missing);
    }
  }
  if (*begin_ > *end_) {
    std::swap(*begin_, *end_);
    tolerances_.add(Tolerance::dates_swapped);
  }
  const bool known = *end_ != 0;
  if (known && *begin_ == *end_) tolerances_.add(Tolerance::period_empty);
  if (*end_ - *begin_ > kDayWithSlack) tolerances_.add(Tolerance::period_long);
  if (known) {
    const bool ahead = is_far_ahead(instant_from(*begin_), context_.mail_date);
    if (*begin_ < kDmarcBegan || ahead) {
      tolerances_.add(Tolerance::period_implausible);
      if (context_.mail_date && epoch_seconds(*context_.mail_date) >= kDmarcBegan) {
        begin_ = epoch_seconds(Instant{day_of(*context_.mail_date)});
        end_ = *begin_ + 86399;
      }
    }
  }
  report_.begin = instant_from(*begin_);
  report_.end = instant_from(*end_);
}

bool Extractor::settle_policy_domain_from_records() {
  // The author domain of the most messages; the shorter, then the first by alphabet, where that is no answer.
  std::map<std::string_view, std::uint64_t> messages;
  for (const report::Record& record : report_.records) {
    messages[record.evidence.author_domain] += record.message_count;
  }
  const auto best = std::max_element(messages.begin(), messages.end(), [](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second < b.second;
    return a.first.size() > b.first.size();
  });
  if (best == messages.end()) return false;
  report_.policy.domain = std::string(best->first);
  tolerances_.add(Tolerance::policy_domain_from_records);
  return true;
}

bool Extractor::finish(std::string_view report_id_if_missing) {
  if (report_.policy.domain.empty() && !settle_policy_domain_from_records()) return false;
  if (!saw_records_) tolerances_.add(Tolerance::no_records);
  if (report_.report_id.empty()) {
    report_.report_id = report_id_if_missing;
    tolerances_.add(Tolerance::report_id_missing);
  }
  report_.tolerances = tolerances_.names();
  return true;
}

void Extractor::leave_out(std::uint64_t records, Tolerance why) {
  if (records == 0) return;
  saw_records_ = true;
  report_.records_left_out += records;
  tolerances_.add(why);
}

}  // namespace ruagate::reportxml
