#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "config/config.hpp"
#include "source/evidence_view.hpp"
#include "source/units.hpp"

namespace ruagate::source {

/// The home of a DKIM selector: the units from which the owner's signed mail starts. The same signature seen elsewhere
/// has been forwarded. Home is every unit with aligned SPF, every unit the operator approved, and units that carry a
/// fair share of what passes with the selector; never a forwarder or a mailing list.
class Homes {
 public:
  Homes(std::span<const report::Cell> cells, const Views& views, const Units& units,
        const config::ReadinessSettings& settings);

  bool is_home(std::uint32_t selector, std::uint32_t unit) const;
  /// True if one of the aligned signatures that pass in `view` is at home in `unit`.
  bool is_home(const EvidenceView& view, std::uint32_t unit) const;
  /// Messages that passed with the selector in its newest days (home_window).
  std::uint64_t passed(std::uint32_t selector) const { return totals_[selector].all; }
  /// Units that are home without aligned SPF, each with the selector: pairs (unit, selector).
  const std::vector<std::pair<std::uint32_t, std::uint32_t>>& by_signature() const { return by_signature_; }

 private:
  struct Total {
    std::uint64_t all = 0;
    std::uint64_t authorised = 0;  // From units with aligned SPF.
    std::uint64_t top = 0;
  };
  static std::uint64_t pair_id(std::uint32_t selector, std::uint32_t unit) {
    return (std::uint64_t{selector} << 32U) | unit;
  }

  std::vector<Total> totals_;
  std::vector<bool> authorised_;  // By unit.
  std::unordered_map<std::uint64_t, bool> home_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_signature_;
};

}  // namespace ruagate::source
