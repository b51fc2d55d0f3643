#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/org_domain.hpp"
#include "report/facts.hpp"
#include "source/known.hpp"

// What one evidence means for telling sources apart, worked out once for all cells that share it.
namespace ruagate::source {

inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// Strings kept once and numbered in the order of their first appearance.
class Names {
 public:
  std::uint32_t id(std::string_view text);
  const std::string& operator[](std::uint32_t id) const { return *texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<const std::string*> texts_;
};

/// Views point into the evidence, which must outlive them.
struct EvidenceView {
  std::uint32_t author = 0;            ///< In Views::authors.
  bool dkim_aligned_pass = false;      ///< Worked out from the raw results; the receiver's word counts before it.
  bool spf_aligned_pass = false;       ///< Likewise.
  std::uint32_t own_envelope = kNone;  ///< In Views::own_envelopes: the aligned SPF domain that passes.
  std::vector<std::uint32_t> good_selectors;    ///< In Views::selectors: aligned signatures that pass. Never empty:
                                                ///< a stand-in where the reporter names none.
  std::vector<std::uint32_t> broken_selectors;  ///< Aligned signatures that are present and do not pass.
  std::string_view foreign_dkim;      ///< An unaligned d= that passes; a known service's first. Empty without one.
  std::string_view tenant_dkim;       ///< An unaligned d= that passes and belongs to no known service.
  std::string_view foreign_spf;       ///< An unaligned envelope domain that passes SPF.
  std::string_view foreign_dkim_org;  ///< Organizational domains of the two.
  std::string_view foreign_spf_org;
  std::string_view account;  ///< Organization of a signature beside the sender's own, whose envelope passes: a customer
                             ///< of whoever sends. Empty without one.
  const Service* service = nullptr;         ///< The known service that one of the two belongs to.
  const Service* service_by_spf = nullptr;  ///< The one that the unaligned SPF pass belongs to.
  bool service_by_dkim = false;
  bool own_tenant = false;     ///< The foreign d= spells the author domain (example-com.20230601.gappssmtp.com).
  bool said_indirect = false;  ///< The receiver says: forwarded, from a list, or vouched for by ARC.
  bool said_list = false;
  bool own_envelope_fails = false;  ///< The envelope is of the author's organization and SPF does not pass.
  std::uint32_t envelope = kNone;   ///< In Views::envelopes: organizational domain of the envelope.
};

struct Views {
  std::vector<EvidenceView> evidence;  ///< One for each of the facts.
  Names authors;
  Names selectors;      ///< "d/s"
  Names own_envelopes;  ///< Aligned SPF domains.
  Names envelopes;
};

/// What the author domain asks of identifiers; relaxed by default.
struct Modes {
  domain::AlignmentMode dkim = domain::AlignmentMode::relaxed;
  domain::AlignmentMode spf = domain::AlignmentMode::relaxed;
  bool operator==(const Modes&) const = default;
};
/// Those of the newest policy up to `today`.
Modes newest_modes(const report::DomainFacts& facts, Day today);

Views view_evidence(const report::DomainFacts& facts, const Modes& modes, const domain::OrgDomains& org_domains);

/// False for the stand-in, and for signatures whose selector a reporter leaves out: many senders' look the same then.
inline bool is_named_selector(const Views& views, std::uint32_t selector) {
  const std::string& text = views.selectors[selector];
  return !text.ends_with('/') && !text.ends_with("/?");
}

/// The receiver's word; worked out from the raw results only where the receiver does not say.
inline bool dkim_aligned(const report::Cell& cell, const EvidenceView& view) {
  return cell.dkim_aligned == report::AlignmentResult::pass ||
         (cell.dkim_aligned == report::AlignmentResult::unknown && view.dkim_aligned_pass);
}
inline bool spf_aligned(const report::Cell& cell, const EvidenceView& view) {
  return cell.spf_aligned == report::AlignmentResult::pass ||
         (cell.spf_aligned == report::AlignmentResult::unknown && view.spf_aligned_pass);
}

}  // namespace ruagate::source
