#pragma once

#include <string>
#include <vector>

#include "store/connection.hpp"

// The numbered files of migrations/, embedded, and which of them a database has had.
namespace ruagate::store {

/// Number of the last migration this program knows.
int newest_migration();

/// Number of the last migration that was applied, 0 for an empty database. Throws StoreError when the database is newer
/// than this program (both numbers named) or when an applied migration was another file than ours of that number.
int applied_migration(Connection& connection);

/// Gives the connection the SQL functions that migrations use.
void add_block_functions(Connection& connection);

/// Applies what is missing, each migration in its own transaction; returns their names.
std::vector<std::string> apply_migrations(Connection& connection);

}  // namespace ruagate::store
