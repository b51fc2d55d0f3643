#include "http/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/format.hpp"
#include "unit/http/world.hpp"

namespace ruagate::http {
namespace {

using std::chrono::seconds;

TEST(Workers, WhoWaitsForAnotherLeavesItsPlace) {
  Workers workers(1);
  std::promise<void> done;
  std::promise<void> waits;
  std::promise<bool> ended;
  ASSERT_TRUE(workers.add([&](Reader&) {
    const Workers::Aside aside;
    waits.set_value();
    ended.set_value(done.get_future().wait_for(seconds{20}) == std::future_status::ready);
  }));
  waits.get_future().wait();
  ASSERT_TRUE(workers.add([&](Reader&) { done.set_value(); }));
  EXPECT_TRUE(ended.get_future().get());
}

TEST(Workers, NoMoreThanThePlacesAtATime) {
  Workers workers(2);
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 200; ++i) {
    workers.add([&](Reader&) {
      const int mine = ++now;
      int before = most;
      while (mine > before && !most.compare_exchange_weak(before, mine)) {
      }
      std::this_thread::yield();
      --now;
      ++done;
    });
  }
  while (done < 200) std::this_thread::yield();
  EXPECT_LE(most, 2);
}

TEST(Workers, SeveralWhoAskAboutALargeDomainLeaveRoomForOthers) {
  test::ServiceWorld world;
  {
    store::Store other(world.path(), store::OpenMode::write);
    other.begin();
    for (int i = 0; i < 1000; ++i) {
      report::Report report;
      report.reporter = format("r{}", i % 5);
      report.report_id = format("{}", i);
      report.begin = Instant{*parse_day("2026-11-19")} - std::chrono::hours{24 * (i / 5)};
      report.end = report.begin + std::chrono::hours{23};
      report.policy.domain = "busy.example";
      report::Record record;
      record.source_ip = IpAddress::parse("192.0.2.1");
      record.message_count = 10;
      record.evidence.author_domain = "busy.example";
      report.records = {record};
      other.insert(report, {"t", report.end, report::Trust::unverified}, {});
    }
    other.commit();
  }
  Workers workers(2);
  const auto ask = [&](const std::string& target) {
    auto answer = std::make_shared<std::promise<int>>();
    workers.add([&world, target, answer](Reader& reader) {
      Request request;
      request.method = "GET";
      request.target = target;
      request.peer = *IpAddress::parse("127.0.0.1");
      request.headers = {{"host", "localhost"}};
      answer->set_value(world.service().handle(reader, request).status);
    });
    return answer->get_future();
  };
  // While the facts of the one are read, five more wait for them; then comes a question about the other.
  std::atomic<std::thread::id> reads{};
  std::atomic<int> beside{0};
  std::vector<std::future<int>> waiting;
  std::mutex lock;
  world.meanwhile = [&] {
    const std::lock_guard hold(lock);
    if (reads.load() == std::thread::id{}) reads = std::this_thread::get_id();
    if (reads.load() != std::this_thread::get_id() || beside < 0) return;
    if (waiting.empty()) {
      for (const char* question : {"timeline", "impact", "readiness", "sources?days=7", "sources?days=8"}) {
        waiting.push_back(ask(format("/api/v1/domains/busy.example/{}", question)));
      }
    }
    auto other = ask(format("/api/v1/domains/example.com/sources?days={}", beside.load() + 1));
    lock.unlock();
    const bool in_time = other.wait_for(seconds{20}) == std::future_status::ready;
    lock.lock();
    beside = in_time ? beside.load() + 1 : -1;
  };
  EXPECT_EQ(ask("/api/v1/domains/busy.example/sources").get(), 200);
  EXPECT_GE(beside, 1) << "a question about another domain waited";
  for (auto& one : waiting) EXPECT_EQ(one.get(), 200);
  workers.stop();
}

}  // namespace
}  // namespace ruagate::http
