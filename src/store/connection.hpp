#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/queries.hpp"

struct sqlite3;
struct sqlite3_stmt;

// A connection to SQLite and its statements. The statements are the files of schema/queries, each prepared when first
// used and kept. One thread at a time.
namespace ruagate::store {

/// Bytes to bind or as read.
struct Blob {
  const void* data = nullptr;
  std::size_t size = 0;
  Blob() = default;
  explicit Blob(std::string_view bytes) : data(bytes.data()), size(bytes.size()) {}
  explicit Blob(std::span<const std::uint8_t> bytes) : data(bytes.data()), size(bytes.size()) {}
  std::string_view view() const { return {static_cast<const char*>(data), size}; }
};

class Connection {
 public:
  /// `flags` are those of sqlite3_open_v2. Throws StoreError.
  Connection(const std::string& path, int flags);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that give no rows and have no values; `what` is for the error line.
  void script(const char* sql, std::string_view what);
  /// The first column of the first row of a pragma.
  std::string pragma(const char* sql);

  bool in_transaction() const;
  std::int64_t last_key() const;
  std::int64_t changes() const;
  sqlite3* handle() { return handle_; }
  const std::string& path() const { return path_; }

  /// Once `stop` says so, a lock that another process holds is waited for no longer.
  void give_up_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  /// Once `stop` says so, a statement that runs ends in a StoreError. Not for connections that write.
  void interrupt_when(std::function<bool()> stop);
  const std::function<bool()>& interrupted_when() const { return interrupt_; }
  /// Locks of other processes are waited for; so it is after opening.
  void wait_for_locks();
  bool gives_up() const { return stop_ && stop_(); }

  /// Throws StoreError with the connection's last error.
  [[noreturn]] void fail(std::string_view what, int code) const;

 private:
  friend class Query;
  sqlite3_stmt* statement(QueryId id);

  struct Close {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::string path_;
  std::function<bool()> stop_;
  std::function<bool()> interrupt_;
  sqlite3* handle_ = nullptr;
  std::vector<std::unique_ptr<sqlite3_stmt, Close>> statements_;
};

/// One run of a named query: values bound on construction, rows stepped through, reset at the end.
/// Texts and blobs are bound without a copy: what they point to must live until the last step.
/// A query cannot be run again while a run of it is being stepped through.
class Query {
 public:
  template <class... Values>
  Query(Connection& connection, QueryId id, const Values&... values)
      : connection_(connection), id_(id), statement_(connection.statement(id)) {
    [[maybe_unused]] int index = 0;
    (bind(++index, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// True when there is a row. Throws StoreError.
  bool step();

  std::int64_t integer(int column) const;
  std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::optional<std::int64_t> optional_integer(int column) const;
  /// Valid until the next step.
  std::string_view text(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const;

 private:
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, Blob value);
  void check(int code);

  template <class Value>
  void bind(int index, const Value& value) {
    if constexpr (std::is_integral_v<Value>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Value, Blob>) {
      bind_blob(index, value);
    } else if constexpr (std::is_same_v<Value, std::nullopt_t>) {
      // Values are cleared after each run: null already.
    } else if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
      bind_text(index, value);
    } else {
      if (value) bind(index, *value);  // std::optional
    }
  }

  Connection& connection_;
  QueryId id_;
  sqlite3_stmt* statement_;
};

/// Runs a query that gives no rows.
template <class... Values>
void run(Connection& connection, QueryId id, const Values&... values) {
  Query query(connection, id, values...);
  while (query.step()) {
  }
}

/// The first column of the first row, as an integer; nothing when there is no row.
template <class... Values>
std::optional<std::int64_t> lookup(Connection& connection, QueryId id, const Values&... values) {
  Query query(connection, id, values...);
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

/// One consistent state for several queries: a read transaction, unless one is open already.
class ReadScope {
 public:
  explicit ReadScope(Connection& connection);
  ~ReadScope();
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  Connection& connection_;
  bool opened_ = false;
};

}  // namespace ruagate::store
