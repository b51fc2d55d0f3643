#pragma once

#include <string>
#include <string_view>

#include "source/evidence_view.hpp"
#include "source/known.hpp"

// How sources are called: the parts of a key, and the account on a service that many customers share.
namespace ruagate::source {

inline constexpr std::string_view kOwnerTag = "owner";

/// The part after "dkim:" or "spf:": a vendor shows by both, and one of them may come and go.
std::string_view identity_part(std::string_view key);
/// The part after "net:" or "own:", which name networks and may turn into each other as evidence grows.
std::string_view network_part(std::string_view key);
/// The key without "@news.example.com".
std::string_view without_author(std::string_view key);

/// "lists.example.org", "mailman.example.org"
bool is_list_name(std::string_view domain);

/// "Google Workspace" -> "google-workspace", so that a key needs no quotes on a command line.
std::string slug(std::string_view name);
/// The key of a service as a whole: "dkim:mcsv.net".
std::string service_key(const Service& service);
/// Is `tag` one of the service's own domains, which name no customer?
bool is_platform_domain(const Service& service, std::string_view tag);

/// The tenant of a shared service: "owner", a foreign domain, or empty when nothing tells. `by_spf` and `by_dkim`: does
/// the message pass for the author domain by SPF, by DKIM?
std::string tenant(const EvidenceView& view, const Service& service, bool by_spf, bool by_dkim);

}  // namespace ruagate::source
