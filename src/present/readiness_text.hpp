#pragma once

#include <ostream>

#include "present/present.hpp"

namespace ruagate::present {

/// The answer as a page that can be pasted into a ticket: for several domains an overview, then a section for each,
/// worst news first.
void write_text(std::ostream& out, const answer::ReadinessAnswer& answer, const Style& style);

}  // namespace ruagate::present
