#include "ingest/neighbours.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace ruagate::ingest {
namespace {

constexpr std::size_t kLookedAt = 16U << 10;

bool contains(std::string_view text, std::string_view word) {
  return find_ignoring_case(text, word) != std::string_view::npos;
}

/// Failure notices in prose (Exim, cPanel): no feedback report part, but always these words.
bool is_failure_prose(std::string_view text) {
  return starts_with_ignoring_case(text, "A message claiming to be from you has failed the published DMARC policy") ||
         (contains(text, "Sender Domain:") && contains(text, "DMARC Results:"));
}

/// The notice that a report was too large to be sent (RFC 7489 section 7.2.2).
bool is_size_notice(std::string_view text) {
  return contains(text, "Report-Domain:") && contains(text, "Report-ID:") && contains(text, "Report-Size:");
}

}  // namespace

std::string_view feedback_kind(std::string_view fields) {
  fields = trim(fields.substr(0, kLookedAt));
  std::string_view type;
  bool about_authentication = false;
  bool has_type = false;
  while (!fields.empty()) {
    const auto end = fields.find('\n');
    const auto line = trim(fields.substr(0, end));
    fields = end == std::string_view::npos ? std::string_view() : fields.substr(end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = trim(line.substr(0, colon));
    if (equals_ignoring_case(name, "Feedback-Type")) {
      type = trim(line.substr(colon + 1));
      has_type = true;
    }
    if (equals_ignoring_case(name, "Auth-Failure") || equals_ignoring_case(name, "Identity-Alignment")) {
      about_authentication = true;
    }
  }
  if (starts_with_ignoring_case(type, "auth-failure")) return "failure_report";
  if (has_type && !type.empty()) return "feedback_loop";
  return about_authentication ? "failure_report" : has_type ? "feedback_loop" : std::string_view();
}

bool is_tls_report(std::string_view json) {
  return json.find("\"organization-name\"") != std::string_view::npos &&
         json.find("\"policies\"") != std::string_view::npos;
}

bool is_unsupported_container(const mime::Part& part) {
  for (const auto type :
       {"application/ms-tnef", "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime"}) {
    if (part.media_type == type) return true;
  }
  return part.content.starts_with("\x78\x9f\x3e\x22") || equals_ignoring_case(part.file_name, "smime.p7m");
}

bool is_html(std::string_view bytes) {
  std::string_view text = bytes.substr(0, kLookedAt);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    text = trim(text);
    std::string_view end;
    if (text.starts_with("<!--")) {
      end = "-->";
    } else if (text.starts_with("<?")) {
      end = "?>";
    } else {
      break;
    }
    const auto at = text.find(end);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + end.size());
  }
  return starts_with_ignoring_case(text, "<!doctype html") || starts_with_ignoring_case(text, "<html");
}

bool is_text(std::string_view bytes) {
  const auto head = bytes.substr(0, kLookedAt);
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code >= 0x20 && code != 0x7F) || is_space(c);
  });
}

bool is_placeholder(std::string_view bytes) {
  return equals_ignoring_case(trim(bytes.substr(0, 64)), "unused") ||
         std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0' || is_space(c); });
}

Neighbour neighbour_of(const mime::Message& message) {
  Neighbour found;
  bool feedback_without_part = false;
  for (const auto& part : message.parts) {
    if (part.media_type == "message/feedback-report") {
      const auto kind = feedback_kind(part.content);
      return {kind.empty() ? std::string_view("feedback_loop") : kind, true};
    }
    if (part.report_type == "feedback-report") feedback_without_part = true;
  }
  if (feedback_without_part) return {"failure_report", true};
  if (const auto type = message.header("Feedback-Type"); !type.empty()) {
    return {starts_with_ignoring_case(type, "auth-failure") ? "failure_report" : "feedback_loop", true};
  }
  if (!message.header("TLS-Report-Domain").empty()) return {"tls_report", true};
  for (const auto& part : message.parts) {
    if (part.media_type.starts_with("application/tlsrpt") || part.report_type == "tlsrpt") return {"tls_report", true};
  }
  for (const auto& part : message.parts) {
    if (part.media_type != "text/plain") continue;
    const auto text = trim(std::string_view(part.content).substr(0, kLookedAt));
    if (is_failure_prose(text)) return {"failure_report", true};
    if (is_size_notice(text)) found = {"size_notice", false};
  }
  for (const auto& part : message.parts) {
    if (part.media_type == "message/delivery-status" || part.report_type == "delivery-status") return {"bounce", true};
  }
  if (!found.kind.empty()) return found;
  if (!message.header("X-Failed-Recipients").empty() || contains(message.header("From"), "mailer-daemon")) {
    return {"bounce", false};
  }
  return {};
}

}  // namespace ruagate::ingest
