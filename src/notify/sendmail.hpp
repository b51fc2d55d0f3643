#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// Delivery of documents to people.
namespace ruagate::notify {

struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string subject;  ///< UTF-8; encoded as needed (RFC 2047).
  std::string text;     ///< UTF-8
  std::string html;     ///< UTF-8; empty for text alone.
  Instant date{};
  std::string message_id;  ///< Without <>.
};

/// The message as it goes out (RFC 5322, multipart/alternative, base64 parts, CRLF line ends). Line breaks in header
/// values are removed, so that no text can add a header.
std::string compose(const Mail& mail);

/// Hands the message to `program` (called with -t -i) on its standard input. Errors: temporary (cannot be started,
/// ended with a status other than 0; the message names it).
Result<void> send_by_sendmail(const std::string& program, const Mail& mail);

}  // namespace ruagate::notify
