#include "cli/context.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "domain/name.hpp"

namespace ruagate::cli {

namespace {

constexpr const char* kDefaultConfigFile = "/etc/ruagate/ruagate.toml";

std::atomic<bool> stop{false};
std::atomic<bool> reload{false};
void on_signal(int) {
  stop.store(true);
}
void on_hang_up(int) {
  reload.store(true);
}

}  // namespace

present::Format Context::format(const Formats& formats) const {
  if (json && !format_name.empty() && format_name != "json") {
    throw CommandError(kWrongUse, format_name + " and --json contradict each other");
  }
  const std::string name = json ? "json" : format_name.empty() ? "text" : format_name;
  if (name == "text") return present::Format::text;
  if (name == "json" && formats.json) return present::Format::json;
  if (name == "csv" && formats.csv) return present::Format::csv;
  if (name == "html" && formats.html) return present::Format::html;
  std::string possible = "text";
  if (formats.json) possible += ", json";
  if (formats.csv) possible += ", csv";
  if (formats.html) possible += ", html";
  throw CommandError(kWrongUse, ruagate::format("--format {}: this command writes {}", printable(name), possible));
}

present::Style Context::style() const {
  present::Style style;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  if (isatty(STDOUT_FILENO) != 0) {
    style.colour = (no_colour == nullptr || *no_colour == '\0') && !dumb;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60) style.width = size.ws_col;
  }
  return style;
}

const config::Config& Context::config() {
  if (!config_) config_ = value_or_throw(read_config());
  return *config_;
}

Result<config::Config> Context::read_config() const {
  Result<config::Config> config;
  if (!config_file.empty()) {
    config = config::load(config_file, domain::normalize);
  } else if (std::filesystem::exists(kDefaultConfigFile)) {
    config = config::load(kDefaultConfigFile, domain::normalize);
  }
  if (config && !db_path.empty()) config->store.path = db_path;
  return config;
}

const std::string& Context::database() {
  return config().store.path;
}

store::Store Context::open(store::OpenMode mode) {
  store::Store store(database(), mode);
  store.count(answer::counted_by(config().readiness));
  return store;
}

const domain::OrgDomains& Context::org_domains() {
  if (!org_domains_) org_domains_ = std::make_unique<domain::OrgDomains>();
  return *org_domains_;
}

ingest::Options Context::ingest_options() {
  return ingest_options_of(config());
}

ingest::Options ingest_options_of(const config::Config& config) {
  const config::LimitSettings& limits = config.limits;
  ingest::Options options;
  options.limits.mime.max_message_bytes = limits.message_bytes;
  options.limits.mime.max_depth = static_cast<unsigned>(limits.multipart_depth);
  options.limits.unpack.max_document_bytes = limits.document_bytes;
  options.limits.unpack.max_total_bytes = 2 * limits.document_bytes;
  options.limits.unpack.max_members = static_cast<unsigned>(limits.archive_members);
  options.limits.unpack.max_layers = static_cast<unsigned>(limits.nesting);
  options.limits.unpack.max_ratio = static_cast<unsigned>(limits.compression_ratio);
  options.limits.xml.max_records = limits.records_per_report;
  options.keep_raw = config.store.keep_raw_days > 0;
  return options;
}

ingest::Border Context::border(const config::MailboxSettings& mailbox) {
  if (mailbox.trusted_authserv_ids.empty()) return {};
  return ingest::border_of(mailbox.trusted_authserv_ids, org_domains());
}

std::optional<Day> day_option(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  const auto day = parse_day(text);
  if (!day) {
    throw CommandError(kWrongUse,
                       ruagate::format("{} {}: not a date; write it as YYYY-MM-DD", option, printable(text)));
  }
  return day;
}

std::string domain_argument(const std::string& text) {
  const auto name = domain::normalize(text);
  if (!name) throw CommandError(kWrongUse, ruagate::format("{}: not a domain name", printable(text)));
  return *name;
}

bool stop_requested() {
  return stop.load();
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  // A second signal ends the process at once, for an operator who does not want to wait.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void watch_reload() {
  struct sigaction action {};
  action.sa_handler = on_hang_up;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

bool take_reload() {
  return reload.exchange(false);
}

}  // namespace ruagate::cli
