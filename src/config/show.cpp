// Settings as TOML: what is in force, and the commented example.
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/format.hpp"
#include "config/settings.hpp"

namespace ruagate::config {

namespace {

/// Writes settings as TOML, with or without the meaning above each key.
class Writer {
 public:
  explicit Writer(bool with_meaning, std::string_view before_key = "")
      : with_meaning_(with_meaning), before_key_(before_key) {}

  void text(std::string_view key, const std::string& value, std::string_view meaning) {
    line(key, quoted(value), meaning);
  }
  void choice(std::string_view key, const std::string& value, std::initializer_list<std::string_view> allowed,
              std::string_view meaning) {
    std::string list;
    for (const std::string_view one : allowed) list += (list.empty() ? "" : " | ") + std::string(one);
    line(key, quoted(value), format("{} ({})", meaning, list));
  }
  template <class Number>
  void number(std::string_view key, const Number& value, double, double, std::string_view meaning) {
    line(key, plain(value), meaning);
  }
  void per_step(std::string_view key, const PerStep& value, double, double, std::string_view meaning) {
    std::string table;
    for (std::size_t i = 0; i < value.size(); ++i) {
      table += format("{}{} = {}", i == 0 ? "" : ", ", kStepKeys[i], plain(value[i]));
    }
    line(key, "{ " + table + " }", meaning);
  }
  void texts(std::string_view key, const std::vector<std::string>& value, std::string_view meaning) {
    std::string list;
    for (const std::string& one : value) list += (list.empty() ? "" : ", ") + quoted(one);
    line(key, "[" + list + "]", meaning);
  }

  void flag(std::string_view key, bool value, std::string_view meaning) {
    line(key, value ? "true" : "false", meaning);
  }

  void heading(std::string_view name) { out_ += format("{}{}\n", out_.empty() ? "" : "\n", name); }
  void comment(std::string_view words) { out_ += format("# {}\n", words); }
  std::string take() { return std::move(out_); }

 private:
  void line(std::string_view key, std::string_view value, std::string_view meaning) {
    if (with_meaning_) comment(meaning);
    out_ += format("{}{} = {}\n", before_key_, key, value);
  }
  static std::string plain(double value) {
    const std::string number = format("{}", value);
    return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
  }
  template <class Integer>
  requires std::is_integral_v<Integer>
  static std::string plain(Integer value) { return format("{}", value); }
  static std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
        text += format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      } else {
        text += c;
      }
    }
    return text + '"';
  }

  bool with_meaning_;
  std::string_view before_key_;
  std::string out_;
};

}  // namespace

std::string show(const Config& config) {
  Config copy = config;  // visitors take references; nothing is changed
  Writer writer(false);
  writer.heading("[store]");
  visit(writer, copy.store);
  writer.heading("[limits]");
  visit(writer, copy.limits);
  for (MailboxSettings& mailbox : copy.mailboxes) {
    writer.heading("[[mailbox]]");
    visit(writer, mailbox);
  }
  for (DomainSettings& domain : copy.domains) {
    writer.heading("[[domain]]");
    visit(writer, domain);
  }
  writer.heading("[readiness]");
  visit(writer, copy.readiness);
  writer.heading("[summary]");
  visit(writer, copy.summary);
  writer.heading("[http]");
  visit(writer, copy.http);
  writer.heading("[serve]");
  visit(writer, copy.serve);
  return writer.take();
}

std::string example() {
  Config defaults;
  Writer active(true);
  active.comment(
      "ruagate configuration. Every setting is here with its default; a line that begins with \"#\" is off.");
  active.comment("Check with: ruagate config check");
  active.heading("[store]");
  visit(active, defaults.store);
  active.heading("# Where the reports arrive. Repeat the section for each mailbox.");
  active.comment("[[mailbox]]");
  std::string text = active.take();

  MailboxSettings mailbox;
  mailbox.name = "rua";
  mailbox.type = "maildir";
  mailbox.path = "/var/mail/rua/Maildir";
  mailbox.processed = "move:Archive";
  mailbox.rejected = "move:Rejected";
  Writer off(true, "# ");
  visit(off, mailbox);
  off.heading("# The same on a mail server. Secrets stand in files of their own, or come from a command.");
  off.comment("[[mailbox]]");
  mailbox.name = "rua-imap";
  mailbox.type = "imap";
  mailbox.path.clear();
  mailbox.host = "imap.example.com";
  mailbox.user = "rua@example.com";
  mailbox.password_file = "/etc/ruagate/rua.password";
  visit(off, mailbox);
  off.heading("# One section for each domain whose target is not \"reject\", or whose rua address shall be proposed.");
  off.comment("[[domain]]");
  DomainSettings domain{"example.com", "reject", "mailto:rua@example.com"};
  visit(off, domain);
  off.heading("# The nightly summary by mail.");
  off.comment("[summary]");
  SummarySettings summary = defaults.summary;
  summary.mail_to = {"postmaster@example.com"};
  summary.mail_from = "ruagate@example.com";
  visit(off, summary);
  off.heading("# The service (`ruagate serve`; docs/service.md).");
  off.comment("[http]");
  visit(off, defaults.http);
  off.comment("[serve]");
  visit(off, defaults.serve);
  text += off.take();

  Writer thresholds(true, "# ");
  thresholds.heading("# What the verdict asks for (docs/readiness.md explains each).");
  thresholds.heading("[readiness]");
  visit(thresholds, defaults.readiness);
  thresholds.heading("# What is refused (docs/limits.md says why).");
  thresholds.heading("[limits]");
  visit(thresholds, defaults.limits);
  return text + "\n" + thresholds.take();
}

}  // namespace ruagate::config
