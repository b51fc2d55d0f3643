// Any bytes as the value of an Authentication-Results or Received field: limits hold, words are words, and what was
// understood, written out properly, is understood in the same way.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "mime/authentication_results.hpp"

using ruagate::fuzz::require;

namespace {

using namespace ruagate::mime;

std::string escaped(std::string_view text, std::string_view what) {
  std::string out;
  for (const char c : text) {
    if (what.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string quoted(std::string_view text) {
  return '"' + escaped(text, "\"\\") + '"';
}

std::string written(const AuthenticationResults& field) {
  std::string out = field.authserv_id.empty() ? "" : quoted(field.authserv_id) + ";";
  for (const auto& result : field.results) {
    out += result.method + "=" + result.result;
    for (const auto& comment : result.comments) out += " (" + escaped(comment, "()\\") + ")";
    if (!result.reason.empty()) out += " reason=" + quoted(result.reason);
    for (const auto& property : result.properties) {
      out += " " + property.type + (property.type.empty() ? "" : ".") + property.name + "=" + quoted(property.value);
    }
    out += ";\r\n ";
  }
  return out;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_same(const AuthenticationResult& a, const AuthenticationResult& b) {
  return a.method == b.method && a.result == b.result && a.reason == b.reason && a.comments == b.comments &&
         std::equal(
             a.properties.begin(), a.properties.end(), b.properties.begin(), b.properties.end(),
             [](const auto& x, const auto& y) { return x.type == y.type && x.name == y.name && x.value == y.value; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto field = parse_authentication_results(value);
  require(field.results.size() <= kMaxAuthenticationResults, "kMaxAuthenticationResults");
  std::size_t bytes = field.authserv_id.size() + field.version.size();
  for (const auto& result : field.results) {
    require(is_word(result.method) && is_word(result.result), "method and result are words");
    require(result.properties.size() <= kMaxAuthenticationResults, "properties");
    require(result.comments.size() <= kMaxAuthenticationResults, "comments");
    bytes += result.method.size() + result.result.size() + result.reason.size();
    for (const auto& comment : result.comments) bytes += comment.size();
    for (const auto& property : result.properties) {
      require(is_word(property.name) && (property.type.empty() || is_word(property.type)), "a property has a name");
      bytes += property.type.size() + property.name.size() + property.value.size();
    }
  }
  require(bytes <= size, "nothing is made up");

  const auto again = parse_authentication_results(written(field));
  require(again.results.size() == field.results.size(), "as many results, written out");
  require(field.authserv_id.ends_with('.') || again.authserv_id == field.authserv_id, "the same authserv-id");
  for (std::size_t i = 0; i < field.results.size(); ++i) {
    require(is_same(again.results[i], field.results[i]), "the same results, written out");
  }

  const auto hop = parse_received(value);
  require(hop.from.size() + hop.by.size() <= size, "hosts come from the field");
  return 0;
}
