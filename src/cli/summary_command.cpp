#include <unistd.h>

#include <array>
#include <sstream>

#include "base/format.hpp"
#include "base/sha256.hpp"
#include "cli/context.hpp"
#include "notify/sendmail.hpp"

namespace ruagate::cli {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

std::string document(const answer::SummaryAnswer& answer, present::Format format) {
  std::ostringstream out;
  present::write(out, answer, format, present::Style{});
  return out.str();
}

void mail_summary(Context& context, const answer::SummaryAnswer& answer, const std::vector<std::string>& to) {
  const config::SummarySettings& settings = context.config().summary;
  notify::Mail mail;
  mail.from = settings.mail_from.empty() ? "ruagate@" + host_name() : settings.mail_from;
  mail.to = to;
  std::size_t held = 0;
  std::size_t ready = 0;
  for (const answer::SummaryDomain& domain : answer.domains) {
    held +=
        domain.verdict.verdict == readiness::Verdict::hold || domain.verdict.verdict == readiness::Verdict::step_back;
    ready += domain.verdict.verdict == readiness::Verdict::ready;
  }
  mail.subject =
      format("DMARC summary {}: {} domain{}, {} ready for the next step, {} held back", to_iso(answer.window.to),
             answer.domains.size(), answer.domains.size() == 1 ? "" : "s", ready, held);
  mail.text = document(answer, present::Format::text);
  mail.html = document(answer, present::Format::html);
  mail.date = context.clock.now();
  mail.message_id = format("{}.{}@{}", epoch_seconds(mail.date), to_hex(sha256(mail.text)).substr(0, 16), host_name());
  value_or_throw(notify::send_by_sendmail(settings.sendmail, mail));
}

}  // namespace

void add_summary(Command& app, Context& context) {
  struct Options {
    std::string period = "day";
    std::vector<std::string> domains, mail_to;
    std::string as_of;
  };
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("summary", "The nightly document over all domains");
  command.add_option("--period", options->period, "day, week or month (default day)").one_of({"day", "week", "month"});
  command.add_option("--domain", options->domains, "Only this policy domain; may be repeated").type_name("DOMAIN");
  command.add_option("--as-of", options->as_of, "Last day of the period, YYYY-MM-DD (default yesterday, UTC)")
      .type_name("DATE");
  command.add_option("--mail-to", options->mail_to, "Send it by mail instead of printing it; may be repeated")
      .type_name("ADDRESS");
  command.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true, .csv = true, .html = true});
      std::vector<std::string> domains;
      for (const std::string& domain : options->domains) domains.push_back(domain_argument(domain));
      for (const std::string& address : options->mail_to) {
        if (address.find('@') == std::string::npos || address.find_first_of("\r\n ,") != std::string::npos) {
          throw CommandError(kWrongUse, "--mail-to " + address + ": not a mail address");
        }
      }
      const answer::Period period = options->period == "day"    ? answer::Period::day
                                    : options->period == "week" ? answer::Period::week
                                                                : answer::Period::month;
      const auto as_of = day_option(options->as_of, "--as-of");
      store::Store store = context.open(store::OpenMode::read);
      const answer::Asked asked{store, context.org_domains(), context.config(), context.clock};
      const auto answer = value_or_throw(answer::summary(asked, period, domains, as_of));
      const auto& to = options->mail_to.empty() ? context.config().summary.mail_to : options->mail_to;
      // Configured recipients are for the plain nightly call; who asks for a format wants to see it.
      if (!options->mail_to.empty() ||
          (!to.empty() && format == present::Format::text && context.format_name.empty())) {
        mail_summary(context, answer, to);
        if (!context.quiet) context.err << "ruagate: summary sent to " << to.size() << " address(es)\n";
      } else {
        present::write(context.out, answer, format, context.style());
      }
      return int{kDone};
    };
  });
}

}  // namespace ruagate::cli
