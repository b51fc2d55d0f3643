#include "base/format.hpp"
#include "base/printable.hpp"
#include "mailbox/imap_mailbox.hpp"

// Opening a mailbox on a server, and saying what will happen there.
namespace ruagate::mailbox {
namespace imap {

Result<std::vector<std::string>> ImapMailbox::describe() {
  const std::lock_guard lock(lock_);
  auto session = Session::open(settings_, options_.max_message_bytes, secret_, trace_);
  if (!session) return tl::unexpected(session.error());
  auto& one = **session;
  const auto folder = folder_on_server(settings_.folder, one.space());
  if (!folder) return fail(ErrorKind::usage, "select", format("{} is not UTF-8", printable(settings_.folder)));
  auto selected = one.select(*folder, true);
  if (!selected) return tl::unexpected(selected.error());
  std::string abilities;
  for (const auto& ability : one.abilities()) abilities += (abilities.empty() ? "" : " ") + printable(ability);
  std::vector<std::string> words;
  words.push_back(
      format("logged in to {} ({}) as {}", printable(settings_.host), one.peer(), printable(settings_.user)));
  words.push_back(format("{}: {} message{}, UIDVALIDITY {}", printable(settings_.folder), selected->exists,
                         selected->exists == 1 ? "" : "s", selected->validity));
  words.push_back(format("the server can: {}", abilities));
  words.push_back(one.can("IDLE") ? "new mail is told by the server (IDLE)"
                                  : "new mail is looked for every 30 seconds (the server has no IDLE)");
  words.push_back(format("mail whose reports are stored {}", Finisher::describe(one, options_.processed)));
  words.push_back(format("mail that cannot be read {}", Finisher::describe(one, options_.rejected)));
  words.push_back(format("mail that is no report {}", Finisher::describe(one, options_.ignored)));
  one.log_out();
  return words;
}

}  // namespace imap

namespace {

Result<std::unique_ptr<imap::ImapMailbox>> make(const ImapSettings& settings, const Options& options) {
  const auto wrong = [&](std::string_view what) {
    return fail(ErrorKind::usage, "imap_settings", format("mailbox {}: {}", printable(options.name), what));
  };
  if (settings.host.empty()) return wrong("host is missing");
  if (settings.user.empty()) return wrong("user is missing");
  if (!imap::encode_folder(settings.folder)) return wrong("folder is not UTF-8");
  auto complete = settings;
  if (complete.port == 0) complete.port = complete.tls == ImapSettings::Tls::implicit ? 993 : 143;
  auto trace = imap::Trace::open(settings.trace_file, options.name);
  if (!trace) return tl::unexpected(trace.error());
  return std::make_unique<imap::ImapMailbox>(complete, options, std::move(*trace));
}

}  // namespace

Result<std::unique_ptr<Mailbox>> open_imap(const ImapSettings& settings, const Options& options) {
  auto made = make(settings, options);
  if (!made) return tl::unexpected(made.error());
  return std::unique_ptr<Mailbox>(std::move(*made));
}

Result<std::vector<std::string>> describe_imap(const ImapSettings& settings, const Options& options) {
  auto made = make(settings, options);
  if (!made) return tl::unexpected(made.error());
  return (*made)->describe();
}

}  // namespace ruagate::mailbox
