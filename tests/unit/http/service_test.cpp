#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "unit/http/world.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::http {
namespace {

using test::ServiceWorld;
using testing::HasSubstr;

constexpr const char* kReadiness = "/api/v1/domains/example.com/readiness";

TEST(Service, TagsChangeWithFactsDecisionsConfigurationAndDay) {
  ServiceWorld world;
  std::string tag = ServiceWorld::header(world.get(kReadiness), "ETag");
  const auto unchanged = [&] { return world.get(kReadiness, {{"if-none-match", tag}}).status == 304; };
  const auto changed = [&] {
    const Response response = world.get(kReadiness, {{"if-none-match", tag}});
    const std::string before = tag;
    tag = ServiceWorld::header(response, "ETag");
    return response.status == 200 && tag != before;
  };
  EXPECT_TRUE(unchanged());
  world.now(Instant{*parse_day("2026-11-21")} + std::chrono::hours{23});
  EXPECT_TRUE(unchanged());
  world.now(Instant{*parse_day("2026-11-22")});
  EXPECT_TRUE(changed());
  world.configure({});
  EXPECT_TRUE(changed());
  EXPECT_TRUE(unchanged());
  {
    store::Store other(world.path(), store::OpenMode::write);
    report::Decision decision;
    decision.domain = "example.com";
    decision.what = "192.0.2.1";
    other.begin();
    other.set_decision(decision);
    other.commit();
  }
  EXPECT_TRUE(changed());
  EXPECT_TRUE(unchanged());
}

TEST(Service, TheDatabaseOfAnotherDomainChangesNothingHere) {
  ServiceWorld world;
  const std::string tag = ServiceWorld::header(world.get(kReadiness), "ETag");
  store::Store other(world.path(), store::OpenMode::write);
  report::Report report;
  report.reporter = "r";
  report.report_id = "2";
  report.begin = Instant{*parse_day("2026-11-19")};
  report.end = report.begin + std::chrono::hours{1};
  report.policy.domain = "other.example";
  other.begin();
  other.insert(report, {"t", report.end, report::Trust::unverified}, {});
  other.commit();
  EXPECT_EQ(world.get(kReadiness, {{"if-none-match", tag}}).status, 304);
  EXPECT_THAT(ServiceWorld::body(world.get("/api/v1/domains")), HasSubstr("other.example"));
}

void add_domain(const std::string& path, const std::string& domain) {
  store::Store other(path, store::OpenMode::write);
  report::Report report;
  report.reporter = "r";
  report.report_id = domain;
  report.begin = Instant{*parse_day("2026-11-19")};
  report.end = report.begin + std::chrono::hours{1};
  report.policy.domain = domain;
  other.begin();
  other.insert(report, {"t", report.end, report::Trust::unverified}, {});
  other.commit();
}

TEST(Service, WhileAnOverviewIsWorkedOutOthersAreGivenTheOneBefore) {
  ServiceWorld world;
  const std::string before = ServiceWorld::body(world.get("/api/v1/domains"));
  add_domain(world.path(), "other.example");
  const auto ask = [&](const std::string& target) {
    Reader reader;  // Of its own: SQLite asks now and then, too, but not so soon.
    Request request;
    request.method = "GET";
    request.target = target;
    request.peer = *IpAddress::parse("127.0.0.1");
    request.headers = {{"host", "localhost"}};
    return world.service().handle(reader, request);
  };
  Response other;
  bool asked = false;
  world.meanwhile = [&] {
    if (std::exchange(asked, true)) return;
    std::thread([&] { other = ask("/api/v1/domains?as_of=2026-11-21"); }).join();
  };
  // The one before may be used again for ten times as long as it cost.
  Response first;
  for (const auto begin = std::chrono::steady_clock::now();
       !asked && std::chrono::steady_clock::now() - begin < std::chrono::seconds{11};) {
    first = ask("/api/v1/domains?format=csv");
  }
  ASSERT_TRUE(asked);
  EXPECT_EQ(ServiceWorld::body(other), before);
  EXPECT_THAT(ServiceWorld::body(first), HasSubstr("other.example"));
  // Nor is it kept as the present one.
  Response now = world.get("/api/v1/domains?as_of=2026-11-21");
  for (const auto begin = std::chrono::steady_clock::now();
       ServiceWorld::body(now) == before && std::chrono::steady_clock::now() - begin < std::chrono::seconds{11};) {
    now = world.get("/api/v1/domains?as_of=2026-11-21");
  }
  EXPECT_THAT(ServiceWorld::body(now), HasSubstr("other.example"));
  EXPECT_NE(ServiceWorld::header(now, "ETag"), ServiceWorld::header(other, "ETag"));
}

TEST(Service, QuestionsAboutADomainShareItsFactsUntilSomethingChanges) {
  ServiceWorld world;
  const std::string sources = ServiceWorld::body(world.get("/api/v1/domains/example.com/sources"));
  EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains/example.com/timeline")).find("other.example"),
            std::string::npos);
  EXPECT_EQ(world.get(kReadiness).status, 200);
  world.service().tidy();
  {
    store::Store other(world.path(), store::OpenMode::write);
    report::Decision decision;
    decision.domain = "example.com";
    decision.what = "192.0.2.1";
    other.begin();
    other.set_decision(decision);
    other.commit();
  }
  const std::string decided = ServiceWorld::body(world.get("/api/v1/domains/example.com/sources"));
  EXPECT_NE(decided, sources);
  EXPECT_THAT(decided, HasSubstr("operator's decision"));
}

TEST(Service, PagesAreGivenForEveryPathWithoutAnExtension) {
  const std::string page = unpack::gzip("<html>page</html>");
  const std::string script = unpack::gzip("script");
  ServiceWorld world({{"app.js", "text/javascript; charset=utf-8", script, "\"s\""},
                      {"index.html", "text/html; charset=utf-8", page, "\"p\""}});
  for (const char* target :
       {"/", "/reports", "/domains/example.com", "/domains/example.com/sources/dkim%3Ax.example"}) {
    const Response response = world.get(target, {{"accept-encoding", "gzip"}});
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(ServiceWorld::body(response), page) << target;
    EXPECT_EQ(ServiceWorld::header(response, "Content-Encoding"), "gzip");
    EXPECT_THAT(ServiceWorld::header(response, "Content-Security-Policy"), HasSubstr("script-src 'self'"));
  }
  EXPECT_EQ(ServiceWorld::body(world.get("/app.js")), "script") << "for those without gzip";
  EXPECT_EQ(world.get("/app.js", {{"if-none-match", "\"s\""}}).status, 304);
  EXPECT_EQ(world.get("/other.js").status, 404);
  EXPECT_EQ(world.get("/../app.js").status, 404);
  Request post;
  post.method = "POST";
  post.target = "/";
  EXPECT_EQ(world.ask(post).status, 405);
}

TEST(Service, ADatabaseThatGoesAwayIsSaidAndComesBack) {
  ServiceWorld world;
  EXPECT_EQ(world.get("/readyz").status, 200);
  config::Config config;
  config.store.path = "/nowhere/x.db";
  auto live = std::make_shared<Live>();
  live->config = config;
  live->generation = 77;
  world.service().configure(live);
  const Response response = world.get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(ServiceWorld::header(response, "Retry-After"), "5");
  EXPECT_EQ(ServiceWorld::body(response).find("/nowhere"), std::string::npos);
  EXPECT_EQ(world.get("/healthz").status, 200);
  world.configure({});
  EXPECT_EQ(world.get("/readyz").status, 200);
}

TEST(Service, LargeBodiesAreForThoseWhoMaySendThem) {
  ServiceWorld world;
  Request head;
  head.method = "POST";
  head.target = "/api/v1/intake";
  head.peer = *IpAddress::parse("192.0.2.1");
  head.headers = {{"host", "localhost"}};
  EXPECT_EQ(world.service().admit(world.reader(), head).refusal->status, 401);
  head.target = "/api/v1/session";
  EXPECT_FALSE(world.service().admit(world.reader(), head).refusal);
  EXPECT_EQ(world.service().admit(world.reader(), head).max_body, 64U << 10);
  head.headers = {{"host", "evil.example"}};
  EXPECT_EQ(world.service().admit(world.reader(), head).refusal->status, 421);
}

TEST(Service, MetricsHaveNoLineFromOutside) {
  ServiceWorld world;
  world.get("/api/v1/domains/\"}\n/readiness");
  world.get("/%22%7D");
  for (const std::string& line : {ServiceWorld::body(world.get("/metrics"))}) {
    EXPECT_THAT(line, HasSubstr("ruagate_build_info{version=\"1.2.3\"} 1"));
    EXPECT_THAT(line, HasSubstr("route=\"page\""));
    EXPECT_EQ(line.find("\"}\n/"), std::string::npos);
  }
}

}  // namespace
}  // namespace ruagate::http
