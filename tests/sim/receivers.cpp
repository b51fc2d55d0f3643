#include "sim/receiver.hpp"

// The reporters of the simulated world. Names, subjects, containers and XML follow what the real ones send.
namespace ruagate::sim {
namespace {

using Container = MailForm::Container;
using Encoding = MailForm::Encoding;
using IdForm = MailForm::IdForm;
using Shape = MailForm::Shape;

constexpr std::string_view kDmarc2Root = R"(<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">)";

Receiver google() {
  Receiver it;
  it.org_name = "google.com";
  it.submitter = "google.com";
  it.email = "noreply-dmarc-support@google.com";
  it.hour = 23;
  it.sees_forwarding_ppm = 500'000;
  it.dialect.extra_contact_info = "https://support.google.com/a/answer/2466580";
  it.dialect.tells_np = true;
  it.dialect.result_before_selector = true;
  it.mail.shape = Shape::single;
  it.mail.container = Container::zip;
  it.mail.media_type = "application/zip";
  it.mail.extension = ".zip";
  it.mail.subject = "Report domain: {domain} Submitter: google.com Report-ID: {id}";
  return it;
}

Receiver microsoft(bool enterprise) {
  Receiver it;
  it.org_name = enterprise ? "Enterprise Outlook" : "Outlook.com";
  it.submitter = enterprise ? "enterprise.protection.outlook.com" : "protection.outlook.com";
  it.email = "dmarcreport@microsoft.com";
  it.hour = enterprise ? 1 : 12;
  it.mailbox_domains = enterprise ? std::vector<std::string>{"partner.test", "customer.test"}
                                  : std::vector<std::string>{"outlook.com", "hotmail.com", "live.com"};
  it.dialect.declaration = R"(<?xml version="1.0"?>)";
  it.dialect.root =
      R"(<feedback xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">)";
  it.dialect.version = "1.0";
  it.dialect.tells_fo = true;
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_envelope_to = true;
  it.dialect.tells_scope = true;
  it.dialect.end_is_next_midnight = true;
  it.mail.shape = Shape::microsoft;
  it.mail.subject = enterprise ? "[Preview] Report Domain: {domain} Submitter: {submitter} Report-ID: {id}"
                               : "Report Domain: {domain} Submitter: {submitter} Report-ID: {id}";
  it.mail.encoded_subject = true;
  it.mail.id = IdForm::hex32;
  it.mail.text =
      R"(<div style="font-family:Segoe UI; font-size:14px;">This is a DMARC aggregate report from Microsoft Corporation.</div><br /><div style="font-size:12px;">Please do not respond to this e-mail.</div>)";
  return it;
}

Receiver yahoo() {
  Receiver it;
  it.org_name = "Yahoo";
  it.submitter = "yahoo.com";
  it.email = "noreply@dmarc.yahoo.com";
  it.hour = 3;
  it.sees_forwarding_ppm = 300'000;
  it.dialect.declaration = R"(<?xml version="1.0"?>)";
  it.dialect.line_end = "\t\n";
  it.dialect.tells_sp = false;
  it.mail.id = IdForm::stamp;
  it.mail.text =
      "This is an aggregate DMARC report from Yahoo. Your domain {domain} has a DMARC record set up.\r\n\r\nPlease "
      "note "
      "that this email address is not monitored.";
  return it;
}

Receiver aol() {
  Receiver it;
  it.org_name = "AOL";
  it.submitter = "aol.com";
  it.email = "abuse_dmarc@abuse.aol.com";
  it.hour = 5;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="windows-1252" ?>)";
  it.dialect.root =
      "<feedback xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:ns1='http://dmarc.org/dmarc-xml/0.1' "
      "xsi:schemaLocation='http://dmarc.org/dmarc-xml/0.1 dmarc_agg_report.xsd'>";
  it.dialect.indent = "    ";
  it.dialect.windows_1252 = true;
  it.dialect.extra_contact_info = "Op\xc3\xa9rateur de messagerie";
  it.dialect.tells_selector = false;
  it.dialect.tells_scope = true;
  it.mail.media_type = "application/x-gzip";
  it.mail.extension = ".xml.gz";
  it.mail.id = IdForm::address;
  it.mail.text = "This is an aggregate report from AOL.";
  return it;
}

Receiver united_internet(bool web_de) {
  Receiver it;
  it.org_name = web_de ? "WEB.DE" : "GMX";
  it.submitter = web_de ? "web.de" : "gmx.net";
  it.email = web_de ? "noreply-dmarc@sicher.web.de" : "noreply-dmarc@sicher.gmx.net";
  it.hour = web_de ? 2 : 1;
  it.dialect.generation = report::Generation::rfc9990;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  it.dialect.root = kDmarc2Root;
  it.dialect.indent = "   ";
  it.dialect.version = "1.0";
  it.dialect.extra_contact_info =
      web_de ? "https://postmaster.web.de/en/case?c=r2002" : "https://postmaster.gmx.net/en/case?c=r2002";
  it.dialect.discovery_method = "psl";
  it.dialect.tells_testing = true;
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_scope = true;
  it.mail.id = IdForm::hex32;
  it.mail.text = "This is a DMARC aggregate report for {domain}.";
  return it;
}

Receiver mail_ru() {
  Receiver it;
  it.org_name = "Mail.Ru";
  it.submitter = "mail.ru";
  it.email = "dmarc_support@corp.mail.ru";
  it.hour = 8;
  it.dialect.declaration = "<?xml version='1.0' encoding='utf-8'?>";
  it.dialect.indent = "";
  it.dialect.line_end = "";
  it.dialect.extra_contact_info = "http://help.mail.ru/mail-help";
  it.dialect.tells_selector = false;
  it.dialect.tells_scope = true;
  it.dialect.end_is_next_midnight = true;
  it.mail.subject = "Report Domain: {domain}; Submitter: Mail.Ru; Report-ID: {id}";
  it.mail.text = "This is an aggregate report from Mail.Ru.";
  return it;
}

Receiver fastmail() {
  Receiver it;
  it.org_name = "FastMail Pty Ltd";
  it.submitter = "fastmail.com";
  it.email = "reports@fastmaildmarc.com";
  it.hour = 6;
  it.sees_forwarding_ppm = 600'000;
  it.dialect.generation = report::Generation::rfc9990;
  it.dialect.declaration = R"(<?xml version="1.0"?>)";
  it.dialect.root = kDmarc2Root;
  it.dialect.indent = "\t";
  it.dialect.extra_contact_info = "https://www.fastmail.com/";
  it.dialect.generator = "Mail::DMARC 2.20260621";
  it.dialect.discovery_method = "treewalk";
  it.dialect.tells_np = true;
  it.dialect.tells_testing = true;
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_scope = true;
  it.mail.subject = "Report Domain: {domain} Submitter: {submitter} Report-ID:{id}";
  it.mail.folded_subject = true;
  it.mail.split_file_name = true;
  it.mail.unique_id_in_name = true;
  it.mail.id = IdForm::dated;
  it.mail.text = "This is a DMARC aggregate report for {domain}\r\n\r\nSubmitted by Fastmail Pty Ltd";
  return it;
}

Receiver comcast() {
  Receiver it;
  it.org_name = "comcast.net";
  it.submitter = "comcast.net";
  it.email = "dmarc_reports@alerts.comcast.net";
  it.hour = 9;
  it.dialect.generation = report::Generation::rfc9990;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  it.dialect.root = kDmarc2Root;
  it.dialect.version = "1.0";
  it.dialect.discovery_method = "treewalk";
  it.dialect.tells_testing = true;
  it.dialect.tells_fo = true;
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_scope = true;
  it.mail.media_type = "application/octet-stream";
  it.mail.id = IdForm::address;
  it.mail.text = "Aggregate report for {domain}.";
  return it;
}

Receiver seznam() {
  Receiver it;
  it.org_name = "seznam.cz a.s.";
  it.submitter = "seznam.cz";
  it.email = "abuse@seznam.cz";
  it.hour = 7;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  it.dialect.extra_contact_info = "https://napoveda.seznam.cz/";
  it.dialect.tells_envelope_from = true;
  it.mail.shape = Shape::related;
  it.mail.container = Container::zip;
  it.mail.media_type = "application/x-zip-compressed";
  it.mail.extension = ".xml.zip";
  it.mail.id = IdForm::hex32;
  it.mail.text = "DMARC report from seznam.cz";
  return it;
}

Receiver mimecast() {
  Receiver it;
  it.org_name = "Mimecast.org";
  it.submitter = "mimecast.org";
  it.email = "no-reply@dmarc.mimecast.org";
  it.hour = 10;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";
  it.dialect.indent = "    ";
  it.dialect.version = "1.0";
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_scope = true;
  it.dialect.tells_fo = true;
  it.mail.shape = Shape::single;
  it.mail.subject = "Report domain: {domain} Submitter: mimecast.org Report-ID: <{id}>";
  it.mail.folded_subject = true;
  it.mail.unique_id_in_name = true;
  it.mail.id = IdForm::hex32;
  return it;
}

/// A university that runs OpenDMARC.
Receiver opendmarc() {
  Receiver it;
  it.org_name = "mx.university.test";
  it.submitter = "mx.university.test";
  it.email = "postmaster@mx.university.test";
  it.hour = 4;
  it.sees_forwarding_ppm = 200'000;
  it.dialect.generation = report::Generation::rfc9990;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="utf-8"?>)";
  it.dialect.root = kDmarc2Root;
  it.dialect.version = "1.0";
  it.dialect.generator = "OpenDMARC 1.5.0";
  it.dialect.tells_np = true;
  it.dialect.tells_testing = true;
  it.dialect.tells_envelope_from = true;
  it.dialect.tells_scope = true;
  it.mail.id = IdForm::address;
  it.mail.text = "This is a DMARC aggregate report for {domain} generated by mx.university.test.";
  return it;
}

/// A hoster that runs rspamd and sends plain XML.
Receiver rspamd() {
  Receiver it;
  it.org_name = "Hosting Test GmbH";
  it.submitter = "hosting.test";
  it.email = "dmarc@hosting.test";
  it.hour = 2;
  it.dialect.declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  it.dialect.indent = "";
  it.dialect.tells_fo = true;
  it.mail.container = Container::xml;
  it.mail.encoding = Encoding::quoted_printable;
  it.mail.media_type = "text/xml";
  it.mail.extension = ".xml";
  it.mail.subject = "Report Domain: {domain} Submitter: {submitter} Report-ID: {id}";
  it.mail.id = IdForm::address;
  it.mail.text = "This is an aggregate report from hosting.test.";
  return it;
}

}  // namespace

std::vector<Receiver> receivers() {
  return {google(),  microsoft(false),       microsoft(true),       yahoo(),  aol(),      mail_ru(),   fastmail(),
          comcast(), united_internet(false), united_internet(true), seznam(), mimecast(), opendmarc(), rspamd()};
}

}  // namespace ruagate::sim
