#pragma once

#include <initializer_list>
#include <string_view>

#include "config/config.hpp"

// The one declaration of every setting: key, member, bounds, meaning. Reading, showing and the commented example all
// walk it, so that none of them can forget a setting.
//
// A visitor has:
//   text(key, std::string&, meaning)                          any text
//   choice(key, std::string&, {allowed...}, meaning)
//   number(key, int|std::uint64_t|double&, low, high, meaning)  bounds included
//   per_step(key, PerStep&, low, high, meaning)
//   flag(key, bool&, meaning)
//   texts(key, std::vector<std::string>&, meaning)
namespace ruagate::config {

inline constexpr std::string_view kStepKeys[] = {"quarantine-10", "quarantine-25", "quarantine-50", "quarantine-100",
                                                 "reject"};

template <class Visitor>
void visit(Visitor& v, StoreSettings& s) {
  v.text("path", s.path, "The SQLite database; --db overrides it.");
  v.number("keep_raw_days", s.keep_raw_days, 0, 36500,
           "Days to keep reports as received, for drill-down and re-reading; 0 keeps none.");
  v.number("keep_records_days", s.keep_records_days, 1, 36500,
           "Days to keep single records; daily roll-ups are kept for ever. `db prune` deletes.");
}

template <class Visitor>
void visit(Visitor& v, LimitSettings& s) {
  constexpr double kMaxBytes = 4.0 * 1024 * 1024 * 1024;
  v.number("message_bytes", s.message_bytes, 1024, kMaxBytes, "Largest message, in bytes.");
  v.number("document_bytes", s.document_bytes, 1024, kMaxBytes, "Largest report document, uncompressed, in bytes.");
  v.number("archive_members", s.archive_members, 1, 10000, "Members of one archive.");
  v.number("nesting", s.nesting, 1, 8, "Layers of compression around one document.");
  v.number("compression_ratio", s.compression_ratio, 10, 100000,
           "Uncompressed bytes for each compressed one, checked above 16 MiB.");
  v.number("multipart_depth", s.multipart_depth, 1, 256, "Nested parts of a message.");
  v.number("records_per_report", s.records_per_report, 1, 100000000, "Records of one report.");
}

template <class Visitor>
void visit_imap(Visitor& v, MailboxSettings& s) {
  v.text("host", s.host, "Name or address of the IMAP server.");
  v.number("port", s.port, 0, 65535, "0: 993 with implicit TLS, else 143.");
  v.choice("tls", s.tls, {"implicit", "starttls", "none"}, "none is for a server on this machine only.");
  v.text("ca_file", s.ca_file, "Certificates (PEM) that are trusted instead of the system's.");
  v.text("user", s.user, "Login name.");
  v.choice("auth", s.auth, {"password", "plain", "login", "xoauth2", "oauthbearer"},
           "How to log in; password takes what the server offers.");
  v.text("password_file", s.password_file, "File whose first line is the password.");
  v.text("password_env", s.password_env, "Or the environment variable that holds it.");
  v.text("token_file", s.token_file, "File whose first line is the OAuth access token; read again at every login.");
  v.text("token_command", s.token_command,
         "Or a shell command that prints one; run again when the server refuses the last.");
  v.text("folder", s.folder, "The folder to read; levels apart by \"/\".");
  v.text("ignored", s.ignored, "What happens to mail that is no report: keep, move:FOLDER, flag or delete.");
  v.number("timeout_seconds", s.timeout_seconds, 1, 3600, "Silence of the server after which a session is given up.");
  v.number("idle_seconds", s.idle_seconds, 1, 1740, "IDLE is renewed after so long; servers end it after 30 minutes.");
}

template <class Visitor>
void visit(Visitor& v, MailboxSettings& s) {
  v.text("name", s.name, "Name in logs and origins; the path when absent.");
  v.choice("type", s.type, {"maildir", "mbox", "folder", "imap"}, "What stands at `path`, or imap for a mail server.");
  if (s.type == "imap") {
    visit_imap(v, s);
  } else {
    v.text("path", s.path, "The maildir, mbox file or folder.");
  }
  v.text("processed", s.processed, "What happens to mail whose reports are stored: move:FOLDER, flag, delete or keep.");
  v.text("rejected", s.rejected, "The same for mail that could not be read (its bytes are kept as a reject).");
  v.texts("trusted_authserv_ids", s.trusted_authserv_ids,
          "Names by which your own mail border signs Authentication-Results; they tell real reports from forged ones.");
}

template <class Visitor>
void visit(Visitor& v, DomainSettings& s) {
  v.text("name", s.name, "The policy domain.");
  v.choice("target", s.target,
           {"none", "quarantine", "quarantine-10", "quarantine-25", "quarantine-50", "quarantine-100", "reject"},
           "The policy to reach.");
  v.text("rua", s.rua, "The rua tag of the domain's record, kept in every record proposed (reports do not show it).");
}

template <class Visitor>
void visit(Visitor& v, SummarySettings& s) {
  v.texts("mail_to", s.mail_to, "Who gets `ruagate summary` by mail; without it the summary is printed.");
  v.text("mail_from", s.mail_from, "Sender of that mail; ruagate@HOST when absent.");
  v.text("sendmail", s.sendmail, "Program that takes a message on standard input (called with -t -i).");
}

template <class Visitor>
void visit(Visitor& v, HttpSettings& s) {
  v.text("listen", s.listen, "ADDRESS:PORT of `ruagate serve`; empty: no HTTP. Beyond this machine only with tokens.");
  v.texts("hosts", s.hosts,
          "Names by which browsers reach it, beside addresses, localhost and the machine's own name.");
  v.flag("behind_proxy", s.behind_proxy,
         "A reverse proxy guards it: its X-Forwarded headers are believed, and no token is needed until there is one.");
  v.text("cert_file", s.cert_file, "Certificate chain (PEM) for TLS; read again on SIGHUP.");
  v.text("key_file", s.key_file, "Its private key (PEM).");
  v.number("threads", s.threads, 1, 64, "Threads that work out answers.");
  v.number("max_connections", s.max_connections, 8, 100000,
           "Open connections; beyond, the one that has been idle for longest is closed.");
  v.number("idle_seconds", s.idle_seconds, 1, 3600, "Silence after which a connection is closed.");
  v.number("header_seconds", s.header_seconds, 1, 600, "Time for the head of a request, from its first byte on.");
  v.number("request_seconds", s.request_seconds, 1, 3600, "Time for a body to arrive, and for a response to be taken.");
  v.number("cache_mib", s.cache_mib, 1, 4096, "Memory for answers that have not changed, in MiB.");
}

template <class Visitor>
void visit(Visitor& v, ServeSettings& s) {
  v.text("retention_at", s.retention_at, "When what is too old is deleted each day, HH:MM UTC; empty: never.");
  v.text("check_at", s.check_at, "When roll-ups are compared with the records each Sunday, HH:MM UTC; empty: never.");
  v.number("checkpoint_minutes", s.checkpoint_minutes, 1, 1440,
           "How often the write-ahead log is folded into the database.");
  v.text("summary_at", s.summary_at, "When the summary is written to summary_file each day, HH:MM UTC; empty: never.");
  v.text("summary_file", s.summary_file, "Where to; .html, .json, .csv or anything else for text.");
  v.choice("log", s.log, {"text", "json"}, "Lines of text, or one JSON object a line.");
  v.choice("log_level", s.log_level, {"debug", "info", "warning", "error"},
           "What the log leaves out; debug has requests.");
}

template <class Visitor>
void visit(Visitor& v, ReadinessSettings& s) {
  v.choice("ladder", s.ladder, {"pct", "testing"}, "Steps by pct (RFC 7489) or by the t tag (RFC 9989).");
  v.choice("profile", s.profile, {"normal", "fast", "strict"}, "How much evidence is asked for.");
  v.choice("count_reports", s.count_reports, {"all", "not_failed", "trusted"},
           "Which reports count, by what trusted_authserv_ids said of their mail.");
  v.per_step("p_min", s.p_min, 0.5, 1, "Aligned rate that each material source must reach.");
  v.per_step("lb_min", s.lb_min, 0.5, 1, "The same for the lower 95 % bound of the rate.");
  v.number("z", s.z, 0.5, 5, "Normal quantile of the bounds; 1.645 is one-sided 95 %.");
  v.number("z_strict", s.z_strict, 0.5, 5, "Quantile where many reporters and weeks are tested at once.");
  v.number("rho", s.rho, 0, 1, "How alike messages of one day and reporter are (intra-class correlation).");
  v.number("lag_days", s.lag_days, 0, 14, "Newest days left out, because their reports are still coming.");
  v.per_step("min_days", s.min_days, 0, 365, "Days on the present step before the next.");
  v.per_step("min_days_small", s.min_days_small, 0, 365, "The same for domains with little mail.");
  v.per_step("stat_window", s.stat_window, 7, 365, "Days of the statistics.");
  v.number("small_week", s.small_week, 0, 1e9, "Below so many legitimate messages a week a domain is small.");
  v.number("min_legit", s.min_legit, 1, 1e9, "Legitimate messages needed in the window.");
  v.number("min_legit_small", s.min_legit_small, 1, 1e9, "The same for small domains, over small_window.");
  v.number("small_window", s.small_window, 7, 365, "Days of the window of small domains.");
  v.number("min_reporters", s.min_reporters, 1, 100, "Reporters with at least reporter_min messages.");
  v.number("reporter_min", s.reporter_min, 1, 1e6, "Messages from which a reporter, or a week, is judged by itself.");
  v.number("dominance", s.dominance, 0.5, 1, "Share of one reporter above which the others must agree with it.");
  v.number("cover_days", s.cover_days, 0, 1, "Share of the window's days that need reports.");
  v.number("max_gap", s.max_gap, 0, 60, "Longest hole without reports, in days.");
  v.number("material_share", s.material_share, 0, 1, "Share of legitimate mail from which a source is material.");
  v.number("material_msgs", s.material_msgs, 1, 1e9, "Or messages in 28 days.");
  v.number("low_min_ok", s.low_min_ok, 1, 1000, "Messages, all aligned, that make a small source provisionally fine.");
  v.number("small_n", s.small_n, 1, 1e6, "Below so many messages stray failures are tolerated (fail_floor).");
  v.number("fail_floor", s.fail_floor, 0, 100, "Stray failures tolerated.");
  v.number("small_slack", s.small_slack, 0, 0.5, "How far the lower bound may then lie below lb_min.");
  v.per_step("harm_max", s.harm_max, 0, 0.5, "Share of legitimate mail that the step may be expected to hit.");
  v.per_step("worst_max", s.worst_max, 0, 0.5, "The same if receivers ignore pct.");
  v.number("harm_floor", s.harm_floor, 0, 1000, "Messages in 28 days below which harm is not measured.");
  v.per_step("new_quiet", s.new_quiet, 0, 365, "Days without a new legitimate or undecided source.");
  v.number("cand_min", s.cand_min, 1, 1e6, "Messages in 28 days from which an undecided source counts.");
  v.number("cand_share", s.cand_share, 0, 1, "Or share of legitimate mail.");
  v.number("cand_score", s.cand_score, -20, 20, "Evidence points from which an unknown source is a candidate.");
  v.number("spoof_score", s.spoof_score, -20, 20, "Evidence points up to which it is unauthorized.");
  v.per_step("unknown_max", s.unknown_max, 0, 1, "Share of unexplained failing mail.");
  v.per_step("indirect_max", s.indirect_max, 0, 1, "Share of failing forwarded mail, unless acknowledged.");
  v.number("dkim_min", s.dkim_min, 0, 1, "Lower bound of the aligned DKIM rate needed for reject.");
  v.number("mix_min", s.mix_min, 0, 1, "Share of passing mail that makes a source no stranger.");
  v.number("legit_min_ok", s.legit_min_ok, 1, 1e6, "Or messages.");
  v.number("home_share", s.home_share, 0, 1, "Share of a DKIM selector's mail that makes a source its home.");
  v.number("home_window", s.home_window, 7, 400, "Days over which homes are found.");
  v.number("class_window", s.class_window, 7, 400, "Days over which classes are decided.");
  v.number("memory", s.memory, 30, 3650, "Days that rare senders are remembered.");
  v.number("periodic_bursts", s.periodic_bursts, 1, 12, "Runs of a rare sender that are judged.");
  v.number("dormant_factor", s.dormant_factor, 1, 20, "Missed runs after which a silent sender is gone.");
  v.number("dormant_max", s.dormant_max, 7, 3650, "The same in days for senders without rhythm.");
  v.number("fix_days", s.fix_days, 1, 60, "Active days that prove a repair,");
  v.number("fix_msgs", s.fix_msgs, 1, 1e6, "with so many messages.");
  v.number("replay_share", s.replay_share, 0, 1, "Share of a selector's day from strangers that hints at key abuse.");
  v.number("cooldown", s.cooldown, 0, 365, "Days after a step back.");
  v.number("ready_streak", s.ready_streak, 1, 30, "Days in a row that must say ready.");
  v.number("harm_cap_note", s.harm_cap_note, 0, 1e9, "Legitimate messages hit a week that are worth a note.");
}

}  // namespace ruagate::config
