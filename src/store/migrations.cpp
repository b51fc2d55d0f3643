#include "store/migrations.hpp"

#include <charconv>
#include <iterator>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/sha256.hpp"
#include "store/store.hpp"
#include "store_migrations.hpp"

namespace ruagate::store {

namespace {

using migrations::kFiles;

/// "0001_initial.sql" is number 1; the files are embedded in this order without a gap (a test proves it).
int number_at(std::size_t index) {
  return static_cast<int>(index) + 1;
}

std::string checksum_of(const migrations::EmbeddedText& file) {
  return to_hex(sha256(file.text));
}

}  // namespace

int newest_migration() {
  return number_at(std::size(kFiles) - 1);
}

int applied_migration(Connection& connection) {
  if (!lookup(connection, named("has_migration_table"))) return 0;
  int last = 0;
  Query query(connection, named("migrations_applied"));
  while (query.step()) {
    const auto number = static_cast<int>(query.integer(0));
    if (number > newest_migration()) {
      // Its name is of no use to us; the highest number is.
      last = number;
      continue;
    }
    if (number != last + 1) {
      throw StoreError(
          format("{}: migration {} is missing from the database; restore a backup", connection.path(), last + 1));
    }
    if (query.text(2) != checksum_of(kFiles[static_cast<std::size_t>(number) - 1])) {
      throw StoreError(
          format("{}: migration {} ({}) was applied with other contents than this program's; use the ruagate that made "
                 "the database, or restore a backup",
                 connection.path(), number, printable(query.text(1))));
    }
    last = number;
  }
  if (last > newest_migration()) {
    throw StoreError(
        format("{}: the database has schema version {}, this ruagate knows versions up to {}; upgrade ruagate",
               connection.path(), last, newest_migration()));
  }
  return last;
}

std::vector<std::string> apply_migrations(Connection& connection) {
  std::vector<std::string> names;
  if (applied_migration(connection) == newest_migration()) return names;
  add_block_functions(connection);
  for (std::size_t index = 0; index < std::size(kFiles); ++index) {
    const migrations::EmbeddedText& file = kFiles[index];
    run(connection, named("begin_write"));
    try {
      // Asked again under the lock: another process may have been first.
      if (applied_migration(connection) < number_at(index)) {
        connection.script(std::string(file.text).c_str(), format("migration {} failed", file.name));
        run(connection, named("migration_add"), number_at(index), file.name, checksum_of(file));
        names.emplace_back(file.name);
      }
      run(connection, named("commit"));
    } catch (...) {
      if (connection.in_transaction()) run(connection, named("rollback"));
      throw;
    }
  }
  return names;
}

}  // namespace ruagate::store
