#pragma once

#include <span>
#include <string_view>

// The dashboard's built files, embedded in the binary.
namespace ruagate::web {

/// One file, compressed. All of it lives as long as the process.
struct Asset {
  std::string_view name;          ///< Path below "/": "index.html", "app.js".
  std::string_view content_type;  ///< "text/javascript; charset=utf-8"
  std::string_view gzip;          ///< The file's bytes, gzipped.
  std::string_view etag;          ///< Strong, with its quotes.
};

/// Sorted by name.
std::span<const Asset> assets();

}  // namespace ruagate::web
