#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "mailbox/mailbox.hpp"

namespace ruagate::cli {

/// What a run adds to the configuration of its mailboxes.
struct MailboxRun {
  std::string trace_file;      ///< --trace-imap.
  std::function<bool()> stop;  ///< Asked while a server is waited for.
};

/// Opens a configured mailbox; one on a server is connected by its first pass. Errors: usage or temporary, as the
/// mailbox room says.
Result<std::unique_ptr<mailbox::Mailbox>> open_mailbox(const config::MailboxSettings& settings,
                                                       const config::LimitSettings& limits, const MailboxRun& run);
/// Logs in to a configured IMAP mailbox, changes nothing, and says what was found and what will happen to mail.
Result<std::vector<std::string>> describe_mailbox(const config::MailboxSettings& settings,
                                                  const config::LimitSettings& limits, const MailboxRun& run);

}  // namespace ruagate::cli
