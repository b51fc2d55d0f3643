#include "cli/context.hpp"

namespace ruagate::cli {

void add_readiness(Command& app, Context& context) {
  struct Options {
    std::vector<std::string> domains;
    std::string as_of, ladder;
    bool explain = false;
  };
  auto options = std::make_shared<Options>();
  Command command =
      app.add_subcommand("readiness", "May a domain raise its policy now, and if not, what must be fixed");
  command.add_option("DOMAIN", options->domains, "Policy domains; all when none is named");
  command.add_option("--as-of", options->as_of, "The day to judge, YYYY-MM-DD (default today, UTC)").type_name("DATE");
  command
      .add_option("--ladder", options->ladder, "pct (RFC 7489) or testing (RFC 9989); default from the configuration")
      .one_of({"pct", "testing"});
  command.add_flag("--explain", options->explain, "Every gate, and every source with its evidence");
  command.callback([&context, options] {
    context.action = [&context, options] {
      const present::Format format = context.format({.json = true, .csv = true});
      std::vector<std::string> domains;
      for (const std::string& domain : options->domains) domains.push_back(domain_argument(domain));
      std::optional<readiness::Ladder> ladder;
      if (!options->ladder.empty()) {
        ladder = options->ladder == "pct" ? readiness::Ladder::pct : readiness::Ladder::testing;
      }
      const auto as_of = day_option(options->as_of, "--as-of");
      store::Store store = context.open(store::OpenMode::read);
      const answer::Asked asked{store, context.org_domains(), context.config(), context.clock};
      auto answer = value_or_throw(answer::readiness(asked, domains, as_of, ladder));
      if (options->explain) answer::explain(asked, answer);
      present::Style style = context.style();
      style.explain = options->explain;
      present::write(context.out, answer, format, style);
      return answer::exit_code(answer);
    };
  });
}

}  // namespace ruagate::cli
