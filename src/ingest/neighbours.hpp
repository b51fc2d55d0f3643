#pragma once

#include <string_view>

#include "mime/message.hpp"

// The other mail that comes to a report address: recognised by kind, so that it is neither a reject nor an alarm.
namespace ruagate::ingest {

/// What a message is when it carries no aggregate report.
struct Neighbour {
  /// failure_report, feedback_loop, tls_report, bounce, size_notice; empty: nothing special.
  std::string_view kind;
  /// The message says so in a form of its own (a media type, a report type): broken parts of it are nobody's loss.
  bool is_certain = false;
};
Neighbour neighbour_of(const mime::Message& message);

/// "failure_report" or "feedback_loop" for the fields of a feedback report (RFC 5965, 6591); empty for other text.
std::string_view feedback_kind(std::string_view fields);
/// True for the JSON of a TLS report (RFC 8460).
bool is_tls_report(std::string_view json);
/// True for containers that may hold a report, but that nobody here opens: Outlook's winmail.dat (TNEF), opaque S/MIME.
bool is_unsupported_container(const mime::Part& part);
/// True for a web page, which is XML at most by accident.
bool is_html(std::string_view bytes);
/// True if the bytes are text for people: no control characters at their beginning.
bool is_text(std::string_view bytes);
/// True for what some reporters send instead of a report: the word "unused", or nothing but zeros and white space.
bool is_placeholder(std::string_view bytes);

}  // namespace ruagate::ingest
