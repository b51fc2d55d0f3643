#include "domain/org_domain.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <libpsl.h>

namespace ruagate::domain {

struct OrgDomains::List {
  psl_ctx_t* context = nullptr;
  bool owned = false;
};

OrgDomains::OrgDomains() : list_(std::make_unique<List>()) {
  list_->context = psl_latest(nullptr);
  list_->owned = list_->context != nullptr;
  if (!list_->owned) list_->context = const_cast<psl_ctx_t*>(psl_builtin());  // NOLINT: C interface without const
  if (list_->context == nullptr) throw std::runtime_error("no public suffix list: install the package publicsuffix");
}

OrgDomains::~OrgDomains() {
  if (list_->owned) psl_free(list_->context);
}

std::string OrgDomains::version() const {
  std::error_code missing;
  const auto changed = std::filesystem::last_write_time(psl_dist_filename(), missing);
  return std::string(psl_builtin_sha1sum()) + "/" +
         (missing ? std::string() : std::to_string(changed.time_since_epoch().count()));
}

std::string_view OrgDomains::org_domain(std::string_view name) const {
  const std::string terminated(name);
  const char* found = psl_registrable_domain(list_->context, terminated.c_str());
  if (found == nullptr) return name;
  return name.substr(static_cast<std::size_t>(found - terminated.c_str()));
}

bool OrgDomains::is_aligned(std::string_view identifier, std::string_view author_domain, AlignmentMode mode) const {
  if (identifier.empty() || author_domain.empty()) return false;
  if (identifier == author_domain) return true;
  return mode == AlignmentMode::relaxed && org_domain(identifier) == org_domain(author_domain);
}

}  // namespace ruagate::domain
