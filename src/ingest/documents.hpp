#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "store/store.hpp"

// Documents that are stored already, told by their bytes before they are unpacked.
namespace ruagate::ingest {

/// The key of an attachment or file. `file_name` only says where keys of its time lie: under another name the same
/// bytes are not known again, which costs reading them.
store::DocumentKey document_key(std::string_view bytes, std::string_view file_name);

/// What the store has by now, for the threads that read; with a connection of its own, opened when it is first asked.
class KnownDocuments {
 public:
  /// `stop` ends the waiting for a lock of another process.
  KnownDocuments(std::string path, std::function<bool()> stop) : path_(std::move(path)), stop_(std::move(stop)) {}

  /// True if these bytes gave the stored report alone, and would in a mail of this date again. Called by several
  /// threads. Throws store::StoreError.
  bool has(const store::DocumentKey& document, std::optional<Instant> mail_date);

 private:
  std::string path_;
  std::function<bool()> stop_;
  std::mutex mutex_;
  std::optional<store::Store> store_;
};

}  // namespace ruagate::ingest
