#include <algorithm>
#include <filesystem>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "answer/answer.hpp"
#include "ingest/ingest.hpp"
#include "present/present.hpp"
#include "sim/loop/mailday.hpp"
#include "sim/loop/score.hpp"
#include "support/temp_dir.hpp"

// Histories through real report mails, real ingestion and the answers that users get.
namespace ruagate::sim::loop {
namespace {

namespace fs = std::filesystem;

const domain::OrgDomains& org_domains() {
  static const domain::OrgDomains kOrgDomains;
  return kOrgDomains;
}

std::optional<std::string> told_text(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

/// The mail by which `receivers` send a day's report.
std::string mail_of(const std::vector<Receiver>& receivers, const std::string& domain, const DayReport& day) {
  const Receiver& receiver = *std::find_if(receivers.begin(), receivers.end(),
                                           [&](const Receiver& it) { return it.org_name == day.reporter; });
  report::Report report;
  report.generation = day.generation;
  report.version = told_text(receiver.dialect.version);
  report.reporter = day.reporter;
  report.email = receiver.email;
  report.extra_contact_info = told_text(receiver.dialect.extra_contact_info);
  report.generator = told_text(receiver.dialect.generator);
  report.begin = Instant{day.day};
  report.end = Instant{day.day + days{1}} - std::chrono::seconds{receiver.dialect.end_is_next_midnight ? 0 : 1};
  report.policy = day.policy;
  report.records = day.records;
  Random random = Random::stream(1, domain + receiver.submitter, day_number(day.day));
  report.report_id = make_report_id(receiver, domain, report.begin, random);
  const Instant sent = Instant{day.arrives} + std::chrono::hours{receiver.hour};
  return write_mail(receiver, report, "rua@" + domain, sent,
                    pack(receiver, report, write_xml(receiver.dialect, report)));
}

/// A database with mailboxes, worked as the commands work it.
class Office {
 public:
  explicit Office(std::vector<std::string> mailboxes = {"rua"}) : mailboxes_(std::move(mailboxes)) {
    for (const auto& name : mailboxes_) {
      for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(dir_ / name / part);
    }
  }
  void put(const std::string& mailbox, const std::string& mail) {
    test::write_file(dir_ / mailbox / "new" / std::to_string(++count_), mail);
  }
  /// Reads every mailbox; what was read is moved away.
  void ingest(Day today) {
    clock_.set(Instant{today} + std::chrono::hours{6});
    for (const auto& name : mailboxes_) {
      mailbox::Options options;
      options.name = name;
      options.processed = *mailbox::parse_acknowledgement("delete");
      auto opened = mailbox::open_maildir((dir_ / name).string(), options);
      ASSERT_TRUE(opened);
      ingest::Options how;
      how.keep_raw = false;
      how.readers = 0;
      ingest::Worker worker(&store_, clock_, how);
      ASSERT_TRUE(worker.run(**opened, [] { return false; }, {}));
      EXPECT_EQ(worker.outcome().rejected_count, 0U);
      EXPECT_EQ(worker.outcome().ignored_count, 0U);
      duplicates += worker.outcome().reports_duplicate;
    }
  }
  void decide(std::span<const report::Decision> decisions) {
    store_.begin();
    for (; decided_ < decisions.size(); ++decided_) store_.set_decision(decisions[decided_]);
    store_.commit();
  }
  readiness::DomainVerdict verdict(const std::string& domain, Day as_of) {
    const auto answer = answer::readiness(asked(), {domain}, as_of, std::nullopt);
    EXPECT_TRUE(answer);
    return answer->domains[0];
  }
  /// The documents of `readiness --explain --json` and `sources --json`.
  std::string documents(const std::string& domain, Day as_of) {
    std::ostringstream out;
    auto verdicts = answer::readiness(asked(), {domain}, as_of, std::nullopt);
    EXPECT_TRUE(verdicts);
    answer::explain(asked(), *verdicts);
    present::write(out, *verdicts, present::Format::json, {});
    answer::WindowRequest window;
    window.as_of = as_of;
    const auto sources = answer::sources(asked(), domain, window);
    EXPECT_TRUE(sources);
    present::write(out, *sources, present::Format::json, {});
    return out.str();
  }

  std::uint64_t duplicates = 0;

 private:
  answer::Asked asked() { return {store_, org_domains(), config_, clock_}; }

  test::TempDir dir_;
  std::vector<std::string> mailboxes_;
  store::Store store_{(dir_ / "x.db").string(), store::OpenMode::write};
  FixedClock clock_{Instant{kFirstDay}};
  config::Config config_;
  int count_ = 0;
  std::size_t decided_ = 0;
};

/// A domain of a few messages a day, with everything else that a history has.
Parameters tiny_worlds() {
  Parameters parameters;
  parameters.most_services = 2;
  parameters.weekly_high = 300;
  parameters.parked_share = 0;
  return parameters;
}

/// What the product says of the facts must be what it says of the ingested mails.
class Ingested final : public Judge {
 public:
  Opinion ask(const Situation& situation) override {
    const std::string& domain = situation.history.domain;
    for (const DayReport& day : situation.news) office_.put("rua", mail_of(situation.history.receivers, domain, day));
    office_.ingest(situation.today);
    office_.decide(situation.decisions);
    if ((situation.today - kFirstDay).count() % 4 != 0) return {};
    const auto said = office_.verdict(domain, situation.today);
    readiness::Question question;
    question.as_of = situation.today;
    const auto expected = readiness::evaluate(situation.log.facts(), question, situation.decisions, org_domains(), {});
    EXPECT_EQ(said.verdict, expected.verdict) << to_iso(situation.today) << " " << said.reason << expected.reason;
    EXPECT_EQ(said.reason, expected.reason) << to_iso(situation.today);
    EXPECT_EQ(said.record, expected.record);
    EXPECT_EQ(said.messages, expected.messages);
    EXPECT_EQ(said.blockers.size(), expected.blockers.size());
    ++verdicts[said.verdict];
    return opinion_of(said);
  }

  std::map<readiness::Verdict, int> verdicts;

 private:
  Office office_;
};

TEST(IngestedLoop, HistoryThroughRealMailsGoesAsThroughTheFacts) {
  Ingested judge;
  const Outcome outcome = play(make_history(46, tiny_worlds()), judge, org_domains(), false);
  EXPECT_FALSE(outcome.raises.empty());
  EXPECT_GE(judge.verdicts.size(), 3U) << "a history in which little happens shows little";
  for (const Raise& raise : outcome.raises) EXPECT_FALSE(raise.wrong) << "on day " << raise.day;
}

/// All reports of the first `count` days of a history at p=none.
std::vector<DayReport> reports_of(History& history, int count) {
  MailDays mail(history, org_domains());
  report::PublishedPolicy policy;
  policy.domain = history.domain;
  policy.p = report::Policy::none;
  std::vector<DayReport> result;
  for (int i = 0; i < count; ++i) {
    const Day day = kFirstDay + days{i};
    happen(history, day);
    mail.send(day, policy);
    for (auto& report : mail.arriving(day + days{1})) result.push_back(std::move(report));
  }
  return result;
}

class IngestedProperty : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr int kLength = 45;
  const Day last_ = kFirstDay + days{kLength};
  History history_ = make_history(GetParam(), tiny_worlds());
  std::vector<DayReport> reports_ = reports_of(history_, kLength);

  std::string mail(const DayReport& report) const { return mail_of(history_.receivers, history_.domain, report); }
};

TEST_P(IngestedProperty, NeitherASecondMailboxNorTheOrderChangesAnything) {
  Office once;
  for (const auto& report : reports_) once.put("rua", mail(report));
  once.ingest(last_);
  const std::string expected = once.documents(history_.domain, last_);
  EXPECT_NE(expected.find("\"blockers\""), std::string::npos);

  Office twice({"rua", "copy"});
  for (const auto& report : reports_) {
    twice.put("rua", mail(report));
    twice.put("copy", mail(report));
  }
  twice.ingest(last_);
  EXPECT_EQ(twice.duplicates, reports_.size());
  EXPECT_EQ(twice.documents(history_.domain, last_), expected);

  Office shuffled;
  auto in_disorder = reports_;
  std::shuffle(in_disorder.begin(), in_disorder.end(), std::mt19937(7));
  for (std::size_t i = 0; i < in_disorder.size(); ++i) {
    shuffled.put("rua", mail(in_disorder[i]));
    if (i % 40 == 0) shuffled.ingest(last_);
  }
  shuffled.ingest(last_);
  EXPECT_EQ(shuffled.documents(history_.domain, last_), expected);
}

TEST_P(IngestedProperty, ShiftingAllDatesShiftsTheAnswer) {
  constexpr days kShift{77};  // Whole weeks: who is silent on weekends stays so.
  Office here;
  Office there;
  for (auto report : reports_) {
    here.put("rua", mail(report));
    report.day += kShift;
    report.arrives += kShift;
    there.put("rua", mail(report));
  }
  here.ingest(last_);
  there.ingest(last_ + kShift);
  const auto a = here.verdict(history_.domain, last_);
  const auto b = there.verdict(history_.domain, last_ + kShift);
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.window_from + kShift, b.window_from);
  EXPECT_EQ(a.record, b.record);
  EXPECT_EQ(a.messages, b.messages);
  ASSERT_EQ(a.gates.size(), b.gates.size());
  for (std::size_t i = 0; i < a.gates.size(); ++i) {
    EXPECT_EQ(a.gates[i].ok, b.gates[i].ok) << a.gates[i].gate;
    EXPECT_EQ(a.gates[i].have, b.gates[i].have) << a.gates[i].gate;
  }
  ASSERT_EQ(a.earliest.has_value(), b.earliest.has_value());
  if (a.earliest) {
    EXPECT_EQ(*a.earliest + kShift, *b.earliest);
  }
  ASSERT_EQ(a.blockers.size(), b.blockers.size());
  for (std::size_t i = 0; i < a.blockers.size(); ++i) EXPECT_EQ(a.blockers[i].key, b.blockers[i].key);
}

INSTANTIATE_TEST_SUITE_P(Histories, IngestedProperty, testing::Values(46U, 58U));

}  // namespace
}  // namespace ruagate::sim::loop
