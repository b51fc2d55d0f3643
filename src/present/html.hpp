#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "present/present.hpp"

namespace ruagate::present {

/// Outside text for HTML, in elements and in quoted attributes: made printable, then escaped.
std::string html(std::string_view text, std::size_t max_bytes = 200);

/// A whole document around `body`: inline styles only, nothing loaded from anywhere.
void html_begin(std::ostream& out, std::string_view title);
void html_end(std::ostream& out);

/// An answer that has no HTML form of its own: its text as a page.
void write_page(std::ostream& out, std::string_view title, const Style& style,
                const std::function<void(std::ostream&, const Style&)>& write_text);

}  // namespace ruagate::present
