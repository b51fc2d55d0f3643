// Any bytes as mail, all the way into a real database: every message ends stored, refused or ignored; sums add up;
// the same mail again is a duplicate; and the raw document that is kept gives the same report.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.hpp"
#include "ingest/ingest.hpp"
#include "report/identity.hpp"
#include "store/store.hpp"

using ruagate::fuzz::require;

namespace {

using namespace ruagate;

/// One database for all inputs; each input's transaction is rolled back.
class Database {
 public:
  Database() {
    const auto folder = std::filesystem::temp_directory_path() / ("ruagate-chain-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    folder_ = folder;
    store_.emplace((folder / "x.db").string(), store::OpenMode::write);
  }
  ~Database() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  store::Store& store() { return *store_; }

 private:
  std::filesystem::path folder_;
  std::optional<store::Store> store_;
};

ingest::Limits small_limits() {
  ingest::Limits limits;
  limits.mime.max_message_bytes = 1U << 20;
  limits.mime.max_depth = 8;
  limits.mime.max_parts = 50;
  limits.unpack.max_document_bytes = 1U << 20;
  limits.unpack.max_total_bytes = 2U << 20;
  limits.unpack.max_members = 8;
  limits.xml.max_records = 200;
  return limits;
}

struct Stored {
  std::int64_t id = 0;
  report::Totals totals;
  std::vector<std::string> tolerances;
  std::uint64_t left_out = 0;
};

std::vector<Stored> stored_reports(store::Store& store) {
  std::vector<Stored> rows;
  store.reports({}, [&](store::ReportRow&& row) {
    rows.push_back({row.id, row.totals, std::move(row.report.tolerances), row.report.records_left_out});
    return true;
  });
  return rows;
}

/// The report as its rows tell it.
report::Report rebuilt(store::Store& store, std::int64_t id) {
  auto report = store.report(id)->report;
  for (auto& row : store.records_of(id)) report.records.push_back(std::move(row.record));
  return report;
}

/// True if something the document does not say came from the mail around it.
bool leans_on_mail(const std::vector<std::string>& tolerances) {
  return std::any_of(tolerances.begin(), tolerances.end(), [](const std::string& name) {
    return name == "policy_domain_from_file_name" || name == "policy_domain_from_subject";
  });
}

/// Reads the kept document again and looks for the stored report in it.
void require_same_again(store::Store& store, const Stored& row, const ingest::Limits& limits) {
  const auto raw = store.raw(row.id);
  require(raw && !raw->bytes.empty(), "the document is kept");
  const auto encoding = static_cast<unpack::RawEncoding>(raw->encoding);
  auto document = unpack::restore(raw->bytes, encoding, limits.unpack);
  require(document.has_value(), "the kept document can be unpacked");
  const auto digest = report::records_digest(rebuilt(store, row.id));
  const auto reports = reportxml::read_reports(std::move(*document), {}, limits.xml);
  if (!reports && leans_on_mail(row.tolerances)) return;
  require(reports.has_value(), "the kept document is still readable");
  const bool found = std::any_of(reports->begin(), reports->end(), [&](const report::Report& report) {
    return report::records_digest(report) == digest && report.records_left_out == row.left_out;
  });
  require(found || leans_on_mail(row.tolerances), "the kept document gives the same report");
}

void require_sums(store::Store& store, const std::vector<Stored>& rows) {
  std::uint64_t messages = 0;
  for (const auto& row : rows) {
    const auto report = rebuilt(store, row.id);
    require(report::totals_of(report) == row.totals, "a report's totals are the sums of its records");
    require(row.totals.aligned <= row.totals.messages, "aligned <= messages");
    messages += row.totals.messages;
  }
  std::uint64_t of_domains = 0;
  std::uint64_t of_cells = 0;
  for (const auto& domain : store.domains()) {
    of_domains += domain.messages;
    const auto facts = store.facts(domain.domain, domain.first_day - days{400}, domain.last_day + days{400});
    for (const auto& cell : facts.cells) of_cells += cell.messages;
  }
  require(of_domains == messages, "domains and reports count the same messages");
  require(of_cells == messages, "the roll-up and the reports count the same messages");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Database database;
  static const ingest::Border border = ingest::border_of({"mx.example.com"}, domain::OrgDomains{});
  const auto limits = small_limits();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = ingest::read_message(bytes, "fuzz", limits, border);
  require(read.ignored_as.empty() == (!read.reports.empty() || !read.refused.empty()), "stored, refused or ignored");
  for (const auto& refused : read.refused) {
    require(!refused.reason.empty() && !refused.detail.empty(), "a refusal says why");
    require(refused.reason != "reader_failed", "nothing is thrown while reading");
  }
  if (read.reports.empty()) return 0;

  auto& store = database.store();
  // Trust `failed` is left out of the sums on purpose; who vouched is not what is tested here.
  const store::Provenance provenance{"fuzz", instant_from(1'790'000'000), report::Trust::unverified};
  const auto insert_all = [&] {
    std::size_t added = 0;
    for (const auto& one : read.reports) {
      const auto encoding = static_cast<store::RawEncoding>(one.raw_encoding);
      const auto outcome = store.insert(one.report, provenance, {one.raw, encoding});
      if (outcome == store::InsertOutcome::added) ++added;
    }
    return added;
  };
  store.begin();
  const auto added = insert_all();
  const auto rows = stored_reports(store);
  require(added > 0 && added == rows.size(), "what was added is there");
  require(insert_all() == 0, "the same mail again adds nothing");
  require(stored_reports(store).size() == rows.size(), "and is not listed twice");
  require_sums(store, rows);
  for (const auto& row : stored_reports(store)) require_same_again(store, row, limits);
  store.rollback();
  require(stored_reports(store).empty(), "a rollback leaves nothing behind");
  return 0;
}
