#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"

// Requests and responses as the handlers see them: plain values, without sockets.
namespace ruagate::http {

struct Header {
  std::string name;  ///< Lower case in requests.
  std::string value;
};

struct Request {
  std::string method;
  std::string target;  ///< As sent.
  std::vector<Header> headers;
  std::string body;
  IpAddress peer;
  bool is_tls = false;

  /// The first header of that (lower-case) name; empty when there is none.
  std::string_view header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  /// GET or HEAD.
  bool only_reads() const { return method == "GET" || method == "HEAD"; }
};

struct Response {
  int status = 200;
  std::string content_type;  ///< Empty: no body.
  std::shared_ptr<const std::string> body;
  std::vector<Header> headers;
  bool close = false;  ///< The connection ends with this response.

  Response& add(std::string name, std::string value) {
    headers.push_back({std::move(name), std::move(value)});
    return *this;
  }
};

Response respond(int status, std::string content_type, std::string body);
/// 204.
Response nothing_to_say();
/// An RFC 9457 document; `code` is stable and snake_case, `detail` one sentence.
Response problem(int status, std::string_view code, std::string_view detail);
/// "Not Found"
std::string_view reason_phrase(int status);

/// Items of a comma-separated header, trimmed, without empty ones.
std::vector<std::string_view> list_of(std::string_view header);
/// Whether an Accept-Encoding allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);
/// How much an Accept header likes a type such as "text/csv", 0..1; 1 without the header (RFC 9110 section 12.5.1).
double quality(std::string_view accept, std::string_view type);
/// Whether If-None-Match names the tag, by weak comparison (RFC 9110 section 13.1.2).
bool names_tag(std::string_view if_none_match, std::string_view etag);
/// The media type of a Content-Type, in lower case without parameters.
std::string media_type(std::string_view content_type);
/// The value of a cookie; nothing when it is absent or there are two.
std::optional<std::string_view> cookie(const Request& request, std::string_view name);

}  // namespace ruagate::http
