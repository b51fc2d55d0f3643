#pragma once

#include <cstddef>
#include <string_view>

#include "store_queries.hpp"

// The named queries of schema/queries, embedded.
namespace ruagate::store {

/// Index into queries::kFiles.
struct QueryId {
  std::size_t index;
};

/// "report_add" for schema/queries/report_add.sql; a name without a file does not compile.
consteval QueryId named(std::string_view name) {
  std::size_t index = 0;
  for (const queries::EmbeddedText& file : queries::kFiles) {
    if (file.name.size() == name.size() + 4 && file.name.substr(0, name.size()) == name) return {index};
    ++index;
  }
  throw "no such query";
}

}  // namespace ruagate::store
