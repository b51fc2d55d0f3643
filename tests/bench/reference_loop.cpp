#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <sqlite3.h>
#include <zip.h>
#include <zlib.h>
#include <pugixml.hpp>

// What the machine and the libraries allow: one loop that reads the mails of ruagate_bench_corpus and writes the rows
// that ruagate writes, with nothing around it. It knows this corpus and no other mail: no limits, no deviations, no
// duplicates, no rejects, no checks. docs/performance.md shows ruagate's speed as a part of this one's.
namespace {

using Steady = std::chrono::steady_clock;
using Key = std::int64_t;

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(std::filesystem::file_size(path)), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// --- The attachment out of the mail.

std::array<signed char, 256> make_base64_table() {
  std::array<signed char, 256> table{};
  table.fill(-1);
  const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    table[static_cast<unsigned char>(letters[i])] = static_cast<signed char>(i);
  }
  return table;
}

std::string decode_base64(std::string_view text) {
  static const auto table = make_base64_table();
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = table[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits = bits << 6U | static_cast<unsigned>(value);
    if (++count == 4) {
      out += static_cast<char>(bits >> 16U);
      out += static_cast<char>(bits >> 8U);
      out += static_cast<char>(bits);
      bits = 0;
      count = 0;
    }
  }
  if (count >= 2) out += static_cast<char>(bits >> (count == 3 ? 10U : 4U));
  if (count == 3) out += static_cast<char>(bits >> 2U);
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    } else {
      unsigned value = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    }
  }
  return out;
}

/// The body of the last part: the corpus puts the report behind whatever else a mail holds.
std::string attachment_of(std::string_view mail) {
  constexpr std::string_view kField = "\nContent-Transfer-Encoding: ";
  const auto header = mail.rfind(kField);
  check(header != std::string_view::npos, "a mail without transfer encoding");
  const auto begin = mail.find("\n\n", header) + 2;
  auto end = mail.find("\n--=_", begin);
  if (end == std::string_view::npos) end = mail.size();
  const auto body = mail.substr(begin, end - begin);
  return mail.substr(header + kField.size()).starts_with("base64") ? decode_base64(body)
                                                                   : decode_quoted_printable(body);
}

/// A document that came uncompressed is kept compressed.
std::string deflate_gzip(std::string_view bytes) {
  z_stream stream{};
  check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflateInit2");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string inflate_gzip(std::string_view bytes) {
  z_stream stream{};
  check(inflateInit2(&stream, 31) == Z_OK, "inflateInit2");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out(bytes.size() * 8, '\0');
  int code = Z_OK;
  do {
    if (stream.total_out == out.size()) out.resize(out.size() * 2);
    stream.next_out = reinterpret_cast<Bytef*>(out.data()) + stream.total_out;
    stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
    code = inflate(&stream, Z_NO_FLUSH);
  } while (code == Z_OK);
  check(code == Z_STREAM_END, "inflate");
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string read_zip(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  check(archive != nullptr, "zip_open_from_source");
  zip_stat_t stat;
  zip_stat_index(archive, 0, 0, &stat);
  zip_file_t* file = zip_fopen_index(archive, 0, 0);
  std::string out(stat.size, '\0');
  check(zip_fread(file, out.data(), out.size()) == static_cast<zip_int64_t>(out.size()), "zip_fread");
  zip_fclose(file);
  zip_discard(archive);
  return out;
}

// --- The database.

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) == SQLITE_OK,
          sqlite3_errmsg(db));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_, at, value); }
  void text(int at, std::string_view value) {
    sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void blob(int at, std::string_view value) {
    sqlite3_bind_blob(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  /// True while there is a row.
  bool step() {
    const int code = sqlite3_step(statement_);
    check(code == SQLITE_ROW || code == SQLITE_DONE, sqlite3_errmsg(db_));
    return code == SQLITE_ROW;
  }
  std::string_view column(int at) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, at));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at))};
  }
  void reset() { sqlite3_reset(statement_); }
  void run() {
    step();
    reset();
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

void append_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out += static_cast<char>((number & 0x7FU) | 0x80U);
  out += static_cast<char>(number);
}

std::uint64_t next_number(std::string_view& packed) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !packed.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(packed.front());
    packed.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) break;
  }
  return number;
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
             nullptr);
  return digest;
}

struct Cell {
  Key address;
  Key evidence;
  int outcome;
  std::int64_t messages;
  auto place() const { return std::tie(address, evidence, outcome); }
  bool operator<(const Cell& other) const { return place() < other.place(); }
};

struct Sums {
  std::int64_t messages = 0, dkim = 0, spf = 0, aligned = 0, none = 0, quarantine = 0, reject = 0;
};

class Loop {
 public:
  Loop(const std::string& path, const std::string& schema) {
    check(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "cannot open the database");
    run("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -32768;"
        "pragma wal_autocheckpoint = 4000; pragma temp_store = memory");
    std::ifstream file(schema);
    std::stringstream text;
    text << file.rdbuf();
    run(text.str().c_str());
    prepare();
  }
  ~Loop() {
    statements_.clear();
    sqlite3_close(db_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run(const char* sql) {
    check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db_));
  }
  void take(const std::string& mail, const std::string& origin);
  void commit();
  std::uint64_t records = 0;
  std::int64_t messages = 0;

 private:
  enum class Row : std::uint8_t {
    text,
    address,
    evidence,
    policy,
    report,
    block,
    raw,
    cells_get,
    cells_set,
    policy_day,
    domain_day
  };
  void prepare();
  Statement& at(Row which) { return *statements_[static_cast<std::size_t>(which)]; }
  Key text_key(std::string_view value);
  Key address_key(const char* value);
  Key evidence_key(const pugi::xml_node& record);
  void write_cells(const std::tuple<Key, int, Key>& place, std::vector<Cell>& cells);

  sqlite3* db_ = nullptr;
  std::vector<std::unique_ptr<Statement>> statements_;
  std::unordered_map<std::string, Key> texts_, addresses_, evidences_, policies_;
  std::map<std::tuple<Key, int, Key>, std::vector<Cell>> cells_;
  std::map<std::tuple<Key, int, Key, Key>, std::pair<std::int64_t, std::int64_t>> policy_days_;
  std::map<std::pair<Key, int>, Sums> domain_days_;
};

void Loop::prepare() {
  for (const char* sql : {
           "insert into text (value) values (?1)",
           "insert into address (bytes) values (?1)",
           "insert into evidence (fingerprint, bare_key, author_domain, packed) values (?1, null, ?2, ?3)",
           "insert into policy (p, sp, pct, adkim, aspf) values (?1, ?2, ?3, ?4, ?5)",
           "insert into report (policy_domain, period_begin, period_end, reporter_folded, report_id, reporter,"
           " records_digest, generation, trust, policy, email, records, messages, dkim_aligned, spf_aligned, aligned,"
           " disposition_none, disposition_pass, disposition_quarantine, disposition_reject, source_ips,"
           " author_domains, records_left_out, received_at, raw_bytes, origin) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
           " 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, ?17, ?18, ?19, ?20, 0, ?21, ?22, ?23)",
           "insert into record_block (report_key, block, packed) values (?1, ?2, ?3)",
           "insert into raw_document (report_key, encoding, bytes) values (?1, ?2, ?3)",
           "select packed from cell_block where policy_domain = ?1 and day = ?2 and reporter = ?3 and trust = 0",
           "insert into cell_block (policy_domain, day, reporter, trust, cells, packed) values (?1, ?2, ?3, 0, ?4, ?5)"
           " on conflict (policy_domain, day, reporter, trust) do update set cells = excluded.cells,"
           " packed = excluded.packed",
           "insert into policy_day (policy_domain, day, reporter, generation, policy, trust, reports, messages)"
           " values (?1, ?2, ?3, 0, ?4, 0, ?5, ?6) on conflict (policy_domain, day, reporter, generation, policy,"
           " trust) do update set reports = reports + excluded.reports, messages = messages + excluded.messages",
           "insert into domain_day (policy_domain, day, trust, reports, messages, dkim_aligned, spf_aligned, aligned,"
           " quarantined, rejected) values (?1, ?2, 0, 1, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (policy_domain, day,"
           " trust) do update set reports = reports + 1, messages = messages + excluded.messages, dkim_aligned ="
           " dkim_aligned + excluded.dkim_aligned, spf_aligned = spf_aligned + excluded.spf_aligned, aligned = aligned"
           " + excluded.aligned, quarantined = quarantined + excluded.quarantined, rejected = rejected +"
           " excluded.rejected",
       }) {
    statements_.push_back(std::make_unique<Statement>(db_, sql));
  }
}

Key Loop::text_key(std::string_view value) {
  const auto [place, is_new] = texts_.try_emplace(std::string(value), 0);
  if (is_new) {
    at(Row::text).text(1, value);
    at(Row::text).run();
    place->second = sqlite3_last_insert_rowid(db_);
  }
  return place->second;
}

Key Loop::address_key(const char* value) {
  const auto [place, is_new] = addresses_.try_emplace(value, 0);
  if (is_new) {
    at(Row::address).blob(1, value);  // The text for the bytes: as many rows, and no parser of addresses.
    at(Row::address).run();
    place->second = sqlite3_last_insert_rowid(db_);
  }
  return place->second;
}

Key Loop::evidence_key(const pugi::xml_node& record) {
  std::string spelt;
  const auto identifiers = record.child("identifiers");
  const auto add = [&](const char* value) { append_number(spelt, static_cast<std::uint64_t>(text_key(value))); };
  const Key author = text_key(identifiers.child_value("header_from"));
  append_number(spelt, static_cast<std::uint64_t>(author));
  add(identifiers.child_value("envelope_from"));
  add(identifiers.child_value("envelope_to"));
  for (const auto& result : record.child("auth_results").children()) {
    for (const auto& field : result.children()) add(field.child_value());
  }
  for (const auto& reason : record.child("row").child("policy_evaluated").children("reason")) {
    add(reason.child_value("type"));
    add(reason.child_value("comment"));
  }
  const auto [place, is_new] = evidences_.try_emplace(spelt, 0);
  if (is_new) {
    std::int64_t print = 0;
    std::memcpy(&print, sha256(spelt).data(), sizeof print);
    at(Row::evidence).bind(1, print);
    at(Row::evidence).bind(2, author);
    at(Row::evidence).blob(3, spelt);
    at(Row::evidence).run();
    place->second = sqlite3_last_insert_rowid(db_);
  }
  return place->second;
}

void Loop::take(const std::string& mail, const std::string& origin) {
  std::string document = attachment_of(mail);
  const bool is_zip = document.starts_with("PK");
  std::string xml_text;
  if (is_zip) {
    xml_text = read_zip(document);
  } else if (document.starts_with("\x1f\x8b")) {
    xml_text = inflate_gzip(document);
  } else {
    xml_text = std::exchange(document, deflate_gzip(document));
  }
  pugi::xml_document xml;
  check(static_cast<bool>(xml.load_buffer_inplace(xml_text.data(), xml_text.size())), "load_buffer_inplace");
  const auto feedback = xml.child("feedback");
  const auto metadata = feedback.child("report_metadata");
  const auto published = feedback.child("policy_published");
  const Key domain = text_key(published.child_value("domain"));
  const Key reporter = text_key(metadata.child_value("org_name"));
  const auto begin = metadata.child("date_range").child("begin").text().as_llong();
  const auto end = metadata.child("date_range").child("end").text().as_llong();
  const int day = static_cast<int>(begin / 86400);

  std::string policy_text;
  for (const auto& tag : published.children()) {
    if (std::strcmp(tag.name(), "domain") != 0) policy_text += std::string(tag.name()) + "=" + tag.child_value() + ";";
  }
  const auto [policy_place, policy_is_new] = policies_.try_emplace(policy_text, 0);
  if (policy_is_new) {
    at(Row::policy).run();
    policy_place->second = sqlite3_last_insert_rowid(db_);
  }

  Sums sums;
  std::string packed;
  std::vector<Cell> cells;
  std::set<Key> addresses;
  std::vector<std::string> blocks;
  std::int64_t count = 0;
  for (const auto& record : feedback.children("record")) {
    const auto row = record.child("row");
    const auto evaluated = row.child("policy_evaluated");
    const Key address = address_key(row.child_value("source_ip"));
    const auto messages_here = row.child("count").text().as_llong();
    const bool dkim = std::strcmp(evaluated.child_value("dkim"), "pass") == 0;
    const bool spf = std::strcmp(evaluated.child_value("spf"), "pass") == 0;
    const std::string_view disposition = evaluated.child_value("disposition");
    const int outcome = (disposition == "reject"       ? 3
                         : disposition == "quarantine" ? 2
                                                       : 0) +
                        (dkim ? 0 : 8) + (spf ? 0 : 32);
    const Cell cell{address, evidence_key(record), outcome, messages_here};
    addresses.insert(address);
    cells.push_back(cell);
    append_number(packed, static_cast<std::uint64_t>(cell.address));
    append_number(packed, static_cast<std::uint64_t>(cell.evidence));
    append_number(packed, static_cast<std::uint64_t>(cell.outcome));
    append_number(packed, static_cast<std::uint64_t>(cell.messages));
    if (++count % 4096 == 0) blocks.push_back(std::exchange(packed, {}));
    sums.messages += messages_here;
    sums.dkim += dkim ? messages_here : 0;
    sums.spf += spf ? messages_here : 0;
    sums.aligned += dkim || spf ? messages_here : 0;
    (disposition == "reject"       ? sums.reject
     : disposition == "quarantine" ? sums.quarantine
                                   : sums.none) += messages_here;
  }
  if (!packed.empty()) blocks.push_back(std::move(packed));
  std::string all;
  for (const auto& one : blocks) all += one;
  const std::string digest = sha256(all);
  std::string author;
  append_number(author, static_cast<std::uint64_t>(domain));

  auto& row = at(Row::report);
  row.bind(1, domain);
  row.bind(2, begin);
  row.bind(3, end);
  row.bind(4, reporter);
  row.text(5, metadata.child_value("report_id"));
  row.bind(6, reporter);
  row.blob(7, digest);
  row.bind(8, 0);
  row.bind(9, policy_place->second);
  row.bind(10, text_key(metadata.child_value("email")));
  row.bind(11, count);
  row.bind(12, sums.messages);
  row.bind(13, sums.dkim);
  row.bind(14, sums.spf);
  row.bind(15, sums.aligned);
  row.bind(16, sums.none);
  row.bind(17, sums.quarantine);
  row.bind(18, sums.reject);
  row.bind(19, static_cast<std::int64_t>(addresses.size()));
  row.blob(20, author);
  row.bind(21, end);
  row.bind(22, static_cast<std::int64_t>(document.size()));
  row.text(23, origin);
  row.run();
  const Key key = sqlite3_last_insert_rowid(db_);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    at(Row::block).bind(1, key);
    at(Row::block).bind(2, static_cast<std::int64_t>(i));
    at(Row::block).blob(3, blocks[i]);
    at(Row::block).run();
  }
  at(Row::raw).bind(1, key);
  at(Row::raw).bind(2, is_zip ? 2 : 1);
  at(Row::raw).blob(3, document);
  at(Row::raw).run();

  auto& gathered = cells_[{domain, day, reporter}];
  gathered.insert(gathered.end(), cells.begin(), cells.end());
  auto& told = policy_days_[{domain, day, reporter, policy_place->second}];
  ++told.first;
  told.second += sums.messages;
  auto& total = domain_days_[{domain, day}];
  total.messages += sums.messages;
  total.dkim += sums.dkim;
  total.spf += sums.spf;
  total.aligned += sums.aligned;
  total.quarantine += sums.quarantine;
  total.reject += sums.reject;
  records += static_cast<std::uint64_t>(count);
  messages += sums.messages;
}

void Loop::write_cells(const std::tuple<Key, int, Key>& place, std::vector<Cell>& cells) {
  const auto bind_place = [&](Statement& statement) {
    statement.bind(1, std::get<0>(place));
    statement.bind(2, std::get<1>(place));
    statement.bind(3, std::get<2>(place));
  };
  bind_place(at(Row::cells_get));
  if (at(Row::cells_get).step()) {
    auto packed = at(Row::cells_get).column(0);
    Key address = 0;
    while (!packed.empty()) {
      address += static_cast<Key>(next_number(packed));
      const auto evidence = static_cast<Key>(next_number(packed));
      const auto outcome = static_cast<int>(next_number(packed));
      cells.push_back({address, evidence, outcome, static_cast<std::int64_t>(next_number(packed))});
    }
  }
  at(Row::cells_get).reset();
  std::sort(cells.begin(), cells.end());
  std::string packed;
  Key before = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < cells.size();) {
    auto sum = cells[i];
    for (++i; i < cells.size() && cells[i].place() == sum.place(); ++i) sum.messages += cells[i].messages;
    append_number(packed, static_cast<std::uint64_t>(sum.address - before));
    append_number(packed, static_cast<std::uint64_t>(sum.evidence));
    append_number(packed, static_cast<std::uint64_t>(sum.outcome));
    append_number(packed, static_cast<std::uint64_t>(sum.messages));
    before = sum.address;
    ++count;
  }
  bind_place(at(Row::cells_set));
  at(Row::cells_set).bind(4, count);
  at(Row::cells_set).blob(5, packed);
  at(Row::cells_set).run();
}

void Loop::commit() {
  for (auto& [place, cells] : cells_) write_cells(place, cells);
  for (const auto& [place, sums] : policy_days_) {
    at(Row::policy_day).bind(1, std::get<0>(place));
    at(Row::policy_day).bind(2, std::get<1>(place));
    at(Row::policy_day).bind(3, std::get<2>(place));
    at(Row::policy_day).bind(4, std::get<3>(place));
    at(Row::policy_day).bind(5, sums.first);
    at(Row::policy_day).bind(6, sums.second);
    at(Row::policy_day).run();
  }
  for (const auto& [place, sums] : domain_days_) {
    at(Row::domain_day).bind(1, place.first);
    at(Row::domain_day).bind(2, place.second);
    int column = 3;
    for (const auto value : {sums.messages, sums.dkim, sums.spf, sums.aligned, sums.quarantine, sums.reject}) {
      at(Row::domain_day).bind(column++, value);
    }
    at(Row::domain_day).run();
  }
  cells_.clear();
  policy_days_.clear();
  domain_days_.clear();
  run("commit");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ruagate_bench_reference MAILDIR DATABASE SCHEMA\n");
    return 2;
  }
  try {
    const auto begin = Steady::now();
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(argv[1]) / "new")) {
      paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    Loop loop(argv[2], argv[3]);
    constexpr std::size_t kBatch = 1000;
    constexpr std::uint64_t kBatchRecords = 20'000;
    std::size_t in_batch = 0;
    std::uint64_t committed = 0;
    loop.run("begin immediate");
    for (const auto& path : paths) {
      loop.take(read_file(path), path.filename().string());
      if (++in_batch == kBatch || loop.records - committed >= kBatchRecords) {
        loop.commit();
        loop.run("begin immediate");
        in_batch = 0;
        committed = loop.records;
      }
    }
    loop.commit();
    const auto seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    std::printf("{\"messages\":%zu,\"records\":%llu,\"counted\":%lld,\"seconds\":%.6f}\n", paths.size(),
                static_cast<unsigned long long>(loop.records), static_cast<long long>(loop.messages), seconds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ruagate_bench_reference: %s\n", error.what());
    return 1;
  }
  return 0;
}
