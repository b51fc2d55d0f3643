#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "source/units.hpp"

namespace ruagate::source {

/// What keeps one sender one unit, and mail that was passed on out of it (docs/readiness.md, "Telling sources apart").
/// Everything given must outlive it.
class Regrouping {
 public:
  /// `network_of` and `service_of` have one entry for each address: a network's number or kNone, and the known service
  /// that publishes the address or null.
  Regrouping(std::string_view domain, std::span<const report::Cell> cells, const Views& views,
             const std::vector<std::uint32_t>& network_of, const std::vector<const Service*>& service_of)
      : domain_(domain), cells_(cells), views_(views), network_of_(network_of), service_of_(service_of) {}

  /// A signature travels with a forwarded message. Where SPF vouches for most of what a service signs, the networks
  /// from which it does are the service's, and what comes from elsewhere has been passed on: true for such cells.
  std::vector<bool> passed_on() const;

  /// A service with a return path of its own below the domain stays the same when it stops to show its name.
  void join_return_paths(Units& units) const;

  /// A vendor that was set up for the domain may show no name of its own from then on: where a network sent under one
  /// name until mail of the owner's own began there, and no more since, it is that sender still.
  /// `all` has every cell, day by day, `kind_of` its place among those that this was made with.
  void keep_names(Units& units, std::span<const report::Cell> all, std::span<const std::uint32_t> kind_of) const;

  /// Gives mail that shows nobody to the sender that has its network nearly to itself, when it bears that sender's
  /// marks: the same envelope domain, or a signature of the same selector.
  void reclaim(Units& units) const;

 private:
  bool is_vouched(const report::Cell& cell, const EvidenceView& view) const;
  bool shows_nobody(const report::Cell& cell, const Unit& unit) const;
  std::uint32_t return_path(const report::Cell& cell) const;

  std::string_view domain_;
  std::span<const report::Cell> cells_;
  const Views& views_;
  const std::vector<std::uint32_t>& network_of_;
  const std::vector<const Service*>& service_of_;
};

}  // namespace ruagate::source
