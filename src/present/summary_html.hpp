#pragma once

#include <ostream>

#include "answer/answer.hpp"

namespace ruagate::present {

/// The summary as one document that mail programs show: tables and inline styles, no script, nothing loaded.
void write_html(std::ostream& out, const answer::SummaryAnswer& answer);

}  // namespace ruagate::present
