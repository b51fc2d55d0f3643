#pragma once

#include <ostream>
#include <string>

#include "answer/health.hpp"
#include "answer/overview.hpp"
#include "present/present.hpp"

// The documents that only the service gives: JSON, and CSV where there is a table.
namespace ruagate::present {

void write(std::ostream& out, const answer::OverviewAnswer& answer, Format format);
void write(std::ostream& out, const answer::TimelineAnswer& answer, Format format);
/// JSON only, as the rest.
void write(std::ostream& out, const answer::ImpactAnswer& answer);
void write(std::ostream& out, const answer::SourcePage& page);
/// The verdict alone: an element of the readiness document.
void write(std::ostream& out, const readiness::DomainVerdict& verdict);
void write_mailboxes(std::ostream& out, const std::vector<answer::MailboxStatus>& mailboxes);
void write(std::ostream& out, const answer::HealthAnswer& answer);

}  // namespace ruagate::present
