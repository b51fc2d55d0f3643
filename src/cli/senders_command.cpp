#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "answer/senders.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"

namespace ruagate::cli {

namespace {

struct Options {
  std::string domain, what, note, periodic;
  bool critical = false;
  bool retired = false;
};

/// Who decides: the person behind sudo, else the login of this process.
std::string operator_name() {
  if (const char* name = std::getenv("SUDO_USER"); name != nullptr && *name != '\0') return name;
  if (const passwd* entry = getpwuid(geteuid()); entry != nullptr) return entry->pw_name;
  return format("uid {}", geteuid());
}

int decide(Context& context, const Options& options, report::DecisionKind kind) {
  report::Decision decision;
  decision.domain = domain_argument(options.domain);
  decision.kind = kind;
  if (kind != report::DecisionKind::acknowledge) decision.what = value_or_throw(answer::sender_form(options.what));
  decision.critical = options.critical;
  decision.retired = options.retired;
  if (!options.periodic.empty()) decision.periodic = options.periodic;
  decision.note = options.note;
  decision.decided_by = operator_name();
  decision.decided_at = context.clock.now();

  store::Store store = context.open(store::OpenMode::write);
  value_or_throw(
      answer::domain_for_decision({store, context.org_domains(), context.config(), context.clock}, decision.domain));
  store.begin();
  store.set_decision(decision);
  store.commit();
  if (!context.quiet) {
    context.out << format("{} {}{}{}\n", decision.domain, to_string(kind), decision.what.empty() ? "" : " ",
                          printable(decision.what));
  }
  return kDone;
}

int forget(Context& context, const Options& options) {
  const std::string domain = domain_argument(options.domain);
  const std::string what = options.what.empty() ? "" : value_or_throw(answer::sender_form(options.what));
  store::Store store = context.open(store::OpenMode::write);
  store.begin();
  const bool found = store.forget_decision(domain, what);
  store.commit();
  if (!found) {
    throw CommandError(kWrongUse, format("{}: no decision about {}; `ruagate senders list` lists them", domain,
                                         what.empty() ? "indirect mail" : printable(what)));
  }
  if (!context.quiet) context.out << format("{} forgotten {}\n", domain, printable(what));
  return kDone;
}

Command add_decision(Command& command, Context& context, const std::shared_ptr<Options>& options,
                     report::DecisionKind kind, const char* meaning) {
  Command one = command.add_subcommand(std::string(to_string(kind)), meaning);
  one.add_option("DOMAIN", options->domain, "Policy domain").required();
  if (kind != report::DecisionKind::acknowledge) {
    one.add_option("WHAT", options->what, "A source's key, an IP, a network, or a d= or SPF domain").required();
  }
  one.add_option("--note", options->note, "Why, for whoever reads it next year").type_name("TEXT");
  one.callback([&context, options, kind] {
    context.action = [&context, options, kind] { return decide(context, *options, kind); };
  });
  return one;
}

}  // namespace

void add_senders(Command& app, Context& context) {
  using report::DecisionKind;
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("senders", "Your decisions about who may send for a domain");

  Command list = command.add_subcommand("list", "All decisions, or those of one domain");
  list.add_option("DOMAIN", options->domain, "Policy domain");
  list.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true, .csv = true});
      store::Store store = context.open(store::OpenMode::read);
      const std::string domain = options->domain.empty() ? "" : domain_argument(options->domain);
      const auto wanted = domain.empty() ? std::nullopt : std::optional<std::string_view>(domain);
      present::write_decisions(context.out, store.decisions(wanted), format, context.style());
      return int{kDone};
    };
  });

  Command approve = add_decision(command, context, options, DecisionKind::approve, "It is ours: it must keep working");
  approve.add_flag("--critical", options->critical, "Always judged, however little it sends");
  approve.add_option("--periodic", options->periodic, "It sends monthly or quarterly; silence is normal")
      .one_of({"monthly", "quarterly"});
  approve.add_flag("--retired", options->retired, "It is switched off: old failures no longer count");
  add_decision(command, context, options, DecisionKind::deny, "It is not ours: enforcement shall stop it");
  add_decision(command, context, options, DecisionKind::forwarder, "It passes on mail of others");
  add_decision(command, context, options, DecisionKind::acknowledge,
               "Indirect mail that will fail at reject is accepted");

  Command forgetting = command.add_subcommand("forget", "Take a decision back");
  forgetting.add_option("DOMAIN", options->domain, "Policy domain").required();
  forgetting.add_option("WHAT", options->what, "As it was decided; without it the acknowledgement");
  forgetting.callback(
      [&context, options] { context.action = [&context, options] { return forget(context, *options); }; });
}

}  // namespace ruagate::cli
