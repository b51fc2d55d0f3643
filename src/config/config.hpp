#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Every setting with unit, default and meaning. Secrets never stand in the file: only where to find them.
namespace ruagate::config {

struct StoreSettings {
  std::string path = "/var/lib/ruagate/ruagate.db";
  int keep_raw_days = 90;       ///< The documents as received, for drill-down and re-reading; 0 keeps none.
  int keep_records_days = 730;  ///< Single records; daily roll-ups are kept for ever.
};

struct MailboxSettings {
  std::string name;
  std::string type;                ///< maildir | mbox | folder | imap
  std::string path;                ///< Of all but imap.
  std::string processed = "keep";  ///< move:FOLDER | flag | delete | keep
  std::string rejected = "keep";
  std::vector<std::string> trusted_authserv_ids;  ///< Whose Authentication-Results are believed; none by default.

  // IMAP only.
  std::string host;
  int port = 0;                  ///< 0: 993 with implicit TLS, else 143.
  std::string tls = "implicit";  ///< implicit | starttls | none
  std::string ca_file;
  std::string user;
  std::string auth = "password";  ///< password | plain | login | xoauth2 | oauthbearer
  std::string password_file;      ///< One of these four.
  std::string password_env;
  std::string token_file;
  std::string token_command;
  std::string folder = "INBOX";
  std::string ignored = "keep";  ///< As processed, for mail that is no report.
  int timeout_seconds = 60;      ///< Silence of the server that ends the session.
  int idle_seconds = 540;        ///< IDLE is renewed after this.
};

/// Limits of reading; see docs/limits.md for the reason behind each default.
struct LimitSettings {
  std::uint64_t message_bytes = 64U << 20;
  std::uint64_t document_bytes = 256U << 20;
  std::uint64_t archive_members = 64;
  std::uint64_t nesting = 3;
  std::uint64_t compression_ratio = 1000;
  std::uint64_t multipart_depth = 32;
  std::uint64_t records_per_report = 1'000'000;
};

/// One value for each of the five steps up: to q10, q25, q50, q100, reject.
using PerStep = std::array<double, 5>;

/// Thresholds of the verdict; docs/readiness.md explains each and why it has this default.
struct ReadinessSettings {
  std::string ladder = "pct";                ///< pct | testing
  std::string profile = "normal";            ///< normal | fast | strict
  std::string count_reports = "not_failed";  ///< all | not_failed | trusted
  PerStep p_min = {0.95, 0.95, 0.97, 0.98, 0.99};
  PerStep lb_min = {0.90, 0.90, 0.92, 0.95, 0.97};
  double z = 1.645;
  double z_strict = 2.576;
  double rho = 0.01;
  int lag_days = 2;
  PerStep min_days = {28, 7, 7, 7, 14};
  PerStep min_days_small = {28, 14, 14, 14, 28};
  PerStep stat_window = {28, 14, 14, 14, 28};
  double small_week = 1000;
  std::uint64_t min_legit = 200;
  std::uint64_t min_legit_small = 50;
  int small_window = 56;
  std::uint64_t min_reporters = 2;
  std::uint64_t reporter_min = 20;
  double dominance = 0.95;
  double cover_days = 0.80;
  int max_gap = 3;
  double material_share = 0.02;
  double material_msgs = 100;
  std::uint64_t low_min_ok = 5;
  std::uint64_t small_n = 500;
  std::uint64_t fail_floor = 2;
  double small_slack = 0.02;
  PerStep harm_max = {0.010, 0.010, 0.010, 0.010, 0.005};
  PerStep worst_max = {0.050, 0.050, 0.030, 0.010, 0.005};
  double harm_floor = 3;
  PerStep new_quiet = {7, 7, 7, 7, 14};
  std::uint64_t cand_min = 10;
  double cand_share = 0.002;
  int cand_score = 4;
  int spoof_score = 0;
  PerStep unknown_max = {0.02, 0.02, 0.02, 0.01, 0.01};
  PerStep indirect_max = {0.05, 0.05, 0.05, 0.05, 0.02};
  double dkim_min = 0.95;  ///< Lower bound of the aligned DKIM rate that `reject` needs of every material source.
  double mix_min = 0.10;
  std::uint64_t legit_min_ok = 5;
  double home_share = 0.20;
  int home_window = 90;
  int class_window = 30;
  int memory = 400;
  int periodic_bursts = 2;
  double dormant_factor = 3;
  int dormant_max = 120;
  int fix_days = 3;
  std::uint64_t fix_msgs = 20;
  double replay_share = 0.30;
  int cooldown = 14;
  int ready_streak = 2;
  double harm_cap_note = 200;
};

struct DomainSettings {
  std::string name;               ///< Normalized.
  std::string target = "reject";  ///< A step of the ladder, usually quarantine or reject.
  std::string rua;                ///< Value of the rua tag for proposed records; reports do not show it.
};

struct SummarySettings {
  std::vector<std::string> mail_to;
  std::string mail_from;                        ///< Default: ruagate@<host name>.
  std::string sendmail = "/usr/sbin/sendmail";  ///< Program that takes the message on standard input, with -t.
};

/// The HTTP side of `ruagate serve`; see docs/service.md.
struct HttpSettings {
  std::string listen = "127.0.0.1:8290";  ///< ADDRESS:PORT, [ADDRESS]:PORT; empty: no HTTP.
  std::vector<std::string> hosts;         ///< Names by which it is reached, beside addresses and localhost.
  bool behind_proxy = false;
  std::string cert_file;  ///< PEM; both or none.
  std::string key_file;
  int threads = 2;             ///< That work out answers.
  int max_connections = 1000;  ///< Beyond, the one that has been idle for longest is closed.
  int idle_seconds = 60;       ///< Silence after which a connection is closed.
  int header_seconds = 10;     ///< From the first byte of a request to the end of its head.
  int request_seconds = 60;    ///< For a body to arrive, and for a response to be taken.
  int cache_mib = 32;
};

/// Work that `ruagate serve` does beside answering; times are "HH:MM" UTC, empty: never.
struct ServeSettings {
  std::string retention_at = "02:30";
  std::string check_at = "03:30";  ///< On Sundays.
  int checkpoint_minutes = 15;
  std::string summary_at;
  std::string summary_file;
  std::string log = "text";
  std::string log_level = "info";
};

struct Config {
  std::string file;  ///< Where it was read from; empty for defaults alone.
  StoreSettings store;
  LimitSettings limits;
  std::vector<MailboxSettings> mailboxes;
  ReadinessSettings readiness;
  std::vector<DomainSettings> domains;
  SummarySettings summary;
  HttpSettings http;
  ServeSettings serve;

  /// Target step of a domain, the default when it is not configured.
  std::string target_of(std::string_view domain) const;
  /// The configured rua tag of a domain, empty when it is not configured.
  std::string rua_of(std::string_view domain) const;
};

/// Brings a domain name to its normal form, or says that it is none; given by the caller (domain::normalize), because
/// this room stands below the one that knows names.
using NormalizeDomain = std::optional<std::string> (*)(std::string_view);

/// Reads and checks a file. Errors: usage; the message has one line for every mistake, "FILE:LINE: KEY: what is wrong".
Result<Config> load(const std::string& path, NormalizeDomain normalize);
/// The same for text; `file` is for messages only.
Result<Config> parse(std::string_view text, const std::string& file, NormalizeDomain normalize);

/// The effective settings as TOML that load() reads back; secrets are never part of it.
std::string show(const Config& config);
/// A commented example with every setting and its default.
std::string example();

}  // namespace ruagate::config
