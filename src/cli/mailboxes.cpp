#include "cli/mailboxes.hpp"

namespace ruagate::cli {

Result<std::unique_ptr<mailbox::Mailbox>> open_mailbox(const config::MailboxSettings& settings,
                                                       const config::LimitSettings& limits) {
  mailbox::Options options;
  options.name = settings.name;
  options.max_message_bytes = limits.message_bytes;
  options.max_document_bytes = limits.document_bytes;
  const auto processed = mailbox::parse_acknowledgement(settings.processed);
  const auto rejected = mailbox::parse_acknowledgement(settings.rejected);
  if (!processed) return tl::unexpected(processed.error());
  if (!rejected) return tl::unexpected(rejected.error());
  options.processed = *processed;
  options.rejected = *rejected;
  if (settings.type == "mbox") return mailbox::open_mbox(settings.path, options);
  if (settings.type == "folder") return mailbox::open_folder(settings.path, options);
  return mailbox::open_maildir(settings.path, options);
}

}  // namespace ruagate::cli
