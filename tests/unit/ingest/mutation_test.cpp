#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/ingest.hpp"
#include "support/report_mail.hpp"
#include "support/temp_dir.hpp"

// Valid messages damaged at random: every one must end stored, rejected or ignored, with the counts adding up.
namespace ruagate::ingest {
namespace {

constexpr int kMessages = 2000;

/// Numbers that are the same everywhere: the engine is standardised, distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(engine_() % end); }

 private:
  std::mt19937_64 engine_;
};

std::string valid_message(int number) {
  const auto xml = test::report_xml(number, number % 97 + 1);
  switch (number % 5) {
    case 0:
      return test::mail_with("text/xml", "r.xml", xml);
    case 1:
      return test::mail_with("application/gzip", "r.xml.gz", unpack::gzip(xml));
    case 2:
      return "From: a@example.org\nSubject: x\nContent-Type: text/xml\n\n" + xml;
    case 3:
      return unpack::gzip(xml);
    default:
      return xml;
  }
}

void flip_bits(std::string& bytes, Random& random) {
  for (std::size_t left = random.below(8) + 1; left > 0; --left) {
    auto& byte = bytes[random.below(bytes.size())];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << random.below(8)));
  }
}

void swap_chunks(std::string& bytes, Random& random) {
  const auto length = std::min<std::size_t>(random.below(60) + 1, bytes.size() / 2);
  const auto first = random.below(bytes.size() - length);
  const auto second = random.below(bytes.size() - length);
  const auto kept = bytes.substr(first, length);
  bytes.replace(first, length, bytes.substr(second, length));
  bytes.replace(second, length, kept);
}

/// A digit or a byte of a binary field becomes another, as lengths and sizes are written with them.
void change_length(std::string& bytes, Random& random) {
  const auto from = random.below(bytes.size());
  const auto digit = bytes.find_first_of("0123456789", from);
  if (digit != std::string::npos && random.below(2) == 0) {
    bytes.insert(digit, random.below(12) + 1, static_cast<char>('0' + random.below(10)));
  } else {
    bytes[from] = static_cast<char>(random.below(256));
    bytes[bytes.size() - 1 - random.below(std::min<std::size_t>(bytes.size(), 12))] = static_cast<char>(0xFF);
  }
}

std::string damaged(std::string bytes, Random& random) {
  for (std::size_t times = random.below(3) + 1; times > 0 && bytes.size() > 2; --times) {
    const auto at = random.below(bytes.size());
    const auto length = random.below(std::min<std::size_t>(bytes.size() - at, 400)) + 1;
    switch (random.below(6)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 3:
        swap_chunks(bytes, random);
        break;
      case 4:
        change_length(bytes, random);
        break;
      default:
        flip_bits(bytes, random);
        break;
    }
  }
  return bytes;
}

/// Messages in memory; remembers what became of each.
class Messages final : public mailbox::Mailbox {
 public:
  explicit Messages(std::vector<std::string> messages) : messages_(std::move(messages)) {}
  const std::string& name() const override { return name_; }
  Result<std::optional<std::uint64_t>> begin_pass() override {
    at_ = 0;
    became.clear();
    return std::optional<std::uint64_t>(messages_.size());
  }
  Result<std::vector<mailbox::MessageRef>> next(std::size_t max_count) override {
    std::vector<mailbox::MessageRef> refs;
    for (; refs.size() < max_count && at_ < messages_.size(); ++at_) {
      refs.push_back({std::to_string(at_), std::to_string(at_), messages_[at_].size()});
    }
    return refs;
  }
  Result<std::string> fetch(const mailbox::MessageRef& message) override { return messages_[std::stoul(message.id)]; }
  Result<void> acknowledge(std::span<const mailbox::MessageRef> messages, mailbox::Outcome outcome) override {
    for (const auto& message : messages) became[message.id].push_back(outcome);
    return {};
  }
  void wait(std::chrono::milliseconds /*limit*/, const std::function<bool()>& /*stop*/) override {}

  std::map<std::string, std::vector<mailbox::Outcome>> became;

 private:
  std::string name_ = "memory";
  std::vector<std::string> messages_;
  std::size_t at_ = 0;
};

TEST(Mutation, EveryDamagedMessageEndsStoredRejectedOrIgnored) {
  Random random(20260101);
  std::vector<std::string> messages;
  for (int i = 0; i < kMessages; ++i) messages.push_back(damaged(valid_message(i), random));
  Messages mailbox(std::move(messages));
  test::TempDir dir;
  store::Store store((dir / "x.db").string(), store::OpenMode::write);
  const FixedClock clock{instant_from(1'790'100'000)};

  Worker worker(&store, clock, {});
  ASSERT_TRUE(worker.run(mailbox, [] { return false; }, {}));
  const auto outcome = worker.outcome();
  EXPECT_EQ(outcome.messages, static_cast<std::uint64_t>(kMessages));
  EXPECT_THAT(outcome.failures, testing::IsEmpty());
  EXPECT_EQ(outcome.rejected_by_reason.count("reader_failed"), 0U);
  std::map<mailbox::Outcome, std::uint64_t> ends;
  for (const auto& [id, outcomes] : mailbox.became) {
    EXPECT_THAT(outcomes, testing::SizeIs(1)) << id;
    ++ends[outcomes.front()];
  }
  const auto stored = ends[mailbox::Outcome::processed];
  EXPECT_EQ(stored + ends[mailbox::Outcome::rejected] + ends[mailbox::Outcome::ignored], outcome.messages);
  EXPECT_EQ(ends[mailbox::Outcome::ignored], outcome.ignored_count);
  EXPECT_GE(outcome.rejected_count, ends[mailbox::Outcome::rejected]);
  EXPECT_GE(outcome.reports_new + outcome.reports_duplicate + outcome.reports_conflicting, stored);
  // The damage is of every kind: each end is met often.
  EXPECT_GT(stored, 500U);
  EXPECT_GT(ends[mailbox::Outcome::rejected], 300U);
  EXPECT_GT(ends[mailbox::Outcome::ignored], 20U);

  const auto stats = store.stats();
  EXPECT_EQ(stats.reports, outcome.reports_new);
  EXPECT_THAT(store.check(), testing::IsEmpty());
  std::uint64_t listed = 0;
  store.reports({}, [&](store::ReportRow&& row) {
    listed += row.totals.messages;
    return true;
  });
  EXPECT_EQ(listed, stats.messages);

  Worker again(&store, clock, {});
  ASSERT_TRUE(again.run(mailbox, [] { return false; }, {}));
  EXPECT_EQ(again.outcome().reports_new, 0U) << "the same mail again is no news";
  EXPECT_EQ(again.outcome().rejected_count, outcome.rejected_count);
  EXPECT_EQ(store.stats().messages, stats.messages);
}

}  // namespace
}  // namespace ruagate::ingest
