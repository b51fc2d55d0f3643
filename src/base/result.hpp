#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace ruagate {

/// What the caller can do about an error, not where it happened.
enum class ErrorKind : std::uint8_t {
  malformed,  ///< The input breaks its format. Keep it as a reject; retrying cannot help.
  too_large,  ///< A limit was reached. Keep it as a reject; the message names the limit.
  no_report,  ///< Well-formed input without a report in it. Ignore it; not a failure.
  temporary,  ///< Network, lock or file-system trouble. Leave the input in place and try again.
  usage,      ///< The operator asked for something that cannot be: bad option, bad config, unknown domain.
};

/// An outside fault, handed back by value. Faults of the machine (database, disk) are thrown instead.
struct Error {
  ErrorKind kind = ErrorKind::malformed;
  std::string_view code;  ///< Stable reason code in snake_case, static storage; empty where none is documented.
  std::string message;    ///< Lower case, no final stop, outside text escaped; the outer layer prefixes it.
};

/// The one place to change when the toolchain offers std::expected.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorKind::malformed, "bad_xml", "line 3: ...");`
inline tl::unexpected<Error> fail(ErrorKind kind, std::string_view code, std::string message) {
  return tl::unexpected<Error>(Error{kind, code, std::move(message)});
}

}  // namespace ruagate
