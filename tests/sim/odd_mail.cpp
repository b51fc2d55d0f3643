#include "sim/odd_mail.hpp"

#include "base/format.hpp"
#include "sim/archive.hpp"
#include "sim/receiver.hpp"
#include "sim/samples_world.hpp"

namespace ruagate::sim {
namespace {

std::string headers(Instant arrived, std::string_view from, std::string_view subject, std::string_view id) {
  return format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n",
                mail_date(arrived), from, kSamplesMailbox, subject, id);
}

OddMail ordinary(Instant arrived) {
  return {
      .name = "question",
      .arrived = arrived,
      .message = headers(arrived, "Alex Example <alex@example.com>", "Who reads this mailbox?", "q1@example.com") +
                 "Content-Type: text/plain; charset=utf-8\r\n\r\n"
                 "Hello,\r\n\r\nI found this address in our DNS. Does anybody read what arrives here?\r\n\r\nAlex\r\n"};
}

OddMail bounce(Instant arrived) {
  return {.name = "bounce",
          .arrived = arrived,
          .message = headers(arrived, "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
                             "Undelivered Mail Returned to Sender", "20261103.bounce@mx.example.net") +
                     "Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_bounce\"\r\n\r\n"
                     "--=_bounce\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
                     "I'm sorry to have to inform you that your message could not be delivered.\r\n\r\n"
                     "--=_bounce\r\nContent-Type: message/delivery-status\r\n\r\n"
                     "Reporting-MTA: dns; mx.example.net\r\n\r\n"
                     "Final-Recipient: rfc822; gone@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                     "Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n\r\n"
                     "--=_bounce\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                     "From: rua@example.net\r\nTo: gone@example.org\r\nSubject: your report\r\n\r\n--=_bounce--\r\n"};
}

OddMail tls_report(Instant arrived, Day day) {
  const std::string json = format(
      R"({{"organization-name":"Google Inc.","date-range":{{"start-datetime":"{0}T00:00:00Z","end-datetime":"{0}T23:59:59Z"}},"contact-info":"smtp-tls-reporting@google.com","report-id":"{0}T00:00:00Z_example.com","policies":[{{"policy":{{"policy-type":"sts","policy-string":["version: STSv1","mode: enforce","mx: mx.example.com","max_age: 604800"],"policy-domain":"example.com"}},"summary":{{"total-successful-session-count":412,"total-failure-session-count":0}}}}]}})",
      to_iso(day));
  return {.name = "tls-report",
          .arrived = arrived,
          .message = headers(arrived, "noreply-smtp-tls-reporting@google.com",
                             format("Report Domain: example.com Submitter: google.com Report-ID: <{}_example.com>",
                                    to_iso(day)),
                             "tlsrpt-1@google.com") +
                     "TLS-Report-Domain: example.com\r\nTLS-Report-Submitter: google.com\r\n"
                     "Content-Type: multipart/report; report-type=tlsrpt; boundary=\"=_tls\"\r\n\r\n"
                     "--=_tls\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
                     "This is an aggregate TLS report from google.com\r\n"
                     "--=_tls\r\nContent-Type: application/tlsrpt+gzip\r\n"
                     "Content-Disposition: attachment; filename=\"google.com!example.com.json.gz\"\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\n" +
                     base64(gzip(json, deflate(json))) + "--=_tls--\r\n"};
}

OddMail failure_report(Instant arrived) {
  return {.name = "failure-report",
          .arrived = arrived,
          .message = headers(arrived, "noreply-dmarc@reporter.test", "FW: Your invoice", "afrf-77@reporter.test") +
                     "Content-Type: multipart/report; report-type=feedback-report; boundary=\"=_arf\"\r\n\r\n"
                     "--=_arf\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
                     "This is an email authentication failure report for a message received from 198.18.7.9.\r\n\r\n"
                     "--=_arf\r\nContent-Type: message/feedback-report\r\n\r\n"
                     "Feedback-Type: auth-failure\r\nUser-Agent: Example/1.0\r\nVersion: 1\r\nAuth-Failure: dmarc\r\n"
                     "Identity-Alignment: dkim, spf\r\nReported-Domain: bank.example\r\nSource-IP: 198.18.7.9\r\n"
                     "Delivery-Result: delivered\r\n\r\n"
                     "--=_arf\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                     "From: Bank <service@bank.example>\r\nSubject: Your invoice\r\n\r\n--=_arf--\r\n"};
}

/// A complete small document about example.com for `day`.
std::string small_document(std::string_view reporter, std::string_view id, Day day, std::string_view prolog) {
  const auto begin = epoch_seconds(Instant{day});
  return format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}<feedback><report_metadata><org_name>{}</org_name>"
      "<email>dmarc@{}</email><report_id>{}</report_id><date_range><begin>{}</begin><end>{}</end></date_range>"
      "</report_metadata><policy_published><domain>example.com</domain><adkim>r</adkim><aspf>r</aspf><p>none</p>"
      "<sp>none</sp><pct>100</pct></policy_published><record><row><source_ip>192.0.2.10</source_ip><count>3</count>"
      "<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>"
      "<identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim>"
      "<domain>example.com</domain><selector>mx1</selector><result>pass</result></dkim><spf>"
      "<domain>example.com</domain><result>pass</result></spf></auth_results></record></feedback>\n",
      prolog, reporter, reporter, id, begin, begin + 86399);
}

std::string attachment_mail(Instant arrived, std::string_view reporter, std::string_view id,
                            std::string_view media_type, std::string_view file_name, std::string_view bytes) {
  return headers(arrived, format("dmarc@{}", reporter),
                 format("Report Domain: example.com Submitter: {} Report-ID: <{}>", reporter, id),
                 format("{}@{}", id, reporter)) +
         format(
             "Content-Type: {0}; name=\"{1}\"\r\nContent-Disposition: attachment; filename=\"{1}\"\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n",
             media_type, file_name) +
         base64(bytes);
}

}  // namespace

std::vector<OddMail> unrelated_mail(Day day) {
  const auto at = [&](int hour) { return Instant{day} + std::chrono::hours{hour}; };
  return {ordinary(at(9)), bounce(at(10)), tls_report(at(11), day - days{1}), failure_report(at(12))};
}

std::vector<OddMail> unreadable_mail(Day day) {
  const auto at = [&](int hour) { return Instant{day} + std::chrono::hours{hour}; };
  const Day reported = day - days{1};
  const auto begin = epoch_seconds(Instant{reported});
  std::vector<OddMail> mails;

  const std::string xml = small_document("relay.test", "cut-1", reported, "");
  const std::string whole = gzip(xml, deflate(xml));
  mails.push_back({.name = "truncated-gzip",
                   .arrived = at(13),
                   .message = attachment_mail(at(13), "relay.test", "cut-1", "application/gzip",
                                              format("relay.test!example.com!{}!{}.xml.gz", begin, begin + 86399),
                                              std::string_view(whole).substr(0, whole.size() / 2))});

  const std::string hostile = small_document("prankster.test", "entity-1", reported,
                                             "<!DOCTYPE feedback [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n");
  mails.push_back(
      {.name = "doctype",
       .arrived = at(14),
       .message = attachment_mail(at(14), "prankster.test", "entity-1", "text/xml",
                                  format("prankster.test!example.com!{}!{}.xml", begin, begin + 86399), hostile)});
  return mails;
}

}  // namespace ruagate::sim
