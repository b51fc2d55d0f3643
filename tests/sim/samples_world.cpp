#include "sim/samples_world.hpp"

namespace ruagate::sim {
namespace {

using report::DkimAuth;
using report::DkimResult;
using report::Policy;
using report::SpfResult;

// Documentation blocks (RFC 5737, RFC 3849), carved: 192.0.2.x own servers, 198.51.100.x hosted services,
// 203.0.113.x and 2001:db8:f0xx::/48 forwarders and lists, 2001:db8:48xx::/48 mailbox hosts, 2001:db8:e5xx::/48 ESPs.

DkimAuth signature(std::string domain, std::string selector) {
  return {.domain = std::move(domain), .selector = std::move(selector), .result = DkimResult::pass, .human_result = {}};
}

report::PublishedPolicy published(std::string domain, Policy p) {
  report::PublishedPolicy policy;
  policy.domain = std::move(domain);
  policy.p = p;
  return policy;
}

SimulatedDomain domain_at(std::string name, Policy p, Day since = kSamplesFrom) {
  SimulatedDomain domain;
  domain.name = std::move(name);
  domain.policy.publish(since, published(domain.name, p));
  return domain;
}

/// Own servers: aligned by SPF and by DKIM.
DirectSender::Settings own_servers(const SimulatedDomain& domain, std::vector<std::string> addresses, Rhythm rhythm) {
  DirectSender::Settings settings;
  settings.name = "own servers";
  settings.addresses = std::move(addresses);
  settings.author_domain = domain.name;
  settings.envelope_domain = domain.name;
  settings.signatures = {signature(domain.name, "mx1")};
  settings.rhythm = rhythm;
  return settings;
}

/// A mailbox host (Google Workspace, Microsoft 365) that is set up well.
DirectSender::Settings mailbox_host(const SimulatedDomain& domain, std::string selector,
                                    std::vector<std::string> addresses, Rhythm rhythm) {
  DirectSender::Settings settings = own_servers(domain, std::move(addresses), rhythm);
  settings.name = "mailbox host";
  settings.signatures = {signature(domain.name, std::move(selector))};
  return settings;
}

/// Forwarding as every domain has it: an alias service that rewrites the envelope, and mailboxes that pass mail on
/// as it came.
void add_forwarding(SimulatedDomain& domain, const std::vector<const DirectSender*>& origins, std::uint32_t share_ppm) {
  Forwarder::Settings alias;
  alias.name = "alias service";
  alias.addresses = {"2001:db8:f001:1::25", "2001:db8:f001:2::25"};
  alias.origins = origins;
  alias.share_ppm = share_ppm * 2 / 3;
  alias.survival_ppm = 930'000;
  alias.rewrites_envelope_to = "pobox.com";
  domain.add(alias);

  Forwarder::Settings plain;
  plain.name = "plain forward";
  plain.addresses = {"203.0.113.25", "203.0.113.26"};
  plain.origins = origins;
  plain.share_ppm = share_ppm / 3;
  plain.survival_ppm = 900'000;
  domain.add(plain);
}

void add_spoofing(SimulatedDomain& domain, std::uint32_t messages, std::uint32_t hosts, std::uint32_t active_ppm) {
  Spoofer::Settings botnet;
  botnet.name = "botnet";
  botnet.author_domain = domain.name;
  botnet.messages = messages;
  botnet.hosts = hosts;
  botnet.active_ppm = active_ppm;
  domain.add(botnet);
}

/// Clean, and long enough at p=none.
SimulatedDomain clean_and_ready() {
  SimulatedDomain domain = domain_at("example.com", Policy::none);
  domain.audience = {{"google.com", 40},
                     {"protection.outlook.com", 14},
                     {"enterprise.protection.outlook.com", 10},
                     {"yahoo.com", 8},
                     {"gmx.net", 4},
                     {"fastmail.com", 3}};
  const DirectSender& own = domain.add(own_servers(domain, {"192.0.2.10", "192.0.2.11"}, Rhythm::office(320, 90)));
  const DirectSender& mailboxes = domain.add(
      mailbox_host(domain, "google", {"2001:db8:4860:1::41", "2001:db8:4860:2::41"}, Rhythm::office(210, 30)));
  DirectSender::Settings newsletter;
  newsletter.name = "newsletter";
  newsletter.addresses = {"198.51.100.20", "198.51.100.21", "198.51.100.22"};
  newsletter.author_domain = "news.example.com";
  newsletter.envelope_domain = "bounces.news.example.com";
  newsletter.signatures = {signature("news.example.com", "ses7f3k2q"),
                           signature("amazonses.com", "ug7nbtf4gccmlpwj322ax3p6ow6yfsug")};
  newsletter.rhythm.messages = {40, 700, 40, 700, 40, 25, 25};
  const DirectSender& news = domain.add(newsletter);
  add_forwarding(domain, {&own, &mailboxes, &news}, 15'000);
  add_spoofing(domain, 60, 6, 700'000);
  return domain;
}

/// An ESP signs with its own domain and uses its own envelope.
SimulatedDomain esp_unaligned() {
  SimulatedDomain domain = domain_at("shop.example", Policy::none);
  domain.audience = {
      {"google.com", 42}, {"protection.outlook.com", 15}, {"yahoo.com", 12}, {"comcast.net", 5}, {"aol.com", 3}};
  const DirectSender& own = domain.add(own_servers(domain, {"192.0.2.40", "192.0.2.41"}, Rhythm::office(190, 150)));
  DirectSender::Settings mailchimp;
  mailchimp.name = "mailchimp";
  mailchimp.addresses = {"198.51.100.130", "198.51.100.131", "198.51.100.132"};
  mailchimp.author_domain = domain.name;
  mailchimp.envelope_domain = "mail12.atl11.mcsv.net";
  mailchimp.signatures = {signature("mcsv.net", "k2")};
  mailchimp.rhythm.messages = {60, 640, 60, 60, 420, 30, 30};
  domain.add(mailchimp);
  mailchimp.name = "mailchimp, other data centre";
  mailchimp.addresses = {"2001:db8:e500:10::7"};
  mailchimp.envelope_domain = "mail251.suw11.mcdlv.net";
  mailchimp.signatures = {signature("mcdlv.net", "k2")};
  mailchimp.rhythm.messages = {10, 110, 10, 10, 70, 5, 5};
  domain.add(mailchimp);
  add_forwarding(domain, {&own}, 12'000);
  add_spoofing(domain, 30, 4, 500'000);
  return domain;
}

/// Fifty times more spoofing than mail, and still ready.
SimulatedDomain heavily_spoofed() {
  SimulatedDomain domain = domain_at("bank.example", Policy::none);
  domain.audience = {
      {"google.com", 42}, {"enterprise.protection.outlook.com", 16}, {"yahoo.com", 10}, {"mimecast.org", 10}};
  const DirectSender& own = domain.add(own_servers(domain, {"192.0.2.70"}, Rhythm::office(90, 50)));
  const DirectSender& mailboxes =
      domain.add(mailbox_host(domain, "selector1", {"2001:db8:4801:7::15"}, Rhythm::office(60, 5)));
  add_forwarding(domain, {&own, &mailboxes}, 12'000);
  add_spoofing(domain, 6'500, 14, 1'000'000);
  Spoofer::Settings pasted;
  pasted.name = "phisher with a pasted signature";
  pasted.author_domain = domain.name;
  pasted.messages = 900;
  pasted.hosts = 3;
  pasted.active_ppm = 250'000;
  pasted.dead_signature = signature(domain.name, "mx1");
  pasted.dead_signature->result = DkimResult::fail;
  domain.add(pasted);
  return domain;
}

/// Sends nothing at all.
SimulatedDomain parked() {
  SimulatedDomain domain = domain_at("parked.example", Policy::none);
  domain.audience = {{"google.com", 40}, {"mail.ru", 25}, {"hosting.test", 20}};
  add_spoofing(domain, 50, 4, 600'000);
  return domain;
}

/// Reports for nine days only.
SimulatedDomain too_young() {
  const Day started = kSamplesTo - days{8};
  SimulatedDomain domain = domain_at("startup.example", Policy::none, started);
  domain.audience = {
      {"google.com", 50}, {"protection.outlook.com", 20}, {"fastmail.com", 10}, {"mx.university.test", 8}};
  const DirectSender& mailboxes =
      domain.add(mailbox_host(domain, "google", {"2001:db8:4860:9::41"}, Rhythm::office(45, 12)));
  add_forwarding(domain, {&mailboxes}, 15'000);
  return domain;
}

/// At quarantine; the main sender's key broke five days ago, and its envelope is not aligned.
SimulatedDomain fresh_regression() {
  SimulatedDomain domain = domain_at("travel.example", Policy::none);
  domain.policy.publish(kSamplesTo - days{19}, published(domain.name, Policy::quarantine));
  domain.audience = {
      {"google.com", 40}, {"protection.outlook.com", 16}, {"gmx.net", 8}, {"web.de", 8}, {"seznam.cz", 4}};
  DirectSender::Settings booking;
  booking.name = "booking system";
  booking.addresses = {"198.51.100.80", "198.51.100.81"};
  booking.author_domain = domain.name;
  booking.envelope_domain = "bounce.bookinghost.test";
  booking.signatures = {signature(domain.name, "booking2025")};
  booking.rhythm = Rhythm::office(330, 380);
  booking.faults = {{.days = {.from = kSamplesTo - days{4}, .to = Day::max()},
                     .ppm = 990'000,
                     .dkim = DkimResult::permerror,
                     .spf = {}}};
  const DirectSender& main = domain.add(booking);
  const DirectSender& mailboxes =
      domain.add(mailbox_host(domain, "google", {"2001:db8:4860:5::41"}, Rhythm::office(130, 20)));
  add_forwarding(domain, {&main, &mailboxes}, 10'000);
  add_spoofing(domain, 40, 5, 500'000);
  return domain;
}

/// At reject, where it wants to be; most of its receivers write the newer reports.
SimulatedDomain at_reject() {
  SimulatedDomain domain;
  domain.name = "example.org";
  report::PublishedPolicy policy = published(domain.name, Policy::reject);
  policy.np = Policy::reject;
  domain.policy.publish(kSamplesFrom, policy);
  domain.audience = {{"google.com", 15}, {"gmx.net", 22},     {"web.de", 20},
                     {"comcast.net", 9}, {"fastmail.com", 9}, {"mx.university.test", 8}};
  const DirectSender& own = domain.add(own_servers(domain, {"192.0.2.200", "192.0.2.201"}, Rhythm::office(260, 120)));
  const DirectSender& mailboxes =
      domain.add(mailbox_host(domain, "selector1", {"2001:db8:4801:3::15"}, Rhythm::office(140, 20)));
  add_forwarding(domain, {&own, &mailboxes}, 10'000);
  Forwarder::Settings list;
  list.name = "mailing list";
  list.truth = Truth::mailing_list;
  list.addresses = {"2001:db8:f009:1::26"};
  list.origins = {&mailboxes};
  list.share_ppm = 6'000;
  list.survival_ppm = 300'000;
  list.rewrites_envelope_to = "groups.io";
  list.signature = signature("groups.io", "20240830");
  domain.add(list);
  add_spoofing(domain, 120, 8, 800'000);
  return domain;
}

/// A service that somebody uses, unaligned, every working day: the owner must say whether it is theirs.
SimulatedDomain undecided_candidate() {
  SimulatedDomain domain = domain_at("school.example", Policy::none);
  domain.audience = {{"google.com", 45}, {"protection.outlook.com", 20}, {"seznam.cz", 8}, {"mx.university.test", 8}};
  const DirectSender& own = domain.add(own_servers(domain, {"192.0.2.150"}, Rhythm::office(180, 40)));
  DirectSender::Settings crm;
  crm.name = "crm on sendgrid";
  crm.addresses = {"198.51.100.240", "198.51.100.241"};
  crm.author_domain = domain.name;
  crm.envelope_domain = "u21387465.wl.sendgrid.net";
  crm.signatures = {signature("sendgrid.net", "smtpapi")};
  crm.rhythm = Rhythm::office(45, 8);
  domain.add(crm);
  add_forwarding(domain, {&own}, 12'000);
  add_spoofing(domain, 20, 3, 400'000);
  return domain;
}

}  // namespace

World samples_world() {
  World world;
  world.seed = kSamplesSeed;
  world.receivers = receivers();
  world.domains.push_back(clean_and_ready());
  world.domains.push_back(esp_unaligned());
  world.domains.push_back(heavily_spoofed());
  world.domains.push_back(parked());
  world.domains.push_back(too_young());
  world.domains.push_back(fresh_regression());
  world.domains.push_back(at_reject());
  world.domains.push_back(undecided_candidate());
  return world;
}

}  // namespace ruagate::sim
