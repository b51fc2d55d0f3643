#include "config/config.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

#include <toml++/toml.h>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/settings.hpp"

namespace ruagate::config {

namespace {

/// Collects every mistake, so that one run of `config check` names them all.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  void add(const toml::node& node, std::string_view key, std::string_view what) {
    add(node.source().begin.line, key, what);
  }
  void add(std::size_t line, std::string_view key, std::string_view what) {
    if (!text_.empty()) text_ += '\n';
    text_ += format("{}:{}: {}: {}", file_, line, printable(key), what);
  }
  const std::string& text() const { return text_; }

 private:
  std::string file_;
  std::string text_;
};

std::string_view type_name(const toml::node& node) {
  if (node.is_string()) return "text";
  if (node.is_integer()) return "a whole number";
  if (node.is_floating_point()) return "a number";
  if (node.is_boolean()) return "true or false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date or time";
}

/// Reads one table into its settings; at the end, what was not asked for is an unknown key.
class Reader {
 public:
  Reader(const toml::table& table, std::string prefix, Mistakes& mistakes)
      : table_(table), prefix_(std::move(prefix)), mistakes_(mistakes) {}

  void text(std::string_view key, std::string& value, std::string_view) {
    if (const toml::node* node = take(key)) {
      if (const auto given = node->value_exact<std::string>()) {
        if (given->find('\0') != std::string::npos) return wrong(*node, key, "must not hold a NUL character");
        value = *given;
      } else {
        wrong(*node, key, format("must be text, not {}", type_name(*node)));
      }
    }
  }

  void choice(std::string_view key, std::string& value, std::initializer_list<std::string_view> allowed,
              std::string_view meaning) {
    const std::string before = value;
    text(key, value, meaning);
    if (value == before || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return;
    std::string list;
    for (const std::string_view one : allowed) list += (list.empty() ? "" : ", ") + std::string(one);
    wrong(*table_.get(key), key, format("\"{}\" is not one of: {}", printable(value), list));
    value = before;
  }

  template <class Number>
  void number(std::string_view key, Number& value, double low, double high, std::string_view) {
    if (const toml::node* node = take(key)) read_number(*node, key, value, low, high);
  }

  void per_step(std::string_view key, PerStep& value, double low, double high, std::string_view) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const toml::table* steps = node->as_table();
    if (steps == nullptr) {
      double all = 0;
      if (read_number(*node, key, all, low, high)) value.fill(all);
      return;
    }
    for (const auto& [step, given] : *steps) {
      const auto hit = std::find(std::begin(kStepKeys), std::end(kStepKeys), step.str());
      const std::string name = format("{}.{}", key, step.str());
      if (hit == std::end(kStepKeys)) {
        wrong(given, name,
              "unknown step; the steps are quarantine-10, quarantine-25, quarantine-50, quarantine-100, reject");
        continue;
      }
      read_number(given, name, value.at(static_cast<std::size_t>(hit - std::begin(kStepKeys))), low, high);
    }
  }

  void flag(std::string_view key, bool& value, std::string_view) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto given = node->value_exact<bool>();
    if (!given) return wrong(*node, key, format("must be true or false, not {}", type_name(*node)));
    value = *given;
  }

  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(*node, key, format("must be a list of texts, not {}", type_name(*node)));
    value.clear();
    for (const toml::node& item : *list) {
      if (const auto given = item.value_exact<std::string>()) {
        value.push_back(*given);
      } else {
        wrong(item, key, format("must hold texts only, not {}", type_name(item)));
      }
    }
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      if (taken_.contains(std::string(key.str()))) continue;
      const std::string lower = to_lower(key.str());
      const bool secret = lower.find("password") != std::string::npos || lower.find("secret") != std::string::npos ||
                          lower.find("token") != std::string::npos;
      mistakes_.add(key.source().begin.line, prefix_ + std::string(key.str()),
                    secret ? "unknown key (secrets never stand in this file)" : "unknown key");
    }
  }

  std::size_t line_of(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node == nullptr ? table_.source().begin.line : node->source().begin.line;
  }
  void wrong(std::string_view key, std::string_view what) {
    mistakes_.add(line_of(key), prefix_ + std::string(key), what);
  }

 private:
  const toml::node* take(std::string_view key) {
    taken_.emplace(key);
    return table_.get(key);
  }

  void wrong(const toml::node& node, std::string_view key, std::string_view what) {
    mistakes_.add(node, prefix_ + std::string(key), what);
  }

  template <class Number>
  bool read_number(const toml::node& node, std::string_view key, Number& value, double low, double high) {
    const auto given = node.is_floating_point() || node.is_integer() ? node.value<double>() : std::nullopt;
    if (!given || (std::is_integral_v<Number> && !node.is_integer())) {
      wrong(node, key,
            format("must be {}, not {}", std::is_integral_v<Number> ? "a whole number" : "a number", type_name(node)));
      return false;
    }
    if (!(*given >= low && *given <= high)) {
      wrong(node, key, format("{} is outside {} to {}", *given, low, high));
      return false;
    }
    if constexpr (std::is_integral_v<Number>) {
      value = static_cast<Number>(*node.value<std::int64_t>());
    } else {
      value = *given;
    }
    return true;
  }

  const toml::table& table_;
  std::string prefix_;
  Mistakes& mistakes_;
  std::set<std::string> taken_;
};

template <class Settings>
void read_section(const toml::table& root, std::string_view name, Settings& settings, Mistakes& mistakes) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return mistakes.add(*node, name, format("must be a table: [{}]", name));
  Reader reader(*table, std::string(name) + ".", mistakes);
  visit(reader, settings);
  reader.finish();
}

/// Reads [[name]] tables; `check` looks at each and may add mistakes.
template <class Settings, class Check>
void read_list(const toml::table& root, std::string_view name, std::vector<Settings>& list, Mistakes& mistakes,
               const Check& check) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return;
  const toml::array* tables = node->as_array();
  if (tables == nullptr || !tables->is_homogeneous(toml::node_type::table)) {
    return mistakes.add(*node, name, format("must be a list of tables: [[{}]]", name));
  }
  for (const toml::node& item : *tables) {
    Reader reader(*item.as_table(), format("{}[{}].", name, list.size() + 1), mistakes);
    Settings settings;
    visit(reader, settings);
    check(reader, settings);
    reader.finish();
    list.push_back(std::move(settings));
  }
}

void check_acknowledgement(Reader& reader, std::string_view key, const std::string& value) {
  if (value == "keep" || value == "flag" || value == "delete") return;
  if (value.starts_with("move:") && value.size() > 5) {
    const std::string_view folder = std::string_view(value).substr(5);
    if (folder.find("..") == std::string_view::npos && folder.front() != '/') return;
    return reader.wrong(key, "the folder must lie inside the mailbox");
  }
  reader.wrong(key, format("\"{}\" is not one of: move:FOLDER, flag, delete, keep", printable(value)));
}

bool is_loopback(std::string_view host) {
  return equals_ignoring_case(host, "localhost") || host.starts_with("127.") || host == "::1";
}

void check_imap(Reader& reader, const MailboxSettings& mailbox) {
  if (mailbox.host.empty()) reader.wrong("host", "missing");
  if (mailbox.host.find_first_of(" /@\r\n\t") != std::string::npos) reader.wrong("host", "is not a host name");
  if (mailbox.user.empty()) reader.wrong("user", "missing");
  if (mailbox.user.find_first_of("\r\n\1") != std::string::npos) reader.wrong("user", "must be a single line");
  if (mailbox.folder.empty()) reader.wrong("folder", "must not be empty");
  if (mailbox.tls == "none" && !is_loopback(mailbox.host)) {
    reader.wrong("tls", "\"none\" is for a server on this machine only (localhost, 127.0.0.1, ::1)");
  }
  check_acknowledgement(reader, "ignored", mailbox.ignored);
  const bool by_token = mailbox.auth == "xoauth2" || mailbox.auth == "oauthbearer";
  const int passwords = (mailbox.password_file.empty() ? 0 : 1) + (mailbox.password_env.empty() ? 0 : 1);
  const int tokens = (mailbox.token_file.empty() ? 0 : 1) + (mailbox.token_command.empty() ? 0 : 1);
  if (by_token && (tokens != 1 || passwords != 0)) {
    reader.wrong("auth", format("\"{}\" needs token_file or token_command, one of them and no password", mailbox.auth));
  }
  if (!by_token && (passwords != 1 || tokens != 0)) {
    reader.wrong("auth", format("\"{}\" needs password_file or password_env, one of them and no token", mailbox.auth));
  }
}

void read_mailboxes(const toml::table& root, Config& config, Mistakes& mistakes) {
  std::set<std::string> names;
  read_list(root, "mailbox", config.mailboxes, mistakes, [&](Reader& reader, MailboxSettings& mailbox) {
    if (mailbox.type.empty()) reader.wrong("type", "missing: maildir, mbox, folder or imap");
    if (mailbox.type == "imap") check_imap(reader, mailbox);
    if (mailbox.type != "imap" && mailbox.path.empty()) reader.wrong("path", "missing");
    if (mailbox.name.empty()) {
      mailbox.name = mailbox.type == "imap" ? format("{}@{}", mailbox.user, mailbox.host) : mailbox.path;
    }
    if (!names.insert(mailbox.name).second)
      reader.wrong("name", format("\"{}\" is used twice", printable(mailbox.name)));
    check_acknowledgement(reader, "processed", mailbox.processed);
    check_acknowledgement(reader, "rejected", mailbox.rejected);
    for (const std::string& id : mailbox.trusted_authserv_ids) {
      if (!id.empty() && id.find_first_of(" \t\r\n;()=\"") == std::string::npos) continue;
      reader.wrong("trusted_authserv_ids", format("\"{}\" is not an authserv-id", printable(id)));
    }
    if (mailbox.type == "folder" && mailbox.processed == "flag") {
      reader.wrong("processed", "a folder cannot flag; use move:FOLDER, delete or keep");
    }
    if (mailbox.type == "folder" && mailbox.rejected == "flag") {
      reader.wrong("rejected", "a folder cannot flag; use move:FOLDER, delete or keep");
    }
  });
}

void read_domains(const toml::table& root, NormalizeDomain normalize, Config& config, Mistakes& mistakes) {
  std::set<std::string> names;
  read_list(root, "domain", config.domains, mistakes, [&](Reader& reader, DomainSettings& settings) {
    const auto name = normalize(settings.name);
    if (!name) return reader.wrong("name", settings.name.empty() ? "missing" : "is not a domain name");
    settings.name = *name;
    if (!names.insert(*name).second) reader.wrong("name", format("{} is configured twice", *name));
    if (!settings.rua.empty() && !settings.rua.starts_with("mailto:") && !settings.rua.starts_with("https:")) {
      reader.wrong("rua", "must begin with mailto: or https:");
    }
    if (settings.rua.find_first_of("; \"\n\r") != std::string::npos) {
      reader.wrong("rua", "must be a list of URIs without spaces, quotes or ';'");
    }
  });
}

void check_summary(const toml::table& root, const Config& config, Mistakes& mistakes) {
  const toml::table* table = root["summary"].as_table();
  if (table == nullptr) return;
  Reader reader(*table, "summary.", mistakes);
  for (const std::string& address : config.summary.mail_to) {
    if (address.find('@') == std::string::npos || address.find_first_of("\r\n ,") != std::string::npos) {
      reader.wrong("mail_to", format("\"{}\" is not a mail address", printable(address)));
    }
  }
  if (config.summary.mail_from.find_first_of("\r\n") != std::string::npos) {
    reader.wrong("mail_from", "must be a single line");
  }
  if (config.summary.sendmail.empty() || config.summary.sendmail.front() != '/') {
    reader.wrong("sendmail", "must be an absolute path");
  }
}

bool is_time_of_day(std::string_view text) {
  const auto two = [](std::string_view digits, int most) {
    return digits[0] >= '0' && digits[0] <= '9' && digits[1] >= '0' && digits[1] <= '9' &&
           (digits[0] - '0') * 10 + (digits[1] - '0') <= most;
  };
  return text.size() == 5 && text[2] == ':' && two(text.substr(0, 2), 23) && two(text.substr(3, 2), 59);
}

void check_serve(const toml::table& root, const Config& config, Mistakes& mistakes) {
  if (const toml::table* table = root["serve"].as_table()) {
    Reader reader(*table, "serve.", mistakes);
    const ServeSettings& serve = config.serve;
    for (const auto& [key, value] :
         {std::pair("retention_at", &serve.retention_at), std::pair("check_at", &serve.check_at),
          std::pair("summary_at", &serve.summary_at)}) {
      if (!value->empty() && !is_time_of_day(*value)) {
        reader.wrong(key, format("\"{}\" is not a time of day, HH:MM", printable(*value)));
      }
    }
    if (!serve.summary_at.empty() && serve.summary_file.empty()) reader.wrong("summary_at", "needs summary_file");
    if (!serve.summary_file.empty() && serve.summary_file.front() != '/') {
      reader.wrong("summary_file", "must be an absolute path");
    }
  }
  if (const toml::table* table = root["http"].as_table()) {
    Reader reader(*table, "http.", mistakes);
    const HttpSettings& http = config.http;
    if (http.cert_file.empty() != http.key_file.empty()) {
      reader.wrong(http.cert_file.empty() ? "key_file" : "cert_file", "cert_file and key_file belong together");
    }
    for (const std::string& host : http.hosts) {
      if (host.empty() || host.find_first_of(" /:@\r\n\t") != std::string::npos) {
        reader.wrong("hosts", format("\"{}\" is not a host name (no scheme, no port)", printable(host)));
      }
    }
  }
}

}  // namespace

std::string Config::target_of(std::string_view domain) const {
  const auto hit = std::find_if(domains.begin(), domains.end(), [&](const auto& one) { return one.name == domain; });
  return hit == domains.end() ? "reject" : hit->target;
}

std::string Config::rua_of(std::string_view domain) const {
  const auto hit = std::find_if(domains.begin(), domains.end(), [&](const auto& one) { return one.name == domain; });
  return hit == domains.end() ? "" : hit->rua;
}

Result<Config> parse(std::string_view text, const std::string& file, NormalizeDomain normalize) {
  toml::table root;
  try {
    root = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::usage, "config",
                format("{}:{}: {}", file, error.source().begin.line, printable(error.description(), 400)));
  }

  Config config;
  config.file = file;
  Mistakes mistakes(file);
  for (const auto& [key, node] : root) {
    static constexpr std::string_view kSections[] = {"store",  "limits",  "mailbox", "readiness",
                                                     "domain", "summary", "http",    "serve"};
    if (std::find(std::begin(kSections), std::end(kSections), key.str()) == std::end(kSections)) {
      mistakes.add(key.source().begin.line, key.str(), node.is_table() ? "unknown section" : "unknown key");
    }
  }
  read_section(root, "store", config.store, mistakes);
  read_section(root, "limits", config.limits, mistakes);
  read_mailboxes(root, config, mistakes);
  read_section(root, "readiness", config.readiness, mistakes);
  read_domains(root, normalize, config, mistakes);
  read_section(root, "summary", config.summary, mistakes);
  check_summary(root, config, mistakes);
  read_section(root, "http", config.http, mistakes);
  read_section(root, "serve", config.serve, mistakes);
  check_serve(root, config, mistakes);
  if (root["store"].is_table() && config.store.path.empty()) {
    Reader reader(*root["store"].as_table(), "store.", mistakes);
    reader.wrong("path", "must not be empty");
  }
  if (!mistakes.text().empty()) return fail(ErrorKind::usage, "config", mistakes.text());
  return config;
}

}  // namespace ruagate::config
