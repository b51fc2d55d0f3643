#include "present/html.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "unit/present/samples.hpp"

namespace ruagate::present {

namespace {

std::string summary_html() {
  std::ostringstream out;
  write(out, test::sample_summary(), Format::html, Style{});
  return out.str();
}

}  // namespace

TEST(Html, EscapesMarkupAndControls) {
  EXPECT_EQ(html("<a href=\"x\" title='y'>&amp;"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(html("a\xE2\x80\xAE"
                 "b\x01"),
            "a\\xe2\\x80\\xaeb\\x01");
  EXPECT_EQ(html("\xFF"), "\\xff");
  EXPECT_EQ(html(std::string(300, 'a')).size(), 203U);
}

TEST(Html, SummaryLoadsNothingAndRunsNothing) {
  const std::string page = summary_html();
  for (const std::string_view forbidden : {"<script", "<link", "<img", "<style", "<iframe", "src=", "href=", "url(",
                                           "http:", "https:", "@import", "onload"}) {
    EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
  }
  EXPECT_NE(page.find("max-width:640px"), std::string::npos);
  EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0U);
}

TEST(Html, EveryElementIsClosed) {
  const std::string page = summary_html();
  for (const std::string name :
       {"table", "tr", "td", "th", "p", "ul", "li", "h1", "h2", "span", "strong", "body", "html"}) {
    std::size_t opened = 0;
    for (const std::string& start : {"<" + name + " ", "<" + name + ">"}) {
      for (std::size_t at = page.find(start); at != std::string::npos; at = page.find(start, at + 1)) ++opened;
    }
    std::size_t closed = 0;
    const std::string end = "</" + name + ">";
    for (std::size_t at = page.find(end); at != std::string::npos; at = page.find(end, at + 1)) ++closed;
    EXPECT_EQ(opened, closed) << name;
    EXPECT_GT(opened, 0U) << name;
  }
}

TEST(Html, AnswersWithoutAFormOfTheirOwnShowTheirText) {
  std::ostringstream out;
  write(out, test::sample_readiness(), Format::html, Style{});
  EXPECT_NE(out.str().find("<pre"), std::string::npos);
  EXPECT_NE(out.str().find("_dmarc.ready.example. TXT &quot;v=DMARC1;"), std::string::npos);
}

}  // namespace ruagate::present
