#include "present/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/format.hpp"
#include "report/names.hpp"

namespace ruagate::present {

namespace {

using readiness::Verdict;

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kFailures = {{
    {"none", "nothing"},
    {"esp_dkim_unaligned", "DKIM signs with the service's domain"},
    {"esp_return_path", "return path is the service's domain"},
    {"esp_cannot_align", "service cannot align"},
    {"spf_include_missing", "not authorised in SPF"},
    {"spf_over_limit", "SPF needs too many look-ups"},
    {"spf_duplicate", "two SPF records"},
    {"spf_missing", "no SPF record"},
    {"spf_plus_all", "SPF allows everybody"},
    {"spf_temperror", "SPF look-ups time out"},
    {"dkim_none", "not signed with DKIM"},
    {"dkim_key_missing", "DKIM key is not published"},
    {"dkim_rotation_broken", "new DKIM key fails"},
    {"dkim_bodyhash_own", "changed after signing"},
    {"dkim_one_reporter", "DKIM fails at one receiver"},
    {"strict_alignment", "strict alignment"},
    {"gateway_out", "outbound gateway breaks DKIM"},
    {"gateway_in", "inbound gateway, unsigned origin"},
    {"forwarder", "forwarded, unsigned origin"},
    {"forwarder_modifies", "changed by the forwarder"},
    {"mailing_list", "changed by a mailing list"},
    {"calendar", "calendar replies"},
    {"own_app_server", "own server without authentication"},
    {"subdomain_isolation", "needs a subdomain of its own"},
    {"candidate_decide", "somebody must decide"},
    {"spoof", "not yours"},
    {"key_abuse", "DKIM key used by strangers"},
    {"reporting_gap", "reports are missing"},
}};

std::uint64_t whole(std::size_t n) {
  return static_cast<std::uint64_t>(n);
}

}  // namespace

std::string word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "READY";
    case Verdict::at_target:
      return "AT TARGET";
    case Verdict::hold:
      return "HOLD";
    case Verdict::not_enough_data:
      return "NOT ENOUGH DATA";
    case Verdict::step_back:
      return "STEP BACK";
  }
  return "";
}

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
    case Verdict::at_target:
      return Colour::green;
    case Verdict::hold:
      return Colour::yellow;
    case Verdict::not_enough_data:
      return Colour::blue;
    case Verdict::step_back:
      return Colour::red;
  }
  return Colour::none;
}

std::string word_of(source::Class source_class) {
  return std::string(source::to_string(source_class));
}

std::string word_of(const source::Source& source) {
  if (source.source_class != source::Class::forwarder || !source.kind) return word_of(source.source_class);
  std::string word(source::to_string(*source.kind));
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

Colour colour_of(source::Class source_class) {
  switch (source_class) {
    case source::Class::legitimate:
      return Colour::green;
    case source::Class::candidate:
    case source::Class::unknown:
      return Colour::yellow;
    case source::Class::forwarder:
      return Colour::blue;
    case source::Class::unauthorized:
      return Colour::red;
  }
  return Colour::none;
}

bool needs_action(source::Class source_class) {
  return source_class == source::Class::legitimate || source_class == source::Class::candidate;
}

std::string name_and_key(const std::string& name, const std::string& key) {
  if (name.empty() || name == key) return key;
  return key.empty() ? name : name + " (" + key + ")";
}

std::string words_of_failure(const std::string& failure) {
  for (const auto& [code, words] : kFailures) {
    if (code == failure) return std::string(words);
  }
  return failure;
}

std::string next_action(const readiness::DomainVerdict& v) {
  const std::string next = v.next_step.value_or(v.target);
  const auto failed = whole(static_cast<std::size_t>(
      std::count_if(v.gates.begin(), v.gates.end(), [](const readiness::Gate& gate) { return !gate.ok; })));
  switch (v.verdict) {
    case Verdict::ready:
      return format("Publish the record below (step {}), then ask again after some days of reports.", next);
    case Verdict::at_target:
      return "Nothing needs to be done; keep watching the sources.";
    case Verdict::step_back:
      return format("Repair what fails at once; if that takes more than a day, publish the record below (step {}).",
                    next);
    case Verdict::not_enough_data:
      return v.earliest ? format("Leave the policy at {} and ask again; enough data is there on {} at the earliest.",
                                 v.step, to_iso(*v.earliest))
                        : format("Leave the policy at {} until enough reports have come in.", v.step);
    case Verdict::hold:
      if (v.blockers.empty()) {
        return format("Leave the policy at {}; {} met yet.", v.step,
                      failed == 1 ? "one condition is not" : format("{} conditions are not", failed));
      }
      return v.blockers.size() == 1
                 ? format("Leave the policy at {} and do what is said below about the one source that blocks.", v.step)
                 : format("Leave the policy at {} and work through the {} sources below, the largest first.", v.step,
                          v.blockers.size());
  }
  return "";
}

std::string record_line(const readiness::DomainVerdict& v) {
  return format("_dmarc.{}. TXT \"{}\"", v.domain, v.record);
}

std::string record_title(const readiness::DomainVerdict& v) {
  const std::string next = v.next_step.value_or(v.target);
  switch (v.verdict) {
    case Verdict::ready:
      return format("Record to publish now ({})", next);
    case Verdict::at_target:
      return "Record (stays as it is)";
    case Verdict::step_back:
      return format("Record to step back with ({})", next);
    case Verdict::hold:
      return format("Record for {}: publish it only when nothing blocks any more", next);
    case Verdict::not_enough_data:
      return format("Record for {}: publish it only when there is enough data", next);
  }
  return "";
}

std::string words_of(const readiness::Policy& policy) {
  if (!policy.p && !policy.seen) return "not seen in any report";
  std::string out = format("p={}", policy.p ? report::to_string(*policy.p) : "?");
  if (policy.sp) out += format("; sp={}", report::to_string(*policy.sp));
  if (policy.np) out += format("; np={}", report::to_string(*policy.np));
  if (policy.pct && *policy.pct != 100) out += format("; pct={}", *policy.pct);
  if (policy.testing && *policy.testing) out += "; t=y";
  if (policy.adkim == report::AlignmentMode::strict) out += "; adkim=s";
  if (policy.aspf == report::AlignmentMode::strict) out += "; aspf=s";
  return out;
}

}  // namespace ruagate::present
