#pragma once

#include <optional>
#include <string_view>

#include "config/config.hpp"
#include "http/message.hpp"

// What is looked at before anything is answered: where the request says it is going, and where it comes from.
namespace ruagate::http {

/// The response for a request that cannot be: a Host header that is missing, doubled or not ours (a page of another
/// site whose name now points here), a doubled header that must not be, a body where there can be none.
std::optional<Response> refuse_head(const Request& request, const config::HttpSettings& settings);

/// The address that asks: the peer, or whom the proxy names (its last X-Forwarded-For).
IpAddress peer_of(const Request& request, const config::HttpSettings& settings);
bool is_loopback(const IpAddress& address);
/// Whether the peer may read without a token while there is none: it is on this machine and no proxy stands between,
/// or the operator said that a proxy guards the service.
bool is_open_to(const Request& request, const config::HttpSettings& settings);
/// Whether the browser came by https.
bool is_https(const Request& request, const config::HttpSettings& settings);
/// Whether a change may come from where it says it comes from (Origin, Sec-Fetch-Site).
bool is_same_origin(const Request& request);

/// Host of a Host header, in lower case without port and brackets; nothing when it is none.
std::optional<std::string> host_of(std::string_view header);

}  // namespace ruagate::http
