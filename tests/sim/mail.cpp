#include <array>

#include "base/format.hpp"
#include "sim/archive.hpp"
#include "sim/receiver.hpp"

namespace ruagate::sim {
namespace {

constexpr std::string_view kEol = "\r\n";

/// `text` with every {domain}, {submitter} and {id} filled in.
std::string filled(std::string text, const Receiver& receiver, const report::Report& report) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> values = {
      {{"{domain}", report.policy.domain}, {"{submitter}", receiver.submitter}, {"{id}", report.report_id}}};
  for (const auto& [name, value] : values) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

std::string hex_of(std::string_view text, std::size_t digits) {
  std::string out;
  for (std::uint32_t part = 0; out.size() < digits; ++part) {
    out += format("{:08x}", crc32(format("{}/{}", text, part)));
  }
  return out.substr(0, digits);
}

std::string quoted_printable(std::string_view bytes) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      out += kEol;
      column = 0;
      continue;
    }
    const bool before_end = i + 1 == bytes.size() || bytes[i + 1] == '\n';
    const bool plain = (c >= '!' && c <= '~' && c != '=') || (c == ' ' && !before_end);
    const std::string shown = plain ? std::string(1, c) : format("={:02X}", static_cast<unsigned char>(c));
    if (column + shown.size() > 75) {
      out += "=\r\n";
      column = 0;
    }
    out += shown;
    column += shown.size();
  }
  if (column > 0) out += kEol;
  return out;
}

std::string encoded(MailForm::Encoding encoding, std::string_view bytes) {
  return encoding == MailForm::Encoding::base64 ? base64(bytes) : quoted_printable(bytes);
}
std::string_view encoding_name(MailForm::Encoding encoding) {
  return encoding == MailForm::Encoding::base64 ? "base64" : "quoted-printable";
}

std::string subject_of(const Receiver& receiver, const report::Report& report) {
  std::string subject = filled(receiver.mail.subject, receiver, report);
  if (receiver.mail.encoded_subject) {
    std::string word = base64(subject, 4096);
    word.resize(word.size() - kEol.size());
    return format("=?utf-8?B?{}?=", word);
  }
  if (receiver.mail.folded_subject) {
    if (const std::size_t at = subject.find(" Report-ID"); at != std::string::npos) subject.insert(at, kEol);
  }
  return subject;
}

/// The header fields of the part that is the report, without the empty line.
std::string report_headers(const Receiver& receiver, const report::Report& report) {
  const MailForm& form = receiver.mail;
  const std::string name = file_stem(receiver, report) + form.extension;
  std::string out = format("Content-Type: {};\r\n\tname=\"{}\"\r\n", form.media_type, name);
  if (form.split_file_name) {
    const std::size_t half = name.size() / 2;
    out += format("Content-Disposition: attachment;\r\n filename*0=\"{}\";\r\n filename*1=\"{}\"\r\n",
                  name.substr(0, half), name.substr(half));
  } else {
    out += format("Content-Disposition: attachment;\r\n\tfilename=\"{}\"\r\n", name);
  }
  out += format("Content-Transfer-Encoding: {}\r\n", encoding_name(form.encoding));
  return out;
}

std::string multipart(std::string_view boundary, const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += format("--{}\r\n{}\r\n", boundary, part);
  return out + format("--{}--\r\n", boundary);
}

std::string microsoft_body(const Receiver& receiver, const report::Report& report, std::string_view key,
                           const std::string& attachment) {
  const std::string alternative = format("_av_{}_", key);
  const std::string related = format("_rv_{}_", key);
  const std::string html = filled(receiver.mail.text, receiver, report);
  const std::string inner =
      multipart(alternative, {"\r\n", format("Content-Type: text/html; charset=us-ascii\r\nContent-Transfer-Encoding: "
                                             "base64\r\n\r\n{}",
                                             base64(html))});
  const std::string middle = multipart(
      related, {format("Content-Type: multipart/alternative;\r\n\tboundary=\"{}\"\r\n\r\n{}", alternative, inner)});
  return "This is a multi-part message in MIME format.\r\n\r\n" +
         multipart(
             format("_mpm_{}_", key),
             {format("Content-Type: multipart/related;\r\n\tboundary=\"{}\"\r\n\r\n{}", related, middle), attachment});
}

}  // namespace

std::string mail_date(Instant instant) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  return format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday{day}.c_encoding()],
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string file_stem(const Receiver& receiver, const report::Report& report) {
  std::string stem = format("{}!{}!{}!{}", receiver.submitter, report.policy.domain, epoch_seconds(report.begin),
                            epoch_seconds(report.end));
  if (receiver.mail.unique_id_in_name) stem += "!" + hex_of(report.report_id, 32);
  return stem;
}

std::string make_report_id(const Receiver& receiver, std::string_view domain, Instant begin, Random& random) {
  const std::int64_t seconds = epoch_seconds(begin);
  switch (receiver.mail.id) {
    case MailForm::IdForm::digits:
      return format("{}", random.between(1'000'000'000'000'000'000U, 9'999'999'999'999'999'999U));
    case MailForm::IdForm::hex32:
      return format("{:016x}{:016x}", random.next(), random.next());
    case MailForm::IdForm::stamp:
      return format("{}.{:06}", seconds + 86400 + 4000, random.below(1'000'000));
    case MailForm::IdForm::dated: {
      const std::chrono::year_month_day date{day_of(begin) + days{1}};
      return format("{}.{:02}.{:02}.{}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), random.between(100'000'000, 999'999'999));
    }
    case MailForm::IdForm::address:
      return format("{}.{}@{}", domain, seconds, receiver.submitter);
  }
  return {};
}

std::string pack(const Receiver& receiver, const report::Report& report, std::string_view xml) {
  switch (receiver.mail.container) {
    case MailForm::Container::gzip:
      return gzip(xml, deflate(xml));
    case MailForm::Container::zip:
      return zip(file_stem(receiver, report) + ".xml", xml, deflate(xml));
    case MailForm::Container::xml:
      return std::string(xml);
  }
  return {};
}

std::string write_mail(const Receiver& receiver, const report::Report& report, std::string_view recipient, Instant sent,
                       std::string_view compressed) {
  const MailForm& form = receiver.mail;
  const std::string_view from_domain = std::string_view(receiver.email).substr(receiver.email.find('@') + 1);
  const std::string key = hex_of(receiver.submitter + report.policy.domain + report.report_id, 24);
  const std::string date = mail_date(sent);
  const std::string_view host = recipient.substr(recipient.find('@') + 1);

  std::string out;
  out += format("Return-Path: <{}>\r\n", receiver.email);
  out += format("Authentication-Results: mx.{}; dkim=pass header.d={}; dmarc=pass header.from={}\r\n", host,
                from_domain, from_domain);
  out += format("Received: from mail.{} by mx.{} with ESMTPS id {};\r\n\t{}\r\n", from_domain, host, key.substr(0, 10),
                date);
  out += format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n", date,
                receiver.email, recipient, subject_of(receiver, report), key, from_domain);

  const std::string body = encoded(form.encoding, compressed);
  if (form.shape == MailForm::Shape::single) return out + report_headers(receiver, report) + "\r\n" + body;

  const std::string attachment = report_headers(receiver, report) + "\r\n" + body;
  if (form.shape == MailForm::Shape::microsoft) {
    return out + format("Content-Type: multipart/mixed;\r\n\tboundary=\"_mpm_{}_\"\r\n\r\n", key) +
           microsoft_body(receiver, report, key, attachment);
  }
  const std::string_view kind = form.shape == MailForm::Shape::related ? "related" : "mixed";
  const std::string boundary = format("=_{}", key);
  const std::string text =
      format("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{}\r\n",
             filled(form.text, receiver, report));
  return out + format("Content-Type: multipart/{}; boundary=\"{}\"\r\n\r\n", kind, boundary) +
         multipart(boundary, {text, attachment});
}

}  // namespace ruagate::sim
