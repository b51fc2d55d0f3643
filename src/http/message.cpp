#include "http/message.hpp"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace ruagate::http {

namespace {

/// The q of one element; 1 without one, 0 when it is broken.
double q_of(std::string_view element) {
  for (std::size_t at = element.find(';'); at != std::string_view::npos; at = element.find(';', at + 1)) {
    const std::string_view parameter = trim(element.substr(at + 1, element.find(';', at + 1) - at - 1));
    if (!starts_with_ignoring_case(parameter, "q=")) continue;
    const std::string text(parameter.substr(2));
    char* end = nullptr;
    const double q = std::strtod(text.c_str(), &end);
    return end != text.c_str() && *end == '\0' && q >= 0 && q <= 1 ? q : 0;
  }
  return 1;
}

std::string_view name_of(std::string_view element) {
  return trim(element.substr(0, element.find(';')));
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

std::size_t Request::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const Header& header) { return header.name == name; }));
}

Response respond(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

Response nothing_to_say() {
  Response response;
  response.status = 204;
  return response;
}

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr Phrase kPhrases[] = {{200, "OK"},
                                        {204, "No Content"},
                                        {304, "Not Modified"},
                                        {400, "Bad Request"},
                                        {401, "Unauthorized"},
                                        {403, "Forbidden"},
                                        {404, "Not Found"},
                                        {405, "Method Not Allowed"},
                                        {406, "Not Acceptable"},
                                        {408, "Request Timeout"},
                                        {409, "Conflict"},
                                        {411, "Length Required"},
                                        {413, "Content Too Large"},
                                        {414, "URI Too Long"},
                                        {415, "Unsupported Media Type"},
                                        {417, "Expectation Failed"},
                                        {421, "Misdirected Request"},
                                        {429, "Too Many Requests"},
                                        {431, "Request Header Fields Too Large"},
                                        {500, "Internal Server Error"},
                                        {501, "Not Implemented"},
                                        {503, "Service Unavailable"},
                                        {505, "HTTP Version Not Supported"}};
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Error";
}

Response problem(int status, std::string_view code, std::string_view detail) {
  const nlohmann::ordered_json document = {{"type", "about:blank"},
                                           {"title", reason_phrase(status)},
                                           {"status", status},
                                           {"detail", valid_utf8(detail)},
                                           {"code", code}};
  return respond(status, "application/problem+json", document.dump() + '\n');
}

std::vector<std::string_view> list_of(std::string_view header) {
  std::vector<std::string_view> items;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view item = trim(header.substr(0, comma));
    if (!item.empty()) items.push_back(item);
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return items;
}

bool accepts_gzip(std::string_view accept_encoding) {
  double any = 0;
  for (const std::string_view element : list_of(accept_encoding)) {
    const std::string_view name = name_of(element);
    if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) return q_of(element) > 0;
    if (name == "*") any = q_of(element);
  }
  return any > 0;
}

double quality(std::string_view accept, std::string_view type) {
  if (trim(accept).empty()) return 1;
  const std::string whole = std::string(type.substr(0, type.find('/'))) + "/*";
  double best = 0;
  int best_rank = -1;
  for (const std::string_view element : list_of(accept)) {
    const std::string_view name = name_of(element);
    const int rank = equals_ignoring_case(name, type)    ? 2
                     : equals_ignoring_case(name, whole) ? 1
                     : name == "*/*"                     ? 0
                                                         : -1;
    if (rank < 0 || rank < best_rank) continue;
    best = rank > best_rank ? q_of(element) : std::max(best, q_of(element));
    best_rank = rank;
  }
  return best;
}

bool names_tag(std::string_view if_none_match, std::string_view etag) {
  const auto opaque = [](std::string_view tag) { return tag.substr(tag.starts_with("W/") ? 2 : 0); };
  for (const std::string_view tag : list_of(if_none_match)) {
    if (tag == "*" || opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

std::string media_type(std::string_view content_type) {
  return to_lower(name_of(content_type));
}

std::optional<std::string_view> cookie(const Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const Header& header : request.headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        if (found) return std::nullopt;
        found = pair.substr(equals + 1);
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return found;
}

}  // namespace ruagate::http
