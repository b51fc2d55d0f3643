#include "readiness/advice.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <map>
#include <unordered_map>

#include "base/format.hpp"
#include "readiness/advice_texts.hpp"
#include "readiness/gates.hpp"
#include "source/known.hpp"

namespace ruagate::readiness {

namespace {

using domain::AlignmentMode;
using report::DkimResult;
using report::SpfResult;
using source::Class;

/// Counts of messages by a text, and the text with most of them.
class Counts {
 public:
  void add(const std::string& text, std::uint64_t count) { counts_[text] += count; }
  std::uint64_t of(const std::string& text) const {
    const auto found = counts_.find(text);
    return found == counts_.end() ? 0 : found->second;
  }
  std::string top() const {
    std::string best;
    std::uint64_t most = 0;
    for (const auto& [text, count] : counts_) {
      if (count > most) {
        most = count;
        best = text;
      }
    }
    return best;
  }
  std::size_t size() const { return counts_.size(); }
  const std::map<std::string, std::uint64_t>& all() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

/// Only what can stand in a command or a record: reports may name anything.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
}

/// What the failing mail of a source looks like; all counts in messages.
struct Picture {
  std::uint64_t failing = 0;
  std::uint64_t own_signature = 0;    ///< An aligned signature is there and does not pass.
  std::uint64_t key_missing = 0;      ///< Of these, permerror.
  std::uint64_t other_signature = 0;  ///< A foreign d= passes.
  std::uint64_t own_envelope = 0;     ///< The envelope is of the own organization.
  std::uint64_t own_envelope_permerror = 0;
  std::uint64_t own_envelope_temperror = 0;
  std::uint64_t own_envelope_none = 0;  ///< It has no SPF record.
  std::uint64_t other_envelope = 0;     ///< A foreign envelope passes SPF.
  std::uint64_t would_pass_relaxed = 0;
  Counts broken_selectors;
  Counts foreign_domains;
  Counts relaxed_domains;
  Counts envelopes;
  boost::unordered_flat_map<std::uint32_t, std::uint64_t> addresses;  ///< Failing, by index into the facts' addresses.
  Counts reporters;                                                   ///< Failing, by reporter.
  Counts all_reporters;                                               ///< All of the source.
  std::map<std::string, std::pair<Day, Day>> failing_days;            ///< First and last failing day of a selector.
  std::map<std::string, Day> passing_selectors;                       ///< Newest day on which a selector passed.
  std::uint64_t messages = 0;
};

/// Mail of one source with the same evidence and the same end. A source has far more cells than kinds of mail.
struct Alike {
  std::uint32_t evidence = 0;
  bool fails = false;
  std::uint64_t messages = 0;
  Day first{};
  Day last{};
};

class Painter {
 public:
  /// With `by_dkim`, mail that SPF alone lets pass counts as failing.
  Painter(const source::Source& source, const domain::OrgDomains& org_domains, bool by_dkim)
      : author_(source.author_domain), org_domains_(org_domains), by_dkim_(by_dkim) {}

  bool fails(const report::Cell& cell) const {
    return by_dkim_ ? cell.dkim_aligned != report::AlignmentResult::pass : !source::is_aligned(cell);
  }

  void add(const Alike& mail, const report::Evidence& evidence) {
    bool relaxed = add_signatures(mail, evidence);
    relaxed |= mail.fails && add_envelopes(mail.messages, evidence);
    if (mail.fails && relaxed) picture.would_pass_relaxed += mail.messages;
  }

  Picture picture;

 private:
  bool aligned(const std::string& name) {
    if (name.empty()) return false;
    const auto [found, added] = aligned_.try_emplace(name, false);
    if (added) found->second = org_domains_.is_aligned(name, author_, AlignmentMode::relaxed);
    return found->second;
  }

  bool add_signatures(const Alike& mail, const report::Evidence& evidence) {
    const bool fails = mail.fails;
    bool relaxed = false;
    bool own = false;
    bool missing = false;
    bool other = false;
    for (const auto& signature : evidence.dkim) {
      const bool passes = signature.result == DkimResult::pass;
      const std::string selector =
          is_plain(signature.selector) ? signature.selector + "._domainkey." + signature.domain : std::string();
      if (!aligned(signature.domain)) {
        if (!passes || !is_plain(signature.domain)) continue;
        other = true;
        if (fails) picture.foreign_domains.add(signature.domain, mail.messages);
      } else if (passes) {
        if (!selector.empty()) note_passing(selector, mail.last);
        relaxed = true;
        if (fails) picture.relaxed_domains.add(signature.domain, mail.messages);
      } else if (fails) {
        own = true;
        missing |= signature.result == DkimResult::permerror;
        if (selector.empty()) continue;
        picture.broken_selectors.add(selector, mail.messages);
        const auto [days_seen, first] = picture.failing_days.try_emplace(selector, mail.first, mail.last);
        days_seen->second.first = std::min(days_seen->second.first, mail.first);
        days_seen->second.second = std::max(days_seen->second.second, mail.last);
      }
    }
    if (fails && own) picture.own_signature += mail.messages;
    if (fails && missing) picture.key_missing += mail.messages;
    if (fails && other) picture.other_signature += mail.messages;
    return relaxed;
  }

  void note_passing(const std::string& selector, Day last) {
    auto& newest = picture.passing_selectors.try_emplace(selector, last).first->second;
    newest = std::max(newest, last);
  }

  bool add_envelopes(std::uint64_t messages, const report::Evidence& evidence) {
    bool relaxed = false;
    for (const auto& spf : evidence.spf) {
      if (spf.scope == report::SpfScope::helo || !is_plain(spf.domain)) continue;
      if (!aligned(spf.domain)) {
        if (spf.result == SpfResult::pass) picture.other_envelope += messages;
        if (spf.result == SpfResult::pass) picture.foreign_domains.add(spf.domain, 0);
        continue;
      }
      if (spf.result == SpfResult::pass) {
        relaxed = true;
        picture.relaxed_domains.add(spf.domain, messages);
        continue;
      }
      picture.own_envelope += messages;
      picture.envelopes.add(spf.domain, messages);
      if (spf.result == SpfResult::permerror) picture.own_envelope_permerror += messages;
      if (spf.result == SpfResult::temperror) picture.own_envelope_temperror += messages;
      if (spf.result == SpfResult::none) picture.own_envelope_none += messages;
      break;
    }
    return relaxed;
  }

  const std::string& author_;
  const domain::OrgDomains& org_domains_;
  bool by_dkim_;
  std::unordered_map<std::string, bool> aligned_;  // A look-up in the suffix list for each cell would be slow.
};

bool most(std::uint64_t part, std::uint64_t whole) {
  return 2 * part >= whole && part > 0;
}

/// The selector never passed, and began to fail when another one stopped passing.
bool changed_lately(const Picture& picture, const std::string& selector) {
  const auto found = picture.failing_days.find(selector);
  if (found == picture.failing_days.end() || picture.passing_selectors.contains(selector)) return false;
  const Day began = found->second.first;
  return std::any_of(picture.passing_selectors.begin(), picture.passing_selectors.end(), [&](const auto& other) {
    return other.second >= began - days{7} && other.second <= began + days{7};
  });
}

/// Fails at one receiver only, although others see enough of the source.
bool at_one_reporter(const Picture& picture) {
  constexpr std::uint64_t kEnough = 20;
  if (picture.reporters.size() != 1) return false;
  const std::string only = picture.reporters.top();
  std::uint64_t others = 0;
  for (const auto& [reporter, count] : picture.all_reporters.all()) {
    if (reporter != only) others += count;
  }
  return others >= kEnough;
}

std::string code_of_broken_signature(const Picture& picture, const source::Service* service) {
  const std::string selector = picture.broken_selectors.top();
  if (changed_lately(picture, selector)) return "dkim_rotation_broken";
  if (at_one_reporter(picture)) return "dkim_one_reporter";
  if (most(picture.key_missing, picture.own_signature)) return "dkim_key_missing";
  if (service != nullptr && service->kind == source::ServiceKind::security_gateway) return "gateway_out";
  return "dkim_bodyhash_own";
}

std::string code_of_vendor(const source::Service* service) {
  if (service == nullptr || service->custom_dkim.value_or(true)) return "esp_dkim_unaligned";
  return service->custom_return_path.value_or(false) ? "esp_return_path" : "esp_cannot_align";
}

/// The fix code for mail that is, or would be, the owner's.
std::string code_of_own(const source::Source& source, const Picture& picture) {
  if (picture.failing == 0) return "none";
  const auto* service = source.service;
  if (most(picture.would_pass_relaxed, picture.failing)) return "strict_alignment";
  if (service != nullptr && service->kind == source::ServiceKind::calendar) return "calendar";
  if (most(picture.own_signature, picture.failing)) return code_of_broken_signature(picture, service);
  if (most(picture.own_envelope_permerror, picture.failing)) return "spf_over_limit";
  if (most(picture.own_envelope_temperror, picture.failing)) return "spf_temperror";
  const bool mailboxes = service != nullptr && (service->kind == source::ServiceKind::mailbox_provider ||
                                                service->kind == source::ServiceKind::hosting);
  if (service != nullptr && service->kind == source::ServiceKind::security_gateway) return "gateway_out";
  if (mailboxes) return "dkim_none";
  if (most(picture.other_signature, picture.failing)) return code_of_vendor(service);
  if (most(picture.own_envelope_none, picture.failing)) return "spf_missing";
  if (service != nullptr && most(picture.own_envelope, picture.failing)) return "spf_include_missing";
  if (service != nullptr || most(picture.other_envelope, picture.failing)) return code_of_vendor(service);
  return "own_app_server";
}

std::string code_of_forwarder(const source::Source& source, const Picture& picture) {
  if (!source.abused_selector.empty()) return "key_abuse";
  if (picture.failing == 0) return "none";
  if (source.kind == source::ForwarderKind::mailing_list) return "mailing_list";
  if (source.kind == source::ForwarderKind::gateway) return "gateway_in";
  return most(picture.own_signature, picture.failing) ? "forwarder_modifies" : "forwarder";
}

/// The addresses with most of the failing mail, "192.0.2.1, 192.0.2.2, 192.0.2.3 and 4 more"; ties by text.
std::string some_ips(const report::DomainFacts& facts, const Picture& picture) {
  constexpr std::size_t kShown = 3;
  std::vector<std::uint64_t> counts;
  counts.reserve(picture.addresses.size());
  for (const auto& [address, count] : picture.addresses) {
    if (facts.addresses[address]) counts.push_back(count);
  }
  const std::size_t all = counts.size();
  std::uint64_t least = 0;  // What one has that is shown.
  if (all > kShown) {
    std::nth_element(counts.begin(), counts.begin() + (kShown - 1), counts.end(), std::greater<>());
    least = counts[kShown - 1];
  }
  std::vector<std::pair<std::uint64_t, std::string>> ips;
  for (const auto& [address, count] : picture.addresses) {
    if (count >= least && facts.addresses[address]) ips.emplace_back(count, facts.addresses[address]->to_string());
  }
  std::sort(ips.begin(), ips.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::string text;
  for (std::size_t i = 0; i < ips.size() && i < kShown; ++i) text += (i > 0 ? ", " : "") + ips[i].second;
  if (all > kShown) text += format(" and {} more", all - kShown);
  return text;
}

AdviceNames names_of(const source::Source& source, const report::DomainFacts& facts, const Picture& picture) {
  AdviceNames names;
  names.service = source.name;
  if (source.service != nullptr) {
    names.where = source.service->note;
    if (source.source_class != Class::candidate) names.service = source.service->name;
  }
  names.domain = source.author_domain;
  names.policy_domain = facts.domain;
  names.key = source.key;
  names.selector = picture.broken_selectors.top();
  if (const auto slash = source.abused_selector.find('/'); slash != std::string::npos) {
    names.selector =
        source.abused_selector.substr(slash + 1) + "._domainkey." + source.abused_selector.substr(0, slash);
  }
  names.foreign = picture.foreign_domains.top();
  if (names.foreign.empty() && picture.foreign_domains.size() > 0)
    names.foreign = picture.foreign_domains.all().begin()->first;
  if (picture.would_pass_relaxed > 0) names.foreign = picture.relaxed_domains.top();
  names.envelope = picture.envelopes.top();
  names.reporter = picture.reporters.top();
  names.ips = some_ips(facts, picture);
  return names;
}

Advice make_advice(std::string code, const AdviceNames& names) {
  Advice advice;
  advice.fix = advice_text(code, names);
  advice.failure = std::move(code);
  return advice;
}

Picture picture_of(const source::Classified& classified, const source::Source& source, const report::DomainFacts& facts,
                   Day from, Day to, const domain::OrgDomains& org_domains, bool direct_only, bool by_dkim = false) {
  Painter painter(source, org_domains, by_dkim);
  Picture& picture = painter.picture;
  std::vector<Alike> kinds;
  boost::unordered_flat_map<std::uint64_t, std::size_t> kind_of;  // By evidence and end.
  std::vector<std::uint64_t> all(classified.reporters.size(), 0);
  std::vector<std::uint64_t> failing(classified.reporters.size(), 0);
  for (const auto index : source::cells_between(source, facts, from, to)) {
    const auto& cell = facts.cells[index];
    const auto flow = classified.flows[index];
    if (direct_only && (flow == source::Flow::indirect_ok || flow == source::Flow::indirect_fail)) continue;
    const bool fails = painter.fails(cell);
    const auto [kind, added] = kind_of.try_emplace(2ULL * cell.evidence + (fails ? 1 : 0), kinds.size());
    if (added) kinds.push_back({cell.evidence, fails, 0, cell.day, cell.day});
    kinds[kind->second].messages += cell.messages;
    kinds[kind->second].last = cell.day;  // A source's cells are sorted by day.
    picture.messages += cell.messages;
    all[cell.reporter] += cell.messages;
    if (!fails) continue;
    picture.failing += cell.messages;
    failing[cell.reporter] += cell.messages;
    picture.addresses[cell.address] += cell.messages;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] > 0) picture.all_reporters.add(classified.reporters[i], all[i]);
    if (failing[i] > 0) picture.reporters.add(classified.reporters[i], failing[i]);
  }
  for (const Alike& mail : kinds) painter.add(mail, facts.evidence[mail.evidence]);
  return std::move(painter.picture);
}

}  // namespace

Advice advise(const source::Classified& classified, const source::Source& source, const report::DomainFacts& facts,
              Day from, Day to, const domain::OrgDomains& org_domains) {
  const bool own = source.source_class == Class::legitimate;
  const Picture picture = picture_of(classified, source, facts, from, to, org_domains, own);
  AdviceNames names = names_of(source, facts, picture);
  switch (source.source_class) {
    case Class::legitimate:
      return make_advice(code_of_own(source, picture), names);
    case Class::forwarder:
      return make_advice(code_of_forwarder(source, picture), names);
    case Class::unauthorized:
      return make_advice(picture.failing > 0 ? "spoof" : "none", names);
    case Class::candidate:
    case Class::unknown:
      break;
  }
  if (picture.failing == 0) return {};
  if (source.tag == "owner" || source.evidence.empty()) {
    names.evidence.clear();
  } else {
    names.evidence = format("It sent {} in {} days to {} {} ({}). ", messages(picture.failing), (to - from).count() + 1,
                            picture.reporters.size(), picture.reporters.size() == 1 ? "reporter" : "reporters",
                            source.evidence.front());
  }
  AdviceNames then = names;
  if (source.service != nullptr) then.service = source.service->name;
  names.then = advice_text(code_of_own(source, picture), then) + " ";
  return make_advice("candidate_decide", names);
}

Advice advise_dkim(const source::Classified& classified, const source::Source& source, const report::DomainFacts& facts,
                   Day from, Day to, const domain::OrgDomains& org_domains) {
  const Picture picture = picture_of(classified, source, facts, from, to, org_domains, true, true);
  const AdviceNames names = names_of(source, facts, picture);
  if (most(picture.own_signature, picture.failing)) {
    return make_advice(code_of_broken_signature(picture, source.service), names);
  }
  const bool customer = source.service == nullptr || sends_for_customers(source.service->kind);
  if (customer && most(picture.other_signature, picture.failing)) {
    return make_advice(code_of_vendor(source.service), names);
  }
  return make_advice("dkim_none", names);
}

}  // namespace ruagate::readiness
