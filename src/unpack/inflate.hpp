#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ruagate::unpack {

/// What may still be produced. Whoever unpacks takes off what came out, also when it is refused in the end: refused
/// documents cost time like others.
struct Allowance {
  std::size_t document_bytes = 0;  ///< Of one document.
  std::size_t total_bytes = 0;     ///< Of everything unpacked from here on.
  unsigned max_ratio = 0;
};

/// Watches the size of one document while it is being unpacked.
class Gauge {
 public:
  explicit Gauge(Allowance& allowance) : allowance_(allowance), at_start_(allowance) {}
  ~Gauge() { allowance_.total_bytes -= std::min(produced_, at_start_.total_bytes); }
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;
  /// How much may be in memory at most.
  std::size_t most() const;
  /// True if `produced` bytes out of `consumed` are allowed.
  bool allows(std::size_t produced, std::size_t consumed) const;
  /// The same, for bytes that have been produced: they are taken off the allowance in the end.
  bool takes(std::size_t produced, std::size_t consumed) {
    produced_ = produced;
    return allows(produced, consumed);
  }
  /// Why they are not. `too_large_code` names the limit on one document.
  Error error(std::size_t produced, std::size_t consumed, std::string_view too_large_code) const;

 private:
  Allowance& allowance_;
  Allowance at_start_;
  std::size_t produced_ = 0;
};

/// Makes room for more bytes in `out`, which has grown to `size`: by steps that neither copy too often nor hold much
/// more than is needed. `hint` is the size expected, unverified; never grows above `most`.
void grow(std::string& out, std::size_t size, std::size_t hint, std::size_t most);

/// What a gzip stream held.
struct Inflated {
  std::string bytes;
  std::size_t consumed = 0;  ///< Bytes of gzip members.
  unsigned members = 0;
  bool trailing_bytes = false;  ///< Something that is no gzip member came behind them.
  std::string name;             ///< Of the first member's header (RFC 1952 FNAME); may be empty.
};

/// Unpacks a gzip stream of one or more members. Errors: gzip_truncated, gzip_corrupt, document_too_large,
/// ratio_too_high.
Result<Inflated> inflate_gzip(std::string_view stream, Allowance& allowance);

}  // namespace ruagate::unpack
