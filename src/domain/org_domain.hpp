#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ruagate::domain {

/// How closely an identifier must match the author domain (RFC 9989 section 4.4, tags adkim and aspf).
enum class AlignmentMode : std::uint8_t { relaxed, strict };

/// Organizational Domains by the Public Suffix List (RFC 7489 section 3.2), without DNS.
/// Loads the newer of libpsl's built-in list and the system's; constant afterwards, so threads may share it.
class OrgDomains {
 public:
  OrgDomains();
  ~OrgDomains();
  OrgDomains(const OrgDomains&) = delete;
  OrgDomains& operator=(const OrgDomains&) = delete;

  /// The public suffix and one label more; `name` itself when it is a public suffix or has a single label.
  /// `name` is normalized; the answer is a view into it.
  std::string_view org_domain(std::string_view name) const;

  /// True if `identifier` is aligned with `author_domain` (RFC 9989 section 3.2.10). Both normalized and not empty;
  /// an empty identifier is never aligned.
  bool is_aligned(std::string_view identifier, std::string_view author_domain, AlignmentMode mode) const;

  /// Tells the list that was loaded from others.
  std::string version() const;

 private:
  struct List;
  std::unique_ptr<List> list_;
};

}  // namespace ruagate::domain
