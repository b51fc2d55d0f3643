#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "unpack/inflate.hpp"

struct zip;

namespace ruagate::unpack {

/// A zip archive in memory, opened for reading. Borrows the bytes.
class ZipArchive {
 public:
  /// Errors: zip_truncated, zip_corrupt, zip_too_many_members. The number of members is read from the end of the
  /// archive and checked before its directory is.
  static Result<ZipArchive> open(std::string_view bytes, unsigned max_members);

  std::size_t size() const { return size_; }

  struct Member {
    std::string name;  ///< As it stands in the archive.
    bool is_directory = false;
    std::uint64_t compressed_bytes = 0;  ///< As told by the directory.
    std::uint64_t bytes = 0;             ///< As told by the directory.
    bool encrypted = false;
  };
  Member member(std::size_t index) const;

  /// Contents of a member. Errors: zip_encrypted, zip_corrupt, zip_member_too_large, document_too_large,
  /// ratio_too_high.
  Result<std::string> read(std::size_t index, Allowance& allowance) const;

 private:
  struct Discard {
    void operator()(zip* archive) const;
  };
  std::unique_ptr<zip, Discard> archive_;
  std::size_t size_ = 0;
  std::size_t archive_bytes_ = 0;
};

}  // namespace ruagate::unpack
