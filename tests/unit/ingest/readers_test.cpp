#include "ingest/readers.hpp"

#include <atomic>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

namespace ruagate::test {
namespace {

using ingest::Readers;
using ingest::ReadTask;

ReadTask task(std::size_t number, std::size_t size = 10) {
  ReadTask task;
  task.message.id = std::to_string(number);
  task.bytes = std::string(size, 'x');
  return task;
}

/// Gives all messages as a worker does and returns the ids in the order in which they came back.
std::vector<std::string> through(Readers& readers, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    while (auto done = readers.has_room() ? readers.take_ready() : readers.wait_next()) ids.push_back(done->message.id);
    readers.give(task(i));
  }
  while (auto done = readers.wait_next()) ids.push_back(done->message.id);
  return ids;
}

class ReadersTest : public testing::TestWithParam<std::size_t> {};

TEST_P(ReadersTest, GiveBackEveryMessageOnceInOrder) {
  std::atomic<std::size_t> read{0};
  Readers readers(GetParam(), [&](ReadTask&) { ++read; });
  const std::vector<std::string> ids = through(readers, 5000);
  ASSERT_EQ(ids.size(), 5000U);
  for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(ids[i], std::to_string(i));
  EXPECT_EQ(read, 5000U);
}

TEST_P(ReadersTest, TakeBackWhatIsUsedWhileTheyRead) {
  Readers readers(GetParam(), [](ReadTask& task) { task.read.reports.resize(1 + task.bytes.size() % 3); });
  std::vector<ingest::ReadMessage> used;
  std::size_t back = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    readers.give(task(i, i % 7));
    while (auto done = readers.take_ready()) {
      ASSERT_EQ(done->read.reports.size(), 1 + done->bytes.size() % 3);
      used.push_back(std::move(done->read));
      ++back;
    }
    if (used.size() < 50) continue;
    readers.drop(std::move(used));
    used.clear();
  }
  while (auto done = readers.wait_next()) ++back;
  readers.drop(std::move(used));  // Freed in the end, whoever does it.
  EXPECT_EQ(back, 2000U);
}

TEST_P(ReadersTest, WhatAReaderThrowsIsThrownInItsPlace) {
  Readers readers(GetParam(), [&](ReadTask& task) {
    if (task.message.id == "1") throw std::runtime_error("no memory");
  });
  for (std::size_t i = 0; i < 3; ++i) readers.give(task(i));
  EXPECT_EQ(readers.wait_next()->message.id, "0");
  EXPECT_THROW(readers.wait_next(), std::runtime_error);
  EXPECT_EQ(readers.wait_next()->message.id, "2");
  EXPECT_FALSE(readers.wait_next());
}

TEST_P(ReadersTest, RoomEndsByNumberAndByBytes) {
  Readers readers(GetParam(), [](ReadTask&) {});
  std::size_t given = 0;
  while (readers.has_room()) readers.give(task(given++));
  EXPECT_EQ(given, 4096U);
  while (readers.wait_next()) {
  }
  given = 0;
  while (readers.has_room()) readers.give(task(given++, 8U << 20));
  EXPECT_EQ(given, 4U);
  EXPECT_EQ(readers.wait_next()->message.id, "0");
  EXPECT_TRUE(readers.has_room());
}

TEST_P(ReadersTest, OneHugeMessageIsReadAtATime) {
  std::atomic<int> at_work{0};
  std::atomic<int> most{0};
  Readers readers(GetParam(), [&](ReadTask& task) {
    if (task.bytes.size() < (256U << 10)) return;
    const int now = ++at_work;
    if (now > most) most = now;
    std::this_thread::yield();
    --at_work;
  });
  for (std::size_t i = 0; i < 60; ++i) readers.give(task(i, i % 2 == 0 ? 300U << 10 : 10));
  std::size_t back = 0;
  while (readers.wait_next()) ++back;
  EXPECT_EQ(back, 60U);
  EXPECT_EQ(most, 1);
}

TEST_P(ReadersTest, ReadingStopsAheadOfASlowStore) {
  std::atomic<std::size_t> read{0};
  Readers readers(GetParam(), [&](ReadTask& task) {
    ++read;
    task.read.reports.resize(1);
    task.read.reports[0].report.records.resize(10'000);
  });
  for (std::size_t i = 0; i < 20; ++i) readers.give(task(i));
  EXPECT_EQ(readers.wait_next()->message.id, "0");
  EXPECT_LE(read, 3 + GetParam());
  std::size_t back = 1;
  while (readers.wait_next()) ++back;
  EXPECT_EQ(back, 20U);
}

INSTANTIATE_TEST_SUITE_P(Threads, ReadersTest, testing::Values(0, 1, 3));

TEST(ReadersStop, UnreadMessagesAreDroppedAndBegunOnesComeBack) {
  std::latch begun(1);
  std::latch go_on(1);
  Readers readers(1, [&](ReadTask& task) {
    if (task.message.id != "0") return;
    begun.count_down();
    go_on.wait();
  });
  for (std::size_t i = 0; i < 10; ++i) readers.give(task(i));
  begun.wait();
  readers.drop_unread();
  go_on.count_down();
  EXPECT_EQ(readers.wait_next()->message.id, "0");
  EXPECT_FALSE(readers.wait_next());
}

TEST(ReadersStop, EndWithMessagesWaitingIsClean) {
  Readers readers(2, [](ReadTask&) {});
  for (std::size_t i = 0; i < 100; ++i) readers.give(task(i));
}

}  // namespace
}  // namespace ruagate::test
