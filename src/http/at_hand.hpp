#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/cache.hpp"

namespace ruagate::http {

/// Answers that were true when the files of the database were last looked at. Every commit, of whatever process, writes
/// to the database or its write-ahead log: while neither has changed, they are true still, and nobody has to ask the
/// database. From any thread; never waits for the database.
class AtHand {
 public:
  /// What tells one state of the files from another.
  struct Stamp {
    struct File {
      std::uint64_t device = 0;
      std::uint64_t inode = 0;
      std::int64_t size = 0;
      std::int64_t written = 0;  ///< Nanoseconds since 1970.
      bool operator==(const File&) const = default;
    };
    std::array<File, 2> files;  ///< The database and its log.
    bool operator==(const Stamp&) const = default;
  };
  /// Nothing when a file was written to so lately that another write could leave the same stamp, or cannot be looked
  /// at.
  static std::optional<Stamp> stamp(const std::string& path);

  /// `settings`: as in Basis.
  std::shared_ptr<const Answer> find(const Stamp& stamp, const std::string& settings,
                                     const std::string& question) const;
  /// `stamp` is of before the database was asked whether the answer, and who may have it, is as it was.
  void keep(const Stamp& stamp, const std::string& settings, const std::string& question,
            std::shared_ptr<const Answer> answer);

 private:
  mutable std::mutex lock_;
  Stamp stamp_;
  std::string settings_;
  std::map<std::string, std::shared_ptr<const Answer>> answers_;  ///< By question.
  std::size_t bytes_ = 0;
};

}  // namespace ruagate::http
