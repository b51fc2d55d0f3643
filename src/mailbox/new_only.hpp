#pragma once

#include <memory>

#include "mailbox/mailbox.hpp"

namespace ruagate::mailbox {

/// For following a mailbox that keeps its mail: hands out, in later passes, only messages that no earlier pass of this
/// process acknowledged. Remembers eight bytes for each message that is still there.
std::unique_ptr<Mailbox> new_only(std::unique_ptr<Mailbox> inner);

}  // namespace ruagate::mailbox
