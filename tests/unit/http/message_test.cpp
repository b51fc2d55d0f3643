#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/guard.hpp"
#include "http/message.hpp"

namespace ruagate::http {
namespace {

TEST(Message, GzipIsForThoseWhoAcceptIt) {
  for (const char* yes : {"gzip", "br, GZIP", "x-gzip", "gzip;q=0.1", "*", "deflate;q=0.5, *;q=0.1", " gzip ; q=1 "}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "gzip;q=0", "gzip;q=0.0, *", "*;q=0", "gzip;q=x", "gzipped", ",,,"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

TEST(Message, QualityTakesTheClosestRange) {
  EXPECT_EQ(quality("", "text/csv"), 1);
  EXPECT_EQ(quality("text/csv;q=0.5, */*", "text/csv"), 0.5);
  EXPECT_EQ(quality("text/*;q=0.3, */*;q=0.1", "text/csv"), 0.3);
  EXPECT_EQ(quality("*/*;q=0.1", "text/csv"), 0.1);
  EXPECT_EQ(quality("image/png", "text/csv"), 0);
  EXPECT_EQ(quality("text/csv;q=2", "text/csv"), 0);
}

TEST(Message, TagsAreComparedWeakly) {
  EXPECT_TRUE(names_tag("W/\"a\"", "W/\"a\""));
  EXPECT_TRUE(names_tag("\"x\", \"a\"", "W/\"a\""));
  EXPECT_TRUE(names_tag("*", "W/\"a\""));
  EXPECT_FALSE(names_tag("\"b\"", "W/\"a\""));
  EXPECT_FALSE(names_tag("", "W/\"a\""));
}

TEST(Message, CookiesAreFoundOnceOrNotAtAll) {
  Request request;
  request.headers = {{"cookie", "a=1; ruagate_session=key; b=2"}};
  EXPECT_EQ(cookie(request, "ruagate_session"), "key");
  EXPECT_FALSE(cookie(request, "session"));
  request.headers.push_back({"cookie", "ruagate_session=other"});
  EXPECT_FALSE(cookie(request, "ruagate_session"));
}

TEST(Message, ProblemsAreJsonWhateverTheirText) {
  const Response response = problem(404, "not_found", "\"<\x1B\xFF\n");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_THAT(*response.body, testing::HasSubstr(R"("title":"Not Found","status":404)"));
  EXPECT_THAT(*response.body, testing::HasSubstr("\\u001b\xEF\xBF\xBD\\n"));
}

TEST(Guard, HostsAreReadWithPortsAndBrackets) {
  EXPECT_EQ(host_of("Example.COM:80"), "example.com");
  EXPECT_EQ(host_of("[::1]:8290"), "::1");
  EXPECT_EQ(host_of("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host_of("a.example."), "a.example");
  for (const char* bad : {"", ":80", "[::1", "a b", "a/b", "a@b", "a:b", "[x]", "a\x7F"}) {
    EXPECT_FALSE(host_of(bad)) << bad;
  }
}

TEST(Guard, OpenOnlyToThisMachineAndNotThroughAProxy) {
  config::HttpSettings settings;
  Request request;
  request.peer = *IpAddress::parse("127.0.0.1");
  EXPECT_TRUE(is_open_to(request, settings));
  request.peer = *IpAddress::parse("::1");
  EXPECT_TRUE(is_open_to(request, settings));
  request.headers = {{"x-forwarded-for", "203.0.113.1"}};
  EXPECT_FALSE(is_open_to(request, settings));
  settings.behind_proxy = true;
  EXPECT_TRUE(is_open_to(request, settings));
  EXPECT_EQ(peer_of(request, settings).to_string(), "203.0.113.1");
  settings.behind_proxy = false;
  EXPECT_EQ(peer_of(request, settings).to_string(), "::1");
  request.headers.clear();
  request.peer = *IpAddress::parse("192.0.2.1");
  EXPECT_FALSE(is_open_to(request, settings));
}

}  // namespace
}  // namespace ruagate::http
