#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ruagate::present {

/// Rows of comma-separated values (RFC 4180, but with LF at the end of a line, as programs on Unix expect).
/// Text is made printable, so a row is always one line; a text that a spreadsheet would take for a formula gets an
/// apostrophe in front. Absent values are empty cells.
class Csv {
 public:
  explicit Csv(std::ostream& out) : out_(out) {}
  void header(const std::vector<std::string_view>& names);

  Csv& text(std::string_view value);
  Csv& text(const std::optional<std::string>& value) { return text(std::string_view(value ? *value : "")); }
  Csv& text(const std::string& value) { return text(std::string_view(value)); }
  Csv& text(const char* value) { return text(std::string_view(value)); }
  Csv& number(std::uint64_t value) { return plain(std::to_string(value)); }
  Csv& integer(std::int64_t value) { return plain(std::to_string(value)); }
  Csv& number(const std::optional<double>& value);
  Csv& flag(const std::optional<bool>& value) { return plain(value ? (*value ? "true" : "false") : ""); }
  /// Joined by ';'.
  Csv& list(const std::vector<std::string>& values);
  void end_row();

 private:
  Csv& plain(std::string_view value);

  std::ostream& out_;
  bool first_ = true;
};

/// The text of one cell, protected and quoted as needed.
std::string csv_cell(std::string_view value);

}  // namespace ruagate::present
