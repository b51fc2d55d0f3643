#include "mailbox/imap_trace.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/time.hpp"

namespace ruagate::mailbox::imap {

Result<Trace> Trace::open(const std::string& file, const std::string& mailbox) {
  Trace trace;
  trace.mailbox_ = mailbox;
  if (file.empty()) return trace;
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0) trace.file_.reset(::fdopen(fd, "a"));
  if (!trace.file_) {
    const int cause = errno;
    if (fd >= 0) ::close(fd);
    return fail(ErrorKind::usage, "trace",
                format("cannot write {}: {}", printable(file), std::generic_category().message(cause)));
  }
  return trace;
}

std::string Trace::masked(std::string_view text) const {
  std::string out(text);
  for (const auto& secret : hidden_) {
    if (secret.empty()) continue;
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      out.replace(at, secret.size(), "(masked)");
      at += 8;
    }
  }
  return out;
}

void Trace::write(std::string_view mark, std::string_view text) {
  if (!file_) return;
  constexpr std::size_t kLongest = 2000;
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
  auto time = to_iso(seconds);
  time.insert(time.size() - 1, format(".{:03}", millis));
  // One write for each line: mailboxes share the file.
  const auto line = format("{} {} {} {}\n", time, printable(mailbox_), mark, printable(masked(text), kLongest));
  std::fwrite(line.data(), 1, line.size(), file_.get());
  std::fflush(file_.get());
}

void Trace::note(std::string_view what) {
  write("--", what);
}

void Trace::sent(std::string_view line) {
  write("C:", line);
}

void Trace::received(const Response& response) {
  if (!file_) return;
  constexpr std::size_t kShown = 4000;  // A list of all messages would be long.
  write("S:", std::string_view(response.line).substr(0, kShown));
  for (const auto& literal : response.literals) {
    write("S:", format("({} bytes{})", literal.size, literal.is_left_out() ? ", not kept" : ""));
  }
}

}  // namespace ruagate::mailbox::imap
