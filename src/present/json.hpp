#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "answer/answer.hpp"
#include "readiness/outlook.hpp"
#include "store/store.hpp"

// Values as JSON. Only sources of this room include this header.
namespace ruagate::present {

/// Fields come in the order in which they were written.
using Json = nlohmann::ordered_json;

/// The text of a document. Invalid UTF-8 becomes U+FFFD. What JSON would leave as it is but a terminal must not see
/// (DEL, C1 and bidirectional controls) is escaped as \uXXXX, which any reader turns back: nothing is lost.
std::string dump(const Json& document, int indent);

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::optional<Day>& value);
Json or_null(const std::optional<Instant>& value);
/// Null when empty.
Json text_or_null(std::string_view value);
/// Whole numbers are written without a fraction.
Json number_or_null(const std::optional<double>& value);
/// Aligned (or any part) of a total; null without messages.
Json rate_or_null(std::uint64_t part, std::uint64_t total);

Json window_json(const answer::Window& window);
Json source_json(const answer::SourceAnswer& source);
Json verdict_json(const readiness::DomainVerdict& verdict);
Json impact_json(const readiness::Impact& impact);
Json decision_json(const report::Decision& decision);
Json report_json(const store::ReportRow& row);
/// One that waits for the operator, in short.
Json waiting_json(const store::ReportRow& row);
Json record_json(const store::RecordRow& row);

}  // namespace ruagate::present
