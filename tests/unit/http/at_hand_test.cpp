#include "http/at_hand.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include "support/temp_dir.hpp"
#include "unit/http/world.hpp"

namespace ruagate::http {
namespace {

using test::ServiceWorld;

constexpr const char* kReadiness = "/api/v1/domains/example.com/readiness";

/// As if the files had been written to some time ago; each call names an earlier time.
void age(const std::string& path) {
  static long ago = 0;
  ago += 60;
  for (const char* companion : {"", "-wal"}) {
    struct timespec now {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= ago;
    const struct timespec times[2] = {now, now};
    ::utimensat(AT_FDCWD, (path + companion).c_str(), times, 0);
  }
}

Request a_request(const std::string& target, std::vector<Header> headers = {}) {
  Request request;
  request.method = "GET";
  request.target = target;
  request.peer = *IpAddress::parse("127.0.0.1");
  request.headers = std::move(headers);
  if (request.count("host") == 0) request.headers.push_back({"host", "localhost"});
  return request;
}

TEST(AtOnce, WhatWasAnsweredIsAnsweredAgainUntilAFileChanges) {
  ServiceWorld world;
  const Request request = a_request(kReadiness);
  world.get("/api/v1/domains");
  age(world.path());
  EXPECT_FALSE(world.service().at_once(request)) << "nobody has asked for it";
  const Response before = world.get(kReadiness);
  auto again = world.service().at_once(request);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 200);
  EXPECT_EQ(ServiceWorld::body(*again), ServiceWorld::body(before));
  for (const char* name : {"ETag", "Content-Security-Policy", "Cache-Control", "Vary"}) {
    EXPECT_EQ(ServiceWorld::header(*again, name), ServiceWorld::header(before, name)) << name;
  }
  const std::string tag = ServiceWorld::header(before, "ETag");
  EXPECT_EQ(world.service().at_once(a_request(kReadiness, {{"if-none-match", tag}}))->status, 304);
  EXPECT_FALSE(world.service().at_once(a_request("/api/v1/domains/example.com/sources"))) << "another question";
  EXPECT_FALSE(world.service().at_once(a_request(std::string(kReadiness) + "?as_of=2026-11-20")));
  world.decide_elsewhere();
  EXPECT_FALSE(world.service().at_once(request)) << "just written to";
  age(world.path());
  EXPECT_FALSE(world.service().at_once(request)) << "and not as it was";
  age(world.path());
  EXPECT_NE(ServiceWorld::header(world.get(kReadiness), "ETag"), tag);
  ASSERT_TRUE(world.service().at_once(request));
  EXPECT_NE(ServiceWorld::header(*world.service().at_once(request), "ETag"), tag);
}

TEST(AtOnce, ChangesOfTheServiceTheDayAndTheConfigurationEndIt) {
  ServiceWorld world;
  const Request request = a_request(kReadiness);
  world.get("/api/v1/domains");  // Opening the database makes a log beside it.
  const auto is_there = [&] {
    age(world.path());
    world.get(kReadiness);
    return world.service().at_once(request).has_value();
  };
  ASSERT_TRUE(is_there());
  world.now(Instant{*parse_day("2026-11-23")});
  EXPECT_FALSE(world.service().at_once(request));
  ASSERT_TRUE(is_there());
  world.configure({});
  EXPECT_FALSE(world.service().at_once(request));
  ASSERT_TRUE(is_there());
  world.service().write(*world.service().live(),
                        [](store::Store& store) { store.set_decision(ServiceWorld::a_decision()); });
  age(world.path());
  EXPECT_FALSE(world.service().at_once(request));
  EXPECT_TRUE(is_there());
}

TEST(AtOnce, IsOnlyForThoseWhoMayReadAndForDocuments) {
  ServiceWorld world;
  world.get("/api/v1/domains");
  age(world.path());
  world.get(kReadiness);
  ASSERT_TRUE(world.service().at_once(a_request(kReadiness)));
  EXPECT_FALSE(world.service().at_once(a_request(kReadiness, {{"host", "evil.example"}})));
  EXPECT_FALSE(world.service().at_once(a_request(kReadiness, {{"authorization", "Bearer x"}})));
  EXPECT_FALSE(world.service().at_once(a_request(kReadiness, {{"accept", "image/png"}})));
  EXPECT_FALSE(world.service().at_once(a_request("/healthz")));
  EXPECT_FALSE(world.service().at_once(a_request("/")));
  Request post = a_request(kReadiness);
  post.method = "POST";
  EXPECT_FALSE(world.service().at_once(post));
  {
    store::Store other(world.path(), store::OpenMode::write);
    store::NewToken token;
    token.name = "t";
    token.hash.fill(1);
    token.scopes = 1;
    other.begin();
    other.add_token(token);
    other.commit();
  }
  age(world.path());
  EXPECT_FALSE(world.service().at_once(a_request(kReadiness)));
  EXPECT_EQ(world.get(kReadiness).status, 401) << "from now on a token is needed";
  EXPECT_FALSE(world.service().at_once(a_request(kReadiness)));
}

TEST(AtOnce, AStampNeedsFilesThatAreAtRest) {
  const test::TempDir dir;
  const std::string path = (dir / "x.db").string();
  EXPECT_FALSE(AtHand::stamp(path)) << "no such file";
  { store::Store made(path, store::OpenMode::write); }
  age(path);
  const auto first = AtHand::stamp(path);
  ASSERT_TRUE(first);
  EXPECT_TRUE(AtHand::stamp(path) == first);
  age(path);
  EXPECT_FALSE(AtHand::stamp(path) == first) << "written to at another time";
  struct timespec ahead {};
  ::clock_gettime(CLOCK_REALTIME, &ahead);
  ahead.tv_sec += 3600;  // The clock was put back.
  const struct timespec times[2] = {ahead, ahead};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  EXPECT_FALSE(AtHand::stamp(path));
}

}  // namespace
}  // namespace ruagate::http
