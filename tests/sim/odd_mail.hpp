#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"

namespace ruagate::sim {

/// A mail that a rua mailbox gets besides reports that can be read.
struct OddMail {
  std::string name;  ///< For its file.
  Instant arrived{};
  std::string message;  ///< With CRLF line ends.
};

/// Mail that is no aggregate report: to be ignored and left alone.
std::vector<OddMail> unrelated_mail(Day day);
/// Report mail that cannot be read: to be rejected, and kept.
std::vector<OddMail> unreadable_mail(Day day);

}  // namespace ruagate::sim
