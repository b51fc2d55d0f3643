#pragma once

#include <memory>

#include "base/result.hpp"
#include "config/config.hpp"
#include "mailbox/mailbox.hpp"

namespace ruagate::cli {

/// Opens a configured mailbox. Errors: usage or temporary, as the mailbox room says.
Result<std::unique_ptr<mailbox::Mailbox>> open_mailbox(const config::MailboxSettings& settings,
                                                       const config::LimitSettings& limits);

}  // namespace ruagate::cli
