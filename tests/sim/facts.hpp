#pragma once

#include <span>
#include <string_view>

#include "report/facts.hpp"
#include "sim/world.hpp"

namespace ruagate::sim {

/// The facts that a store would hold after the reports about `domain` in `deliveries` came in, without mail, documents
/// or database between: for closed loops over many days. Deliveries must be in order of day.
report::DomainFacts facts_of(std::string_view domain, std::span<const Delivery> deliveries);

}  // namespace ruagate::sim
