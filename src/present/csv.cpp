#include "present/csv.hpp"

#include <array>
#include <limits>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::present {

namespace {

// What spreadsheets take for the start of a formula, with the full-width forms that some of them fold.
constexpr std::array<std::string_view, 10> kFormulaStarts = {
    "=", "+", "-", "@", "\t", "\r", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

std::string protect(std::string_view value) {
  const std::size_t first = std::min(value.find_first_not_of(' '), value.size());
  for (const std::string_view start : kFormulaStarts) {
    if (value.substr(first).substr(0, start.size()) == start) return "'" + std::string(value);
  }
  return std::string(value);
}

std::string quote(std::string_view value) {
  // The semicolon too: spreadsheets of many locales split at it.
  if (value.find_first_of(",;\"\n\r\t") == std::string_view::npos) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string safe(std::string_view value) {
  return printable(protect(value), std::numeric_limits<std::size_t>::max() / 2);
}

}  // namespace

std::string csv_cell(std::string_view value) {
  return quote(safe(value));
}

void Csv::header(const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) plain(name);
  end_row();
}

Csv& Csv::text(std::string_view value) {
  return plain(csv_cell(value));
}

Csv& Csv::number(const std::optional<double>& value) {
  return plain(value ? format("{}", *value) : "");
}

Csv& Csv::list(const std::vector<std::string>& values) {
  std::string joined;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) joined += ';';
    joined += safe(values[i]);
  }
  return plain(quote(joined));
}

Csv& Csv::plain(std::string_view value) {
  if (!first_) out_ << ',';
  first_ = false;
  out_ << value;
  return *this;
}

void Csv::end_row() {
  out_ << '\n';
  first_ = true;
}

}  // namespace ruagate::present
