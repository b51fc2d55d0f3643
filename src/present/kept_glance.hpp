#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answer/overview.hpp"

// A domain's line of the overview as bytes, for the store to keep from one start of the service to the next.
namespace ruagate::present {

/// MessagePack. Read again only by the same program.
std::string pack(const answer::DomainGlance& glance);
/// Nothing when the bytes are damaged.
std::optional<answer::DomainGlance> unpack_glance(std::string_view packed);

}  // namespace ruagate::present
