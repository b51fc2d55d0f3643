#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "base/format.hpp"
#include "store/address_pages.hpp"
#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::store {
namespace {

using test::at;
using test::insert;
using test::make_record;
using test::make_report;
using test::TempDir;

/// (day, reporter, address, envelope) -> messages
using Sums = std::map<std::tuple<Day, std::string, std::string, std::string>, std::uint64_t>;

std::string text_of(const std::optional<IpAddress>& address) {
  return address ? address->to_string() : "none";
}

void add(const report::Report& report, Sums& sums) {
  for (const report::Record& record : report.records) {
    sums[{day_of(report.begin), report.reporter, text_of(record.source_ip), record.evidence.envelope_from.value()}] +=
        record.message_count;
  }
}

Sums sums_of(const report::DomainFacts& facts) {
  Sums sums;
  for (const report::Cell& cell : facts.cells) {
    sums[{cell.day, facts.reporters.at(cell.reporter), text_of(facts.addresses.at(cell.address)),
          facts.evidence.at(cell.evidence).envelope_from.value()}] += cell.messages;
  }
  return sums;
}

/// `number` of very many, one in ten with the longer kind of address.
std::string address(std::size_t number) {
  return number % 10 == 3 ? format("2001:db8:{:x}::1", number) : format("198.51.{}.{}", number / 250, number % 250 + 1);
}

TEST(Facts, AreTheRecordsWhereverTheirKeysLie) {
  const TempDir dir;
  const std::string path = (dir / "x.db").string();
  Sums large;
  Sums small;
  {
    Store store(path, OpenMode::write);
    for (std::size_t day = 0; day < 3; ++day) {
      report::Report report = make_report(format("large-{}", day), format("2026-11-0{}", day + 1));
      for (std::size_t i = 0; i < 3000; ++i) {
        report.records.push_back(make_record(address(day * 500 + i), 1 + i % 300));
        report.records.back().evidence.envelope_from = format("e{}.example", i % 700);
      }
      report.records.front().source_ip.reset();
      insert(store, report);
      add(report, large);
      report::Report other = make_report(format("small-{}", day), format("2026-11-0{}", day + 1));
      other.policy.domain = "other.example";
      for (const std::size_t i : {9UL, 2500UL, 3999UL}) {
        other.records.push_back(make_record(address(i), 7));
        other.records.back().evidence.author_domain = "other.example";
      }
      insert(store, other);
      add(other, small);
    }
  }
  Store store(path, OpenMode::read);
  const auto all = [&](std::string_view domain) {
    return store.facts(domain, *parse_day("2026-11-01"), *parse_day("2026-11-30"));
  };
  EXPECT_EQ(sums_of(all("other.example")), small) << "looked for one by one";
  EXPECT_EQ(sums_of(all("example.com")), large);
  EXPECT_EQ(sums_of(all("example.com")), large) << "from memory";
  EXPECT_EQ(sums_of(all("other.example")), small) << "from memory, too";
  {
    Store writer(path, OpenMode::write);
    report::Report report = make_report("new", "2026-11-04");
    report.records = {make_record("203.0.113.77", 5)};  // Its key lies in what is in memory, and was not there.
    insert(writer, report);
    add(report, large);
  }
  EXPECT_EQ(sums_of(all("example.com")), large);
  const auto facts = all("example.com");
  EXPECT_TRUE(std::is_sorted(facts.cells.begin(), facts.cells.end(),
                             [](const auto& a, const auto& b) { return a.day < b.day; }));
}

/// A cell with what its numbers stand for.
using Told = std::tuple<Day, std::string, std::string, std::string, std::uint64_t>;

std::vector<Told> told(const report::DomainFacts& facts) {
  std::vector<Told> cells;
  for (const report::Cell& cell : facts.cells) {
    cells.emplace_back(cell.day, facts.reporters.at(cell.reporter), text_of(facts.addresses.at(cell.address)),
                       facts.evidence.at(cell.evidence).envelope_from.value(), cell.messages);
  }
  return cells;
}

TEST(Facts, VeryManyAreThoseOfTheDaysOneAfterTheOther) {
  const TempDir dir;
  Store store((dir / "x.db").string(), OpenMode::write);
  constexpr std::size_t kEach = 15'000;
  for (std::size_t day = 1; day <= 9; ++day) {
    report::Report report = make_report(format("{}", day), format("2026-11-0{}", day));
    if (day % 2 == 0) report.reporter = "other";
    for (std::size_t i = 0; i < kEach; ++i) {
      report.records.push_back(make_record(address((day * 997 + i) % 20'000), 1 + i % 300));
      report.records.back().evidence.envelope_from = format("e{}.example", (day * 7 + i) % 500);
    }
    insert(store, report);
  }
  const auto of_days = [&](std::size_t first, std::size_t last) {
    return store.facts("example.com", *parse_day(format("2026-11-0{}", first)),
                       *parse_day(format("2026-11-0{}", last)));
  };
  const auto all = of_days(1, 9);
  ASSERT_GT(all.cells.size(), 100'000U) << "so many are unpacked by two threads";
  std::vector<Told> one_by_one;
  for (std::size_t day = 1; day <= 9; ++day) {
    const auto of_day = of_days(day, day);
    ASSERT_LT(of_day.cells.size(), 100'000U);
    const auto more = told(of_day);
    one_by_one.insert(one_by_one.end(), more.begin(), more.end());
  }
  EXPECT_TRUE(told(all) == one_by_one);
  // Numbers are given in the order in which they are met, by whichever thread.
  const auto first_met = [&](auto number_of) {
    std::uint32_t next = 0;
    for (const report::Cell& cell : all.cells) {
      if (number_of(cell) > next) return false;
      if (number_of(cell) == next) ++next;
    }
    return true;
  };
  EXPECT_TRUE(first_met([](const report::Cell& cell) { return std::uint32_t{cell.address}; }));
  EXPECT_TRUE(first_met([](const report::Cell& cell) { return std::uint32_t{cell.evidence}; }));
}

TEST(Facts, BlocksOfEveryTrustAreSummed) {
  const TempDir dir;
  Store store((dir / "x.db").string(), OpenMode::write);
  report::Report report = make_report("1");
  report.records = {make_record("192.0.2.1", 10), make_record("192.0.2.2", 1)};
  insert(store, report, test::from("a"));
  report.report_id = "2";
  report.records = {make_record("192.0.2.1", 5), make_record("192.0.2.3", 2)};
  insert(store, report, test::from("b", report::Trust::trusted));
  report.report_id = "3";
  insert(store, report, test::from("c", report::Trust::failed));
  const auto facts = store.facts("example.com", *parse_day("2026-11-01"), *parse_day("2026-11-01"));
  ASSERT_EQ(facts.cells.size(), 3U);
  std::map<std::string, std::uint64_t> messages;
  for (const auto& cell : facts.cells) messages[text_of(facts.addresses.at(cell.address))] += cell.messages;
  EXPECT_THAT(messages, testing::ElementsAre(testing::Pair("192.0.2.1", 15U), testing::Pair("192.0.2.2", 1U),
                                             testing::Pair("192.0.2.3", 2U)));
}

TEST(AddressPages, KnowWhatWasReadAndForget) {
  AddressPages pages;
  const auto v4 = *IpAddress::parse("192.0.2.1");
  const auto v6 = *IpAddress::parse("2001:db8::1");
  EXPECT_FALSE(pages.find(5));
  pages.begin(0);
  pages.add(5, v4.bytes());
  pages.add(6, v6.bytes());
  pages.add(AddressPages::kKeys, v4.bytes());  // Of another page.
  EXPECT_TRUE(pages.has(0));
  EXPECT_EQ(pages.find(5), v4);
  EXPECT_EQ(pages.find(6), v6);
  EXPECT_FALSE(pages.find(7));
  EXPECT_FALSE(pages.find(AddressPages::kKeys));
  EXPECT_FALSE(pages.find(-3));
  for (std::int64_t page = 1; page < 2000; ++page) pages.begin(page);
  EXPECT_FALSE(pages.has(0)) << "it is bounded";
  EXPECT_FALSE(pages.find(5));
  pages.begin(0);
  pages.add(0, {});  // The row of records that named none.
  EXPECT_FALSE(pages.find(0));
  pages.clear();
  EXPECT_FALSE(pages.has(0));
}

}  // namespace
}  // namespace ruagate::store
