#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// What stands behind the method of a request: path and query.
namespace ruagate::http {

struct Target {
  std::vector<std::string> segments;  ///< Decoded; "/" has none, "/a/" ends in an empty one.
  std::vector<std::pair<std::string, std::string>> query;
};

/// Errors: malformed `bad_target`: not in origin form, a broken escape, control characters or invalid UTF-8.
Result<Target> parse_target(std::string_view target);

/// %XX undone; nothing for a broken escape.
std::optional<std::string> percent_decoded(std::string_view text);

/// The parameters of a query. What a handler does not take is an error: a slip of the pen must not be passed over.
class Params {
 public:
  /// `query` must live as long as this.
  explicit Params(const std::vector<std::pair<std::string, std::string>>& query);

  std::optional<std::string> text(std::string_view name);
  std::optional<Day> day(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<std::string> one_of(std::string_view name, std::initializer_list<std::string_view> allowed);

  /// The first thing wrong with what was taken, or a parameter that was not. Errors: malformed `bad_parameter`.
  Result<void> finish() const;
  /// All parameters in a form that is the same for the same question.
  std::string canonical() const;

 private:
  void wrong(std::string message);

  const std::vector<std::pair<std::string, std::string>>& query_;
  std::vector<bool> taken_;
  std::string wrong_;
};

/// "17" -> 17, nothing for anything but 1 to 18 digits.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace ruagate::http
