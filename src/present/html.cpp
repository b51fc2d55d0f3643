#include "present/html.hpp"

#include <sstream>

#include "base/printable.hpp"

namespace ruagate::present {

namespace {

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string html(std::string_view text, std::size_t max_bytes) {
  return escape(printable(text, max_bytes));
}

void html_begin(std::ostream& out, std::string_view title) {
  // The colours are said with each element: mail programs drop style sheets, and invert on their own what they know.
  out << "<!DOCTYPE html>\n"
         "<html lang=\"en\">\n"
         "<head>\n"
         "<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
         "<title>"
      << html(title)
      << "</title>\n"
         "</head>\n"
         "<body style=\"margin:0;padding:0;background-color:#ffffff;color:#1a1a1a;\">\n"
         "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
         "bgcolor=\"#ffffff\" style=\"background-color:#ffffff;color:#1a1a1a;\">\n"
         "<tr><td align=\"center\" style=\"padding:16px 8px;\">\n"
         "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
         "style=\"max-width:640px;width:100%;text-align:left;font-family:Arial,Helvetica,sans-serif;font-size:14px;"
         "line-height:1.45;color:#1a1a1a;\">\n"
         "<tr><td style=\"color:#1a1a1a;\">\n";
}

void html_end(std::ostream& out) {
  out << "</td></tr>\n</table>\n</td></tr>\n</table>\n</body>\n</html>\n";
}

void write_page(std::ostream& out, std::string_view title, const Style& style,
                const std::function<void(std::ostream&, const Style&)>& write_text) {
  std::ostringstream text;
  Style plain = style;
  plain.colour = false;
  write_text(text, plain);
  html_begin(out, title);
  // Every line was made printable when it was written; the line ends are the text's own.
  out << "<pre style=\"margin:0;font-family:Menlo,Consolas,monospace;font-size:12px;color:#1a1a1a;\">"
      << escape(text.str()) << "</pre>\n";
  html_end(out);
}

}  // namespace ruagate::present
