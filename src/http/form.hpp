#pragma once

#include <initializer_list>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "http/message.hpp"

namespace ruagate::http {

/// The JSON object in a body, or the response that says what is wrong with it: another type (415), not an object, or a
/// field that is not among `fields` (400). An empty body is an empty object where `may_be_empty`.
tl::expected<nlohmann::json, Response> form_of(const Request& request, std::initializer_list<std::string_view> fields,
                                               bool may_be_empty = false);

/// A field that is text or null; nothing when it is absent or null. Errors: malformed `bad_body`.
Result<std::optional<std::string>> text_field(const nlohmann::json& form, const char* name, std::size_t max_bytes);
/// A field that is true or false; false when it is absent.
Result<bool> flag_field(const nlohmann::json& form, const char* name);

}  // namespace ruagate::http
