#include "http/form.hpp"

#include <algorithm>
#include <optional>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::http {

namespace {

/// Deeper nesting is no form of ours.
constexpr int kMaxDepth = 8;

Response bad_body(std::string_view detail) {
  return problem(400, "bad_body", detail);
}

}  // namespace

tl::expected<nlohmann::json, Response> form_of(const Request& request, std::initializer_list<std::string_view> fields,
                                               bool may_be_empty) {
  if (request.body.empty() && may_be_empty) return nlohmann::json::object();
  if (media_type(request.header("content-type")) != "application/json") {
    return tl::unexpected(problem(415, "wrong_type", "the body must be application/json"));
  }
  bool is_deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    is_deep = is_deep || depth > kMaxDepth;
    return !is_deep;
  };
  nlohmann::json form = nlohmann::json::parse(request.body, watch, false);
  if (form.is_discarded() || is_deep || !form.is_object())
    return tl::unexpected(bad_body("the body is no JSON object"));
  for (const auto& [name, value] : form.items()) {
    if (std::find(fields.begin(), fields.end(), name) != fields.end()) continue;
    return tl::unexpected(bad_body(format("there is no field {} here", printable(name, 80))));
  }
  return form;
}

Result<std::optional<std::string>> text_field(const nlohmann::json& form, const char* name, std::size_t max_bytes) {
  const auto field = form.find(name);
  if (field == form.end() || field->is_null()) return std::optional<std::string>();
  if (!field->is_string()) return fail(ErrorKind::malformed, "bad_body", format("{} must be text", name));
  std::string value = field->get<std::string>();
  if (value.size() > max_bytes) {
    return fail(ErrorKind::malformed, "bad_body", format("{} is longer than {} bytes", name, max_bytes));
  }
  return std::optional(std::move(value));
}

Result<bool> flag_field(const nlohmann::json& form, const char* name) {
  const auto field = form.find(name);
  if (field == form.end()) return false;
  if (!field->is_boolean()) return fail(ErrorKind::malformed, "bad_body", format("{} must be true or false", name));
  return field->get<bool>();
}

}  // namespace ruagate::http
