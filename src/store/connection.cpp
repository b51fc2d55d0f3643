#include "store/connection.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>

#include <sqlite3.h>

#include "base/format.hpp"
#include "store/store.hpp"

namespace ruagate::store {

namespace {

/// How long another process's lock is waited for: a second ingest waits its turn.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes{10};

/// Called by SQLite while a lock is held elsewhere; the sleeps grow from 1 ms to 100 ms.
int wait_for_lock(void* connection, int tries) {
  if (static_cast<const Connection*>(connection)->gives_up()) return 0;
  constexpr std::int64_t kStepMs = 2;
  constexpr std::int64_t kLongestMs = 100;
  // Sum of the sleeps so far: 1, 3, 5 ... up to the longest, which is then repeated.
  const std::int64_t growing = kLongestMs / kStepMs;
  const std::int64_t grown = std::min<std::int64_t>(tries, growing);
  const std::int64_t waited = grown * grown + std::max<std::int64_t>(0, tries - growing) * kLongestMs;
  if (waited >= kPatience.count()) return 0;
  sqlite3_sleep(static_cast<int>(std::min(kLongestMs, 1 + kStepMs * tries)));
  return 1;
}

/// SQLite's own statistics of memory cost a lock for each allocation, and nobody reads them. Before its first use.
void configure_once() {
  [[maybe_unused]] static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

std::string_view advice_for(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return "; free some space and run again, nothing of the unfinished step was kept";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another process holds the database, try again when it is done";
    case SQLITE_READONLY:
      return "; the database file or its folder is not writable for this user";
    case SQLITE_IOERR:
      return "; check the disk and its free space, then run again";
    case SQLITE_CORRUPT:
      return "; restore a backup, or see what `ruagate db check` says";
    case SQLITE_NOTADB:
      return "; name another file with --db";
    case SQLITE_CANTOPEN:
      return "; check that this user may read and write the file and its folder";
    default:
      return "";
  }
}

}  // namespace

void Connection::Close::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Connection::Connection(const std::string& path, int flags) : path_(path), statements_(std::size(queries::kFiles)) {
  configure_once();
  const int code =
      sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) {
    const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close(handle_);
    throw StoreError(format("{}: cannot open the database: {}{}", path, reason, advice_for(code)));
  }
  wait_for_locks();
}

void Connection::wait_for_locks() {
  sqlite3_busy_handler(handle_, wait_for_lock, this);
}

void Connection::interrupt_when(std::function<bool()> stop) {
  constexpr int kSteps = 1'000;  // of SQLite's virtual machine: microseconds
  interrupt_ = std::move(stop);
  sqlite3_progress_handler(
      handle_, kSteps, [](void* asked) { return (*static_cast<const std::function<bool()>*>(asked))() ? 1 : 0; },
      &interrupt_);
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close(handle_);
}

void Connection::fail(std::string_view what, int code) const {
  throw StoreError(format("{}: {}: {}{}", path_, what, sqlite3_errmsg(handle_), advice_for(code)));
}

void Connection::script(const char* sql, std::string_view what) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(what, code);
}

std::string Connection::pragma(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (const int code = sqlite3_prepare_v2(handle_, sql, -1, &raw, nullptr); code != SQLITE_OK)
    fail("cannot read", code);
  const std::unique_ptr<sqlite3_stmt, Close> statement(raw);
  const int code = sqlite3_step(raw);
  if (code == SQLITE_DONE) return {};
  if (code != SQLITE_ROW) fail("cannot read", code);
  const auto* value = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
  return value != nullptr ? value : "";
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Connection::last_key() const {
  return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}

sqlite3_stmt* Connection::statement(QueryId id) {
  auto& slot = statements_[id.index];
  if (slot == nullptr) {
    const queries::EmbeddedText& file = queries::kFiles[id.index];
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_, file.text.data(), static_cast<int>(file.text.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) fail(format("cannot prepare {}", file.name), code);
    slot.reset(raw);
  }
  if (sqlite3_stmt_busy(slot.get()) != 0) {
    throw std::logic_error(format("query {} is still being stepped through", queries::kFiles[id.index].name));
  }
  return slot.get();
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check(int code) {
  if (code != SQLITE_OK) connection_.fail(format("cannot bind {}", queries::kFiles[id_.index].name), code);
}

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(format("query {} failed", queries::kFiles[id_.index].name), code);
  return false;
}

void Query::bind_integer(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind_text(int index, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  check(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind_blob(int index, Blob value) {
  const void* data = value.data != nullptr ? value.data : "";
  check(sqlite3_bind_blob64(statement_, index, data, value.size, SQLITE_STATIC));
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::string_view Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::string> Query::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

std::string_view Query::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ReadScope::ReadScope(Connection& connection) : connection_(connection) {
  if (connection_.in_transaction()) return;
  run(connection_, named("begin_read"));
  opened_ = true;
}

ReadScope::~ReadScope() {
  if (!opened_ || !connection_.in_transaction()) return;
  try {
    run(connection_, named("rollback"));  // nothing was written
  } catch (const StoreError&) {
    // The connection is lost; the next question says so.
  }
}

}  // namespace ruagate::store
