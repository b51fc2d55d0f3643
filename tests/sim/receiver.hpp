#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/org_domain.hpp"
#include "report/report.hpp"
#include "sim/random.hpp"
#include "sim/traffic.hpp"

// Receivers of mail that send aggregate reports: what they decide, what they tell of it, and in which form.
namespace ruagate::sim {

/// How a reporter writes its documents: what it tells, and the accidents of its XML.
struct Dialect {
  report::Generation generation = report::Generation::rfc7489;
  std::string declaration = R"(<?xml version="1.0" encoding="UTF-8" ?>)";
  std::string root = "<feedback>";  ///< With its namespaces.
  std::string indent = "  ";        ///< One level; empty: everything on one line.
  std::string line_end = "\n";
  bool windows_1252 = false;  ///< Otherwise UTF-8.
  std::string version;        ///< Empty: not told.
  std::string extra_contact_info;
  std::string generator;  ///< RFC 9990
  std::string discovery_method;
  bool tells_alignment_modes = true;
  bool tells_sp = true;
  bool tells_np = false;
  bool tells_fo = false;
  bool tells_testing = false;  ///< RFC 9990
  bool tells_envelope_from = false;
  bool tells_envelope_to = false;
  bool tells_selector = true;
  bool tells_scope = false;
  bool result_before_selector = false;  ///< domain, result, selector
  bool end_is_next_midnight = false;    ///< Otherwise 23:59:59.
};

/// How a reporter mails them.
struct MailForm {
  enum class Shape : std::uint8_t {
    single,     ///< The message is the report.
    mixed,      ///< multipart/mixed: a text, then the report.
    related,    ///< multipart/related, the same way.
    microsoft,  ///< Three multiparts inside each other with HTML, then the report.
  };
  enum class Container : std::uint8_t { gzip, zip, xml };
  enum class Encoding : std::uint8_t { base64, quoted_printable };
  enum class IdForm : std::uint8_t { digits, hex32, stamp, dated, address };
  Shape shape = Shape::mixed;
  Container container = Container::gzip;
  Encoding encoding = Encoding::base64;
  std::string media_type = "application/gzip";
  std::string extension = ".xml.gz";
  std::string subject = "Report Domain: {domain} Submitter: {submitter} Report-ID: <{id}>";
  bool encoded_subject = false;    ///< As one RFC 2047 word.
  bool folded_subject = false;     ///< Before Report-ID.
  bool unique_id_in_name = false;  ///< Last part of the file name.
  bool split_file_name = false;    ///< RFC 2231 continuations.
  IdForm id = IdForm::digits;
  std::string text;  ///< Of the text part.
};

struct Receiver {
  std::string org_name;
  std::string submitter;                     ///< Domain in subject and file name.
  std::string email;                         ///< From: of its report mails.
  std::vector<std::string> mailbox_domains;  ///< Of its users; told as envelope_to where the dialect does.
  Dialect dialect;
  MailForm mail;
  int hour = 4;                           ///< UTC hour at which reports leave, the day after.
  std::uint32_t sees_forwarding_ppm = 0;  ///< Failing indirect mail that it recognises and spares.
  bool obeys_pct = true;
};

/// Messages of one domain that one receiver accepted on one day, as its report tells them.
struct Observed {
  std::vector<report::Record> records;
  std::uint64_t messages = 0;
};

/// Lets `receiver` judge `traffic` under `policy` and notes it in `observed`, one record for equal messages.
void observe(const Receiver& receiver, const report::PublishedPolicy& policy, const Traffic& traffic,
             std::uint64_t messages, const domain::OrgDomains& org_domains, Random& random, Observed& observed);

/// What the reporter tells of the policy.
report::PublishedPolicy told(const Dialect& dialect, const report::PublishedPolicy& policy);

/// The document.
std::string write_xml(const Dialect& dialect, const report::Report& report);

/// File name by RFC 9990 3.5.2, without extension.
std::string file_stem(const Receiver& receiver, const report::Report& report);
/// A report identifier in the reporter's form.
std::string make_report_id(const Receiver& receiver, std::string_view domain, Instant begin, Random& random);

/// Builds the mail that carries `xml`. `compressed` is the document in the form's container.
std::string write_mail(const Receiver& receiver, const report::Report& report, std::string_view recipient, Instant sent,
                       std::string_view compressed);
/// The document in the form's container.
std::string pack(const Receiver& receiver, const report::Report& report, std::string_view xml);

/// The reporters of the simulated world, in the styles of real ones.
std::vector<Receiver> receivers();

/// RFC 5322 date-time in UTC: "Fri, 20 Nov 2026 04:05:06 +0000".
std::string mail_date(Instant instant);

}  // namespace ruagate::sim
