#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/facts.hpp"

namespace ruagate::test {

/// Facts of one domain, written as one line for each kind of mail.
class FactsBuilder {
 public:
  explicit FactsBuilder(std::string domain = "example.com") { facts_.domain = std::move(domain); }

  /// One kind of mail: what a receiver sees of it.
  struct Mail {
    std::string ip = "192.0.2.10";
    std::string author;    ///< Empty: the policy domain.
    std::string envelope;  ///< Empty: no SPF result.
    report::SpfResult spf = report::SpfResult::pass;
    std::string dkim;  ///< Empty: no signature.
    std::string selector = "s1";
    report::DkimResult dkim_result = report::DkimResult::pass;
    std::string other_dkim;     ///< A second signature, which passes.
    bool dkim_aligned = false;  ///< The receiver's word.
    bool spf_aligned = false;
    std::optional<report::OverrideReason> reason;
    report::Disposition disposition = report::Disposition::none;
  };

  /// The owner's server: SPF and DKIM aligned.
  static Mail own(const std::string& ip = "192.0.2.10", const std::string& selector = "s1") {
    Mail mail;
    mail.ip = ip;
    mail.envelope = "example.com";
    mail.dkim = "example.com";
    mail.selector = selector;
    mail.dkim_aligned = true;
    mail.spf_aligned = true;
    return mail;
  }
  /// Nothing authenticates.
  static Mail spoof(const std::string& ip, const std::string& envelope = "") {
    Mail mail;
    mail.ip = ip;
    mail.envelope = envelope;
    mail.spf = report::SpfResult::fail;
    return mail;
  }
  /// A service that signs with its own domain.
  static Mail unaligned(const std::string& ip, const std::string& vendor) {
    Mail mail;
    mail.ip = ip;
    mail.envelope = vendor;
    mail.dkim = vendor;
    mail.selector = "k1";
    return mail;
  }

  FactsBuilder& add(Day day, const std::string& reporter, const Mail& mail, std::uint64_t messages) {
    if (messages == 0) return *this;
    report::Cell cell;
    cell.day = day;
    cell.reporter = reporter_id(reporter);
    cell.address = address_id(mail.ip);
    cell.evidence = evidence_id(mail);
    cell.disposition = mail.disposition;
    cell.dkim_aligned = mail.dkim_aligned ? report::AlignmentResult::pass : report::AlignmentResult::fail;
    cell.spf_aligned = mail.spf_aligned ? report::AlignmentResult::pass : report::AlignmentResult::fail;
    cell.messages = messages;
    facts_.cells.push_back(cell);
    return *this;
  }
  /// The same every day of from..to at each reporter.
  FactsBuilder& daily(Day from, Day to, const std::vector<std::string>& reporters, const Mail& mail,
                      std::uint64_t messages) {
    for (Day day = from; day <= to; day += days{1}) {
      for (const auto& reporter : reporters) add(day, reporter, mail, messages);
    }
    return *this;
  }

  /// The published policy as every reporter saw it on the days from..to.
  FactsBuilder& policy(Day from, Day to, const std::vector<std::string>& reporters, report::Policy p,
                       std::optional<int> pct = 100, std::optional<bool> testing = std::nullopt,
                       report::Generation generation = report::Generation::rfc7489) {
    report::PublishedPolicy published;
    published.domain = facts_.domain;
    published.p = p;
    published.sp = sp_;
    published.pct = pct;
    published.testing = testing;
    published.adkim = report::AlignmentMode::relaxed;
    published.aspf = report::AlignmentMode::relaxed;
    report::PolicyDay policy_day;
    policy_day.policy = report::add_policy(facts_, published);
    policy_day.generation = generation;
    policy_day.reports = 1;
    for (Day day = from; day <= to; day += days{1}) {
      for (const auto& reporter : reporters) {
        policy_day.day = day;
        policy_day.reporter = reporter_id(reporter);
        facts_.policy_days.push_back(policy_day);
      }
    }
    return *this;
  }
  FactsBuilder& sp(std::optional<report::Policy> sp) {
    sp_ = sp;
    return *this;
  }

  /// Sorted by day, as the store gives them; each policy day with its messages.
  report::DomainFacts facts() const {
    report::DomainFacts result = facts_;
    const auto by_day = [](const auto& a, const auto& b) { return a.day < b.day; };
    std::stable_sort(result.cells.begin(), result.cells.end(), by_day);
    std::stable_sort(result.policy_days.begin(), result.policy_days.end(), by_day);
    std::map<std::pair<int, std::uint32_t>, std::uint64_t> messages;
    for (const auto& cell : result.cells) messages[{day_number(cell.day), cell.reporter}] += cell.messages;
    for (auto& policy_day : result.policy_days) {
      policy_day.messages = messages[{day_number(policy_day.day), policy_day.reporter}];
    }
    return result;
  }

 private:
  std::uint32_t reporter_id(const std::string& name) {
    const auto found = std::find(facts_.reporters.begin(), facts_.reporters.end(), name);
    if (found != facts_.reporters.end()) return static_cast<std::uint32_t>(found - facts_.reporters.begin());
    facts_.reporters.push_back(name);
    return static_cast<std::uint32_t>(facts_.reporters.size() - 1);
  }
  std::uint32_t address_id(const std::string& ip) {
    const auto [found, added] = addresses_.try_emplace(ip, static_cast<std::uint32_t>(facts_.addresses.size()));
    if (added) facts_.addresses.push_back(ip.empty() ? std::nullopt : IpAddress::parse(ip));
    return found->second;
  }
  std::uint32_t evidence_id(const Mail& mail) {
    report::Evidence evidence;
    evidence.author_domain = mail.author.empty() ? facts_.domain : mail.author;
    if (!mail.envelope.empty()) {
      evidence.spf.push_back({mail.envelope, report::SpfScope::mfrom, mail.spf, ""});
    }
    if (!mail.dkim.empty()) evidence.dkim.push_back({mail.dkim, mail.selector, mail.dkim_result, ""});
    if (!mail.other_dkim.empty()) evidence.dkim.push_back({mail.other_dkim, "v1", report::DkimResult::pass, ""});
    if (mail.reason) evidence.reasons.push_back(*mail.reason);
    std::string key = evidence.author_domain + "|" + mail.envelope + "|" + std::to_string(static_cast<int>(mail.spf)) +
                      "|" + mail.dkim + "|" + mail.selector + "|" + std::to_string(static_cast<int>(mail.dkim_result)) +
                      "|" + mail.other_dkim;
    if (mail.reason) key += "|" + std::to_string(static_cast<int>(mail.reason->type)) + mail.reason->comment;
    const auto [found, added] = evidence_.try_emplace(key, static_cast<std::uint32_t>(facts_.evidence.size()));
    if (added) facts_.evidence.push_back(std::move(evidence));
    return found->second;
  }

  report::DomainFacts facts_;
  std::optional<report::Policy> sp_;
  std::map<std::string, std::uint32_t> addresses_;
  std::map<std::string, std::uint32_t> evidence_;
};

}  // namespace ruagate::test
