#include <sqlite3.h>

#include "base/format.hpp"
#include "store/impl.hpp"

// What the HTTP service keeps here: tokens, counters that tell whether an answer can have changed, and the overview.
namespace ruagate::store {

void Store::Impl::raise_versions() {
  if (!facts_changed && !decisions_changed) return;
  run(connection, named("data_version_raise"), "*", facts_changed, decisions_changed);
  facts_changed = decisions_changed = false;
}

DataVersion Store::version(std::string_view domain) {
  Query query(impl_->connection, named("data_version"), domain);
  if (!query.step()) return {};
  return {query.count(0), query.count(1)};
}

DataVersion Store::version() {
  return version("*");
}

std::uint64_t Store::token_version() {
  return version("*tokens").facts;
}

std::int64_t Store::add_token(const NewToken& token) {
  impl_->require_write();
  for (const TokenRow& row : tokens()) {
    if (row.name == token.name) throw StoreError(format("there is a token named {} already; name another", token.name));
  }
  const std::string_view hash(reinterpret_cast<const char*>(token.hash.data()), token.hash.size());
  run(impl_->connection, named("token_add"), token.name, Blob(hash), token.scopes, epoch_seconds(token.created_at));
  const std::int64_t key = impl_->connection.last_key();
  run(impl_->connection, named("data_version_raise"), "*tokens", 1, 0);
  return key;
}

bool Store::remove_token(std::int64_t id) {
  impl_->require_write();
  run(impl_->connection, named("token_remove"), id);
  const bool was_there = impl_->connection.changes() > 0;
  if (was_there) run(impl_->connection, named("data_version_raise"), "*tokens", 1, 0);
  return was_there;
}

std::vector<TokenRow> Store::tokens() {
  std::vector<TokenRow> rows;
  Query query(impl_->connection, named("tokens"));
  while (query.step()) {
    TokenRow& row = rows.emplace_back();
    row.id = query.integer(0);
    row.name = query.text(1);
    const std::string_view hash = query.blob(2);
    if (hash.size() == row.hash.size()) std::copy(hash.begin(), hash.end(), reinterpret_cast<char*>(row.hash.data()));
    row.scopes = static_cast<unsigned>(query.integer(3));
    row.created_at = instant_from(query.integer(4));
  }
  return rows;
}

std::vector<KeptGlance> Store::glances(std::string_view settings) {
  std::vector<KeptGlance> rows;
  Query query(impl_->connection, named("glances"), settings);
  while (query.step()) {
    rows.push_back({std::string(query.text(0)), {query.count(1), query.count(2)}, std::string(query.blob(3))});
  }
  return rows;
}

void Store::keep_glances(std::string_view settings, const std::vector<KeptGlance>& glances) {
  impl_->require_write();
  run(impl_->connection, named("glances_forget"), settings);
  for (const KeptGlance& glance : glances) {
    run(impl_->connection, named("glance_set"), glance.domain, settings,
        static_cast<std::int64_t>(glance.version.facts), static_cast<std::int64_t>(glance.version.decisions),
        Blob(glance.packed));
  }
}

bool Store::fold_log() {
  Connection& connection = impl_->connection;
  // Never waits: who reads now keeps its part of the log, and the next time takes it.
  sqlite3_busy_handler(connection.handle(), nullptr, nullptr);
  int frames = 0;
  int folded = 0;
  int code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &folded);
  const bool is_whole = code == SQLITE_OK && frames == folded;
  if (is_whole) {
    code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
  connection.wait_for_locks();
  if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY && (code & 0xFF) != SQLITE_LOCKED) {
    connection.fail("cannot fold the write-ahead log into the database", code);
  }
  return code == SQLITE_OK && is_whole;
}

}  // namespace ruagate::store
