#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "present/kept_glance.hpp"
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
  world.decide_elsewhere();
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

/// Asks as another client would, on a connection of its own.
Response ask_beside(ServiceWorld& world, const std::string& target) {
  Reader reader;
  Request request;
  request.method = "GET";
  request.target = target;
  request.peer = *IpAddress::parse("127.0.0.1");
  request.headers = {{"host", "localhost"}};
  return world.service().handle(reader, request);
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
  const auto ask = [&](const std::string& target) { return ask_beside(world, target); };
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

/// Makes what the database keeps of the overview tell where it came from.
void mark_glances(const std::string& path, const std::string& settings_of) {
  store::Store store(path, store::OpenMode::write);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  std::string settings;
  ASSERT_EQ(sqlite3_exec(
                db, "select settings from glance",
                [](void* to, int, char** values, char**) {
                  *static_cast<std::string*>(to) = values[0];
                  return 0;
                },
                &settings, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  ASSERT_NE(settings.find(settings_of), std::string::npos) << settings;
  auto rows = store.glances(settings);
  ASSERT_FALSE(rows.empty());
  for (auto& row : rows) {
    auto glance = present::unpack_glance(row.packed);
    ASSERT_TRUE(glance);
    glance->reason = "as kept";
    row.packed = present::pack(*glance);
  }
  store.begin();
  store.keep_glances(settings, rows);
  store.commit();
}

bool is_as_kept(ServiceWorld& world) {
  return ServiceWorld::body(world.get("/api/v1/domains")).find("as kept") != std::string::npos;
}

TEST(Service, TheOverviewIsThereAtOnceAfterAStart) {
  ServiceWorld world;
  world.start_again("this program");
  const std::string before = ServiceWorld::body(world.get("/api/v1/domains"));
  const std::string tag = ServiceWorld::header(world.get("/api/v1/domains"), "ETag");
  world.service().warm(world.reader());
  EXPECT_EQ(ServiceWorld::header(world.get("/api/v1/domains"), "ETag"), tag) << "keeping it changes no answer";
  world.start_again("this program");
  EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains")), before);
  mark_glances(world.path(), "this program");
  world.start_again("this program");
  EXPECT_TRUE(is_as_kept(world));

  world.start_again("another program");
  EXPECT_FALSE(is_as_kept(world));
  world.start_again("");
  EXPECT_FALSE(is_as_kept(world));
  world.start_again("this program");
  EXPECT_TRUE(is_as_kept(world));
  config::Config other;
  other.domains.push_back({"example.com", "quarantine", ""});
  world.configure(other);
  EXPECT_FALSE(is_as_kept(world));
  world.now(Instant{*parse_day("2026-11-22")});
  world.start_again("this program");
  EXPECT_FALSE(is_as_kept(world));
}

TEST(Service, TheOverviewIsWorkedOutBeforeAnybodyAsks) {
  ServiceWorld world;
  const std::string before = ServiceWorld::body(world.get("/api/v1/domains"));
  world.start_again("this program");
  world.service().work_out(world.reader(), [] { return false; });
  const auto rename = [&](const char* statement) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(world.path().c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, statement, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  };
  rename("alter table cell_block rename to away");
  EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains")), before) << "no fact had to be read for it";
  rename("alter table away rename to cell_block");
  world.start_again("this program");
  http::Reader reader;
  world.service().work_out(reader, [] { return true; });  // Stopped before it is done.
  EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains")), before);
}

TEST(Service, AGlanceThatWasKeptEndsWithWhatItWasMadeFrom) {
  for (const bool by_decision : {false, true}) {
    ServiceWorld world;
    world.start_again("this program");
    world.service().warm(world.reader());
    mark_glances(world.path(), "this program");
    {
      store::Store store(world.path(), store::OpenMode::write);
      store.begin();
      if (by_decision) {
        store.set_decision(ServiceWorld::a_decision());
      } else {
        report::Report report;
        report.reporter = "r";
        report.report_id = "2";
        report.begin = report.end = Instant{*parse_day("2026-11-20")};
        report.policy.domain = "example.com";
        store.insert(report, {"test", report.begin, report::Trust::unverified}, {"<r/>", store::RawEncoding::plain});
      }
      store.commit();
    }
    world.start_again("this program");
    EXPECT_FALSE(is_as_kept(world)) << by_decision;
  }
}

TEST(Service, GlancesThatCouldNotBeKeptAreKeptLater) {
  ServiceWorld world;
  world.start_again("this program");
  world.get("/api/v1/domains");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(world.path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "alter table glance rename to away", nullptr, nullptr, nullptr), SQLITE_OK);
  world.service().warm(world.reader());
  ASSERT_EQ(sqlite3_exec(db, "alter table away rename to glance", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  world.service().warm(world.reader());
  mark_glances(world.path(), "this program");
}

TEST(Service, ADamagedGlanceIsWorkedOutAnew) {
  ServiceWorld world;
  world.start_again("this program");
  const std::string before = ServiceWorld::body(world.get("/api/v1/domains"));
  world.service().warm(world.reader());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(world.path().c_str(), &db), SQLITE_OK);
  for (const char* damage :
       {"update glance set packed = substr(packed, 1, length(packed) / 2)", "update glance set packed = x'c1'",
        "update glance set packed = x''", "update glance set packed = x'93a1610102'"}) {
    ASSERT_EQ(sqlite3_exec(db, damage, nullptr, nullptr, nullptr), SQLITE_OK);
    world.start_again("this program");
    EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains")), before) << damage;
  }
  sqlite3_close(db);
}

TEST(Service, QuestionsAboutADomainShareItsFactsUntilSomethingChanges) {
  ServiceWorld world;
  const std::string sources = ServiceWorld::body(world.get("/api/v1/domains/example.com/sources"));
  EXPECT_EQ(ServiceWorld::body(world.get("/api/v1/domains/example.com/timeline")).find("other.example"),
            std::string::npos);
  EXPECT_EQ(world.get(kReadiness).status, 200);
  world.service().tidy();
  world.decide_elsewhere();
  const std::string decided = ServiceWorld::body(world.get("/api/v1/domains/example.com/sources"));
  EXPECT_NE(decided, sources);
  EXPECT_THAT(decided, HasSubstr("operator's decision"));
}

/// So many days of reports of five reporters; reading them takes SQLite long enough to ask whether it is to stop.
void add_days(const std::string& path, const std::string& domain, int days_of_reports) {
  store::Store other(path, store::OpenMode::write);
  other.begin();
  for (int i = 0; i < 5 * days_of_reports; ++i) {
    report::Report report;
    report.reporter = format("r{}", i % 5);
    report.report_id = format("{}-{}", domain, i);
    report.begin = Instant{*parse_day("2026-11-19")} - std::chrono::hours{24 * (i / 5)};
    report.end = report.begin + std::chrono::hours{23};
    report.policy.domain = domain;
    report::Record record;
    record.source_ip = IpAddress::parse("192.0.2.1");
    record.message_count = 10;
    record.dkim_aligned = report::AlignmentResult::pass;
    record.evidence.author_domain = domain;
    record.evidence.dkim = {{domain, "s1", report::DkimResult::pass, ""}};
    report.records = {record};
    other.insert(report, {"t", report.end, report::Trust::unverified}, {});
  }
  other.commit();
}

TEST(Service, WhileTheFactsOfADomainAreReadOthersAreAnswered) {
  ServiceWorld world;
  add_days(world.path(), "busy.example", 200);
  add_domain(world.path(), "other.example");
  const auto asks = std::this_thread::get_id();
  std::vector<int> beside;
  bool one_waited = false;
  std::vector<std::future<Response>> waiting;
  world.meanwhile = [&] {
    if (std::this_thread::get_id() != asks || one_waited) return;
    // Each time another question, so that nothing is answered from memory.
    const std::string target =
        format("/api/v1/domains/other.example/sources?as_of=2026-11-20&days={}", beside.size() + 1);
    auto answer = std::async(std::launch::async, [&world, target] { return ask_beside(world, target); });
    if (answer.wait_for(std::chrono::seconds{20}) == std::future_status::ready) {
      beside.push_back(answer.get().status);
    } else {
      one_waited = true;
      waiting.push_back(std::move(answer));
    }
  };
  const Response busy = ask_beside(world, "/api/v1/domains/busy.example/sources?as_of=2026-11-20&days=90");
  waiting.clear();
  world.meanwhile = nullptr;
  EXPECT_EQ(busy.status, 200);
  EXPECT_FALSE(one_waited) << "a question about another domain waited for this one";
  EXPECT_GE(beside.size(), 5U) << "so that the facts are among what was interrupted";
  EXPECT_THAT(beside, testing::Each(200));
}

TEST(Service, ManyThreadsMayAskAboutManyDomainsWhileTheyChange) {
  ServiceWorld world;
  std::vector<std::string> domains;
  for (int i = 0; i < 12; ++i) {
    domains.push_back(format("d{}.example", i));
    add_days(world.path(), domains.back(), 3);
  }
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 3 * domains.size(); ++i) {
        const std::string& domain = domains[(i + static_cast<std::size_t>(thread / 2)) % domains.size()];
        for (const char* question : {"sources", "readiness", "timeline", "impact"}) {
          if (ask_beside(world, format("/api/v1/domains/{}/{}", domain, question)).status != 200) ++failed;
        }
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    world.service().write(*world.service().live(), [&](store::Store& store) {
      report::Decision decision;
      decision.domain = domains[static_cast<std::size_t>(i) % domains.size()];
      decision.what = "192.0.2.1";
      store.set_decision(decision);
    });
    world.service().tidy();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_THAT(ServiceWorld::body(world.get("/api/v1/domains/d1.example/sources")), HasSubstr("operator's decision"));
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
