#pragma once

#include <string>
#include <string_view>
#include <vector>

// Authentication-Results (RFC 8601) and the part of Received (RFC 5321 4.4) that tells which host stamped it.
namespace ruagate::mime {

/// One `ptype.property=value`; Microsoft writes `action=none`, without a type.
struct AuthenticationProperty {
  std::string type;   ///< Lower-case: smtp, header, policy, ...; empty where the field has none.
  std::string name;   ///< Lower-case: d, from, mailfrom, ...
  std::string value;  ///< Without quotes.
};

/// The result of one method.
struct AuthenticationResult {
  std::string method;                              ///< Lower-case: dkim, spf, dmarc, ...
  std::string result;                              ///< Lower-case: pass, fail, ...
  std::string reason;                              ///< Free text; may be empty.
  std::vector<AuthenticationProperty> properties;  ///< In order.
  std::vector<std::string> comments;               ///< In order, without the outer parentheses.

  /// Value of the first property `type.name`, "" when there is none.
  std::string_view property(std::string_view type, std::string_view name) const;
};

struct AuthenticationResults {
  std::string authserv_id;  ///< Lower-case, without final dot; empty where the field has none (Microsoft).
  std::string version;      ///< As sent; usually empty, which means 1.
  std::vector<AuthenticationResult> results;
};

/// Reads the unfolded value of an Authentication-Results field. Never fails: what is no result is passed over, and a
/// quote or comment without end hides what follows it, so that no text inside one is ever taken for a result.
/// At most `kMaxAuthenticationResults` results, with as many properties and comments each.
inline constexpr std::size_t kMaxAuthenticationResults = 200;
AuthenticationResults parse_authentication_results(std::string_view value);

/// Who handed a message to whom, as one Received field says. Lower-case, without final dot.
struct ReceivedHop {
  std::string from;  ///< As the other side called itself; empty where the field has no such clause.
  std::string by;    ///< The host that stamped the field; empty where it does not say.
};
ReceivedHop parse_received(std::string_view value);

}  // namespace ruagate::mime
