#include "cli/mailboxes.hpp"

#include <algorithm>
#include <chrono>

#include "mailbox/imap.hpp"

namespace ruagate::cli {

namespace {

Result<mailbox::Options> options_for(const config::MailboxSettings& settings, const config::LimitSettings& limits) {
  mailbox::Options options;
  options.name = settings.name;
  options.max_message_bytes = limits.message_bytes;
  options.max_document_bytes = limits.document_bytes;
  const auto processed = mailbox::parse_acknowledgement(settings.processed);
  const auto rejected = mailbox::parse_acknowledgement(settings.rejected);
  const auto ignored = mailbox::parse_acknowledgement(settings.ignored);
  for (const auto* one : {&processed, &rejected, &ignored}) {
    if (!*one) return tl::unexpected(one->error());
  }
  options.processed = *processed;
  options.rejected = *rejected;
  options.ignored = *ignored;
  return options;
}

mailbox::ImapSettings imap_settings(const config::MailboxSettings& settings, const MailboxRun& run) {
  using Tls = mailbox::ImapSettings::Tls;
  using Auth = mailbox::ImapSettings::Auth;
  mailbox::ImapSettings imap;
  imap.host = settings.host;
  imap.port = static_cast<std::uint16_t>(settings.port);
  imap.tls = settings.tls == "none" ? Tls::none : settings.tls == "starttls" ? Tls::starttls : Tls::implicit;
  imap.ca_file = settings.ca_file;
  imap.user = settings.user;
  imap.auth = settings.auth == "plain"         ? Auth::plain
              : settings.auth == "login"       ? Auth::login
              : settings.auth == "xoauth2"     ? Auth::xoauth2
              : settings.auth == "oauthbearer" ? Auth::oauthbearer
                                               : Auth::password;
  imap.password_file = settings.password_file;
  imap.password_env = settings.password_env;
  imap.token_file = settings.token_file;
  imap.token_command = settings.token_command;
  imap.folder = settings.folder;
  imap.reply_limit = std::chrono::seconds{settings.timeout_seconds};
  imap.connect_limit = std::min<std::chrono::milliseconds>(imap.connect_limit, imap.reply_limit);
  imap.idle_limit = std::chrono::seconds{settings.idle_seconds};
  imap.trace_file = run.trace_file;
  imap.stop = run.stop;
  return imap;
}

}  // namespace

Result<std::unique_ptr<mailbox::Mailbox>> open_mailbox(const config::MailboxSettings& settings,
                                                       const config::LimitSettings& limits, const MailboxRun& run) {
  const auto options = options_for(settings, limits);
  if (!options) return tl::unexpected(options.error());
  if (settings.type == "imap") return mailbox::open_imap(imap_settings(settings, run), *options);
  if (settings.type == "mbox") return mailbox::open_mbox(settings.path, *options);
  if (settings.type == "folder") return mailbox::open_folder(settings.path, *options);
  return mailbox::open_maildir(settings.path, *options);
}

Result<std::vector<std::string>> describe_mailbox(const config::MailboxSettings& settings,
                                                  const config::LimitSettings& limits, const MailboxRun& run) {
  const auto options = options_for(settings, limits);
  if (!options) return tl::unexpected(options.error());
  return mailbox::describe_imap(imap_settings(settings, run), *options);
}

}  // namespace ruagate::cli
