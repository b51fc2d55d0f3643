#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/sha256.hpp"
#include "store/make_report.hpp"
#include "support/temp_dir.hpp"

// Databases of earlier schema versions become today's without losing a fact.
namespace ruagate::test {
namespace {

using store::OpenMode;
using store::Store;
using testing::ElementsAre;
using testing::IsEmpty;

/// As version 1 kept them: a report of 5,000 records (messages 1 to 5,000, from two addresses in turn, every tenth with
/// the receiver's free text) and one of a single record. 20760 is 2026-11-03.
constexpr const char* kFirstVersionRows = R"sql(
insert into text (text_key, value)
values (1, 'example.com'), (2, 'receiver.example'), (3, 's1'), (4, 'good signature');
insert into address (address_key, bytes) values (1, x'c0000201'), (2, x'c0000202');
insert into evidence (evidence_key, fingerprint, bare_key, author_domain, packed)
values (1, 11, null, 1, x'01000001010300000000'), (2, 12, 1, 1, x'01000001010300040000');
insert into policy (policy_key, p, pct) values (1, 0, 100);
insert into report (report_key, policy_domain, period_begin, period_end, reporter_folded, report_id, reporter,
                    records_digest, generation, trust, policy, records, messages, dkim_aligned, spf_aligned, aligned,
                    disposition_none, disposition_pass, disposition_quarantine, disposition_reject, source_ips,
                    author_domains, records_left_out, received_at, raw_bytes, origin)
values (1, 1, 20760 * 86400, 20760 * 86400 + 86399, 2, 'large', 2, zeroblob(32), 0, 0, 1, 5000, 12502500, 12502500, 0,
        12502500, 12502500, 0, 0, 0, 2, x'01', 0, 20761 * 86400, 0, 'cur/1'),
       (2, 1, 20761 * 86400, 20761 * 86400 + 86399, 2, 'small', 2, zeroblob(32), 0, 1, 1, 1, 7, 7, 0, 7, 7, 0, 0, 0, 1,
        x'01', 0, 20762 * 86400, 0, 'cur/2');
with recursive n (i) as (select 0 union all select i + 1 from n where i < 4999)
insert into record (report_key, ordinal, address, evidence, outcome, messages)
select 1, i, 1 + i % 2, iif(i % 10 = 0, 2, 1), 32, i + 1 from n;
insert into record values (2, 0, 2, 1, 32, 7);
insert into cell values (1, 20760, 1, 2, 1, 32, 0, 6250000), (1, 20760, 2, 2, 1, 32, 0, 6252500),
                        (1, 20761, 2, 2, 1, 32, 1, 7);
insert into policy_day values (1, 20760, 2, 0, 1, 0, 1, 12502500), (1, 20761, 2, 0, 1, 1, 1, 7);
insert into domain_day values (1, 20760, 0, 1, 12502500, 12502500, 0, 12502500, 0, 0),
                              (1, 20761, 1, 1, 7, 7, 0, 7, 0, 0);
)sql";

void execute(sqlite3* db, const std::string& sql) {
  char* message = nullptr;
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
}

void make_first_version(const std::string& path) {
  const std::string first = read_file(std::filesystem::path(RUAGATE_SOURCE_DIR) / "migrations/0001_initial.sql");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  execute(db, "begin");
  execute(db, first);
  execute(db, "insert into migration (number, name, checksum, applied_at) values (1, '0001_initial.sql', '" +
                  to_hex(sha256(first)) + "', 0)");
  execute(db, kFirstVersionRows);
  execute(db, "commit");
  sqlite3_close(db);
}

TEST(Migration, FirstVersionKeepsEveryRecordAndRollup) {
  TempDir folder;
  make_first_version(folder / "x.db");
  EXPECT_THROW(Store(folder / "x.db", OpenMode::read), store::StoreError);
  Store store(folder / "x.db", OpenMode::migrate);
  EXPECT_THAT(store.migrate(),
              ElementsAre("0002_packed_blocks.sql", "0003_implausible.sql", "0004_checkpoint.sql",
                          "0005_reject_trust.sql", "0006_service.sql", "0007_document_key.sql", "0008_glance.sql"));
  EXPECT_THAT(store.check(), IsEmpty());
  EXPECT_THAT(facts_lines(store),
              ElementsAre("cell 2026-11-03 receiver.example 192.0.2.1 example.com dkim example.com/s1/none/ spf none "
                          "pass fail 6250000",
                          "cell 2026-11-03 receiver.example 192.0.2.2 example.com dkim example.com/s1/none/ spf none "
                          "pass fail 6252500",
                          "cell 2026-11-04 receiver.example 192.0.2.2 example.com dkim example.com/s1/none/ spf none "
                          "pass fail 7",
                          "policy 2026-11-03 receiver.example rfc7489 none 1 12502500",
                          "policy 2026-11-04 receiver.example rfc7489 none 1 7"));
  const std::vector<store::RecordRow> records = store.records_of(1);
  ASSERT_EQ(records.size(), 5000U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i].record.message_count, i + 1);
    ASSERT_EQ(records[i].record.source_ip, IpAddress::parse(i % 2 == 0 ? "192.0.2.1" : "192.0.2.2"));
    ASSERT_EQ(records[i].record.evidence.dkim.at(0).human_result, i % 10 == 0 ? "good signature" : "");
  }
  EXPECT_EQ(store.stats().records, 5001U);
  EXPECT_EQ(store.stats().cells, 3U);
}

}  // namespace
}  // namespace ruagate::test
