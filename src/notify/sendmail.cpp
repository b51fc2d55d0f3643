#include "notify/sendmail.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "base/format.hpp"
#include "base/sha256.hpp"

extern char** environ;

namespace ruagate::notify {

namespace {

std::string base64(std::string_view bytes, std::size_t line_length) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= left ? kAlphabet[group >> (18 - 6 * k) & 0x3FU] : '=';
    }
    column += 4;
    if (line_length != 0 && column >= line_length) {
      out += "\r\n";
      column = 0;
    }
  }
  if (line_length != 0 && column != 0) out += "\r\n";
  return out;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return line;
}

/// RFC 2047 where needed, in words of at most 75 characters, cut between UTF-8 characters.
std::string header_text(std::string_view text) {
  std::string line = one_line(text);
  if (std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return line;
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = std::min(at + 42, line.size());
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    out += (out.empty() ? "" : "\r\n ") + format("=?utf-8?B?{}?=", base64(line.substr(at, end - at), 0));
    at = end;
  }
  return out;
}

std::string rfc5322_date(Instant instant) {
  static constexpr std::array<const char*, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  return format("{}, {} {} {} {:02}:{:02}:{:02} +0000", kWeekdays.at(std::chrono::weekday{day}.c_encoding()),
                static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                static_cast<int>(date.year()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string part(std::string_view type, std::string_view body) {
  return format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", type,
                base64(body, 76));
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string compose(const Mail& mail) {
  std::string to;
  for (const std::string& address : mail.to) to += (to.empty() ? "" : ",\r\n ") + one_line(address);
  std::string message = format(
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n"
      "Auto-Submitted: auto-generated\r\n",
      one_line(mail.from), to, header_text(mail.subject), rfc5322_date(mail.date), one_line(mail.message_id));
  if (mail.html.empty()) return message + part("text/plain", mail.text);
  const std::string boundary = "ruagate-" + to_hex(sha256(mail.text + mail.html)).substr(0, 32);
  message += format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
  message += format("--{0}\r\n{1}--{0}\r\n{2}--{0}--\r\n", boundary, part("text/plain", mail.text),
                    part("text/html", mail.html));
  return message;
}

Result<void> send_by_sendmail(const std::string& program, const Mail& mail) {
  const auto failed = [&](std::string_view what) {
    return fail(ErrorKind::temporary, "sendmail", format("cannot send mail by {}: {}", program, what));
  };
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failed(std::generic_category().message(errno));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  std::string name = program;
  std::string from_recipients = "-t";
  std::string dots_are_text = "-i";
  const std::array<char*, 4> arguments = {name.data(), from_recipients.data(), dots_are_text.data(), nullptr};
  pid_t child = 0;
  const int started = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (started != 0) {
    close(ends[1]);
    return failed(std::generic_category().message(started));
  }

  // A program that ends before it has read everything must be an error here, not a signal.
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const bool written = write_all(ends[1], compose(mail));
  close(ends[1]);
  std::signal(SIGPIPE, before);

  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return failed(format("ended by signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) return failed(format("ended with status {}", WEXITSTATUS(status)));
  if (!written) return failed("it did not read the whole message");
  return {};
}

}  // namespace ruagate::notify
