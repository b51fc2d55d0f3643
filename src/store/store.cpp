#include "store/store.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/format.hpp"
#include "store/impl.hpp"
#include "store/migrations.hpp"

namespace ruagate::store {

namespace {

constexpr std::string_view kSqliteHeader{"SQLite format 3\0", 16};
constexpr std::string_view kApplicationId = "1381319015";  // set by migration 1

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Makes the file, so that it has the mode we want; SQLite gives its companions the same.
void create_file(const std::string& path) {
  const std::string folder = folder_of(path);
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    throw StoreError(
        format("{}: the folder {} does not exist; create it, or name another database with --db", path, folder));
  }
  const int file = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0640);
  if (file < 0) {
    throw StoreError(format("{}: cannot create the database: {}; check that this user may write to {}", path,
                            std::strerror(errno), folder));
  }
  close(file);
}

/// What SQLite would say less clearly, or only later.
void check_file(const std::string& path, OpenMode mode) {
  if (path.empty()) throw StoreError("the database path is empty; name one with --db");
  if (path.find('\0') != std::string::npos)
    throw StoreError("the database path holds a NUL byte; name another with --db");
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) throw StoreError(format("{}: cannot open the database: {}", path, std::strerror(errno)));
    if (mode != OpenMode::write) {
      throw StoreError(format("{}: no such database; `ruagate ingest` creates one, --db names another", path));
    }
    create_file(path);
    return;
  }
  if (S_ISDIR(info.st_mode)) throw StoreError(format("{}: is a folder, not a database; name a file with --db", path));
  if (!S_ISREG(info.st_mode)) throw StoreError(format("{}: is not a regular file; name another with --db", path));

  const int file = open(path.c_str(), (mode == OpenMode::read ? O_RDONLY : O_RDWR) | O_CLOEXEC);
  if (file < 0) {
    throw StoreError(format("{}: cannot open the database for {}: {}", path,
                            mode == OpenMode::read ? "reading" : "writing", std::strerror(errno)));
  }
  std::array<char, kSqliteHeader.size()> header{};
  const ssize_t length = read(file, header.data(), header.size());
  close(file);
  if (length < 0) throw StoreError(format("{}: cannot read the database: {}", path, std::strerror(errno)));
  if (length == 0 && mode != OpenMode::write) {
    throw StoreError(format("{}: the file is empty, not a database; `ruagate ingest` fills a new one", path));
  }
  if (length > 0 && std::string_view(header.data(), static_cast<std::size_t>(length)) != kSqliteHeader) {
    throw StoreError(format("{}: is not a ruagate database; name another file with --db", path));
  }
  if (mode != OpenMode::read && access(folder_of(path).c_str(), W_OK) != 0) {
    throw StoreError(
        format("{}: the folder {} is not writable for this user, and the database's journal must stand beside it", path,
               folder_of(path)));
  }
}

/// Looked at only while this process has no connection to it: see WriteTurn.
std::string checked(const std::string& path, OpenMode mode, const WriteTurn& turn) {
  if (turn.is_first()) check_file(path, mode);
  return path;
}

/// Write-ahead log: readers never block, and a commit is one sync. Two processes may do this at once, and then one of
/// them is told "locked" without its busy handler being asked.
void use_write_ahead_log(Connection& connection) {
  constexpr int kTries = 200;
  for (int left = kTries;; --left) {
    try {
      if (connection.pragma("pragma journal_mode = wal") == "wal") return;
      throw StoreError(
          format("{}: this file system cannot keep SQLite's write-ahead log; put the database on a local disk",
                 connection.path()));
    } catch (const StoreError&) {
      if (left == 0 || (sqlite3_errcode(connection.handle()) & 0xFF) != SQLITE_BUSY) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace

Store::Impl::Impl(const std::string& path, OpenMode open_mode)
    : turn(path),
      opening(turn.begin_opening()),
      connection(checked(path, open_mode, turn),
                 open_mode == OpenMode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE),
      mode(open_mode),
      interning(connection) {
  turn.opened();
  opening.unlock();
  const bool read_only = mode == OpenMode::read;
  try {
    // In this order: another process may be making the database, and its id comes in one commit with its tables.
    const bool is_empty = lookup(connection, named("table_count")) == 0;
    const std::string application = connection.pragma("pragma application_id");
    if (application != kApplicationId && !(is_empty && application == "0")) {
      throw StoreError(format("{}: is a database of another program; name another file with --db", path));
    }
    if (is_empty && mode != OpenMode::write) {
      throw StoreError(format("{}: the database is empty; `ruagate ingest` fills a new one", path));
    }
  } catch (const StoreError&) {
    if (read_only && (sqlite3_errcode(connection.handle()) & 0xFF) == SQLITE_CANTOPEN) {
      throw StoreError(
          format("{}: cannot read the database, because its folder {} is not writable and the write-ahead log is not "
                 "there; run "
                 "as a user who may write there, or read a copy made with `ruagate db backup`",
                 path, folder_of(path)));
    }
    throw;
  }
  connection.script(
      "pragma foreign_keys = on; pragma synchronous = full; pragma cache_size = -32768; pragma temp_store = memory;"
      "pragma trusted_schema = off; pragma cell_size_check = on",
      "cannot set up the connection");
  // What questions read they read once, and a new page of memory costs more than to read one again.
  if (read_only) connection.script("pragma cache_size = -4096", "cannot set up the connection");
  if (!read_only) {
    use_write_ahead_log(connection);
    connection.script("pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864",
                      "cannot set up the connection");
  }
  if (mode == OpenMode::write) apply_migrations(connection);
  const int version = applied_migration(connection);
  if (read_only && version < newest_migration()) {
    throw StoreError(format("{}: the database has schema version {}, this ruagate needs {}; run `ruagate db migrate`",
                            path, version, newest_migration()));
  }
}

void Store::Impl::require_write() const {
  if (!writing) throw std::logic_error("store: written outside begin() and commit()");
}

void Store::Impl::settle() {
  if (writing && !rollups.is_empty()) rollups.write(connection);
}

Store::Store(const std::string& path, OpenMode mode) : impl_(std::make_unique<Impl>(path, mode)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

void Store::give_up_when(std::function<bool()> stop) {
  impl_->connection.give_up_when(std::move(stop));
}

void Store::interrupt_when(std::function<bool()> stop) {
  impl_->connection.interrupt_when(std::move(stop));
}

Store Store::another() const {
  Store other(path(), OpenMode::read);
  other.impl_->counted = impl_->counted;
  if (const auto& stop = impl_->connection.interrupted_when()) other.interrupt_when(stop);
  return other;
}

const std::string& Store::path() const {
  return impl_->connection.path();
}

void Store::begin() {
  if (impl_->writing) throw std::logic_error("store: begin() inside a transaction");
  if (impl_->mode == OpenMode::read) throw std::logic_error("store: begin() on a store opened for reading");
  if (!impl_->turn.take([this] { return impl_->connection.gives_up(); })) {
    throw StoreError(format("{}: another part of this process holds the database, try again when it is done", path()));
  }
  try {
    run(impl_->connection, named("begin_write"));
  } catch (...) {
    impl_->turn.leave();
    throw;
  }
  impl_->writing = true;
}

void Store::commit() {
  impl_->require_write();
  impl_->judge();
  impl_->rollups.write(impl_->connection);
  impl_->raise_versions();
  run(impl_->connection, named("commit"));
  impl_->writing = false;
  impl_->turn.leave();
}

void Store::rollback() noexcept {
  if (!impl_->writing) return;
  impl_->writing = false;
  impl_->rollups.clear();
  impl_->to_judge.clear();
  impl_->interning.forget();
  impl_->facts_changed = impl_->decisions_changed = false;
  const struct Leave {
    ~Leave() { turn.leave(); }
    WriteTurn& turn;
  } leave{impl_->turn};
  if (!impl_->connection.in_transaction()) return;  // SQLite rolled back by itself, as it does after some errors
  try {
    run(impl_->connection, named("rollback"));
  } catch (const std::exception&) {
    // The connection is lost, and with it the transaction; the next use says so.
  }
}

int Store::newest_schema_version() {
  return newest_migration();
}

int Store::schema_version() {
  return applied_migration(impl_->connection);
}

std::vector<std::string> Store::migrate() {
  return apply_migrations(impl_->connection);
}

}  // namespace ruagate::store
