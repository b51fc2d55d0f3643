#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "unpack/unpack.hpp"

// Report mail made for tests: plain, small, different by a number.
namespace ruagate::test {

inline std::string base64(std::string_view bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::size_t in_line = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      text += padding ? '=' : kLetters[group >> (18U - 6U * k) & 63U];
    }
    in_line += 4;
    if (in_line >= 76) {
      text += '\n';
      in_line = 0;
    }
  }
  return text;
}

/// A report of example.org about example.com with the identity `number`, over one record of `count` messages.
inline std::string report_xml(int number, int count = 10) {
  const auto begin = std::to_string(1'790'000'000 / 86400 * 86400);
  const auto end = std::to_string(1'790'000'000 / 86400 * 86400 + 86399);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback><report_metadata><org_name>example.org</org_name>"
         "<email>dmarc@example.org</email><report_id>r" +
         std::to_string(number) + "</report_id><date_range><begin>" + begin + "</begin><end>" + end +
         "</end></date_range></report_metadata><policy_published><domain>example.com</domain><adkim>r</adkim>"
         "<aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published><record><row>"
         "<source_ip>192.0.2." +
         std::to_string(number % 250 + 1) + "</source_ip><count>" + std::to_string(count) +
         "</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated>"
         "</row><identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim>"
         "<domain>example.com</domain><selector>s1</selector><result>pass</result></dkim><spf>"
         "<domain>bounce.example.net</domain><result>pass</result></spf></auth_results></record></feedback>\n";
}

/// One attachment in a multipart/mixed mail.
inline std::string mail_with(std::string_view media_type, std::string_view file_name, std::string_view bytes) {
  std::string mail =
      "From: dmarc@example.org\nTo: rua@example.com\nSubject: Report domain: example.com Submitter: example.org\n"
      "Date: Mon, 16 Nov 2026 00:10:00 +0000\nMessage-ID: <x@example.org>\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nA report for you.\n--b\n";
  mail += "Content-Type: ";
  mail += media_type;
  mail += "\nContent-Disposition: attachment; filename=\"";
  mail += file_name;
  mail += "\"\nContent-Transfer-Encoding: base64\n\n" + base64(bytes) + "\n--b--\n";
  return mail;
}

inline std::string report_mail(int number, int count = 10) {
  return mail_with("application/gzip", "r" + std::to_string(number) + ".xml.gz",
                   unpack::gzip(report_xml(number, count)));
}

}  // namespace ruagate::test
