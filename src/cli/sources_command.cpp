#include "cli/context.hpp"

namespace ruagate::cli {

void add_sources(Command& app, Context& context) {
  struct Options {
    std::string domain, as_of, since, until;
    std::optional<int> days;
  };
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("sources", "Who sends for a domain: class, rates, what fails and why");
  command.add_option("DOMAIN", options->domain, "Policy domain, or a subdomain seen in From").required();
  command.add_option("--days", options->days, "Days up to the newest report or --as-of (default 30)").between(1, 3660);
  command.add_option("--as-of", options->as_of, "Last day, YYYY-MM-DD").type_name("DATE");
  command.add_option("--since", options->since, "First day, YYYY-MM-DD").type_name("DATE");
  command.add_option("--until", options->until, "Last day, YYYY-MM-DD").type_name("DATE");
  command.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true, .csv = true});
      answer::WindowRequest window;
      window.days = options->days;
      window.as_of = day_option(options->as_of, "--as-of");
      window.since = day_option(options->since, "--since");
      window.until = day_option(options->until, "--until");
      const std::string domain = domain_argument(options->domain);
      store::Store store = context.open(store::OpenMode::read);
      const answer::Asked asked{store, context.org_domains(), context.config(), context.clock};
      present::write(context.out, value_or_throw(answer::sources(asked, domain, window)), format, context.style());
      return int{kDone};
    };
  });
}

}  // namespace ruagate::cli
