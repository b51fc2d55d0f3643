#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::IsEmpty;

class Kept : public testing::Test {
 protected:
  bool add(const store::NewReject& reject) {
    store_.begin();
    const bool is_new = store_.add_reject(reject);
    store_.commit();
    return is_new;
  }
  TempDir folder_;
  Store store_{folder_ / "x.db", OpenMode::write};
};

store::NewReject sample() {
  store::NewReject reject;
  reject.origin = "cur/1";
  reject.part = "2 report.zip";
  reject.reason = "bad_zip";
  reject.detail = "end of central directory not found";
  reject.bytes = std::string("PK\0\x03 rubbish", 12);
  reject.whole_message = false;
  reject.seen_at = at("2026-11-10");
  return reject;
}

TEST_F(Kept, RejectComesBackAsItWas) {
  EXPECT_TRUE(add(sample()));
  const std::vector<store::RejectRow> rows = store_.rejects();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].origin, "cur/1");
  EXPECT_EQ(rows[0].part, "2 report.zip");
  EXPECT_EQ(rows[0].reason, "bad_zip");
  EXPECT_EQ(rows[0].detail, sample().detail);
  EXPECT_FALSE(rows[0].whole_message);
  EXPECT_EQ(rows[0].encoding, store::RawEncoding::plain);
  EXPECT_EQ(rows[0].size, 12U);
  EXPECT_EQ(rows[0].first_seen, at("2026-11-10"));
  EXPECT_EQ(rows[0].times_seen, 1U);
  EXPECT_EQ(store_.reject_bytes(rows[0].id), sample().bytes);
  EXPECT_EQ(store_.reject(rows[0].id)->reason, "bad_zip");
  EXPECT_FALSE(store_.reject(99));
  EXPECT_FALSE(store_.reject_bytes(99));
}

TEST_F(Kept, SameBytesAgainAreCounted) {
  add(sample());
  store::NewReject again = sample();
  again.origin = "cur/2";
  again.seen_at = at("2026-11-12");
  EXPECT_FALSE(add(again));
  ASSERT_EQ(store_.rejects().size(), 1U);
  EXPECT_EQ(store_.rejects()[0].times_seen, 2U);
  EXPECT_EQ(store_.rejects()[0].origin, "cur/1");
  EXPECT_EQ(store_.rejects()[0].first_seen, at("2026-11-10"));
  EXPECT_EQ(store_.rejects()[0].last_seen, at("2026-11-12"));
  again.part = "3";
  EXPECT_TRUE(add(again));
  again.bytes += "x";
  EXPECT_TRUE(add(again));
  EXPECT_EQ(store_.rejects_since(at("2026-11-11")), 2U);
  EXPECT_EQ(store_.rejects_since(at("2026-11-13")), 0U);
}

TEST_F(Kept, RejectsWithoutBytesAreToldApartByPlace) {
  store::NewReject reject = sample();
  reject.bytes.clear();
  EXPECT_TRUE(add(reject));
  EXPECT_FALSE(add(reject));
  reject.origin = "cur/2";
  EXPECT_TRUE(add(reject));
}

TEST_F(Kept, RejectsAreUpdatedAndDropped) {
  add(sample());
  const std::int64_t id = store_.rejects().at(0).id;
  store_.begin();
  store_.update_reject(id, "bad_xml", "line 1");
  store_.commit();
  EXPECT_EQ(store_.reject(id)->reason, "bad_xml");
  EXPECT_EQ(store_.reject(id)->detail, "line 1");
  store_.begin();
  store_.drop_reject(id);
  store_.commit();
  EXPECT_THAT(store_.rejects(), IsEmpty());
}

TEST_F(Kept, DecisionsAreReplacedListedAndForgotten) {
  report::Decision decision;
  decision.domain = "example.com";
  decision.kind = report::DecisionKind::forwarder;
  decision.what = "dkim:list.example";
  decision.critical = true;
  decision.periodic = "monthly";
  decision.note = "it's \"ours\"";
  decision.decided_by = "ops";
  decision.decided_at = at("2026-11-11");
  store_.begin();
  store_.set_decision(decision);
  decision.what = "192.0.2.0/24";
  store_.set_decision(decision);
  decision.domain = "a.example";
  store_.set_decision(decision);
  decision.kind = report::DecisionKind::deny;
  decision.periodic.reset();
  decision.retired = true;
  store_.set_decision(decision);
  store_.commit();
  std::vector<report::Decision> all = store_.decisions(std::nullopt);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].domain, "a.example");
  EXPECT_EQ(all[0].kind, report::DecisionKind::deny);
  EXPECT_EQ(all[0].periodic, std::nullopt);
  EXPECT_TRUE(all[0].retired);
  EXPECT_EQ(all[1].what, "192.0.2.0/24");
  EXPECT_EQ(all[2].what, "dkim:list.example");
  EXPECT_EQ(all[2].kind, report::DecisionKind::forwarder);
  EXPECT_EQ(all[2].periodic, "monthly");
  EXPECT_EQ(all[2].note, decision.note);
  EXPECT_EQ(all[2].decided_by, "ops");
  EXPECT_EQ(all[2].decided_at, at("2026-11-11"));
  EXPECT_TRUE(all[2].critical);
  EXPECT_EQ(store_.decisions("example.com").size(), 2U);
  store_.begin();
  EXPECT_TRUE(store_.forget_decision("example.com", "192.0.2.0/24"));
  EXPECT_FALSE(store_.forget_decision("example.com", "192.0.2.0/24"));
  store_.commit();
  EXPECT_EQ(store_.decisions("example.com").size(), 1U);
}

TEST_F(Kept, RunsNewestFirst) {
  store_.begin();
  for (int i = 0; i < 5; ++i) {
    store::IngestRun run;
    run.started_at = at("2026-11-01", i);
    run.finished_at = at("2026-11-01", i + 1);
    run.mailbox = "rua" + std::to_string(i);
    run.messages = 10;
    run.failures = static_cast<std::uint64_t>(i);
    store_.add_run(run);
  }
  store_.commit();
  const std::vector<store::IngestRun> runs = store_.runs(2);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].mailbox, "rua4");
  EXPECT_EQ(runs[0].failures, 4U);
  EXPECT_EQ(runs[0].messages, 10U);
  EXPECT_EQ(runs[0].started_at, at("2026-11-01", 4));
  EXPECT_EQ(runs[1].mailbox, "rua3");
  EXPECT_EQ(store_.runs(~std::uint64_t{0}).size(), 5U);
}

}  // namespace
}  // namespace ruagate::test
