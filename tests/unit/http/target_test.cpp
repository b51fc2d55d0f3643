#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.hpp"
#include "http/target.hpp"

namespace ruagate::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Target, PathsAreCutBeforeTheyAreDecoded) {
  const auto target = parse_target("/api/v1/domains/a.example/sources/own%3A192.0.2.0%2F24?days=7&as_of=2026-11-20");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->segments, ElementsAre("api", "v1", "domains", "a.example", "sources", "own:192.0.2.0/24"));
  EXPECT_THAT(target->query, ElementsAre(Pair("days", "7"), Pair("as_of", "2026-11-20")));
  EXPECT_THAT(parse_target("/")->segments, IsEmpty());
  EXPECT_THAT(parse_target("/a/")->segments, ElementsAre("a", ""));
  EXPECT_THAT(parse_target("/?a+b=%2B&c&=d")->query, ElementsAre(Pair("a b", "+"), Pair("c", ""), Pair("", "d")));
}

TEST(Target, WhatCannotBeIsRefused) {
  for (const char* bad :
       {"", "*", "x", "http://a/", "/%", "/%4", "/%zz", "/%00", "/a%1b", "/%ff", "/?a=%", "/?%0a=1"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
  EXPECT_FALSE(parse_target(std::string("/?") + [] {
    std::string many;
    for (int i = 0; i < 100; ++i) many += "a=1&";
    return many;
  }()));
}

TEST(Params, WhatIsNotTakenIsAMistake) {
  const std::vector<std::pair<std::string, std::string>> query = {{"limit", "5"}, {"day", "2026-02-30"}, {"x", "1"}};
  Params params(query);
  EXPECT_EQ(params.integer("limit", 1, 10), 5);
  EXPECT_FALSE(params.finish());
  EXPECT_FALSE(params.day("day"));
  EXPECT_THAT(params.finish().error().message, testing::HasSubstr("not a date"));
  const std::vector<std::pair<std::string, std::string>> twice = {{"a", "1"}, {"a", "1"}};
  Params doubled(twice);
  doubled.text("a");
  EXPECT_THAT(doubled.finish().error().message, testing::HasSubstr("twice"));
}

TEST(Params, TheSameQuestionHasOneForm) {
  const std::vector<std::pair<std::string, std::string>> one = {{"a", "1"}, {"b", "2"}};
  const std::vector<std::pair<std::string, std::string>> other = {{"b", "2"}, {"a", "1"}};
  const std::vector<std::pair<std::string, std::string>> third = {{"a", "1b2"}};
  EXPECT_EQ(Params(one).canonical(), Params(other).canonical());
  EXPECT_NE(Params(one).canonical(), Params(third).canonical());
}

TEST(Routes, EveryRouteIsFoundByItsOwnPattern) {
  for (const Route& route : routes()) {
    EXPECT_TRUE((route.document == nullptr) != (route.respond == nullptr)) << route.pattern;
    const auto target = parse_target(route.pattern);
    ASSERT_TRUE(target);
    EXPECT_EQ(match(route.method, target->segments).route, &route) << route.pattern;
    if (route.method != "GET") {
      EXPECT_NE(route.scope & kRead, kRead) << "changes need more than read";
    }
  }
  EXPECT_EQ(match("HEAD", {"metrics"}).route->pattern, "/metrics");
  EXPECT_EQ(match("PATCH", {"api", "v1", "rejects", "1"}).allowed, "GET, HEAD, DELETE");
  EXPECT_EQ(match("GET", {"api", "v1", "rejects", ""}).route, nullptr);
  EXPECT_EQ(match("GET", {}).allowed, "");
}

}  // namespace
}  // namespace ruagate::http
