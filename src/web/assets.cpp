#include "web/assets.hpp"

namespace ruagate::web {

std::span<const Asset> assets() {
  return {};
}

}  // namespace ruagate::web
