// Requests as a client may make them, answered without sockets: none may end in a fault of ours.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/ascii.hpp"
#include "base/log.hpp"
#include "fuzz/require.hpp"
#include "http/guard.hpp"
#include "http/target.hpp"
#include "unit/http/world.hpp"

using namespace ruagate;

namespace {

/// METHOD TARGET, header lines, an empty line, the body. "$CSRF" in a header stands for the proof that is needed.
http::Request request_from(std::string_view bytes, const std::string& csrf) {
  http::Request request;
  const auto line = [&bytes] {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    return text;
  };
  const std::string_view first = line();
  const std::size_t space = std::min(first.find(' '), first.size());
  request.method = first.substr(0, space);
  request.target = first.substr(std::min(space + 1, first.size()));
  while (!bytes.empty()) {
    const std::string_view header = line();
    if (header.empty()) break;
    const std::size_t colon = std::min(header.find(':'), header.size());
    std::string value(trim(header.substr(std::min(colon + 1, header.size()))));
    if (value == "$CSRF") value = csrf;
    request.headers.push_back({to_lower(trim(header.substr(0, colon))), std::move(value)});
  }
  request.body = bytes;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::ServiceWorld world;
  static const std::string csrf = [] {
    log::set_level(log::Level::error);
    const std::string session = test::ServiceWorld::body(world.get("/api/v1/session"));
    const std::size_t at = session.find("\"csrf\":\"") + 8;
    return session.substr(at, session.find('"', at) - at);
  }();
  http::Request request = request_from({reinterpret_cast<const char*>(data), size}, csrf);
  if (const auto target = http::parse_target(request.target)) {
    http::Params params(target->query);
    fuzz::require(params.canonical() == http::Params(target->query).canonical(), "one form");
  }
  (void)world.service().admit(world.reader(), request);
  const http::Response response = world.ask(std::move(request));
  fuzz::require(response.status >= 200 && response.status < 600 && response.status != 500, "no fault of ours");
  fuzz::require(http::reason_phrase(response.status) != "Error", "a known status");
  for (const http::Header& header : response.headers) {
    for (const char c : header.value) {
      fuzz::require(static_cast<unsigned char>(c) >= 0x20 && c != '\x7F', "no control characters in headers");
    }
  }
  return 0;
}
