#pragma once

#include <cstdint>
#include <string>

#include "report/report.hpp"

namespace ruagate::sim {

/// What a message really is, which no report says.
enum class Truth : std::uint8_t { direct, forwarded, mailing_list, spoofed };
std::string_view to_string(Truth truth);

/// Equal messages of one day on their way to receivers: who sent them, and what authentication will find.
struct Traffic {
  std::string actor;  ///< Name of the actor, unique in its domain.
  Truth truth = Truth::direct;
  IpAddress source_ip;
  report::Evidence evidence;  ///< Without reasons: these are the receiver's.
  std::uint64_t messages = 0;
};

}  // namespace ruagate::sim
