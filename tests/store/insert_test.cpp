#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

namespace ruagate::test {
namespace {

using store::InsertOutcome;
using store::OpenMode;
using store::Store;
using testing::HasSubstr;
using testing::IsEmpty;

class Insert : public testing::Test {
 protected:
  TempDir folder_;
  Store store_{folder_ / "x.db", OpenMode::write};
};

/// Every field set to something of its own.
report::Report full_report() {
  using namespace report;
  Report report = make_report("<full>\x01\xc3\xbc");
  report.generation = Generation::rfc9990;
  report.version = "1.0";
  report.extra_contact_info = "https://receiver.example/?a=1&b='2'";
  report.generator = "Gen 1.2";
  report.errors = {"first; error", "second", "first; error"};
  report.policy = {"example.com", Policy::quarantine,    Policy::reject,         Policy::none, 50,
                   true,          AlignmentMode::strict, AlignmentMode::relaxed, "1:d:s",      "treewalk"};
  report.records_left_out = 3;
  report.tolerances = {"a_name", "b_name"};
  Record rich = make_record("2001:db8::1", 7, true, false);
  rich.disposition = Disposition::pass;
  rich.evidence.envelope_to = "to.example";
  rich.evidence.envelope_from = "";
  rich.evidence.author_domain = "sub.example.com";
  rich.evidence.dkim = {{"example.com", "s1", DkimResult::pass, "good; 2048 bits"},
                        {"", "", DkimResult::permerror, ""},
                        {"esp.example", "k", DkimResult::temperror, ""}};
  rich.evidence.spf = {{"", SpfScope::helo, SpfResult::permerror, "why"},
                       {"x.example", SpfScope::unknown, SpfResult::none, ""}};
  rich.evidence.reasons = {{OverrideType::policy_test_mode, "t=y"}, {OverrideType::other, ""}};
  Record bare = make_record("192.0.2.1", 10'000'000'000);
  bare.source_ip.reset();
  bare.disposition = Disposition::unknown;
  bare.dkim_aligned = AlignmentResult::unknown;
  bare.spf_aligned = AlignmentResult::unknown;
  bare.evidence = {};
  bare.evidence.author_domain = "example.com";
  report.records = {rich, bare, make_record("192.0.2.1", 1), make_record("192.0.2.1", 1)};
  return report;
}

TEST_F(Insert, EveryFieldComesBackAsItWas) {
  const report::Report given = full_report();
  const store::Provenance provenance{"box:cur/1,\n2", at("2026-11-20", 5), report::Trust::trusted};
  const store::RawDocument document{std::string("PK\0\x01", 4), store::RawEncoding::zip};
  EXPECT_EQ(insert(store_, given, provenance, document), InsertOutcome::added);

  const std::vector<store::ReportRow> rows = all_reports(store_);
  ASSERT_EQ(rows.size(), 1U);
  const store::ReportRow& row = rows.front();
  EXPECT_EQ(row.report.generation, given.generation);
  EXPECT_EQ(row.report.version, given.version);
  EXPECT_EQ(row.report.reporter, given.reporter);
  EXPECT_EQ(row.report.report_id, given.report_id);
  EXPECT_EQ(row.report.email, given.email);
  EXPECT_EQ(row.report.extra_contact_info, given.extra_contact_info);
  EXPECT_EQ(row.report.generator, given.generator);
  EXPECT_EQ(row.report.errors, given.errors);
  EXPECT_EQ(row.report.begin, given.begin);
  EXPECT_EQ(row.report.end, given.end);
  EXPECT_EQ(row.report.policy, given.policy);
  EXPECT_EQ(row.report.records_left_out, given.records_left_out);
  EXPECT_EQ(row.report.tolerances, given.tolerances);
  EXPECT_THAT(row.report.records, IsEmpty());
  EXPECT_EQ(row.totals, report::totals_of(given));
  EXPECT_EQ(row.source_ips, 2U);
  EXPECT_THAT(row.author_domains, testing::ElementsAre("example.com", "sub.example.com"));
  EXPECT_EQ(row.provenance.origin, provenance.origin);
  EXPECT_EQ(row.provenance.received_at, provenance.received_at);
  EXPECT_EQ(row.provenance.trust, provenance.trust);
  EXPECT_TRUE(row.has_raw);

  const std::vector<store::RecordRow> records = store_.records_of(row.id);
  ASSERT_EQ(records.size(), given.records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].record, given.records[i]) << i;
    EXPECT_EQ(records[i].policy_domain, "example.com");
    EXPECT_EQ(records[i].reporter, given.reporter);
  }
  const std::optional<store::RawDocument> kept = store_.raw(row.id);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->bytes, document.bytes);
  EXPECT_EQ(kept->encoding, document.encoding);
  EXPECT_THAT(store_.check(), IsEmpty());

  // The same through a fresh connection, whose maps are empty.
  Store other(folder_ / "x.db", OpenMode::read);
  ASSERT_EQ(other.records_of(row.id).size(), records.size());
  EXPECT_EQ(other.records_of(row.id)[0].record, given.records[0]);
  EXPECT_EQ(all_reports(other)[0].report.errors, given.errors);
}

TEST_F(Insert, AbsentIsNotEmpty) {
  report::Report given = make_report("1");
  given.email.reset();
  given.version = "";
  given.policy.fo = "";
  given.policy.pct.reset();
  given.records[0].evidence.envelope_from.reset();
  insert(store_, given);
  const store::ReportRow row = all_reports(store_).at(0);
  EXPECT_EQ(row.report.email, std::nullopt);
  EXPECT_EQ(row.report.version, "");
  EXPECT_EQ(row.report.policy, given.policy);
  EXPECT_EQ(row.report.generator, std::nullopt);
  EXPECT_EQ(store_.records_of(row.id).at(0).record, given.records[0]);
}

TEST_F(Insert, PoliciesThatDifferInOneFieldStayApart) {
  std::vector<report::PublishedPolicy> policies;
  report::PublishedPolicy policy = make_report("").policy;
  policies.push_back(policy);
  policy.testing = false;
  policies.push_back(policy);
  policy.discovery_method = "psl";
  policies.push_back(policy);
  policy.fo = "psl";
  policies.push_back(policy);
  for (int round = 0; round < 2; ++round) {  // the second time from the table, not from memory
    Store store(folder_ / "x.db", OpenMode::write);
    for (std::size_t i = 0; i < policies.size(); ++i) {
      report::Report report = make_report(std::to_string(round) + "-" + std::to_string(i));
      report.policy = policies[i];
      insert(store, report);
    }
  }
  const std::vector<store::ReportRow> rows = all_reports(store_);
  ASSERT_EQ(rows.size(), 2 * policies.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].report.policy, policies[i % policies.size()]);
}

TEST_F(Insert, SameReportIsStoredOnce) {
  report::Report report = full_report();
  EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  const std::vector<std::string> before = facts_lines(store_);
  std::swap(report.records[0], report.records[1]);
  report.reporter = "RECEIVER.EXAMPLE";
  EXPECT_EQ(insert(store_, report, from("elsewhere"), raw("other bytes")), InsertOutcome::duplicate);
  EXPECT_EQ(all_reports(store_).size(), 1U);
  EXPECT_EQ(all_reports(store_)[0].provenance.origin, "cur/1");
  EXPECT_EQ(facts_lines(store_), before);
  EXPECT_THAT(store_.rejects(), IsEmpty());
  // Each part of the identity counts.
  report.report_id += "x";
  EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  report.end += std::chrono::seconds{1};
  EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  report.policy.domain = "example.org";
  EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  report.reporter = "another";
  EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, SameReportTwiceInOneTransactionIsStoredOnce) {
  store_.begin();
  EXPECT_EQ(store_.insert(make_report("1"), from("a"), raw("x")), InsertOutcome::added);
  EXPECT_EQ(store_.insert(make_report("1"), from("b"), raw("x")), InsertOutcome::duplicate);
  store_.commit();
  EXPECT_EQ(all_reports(store_).size(), 1U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, SmallerConflictingReportBecomesAReject) {
  insert(store_, make_report("1"));
  const std::vector<std::string> before = facts_lines(store_);
  report::Report other = make_report("1");
  other.records = {make_record("192.0.2.9", 10)};  // not larger: equal
  EXPECT_EQ(insert(store_, other, from("cur/2"), {"zip bytes", store::RawEncoding::zip}),
            InsertOutcome::conflict_kept_old);
  EXPECT_EQ(facts_lines(store_), before);
  const std::vector<store::RejectRow> rejects = store_.rejects();
  ASSERT_EQ(rejects.size(), 1U);
  EXPECT_EQ(rejects[0].reason, "conflicting_report");
  EXPECT_EQ(rejects[0].origin, "cur/2");
  EXPECT_EQ(rejects[0].encoding, store::RawEncoding::zip);
  EXPECT_FALSE(rejects[0].whole_message);
  EXPECT_EQ(store_.reject_bytes(rejects[0].id), "zip bytes");
  // Once more: counted, not stored again.
  EXPECT_EQ(insert(store_, other, from("cur/3"), {"zip bytes", store::RawEncoding::zip}),
            InsertOutcome::conflict_kept_old);
  ASSERT_EQ(store_.rejects().size(), 1U);
  EXPECT_EQ(store_.rejects()[0].times_seen, 2U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, LargerConflictingReportReplacesTheOldExactly) {
  insert(store_, make_report("0"));
  report::Report old = full_report();
  insert(store_, old, from("cur/old"), {"old bytes", store::RawEncoding::gzip});
  const std::int64_t id = all_reports(store_).at(1).id;
  report::Report larger = full_report();
  larger.policy.p = report::Policy::reject;
  larger.records = {make_record("198.51.100.1", 20'000'000'000), make_record("192.0.2.1", 3, false, false)};
  larger.records[1].evidence.author_domain = "other.example.com";
  EXPECT_EQ(insert(store_, larger, from("cur/new")), InsertOutcome::conflict_replaced);

  // As if only the winner had ever come.
  TempDir clean;
  Store expected(clean / "x.db", OpenMode::write);
  insert(expected, make_report("0"));
  insert(expected, larger, from("cur/new"));
  EXPECT_EQ(facts_lines(store_), facts_lines(expected));
  EXPECT_THAT(store_.check(), IsEmpty());
  EXPECT_EQ(store_.stats().records, expected.stats().records);
  EXPECT_EQ(store_.stats().cells, expected.stats().cells);
  EXPECT_EQ(store_.stats().raw_documents, 2U);
  EXPECT_EQ(all_reports(store_).at(1).id, id);
  EXPECT_EQ(all_reports(store_).at(1).provenance.origin, "cur/new");
  EXPECT_THAT(all_reports(store_).at(1).author_domains, testing::ElementsAre("example.com", "other.example.com"));

  const std::vector<store::RejectRow> rejects = store_.rejects();
  ASSERT_EQ(rejects.size(), 1U);
  EXPECT_EQ(rejects[0].origin, "cur/old");
  EXPECT_EQ(rejects[0].encoding, store::RawEncoding::gzip);
  EXPECT_EQ(store_.reject_bytes(rejects[0].id), "old bytes");
  // The loser comes again.
  EXPECT_EQ(insert(store_, old, from("cur/old"), {"old bytes", store::RawEncoding::gzip}),
            InsertOutcome::conflict_kept_old);
  EXPECT_EQ(store_.rejects().size(), 1U);
}

TEST_F(Insert, ConflictWithoutKeptDocumentSaysSo) {
  insert(store_, make_report("1"), from("a"), {});
  EXPECT_FALSE(all_reports(store_).at(0).has_raw);
  EXPECT_FALSE(store_.raw(all_reports(store_).at(0).id));
  report::Report larger = make_report("1");
  larger.records.push_back(make_record("192.0.2.2", 1));
  EXPECT_EQ(insert(store_, larger, from("b"), {}), InsertOutcome::conflict_replaced);
  ASSERT_EQ(store_.rejects().size(), 1U);
  EXPECT_THAT(store_.rejects()[0].detail, HasSubstr("its document was not kept"));
  EXPECT_EQ(store_.reject_bytes(store_.rejects()[0].id), "");
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, ForgedReportNeverPushesOutAnAuthenticOne) {
  insert(store_, make_report("1"), from("a", report::Trust::unverified));
  report::Report forged = make_report("1");
  forged.records[0].message_count = 1'000'000;
  EXPECT_EQ(insert(store_, forged, from("b", report::Trust::failed)), InsertOutcome::conflict_kept_old);
  EXPECT_EQ(store_.domains().at(0).messages, 10U);

  report::Report second = make_report("2");
  second.records[0].message_count = 1'000'000;
  insert(store_, second, from("c", report::Trust::failed));
  EXPECT_EQ(store_.domains().at(0).messages, 10U);  // left out of the figures
  second.records[0].message_count = 5;
  EXPECT_EQ(insert(store_, second, from("d", report::Trust::trusted)), InsertOutcome::conflict_replaced);
  EXPECT_EQ(store_.domains().at(0).messages, 15U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, BetterTrustOfADuplicateCounts) {
  insert(store_, make_report("1"), from("a", report::Trust::failed));
  EXPECT_THAT(facts_lines(store_), IsEmpty());
  EXPECT_EQ(insert(store_, make_report("1"), from("b", report::Trust::trusted)), InsertOutcome::duplicate);
  EXPECT_EQ(facts_lines(store_).size(), 2U);
  EXPECT_EQ(all_reports(store_).at(0).provenance.trust, report::Trust::trusted);
  EXPECT_EQ(insert(store_, make_report("1"), from("c", report::Trust::failed)), InsertOutcome::duplicate);
  EXPECT_EQ(all_reports(store_).at(0).provenance.trust, report::Trust::trusted);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, HugeCountsNeverBreakTheRollUp) {
  for (int i = 0; i < 3; ++i) {
    report::Report report = make_report(std::to_string(i));
    report.records[0].message_count = ~std::uint64_t{0};
    EXPECT_EQ(insert(store_, report), InsertOutcome::added);
  }
  store_.begin();
  for (const store::ReportRow& row : store_.waiting()) EXPECT_TRUE(store_.accept(row.id, at("2026-11-20")));
  store_.commit();
  EXPECT_GT(store_.domains().at(0).messages, std::uint64_t{1} << 62);
  EXPECT_FALSE(store_.trend("example.com", parse_day("2026-11-01").value(), parse_day("2026-11-01").value()).empty());
}

TEST_F(Insert, RolledBackLeavesNothingAndTheStoreUsable) {
  store_.begin();
  store_.insert(full_report(), from("a"), raw("x"));
  store_.rollback();
  EXPECT_THAT(all_reports(store_), IsEmpty());
  EXPECT_EQ(store_.stats().texts, 0U);
  insert(store_, full_report());  // keys remembered from the lost transaction would break this
  EXPECT_EQ(store_.records_of(all_reports(store_).at(0).id).at(0).record, full_report().records[0]);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(Insert, QuestionsInsideTheTransactionSeeIt) {
  store_.begin();
  store_.insert(make_report("1"), from("a"), raw("x"));
  EXPECT_EQ(facts_lines(store_).size(), 2U);
  store_.insert(make_report("2"), from("a"), raw("x"));
  store_.commit();
  EXPECT_EQ(store_.domains().at(0).reports, 2U);
  EXPECT_THAT(store_.check(), IsEmpty());
}

/// A mail that brought a report in bytes with this key.
store::Provenance in_document(std::uint8_t number, report::Trust trust = report::Trust::unverified) {
  store::Provenance provenance = from("a", trust);
  provenance.document = store::DocumentKey{0, number};
  return provenance;
}

class KnownDocument : public Insert {
 protected:
  bool again(std::uint8_t number, report::Trust trust = report::Trust::unverified) {
    store_.begin();
    const bool known = store_.insert_known({0, number}, trust);
    store_.commit();
    return known;
  }
};

TEST_F(KnownDocument, IsADuplicateWithoutItsReport) {
  EXPECT_FALSE(again(1));
  insert(store_, make_report("1"), in_document(1));
  EXPECT_TRUE(again(1));
  EXPECT_EQ(store_.known_document({0, 1}), make_report("1").begin);
  EXPECT_FALSE(again(2));
  EXPECT_FALSE(store_.known_document({0, 2}));
  EXPECT_EQ(store_.domains().at(0).messages, 10U);
}

TEST_F(KnownDocument, RaisesTrustAsADuplicateDoes) {
  insert(store_, make_report("1"), in_document(1, report::Trust::failed));
  EXPECT_THAT(facts_lines(store_), IsEmpty());
  const auto before = store_.version();
  EXPECT_TRUE(again(1, report::Trust::failed));
  EXPECT_EQ(store_.version(), before);
  EXPECT_TRUE(again(1, report::Trust::trusted));
  EXPECT_GT(store_.version(), before);
  EXPECT_EQ(facts_lines(store_).size(), 2U);
  EXPECT_TRUE(again(1, report::Trust::unverified));
  EXPECT_EQ(all_reports(store_).at(0).provenance.trust, report::Trust::trusted);
  EXPECT_THAT(store_.check(), IsEmpty());
}

TEST_F(KnownDocument, IsForgottenWithAReportThatAnotherReplaced) {
  insert(store_, make_report("1"), in_document(1));
  report::Report larger = make_report("1");
  larger.records[0].message_count = 20;
  EXPECT_EQ(insert(store_, larger, in_document(2)), InsertOutcome::conflict_replaced);
  EXPECT_FALSE(again(1));
  EXPECT_TRUE(again(2));
  EXPECT_EQ(insert(store_, make_report("1"), in_document(1)), InsertOutcome::conflict_kept_old);
  EXPECT_FALSE(again(1));
}

TEST_F(KnownDocument, IsLearntFromADuplicate) {
  insert(store_, make_report("1"));  // As an earlier version stored it.
  EXPECT_EQ(insert(store_, make_report("1"), in_document(1)), InsertOutcome::duplicate);
  EXPECT_TRUE(again(1));
  EXPECT_EQ(insert(store_, make_report("1"), in_document(2)), InsertOutcome::duplicate);  // In another wrapping.
  EXPECT_TRUE(again(1));
  EXPECT_FALSE(again(2));
}

TEST_F(KnownDocument, IsKnownAfterItsRecordsWereDeleted) {
  insert(store_, make_report("1"), in_document(1));
  EXPECT_EQ(store_.prune(at("2027-01-01"), at("2027-01-01")).reports_emptied, 1U);
  EXPECT_TRUE(again(1, report::Trust::trusted));
  EXPECT_EQ(all_reports(store_).at(0).provenance.trust, report::Trust::unverified);  // as by insert()
  EXPECT_THAT(store_.check(), IsEmpty());
}

}  // namespace
}  // namespace ruagate::test
