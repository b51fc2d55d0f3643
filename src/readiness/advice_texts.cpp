#include "readiness/advice_texts.hpp"

#include <array>
#include <utility>

namespace ruagate::readiness {

namespace {

struct Text {
  std::string_view code;
  std::string_view text;
};

// One place for each code. {names} are filled in from AdviceNames.
constexpr std::array kTexts = {
    Text{"esp_dkim_unaligned",
         "{service} signs with its own domain ({foreign}). Switch on DKIM for {domain} at {service} ({where}) and "
         "publish the CNAME or TXT records it shows for {domain}. It works when a test message carries a "
         "DKIM-Signature with d={domain}; the next reports then show aligned DKIM for it."},
    Text{"esp_return_path",
         "{service} cannot sign as {domain}, but it can use a return path below it. Set up a bounce domain such as "
         "bounce.{domain} at {service} ({where}) by the CNAME, or the MX and SPF records, it shows; keep aspf=r. It "
         "works when a test message has Return-Path: <...@bounce.{domain}> and SPF passes."},
    Text{
        "esp_cannot_align",
        "{service} can neither sign as {domain} nor use it in the envelope. Send with {service}'s own address in From "
        "and yours in Reply-To, relay its mail through your own server, or give it a subdomain of its own with its own "
        "record (_dmarc.news.{domain}, p=none)."},
    Text{
        "spf_include_missing",
        "The envelope domain {envelope} is yours, but its SPF record does not cover {service} ({ips}). Add the include "
        "that {service} documents ({where}), or ip4:/ip6: for these addresses, to the TXT record of {envelope}. It "
        "works "
        "when reports show spf=pass for {envelope}. Sign with DKIM as well: SPF alone breaks on forwarding."},
    Text{"spf_over_limit",
         "Receivers give up on the SPF record of {envelope} (permerror): it needs more than 10 look-ups or is broken. "
         "Remove includes of services that never use {envelope} in the envelope, or move one stream to a subdomain. It "
         "works when `dig TXT {envelope}` shows one v=spf1 record and reports show spf=pass again."},
    Text{"spf_missing",
         "{envelope} has no SPF record. Publish one TXT record that begins with v=spf1, names the systems that use "
         "{envelope} in the envelope, and ends with ~all or -all. It works when reports show spf=pass for {envelope}."},
    Text{"spf_duplicate",
         "{envelope} has more than one SPF record, so receivers ignore them all (permerror). Merge them into one TXT "
         "record "
         "that begins with v=spf1. It works when `dig TXT {envelope}` shows one such record."},
    Text{"spf_plus_all",
         "The SPF record of {envelope} ends with +all: it lets anybody pass as you. Replace +all by ~all, or by -all "
         "once "
         "reports show that all your systems pass."},
    Text{"spf_temperror",
         "Receivers often cannot look up the SPF record of {envelope} (temperror). Check that all its name servers "
         "answer, "
         "raise the TTL to 3600 or more, and keep answers small."},
    Text{"dkim_none",
         "{service} does not sign as {domain}. Switch DKIM on there ({where}) and publish the key it shows below "
         "_domainkey.{domain}. It works when a test message carries a DKIM-Signature with d={domain}."},
    Text{"dkim_key_missing",
         "Mail is signed with {selector}, but receivers find no usable key. Publish the key as TXT (or the vendor's "
         "CNAME) "
         "at {selector}; check the spelling with `dig TXT {selector}`. After a rotation keep the old key for a week. "
         "It works when reports show dkim=pass for this selector."},
    Text{"dkim_rotation_broken",
         "Since the change to selector {selector} signatures fail, while the older one is fine. Go back to the "
         "older selector until {selector} resolves everywhere, then switch again."},
    Text{"dkim_bodyhash_own",
         "Signatures with {selector} break between signing and delivery. Something after the signer changes mail (a "
         "disclaimer, a virus scanner, a gateway): sign last, or sign again there. Compare a delivered test message "
         "with the "
         "one sent. It works when reports show dkim=pass for {selector} from {ips}."},
    Text{"dkim_one_reporter",
         "Only {reporter} sees these signatures fail; others accept them. Look at the key: sign with RSA 2048 (besides "
         "Ed25519, if you use it), and keep the TXT record free of stray characters."},
    Text{"strict_alignment",
         "The mail passes for {foreign}, which would do under relaxed alignment, but the record asks for strict. "
         "Publish "
         "adkim=r and aspf=r, or sign with exactly d={domain}."},
    Text{"gateway_out",
         "Mail leaves through {service}, which breaks or lacks the signature. Let {service} sign as {domain} ({where}) "
         "and put "
         "it into SPF. It works when a test message from outside carries a passing signature with d={domain}."},
    Text{"gateway_in",
         "A filter in front of the recipient passes this mail on and breaks what vouches for it. Nothing is wrong in "
         "your "
         "DNS; the recipient should trust its filter (ARC, enhanced filtering). DKIM on all your mail keeps the damage "
         "small."},
    Text{"forwarder",
         "Forwarded mail that was not signed: SPF cannot survive forwarding. Sign all mail of {domain} with DKIM; then "
         "most "
         "of this passes."},
    Text{"forwarder_modifies",
         "A forwarder changes the mail, so its signature breaks. Nothing is to be done in your DNS. Where you know the "
         "recipient, ask for forwarding without changes, or with ARC."},
    Text{"mailing_list",
         "Mail that people send to lists. Ask the list's owner to rewrite From for domains with a policy (Mailman: "
         "dmarc_moderation_action) or to leave messages unchanged. Before reject: move people who write to lists to a "
         "subdomain with a weaker policy, or accept the loss: ruagate senders acknowledge {policy_domain}"},
    Text{"calendar",
         "Invitations sent in your users' names. Switch on DKIM for {domain} in Google Workspace (Admin console > Apps "
         "> "
         "Google Workspace > Gmail > Authenticate email); invitations of outside organisers cannot align."},
    Text{
        "own_app_server",
        "A machine of yours ({ips}) sends without authentication. Let it hand its mail to your signing mail server, "
        "with a login; as a stopgap add its address as ip4:/ip6: to the SPF record of {domain} and use {domain} in the "
        "envelope. It works when reports show an aligned pass for {ips}."},
    Text{"candidate_decide",
         "Is {service} yours? {evidence}If yes: ruagate senders approve {policy_domain} {key} . {then}If not: "
         " ruagate senders deny {policy_domain} {key}"},
    Text{"spoof", "No action: this is mail in your name that enforcement will stop."},
    Text{"subdomain_isolation",
         "Too many services share {domain}. Give one of them a subdomain of its own (news.{domain}) with its own SPF, "
         "DKIM "
         "and, if need be, its own DMARC record; its mail then carries that subdomain in From."},
    Text{
        "key_abuse",
        "Strangers send mail that carries the signature of {selector}: somebody replays a signed message, or has the "
        "key. Sign with a new selector and key, take the old one out of DNS as soon as mail under way has arrived, and "
        "sign with an expiry (x=) and without a length (l=). If these addresses are forwarders of yours: ruagate "
        "senders forwarder {policy_domain} {key}"},
    Text{"reporting_gap",
         "Reports are missing. Check that the rua mailbox accepts mail (not full, no size limit below 10 MB), and that "
         "a rua "
         "address in another domain is authorised there by {domain}._report._dmarc."},
    Text{"subdomain_policy",
         "This subdomain inherits the policy of {policy_domain}. Publish sp=none for now, or a record of its own at "
         "_dmarc.{domain}."},
};

std::string or_else(const std::string& text, std::string_view general) {
  return text.empty() ? std::string(general) : text;
}

}  // namespace

std::string advice_text(std::string_view code, const AdviceNames& names) {
  const std::array<std::pair<std::string_view, std::string>, 12> parts = {{
      {"{service}", or_else(names.service, "the sending system")},
      {"{where}", or_else(names.where, "look for domain authentication in its settings")},
      {"{domain}", names.domain},
      {"{policy_domain}", names.policy_domain},
      {"{key}", names.key},
      {"{selector}", or_else(names.selector, "the selector")},
      {"{foreign}", or_else(names.foreign, "its own domain")},
      {"{envelope}", or_else(names.envelope, names.domain)},
      {"{ips}", or_else(names.ips, "its addresses")},
      {"{reporter}", or_else(names.reporter, "one receiver")},
      {"{evidence}", names.evidence},
      {"{then}", names.then},
  }};
  std::string_view rest;
  for (const auto& text : kTexts) {
    if (text.code == code) rest = text.text;
  }
  std::string result;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    result += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    const auto name = rest.substr(open, close - open + 1);
    for (const auto& [part, value] : parts) {
      if (part == name) result += value;
    }
    rest.remove_prefix(close + 1);
  }
  return result;
}

}  // namespace ruagate::readiness
