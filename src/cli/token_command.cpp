#include <algorithm>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "cli/context.hpp"
#include "http/access.hpp"
#include "present/tokens.hpp"

namespace ruagate::cli {

namespace {

struct Options {
  std::string name, which;
  std::vector<std::string> scopes;
};

unsigned scopes_from(const std::vector<std::string>& names) {
  unsigned scopes = 0;
  for (const std::string& name : names) {
    const auto scope = present::scope_from(name);
    if (!scope) {
      throw CommandError(kWrongUse, format("--scope {}: must be read, operate or intake", printable(name)));
    }
    scopes |= static_cast<unsigned>(*scope);
  }
  if (scopes == 0) throw CommandError(kWrongUse, "token create: name at least one --scope: read, operate or intake");
  return scopes;
}

void require_name(const std::string& name) {
  const bool clean = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == '@';
  });
  if (name.empty() || name.size() > 64 || !clean) {
    throw CommandError(kWrongUse, "token create: NAME is up to 64 letters, digits, '-', '_', '.' and '@'");
  }
}

int create(Context& context, const Options& options) {
  const present::Format format = context.format({.json = true});
  require_name(options.name);
  const std::string token = http::new_token();
  store::TokenRow row;
  row.name = options.name;
  row.hash = sha256(token);
  row.scopes = scopes_from(options.scopes);
  row.created_at = context.clock.now();
  store::Store store = context.open(store::OpenMode::write);
  for (const store::TokenRow& other : store.tokens()) {
    if (other.name == row.name) {
      throw CommandError(kWrongUse,
                         ruagate::format("there is a token {} already; revoke it or choose another name", row.name));
    }
  }
  store.begin();
  row.id = store.add_token(row);
  store.commit();
  present::write_new_token(context.out, row, token, format);
  if (format == present::Format::text && !context.quiet) {
    context.err << "ruagate: this is the only time the token is shown; only its hash is kept\n";
  }
  return kDone;
}

int revoke(Context& context, const Options& options) {
  store::Store store = context.open(store::OpenMode::write);
  const auto tokens = store.tokens();
  const auto hit = std::find_if(tokens.begin(), tokens.end(), [&](const store::TokenRow& row) {
    return row.name == options.which || std::to_string(row.id) == options.which;
  });
  if (hit == tokens.end()) {
    throw CommandError(kWrongUse, format("no token {}; `ruagate token list` lists them", printable(options.which)));
  }
  store.begin();
  store.remove_token(hit->id);
  store.commit();
  if (!context.quiet) context.out << format("revoked {}\n", hit->name);
  return kDone;
}

}  // namespace

void add_token(Command& app, Context& context) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("token", "Access to the HTTP API: create, list, revoke");

  Command creating = command.add_subcommand("create", "Make a token and print it, once");
  creating.add_option("NAME", options->name, "Whose it is, for you and the log").required();
  creating.add_option("--scope", options->scopes, "read, operate (decide, retry; with read) or intake (post mail)")
      .type_name("SCOPE");
  creating.callback(
      [&context, options] { context.action = [&context, options] { return create(context, *options); }; });

  command.add_subcommand("list", "All tokens, without the secrets").callback([&context] {
    context.action = [&context] {
      const present::Format format = context.format({.json = true});
      store::Store store = context.open(store::OpenMode::read);
      present::write_tokens(context.out, store.tokens(), format, context.style());
      return int{kDone};
    };
  });

  Command revoking = command.add_subcommand("revoke", "Take a token back; its sessions end at once");
  revoking.add_option("TOKEN", options->which, "Name or number").required();
  revoking.callback(
      [&context, options] { context.action = [&context, options] { return revoke(context, *options); }; });
}

}  // namespace ruagate::cli
