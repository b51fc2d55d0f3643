#include "mailbox/imap_session.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"

// Commands and answers; login stands in imap_login.cpp.
namespace ruagate::mailbox::imap {
namespace {

using Steady = std::chrono::steady_clock;

std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

WireLimits limits_for(std::size_t max_literal) {
  WireLimits limits;
  limits.literal_bytes = max_literal;
  return limits;
}

}  // namespace

Session::Session(const ImapSettings& settings, std::size_t max_literal, Trace& trace)
    : settings_(settings), trace_(trace), framer_(limits_for(max_literal)), last_used_(Steady::now()) {}

tl::unexpected<Error> Session::over(const Error& error) {
  alive_ = false;
  trace_.note(error.message);
  return tl::unexpected(Error{error.kind, error.code, trace_.masked(error.message)});
}

Result<void> Session::send(std::string_view line, bool secret) {
  trace_.sent(secret ? std::string_view("(masked)") : line);
  last_used_ = Steady::now();
  if (auto sent = connection_->write(std::string(line) + "\r\n", settings_.reply_limit); !sent) {
    return over(sent.error());
  }
  return {};
}

Result<std::optional<Response>> Session::receive(std::chrono::milliseconds limit) {
  while (true) {
    auto response = framer_.next();
    if (!response) return over(response.error());
    if (*response) {
      trace_.received(**response);
      const auto head = head_of(**response);
      if (head.kind == Kind::untagged) note(**response, head);
      return response;
    }
    auto bytes = connection_->read(limit);
    if (!bytes) {
      if (bytes.error().code == "timed_out") return std::nullopt;
      auto error = bytes.error();
      if (!bye_.empty()) error.message += format(" (it said: {})", bye_);
      return over(error);
    }
    last_used_ = Steady::now();
    framer_.feed(*bytes);
  }
}

Result<Response> Session::await() {
  auto response = receive(settings_.reply_limit);
  if (!response) return tl::unexpected(response.error());
  if (!*response) {
    return over({ErrorKind::temporary, "timed_out",
                 format("{}: no answer within {} s", printable(settings_.host),
                        std::chrono::duration_cast<std::chrono::seconds>(settings_.reply_limit).count())});
  }
  const auto head = head_of(**response);
  if (head.kind == Kind::untagged && head.is("BYE") && !head.number) {
    return over(
        {ErrorKind::temporary, "connection_lost", format("{} ended the session: {}", printable(settings_.host), bye_)});
  }
  return std::move(**response);
}

void Session::note_abilities(std::string_view words) {
  abilities_.clear();
  abilities_known_ = true;
  while (!(words = trim(words)).empty()) {
    const auto end = words.find(' ');
    abilities_.insert(to_upper(words.substr(0, end)));
    words = end == std::string_view::npos ? std::string_view() : words.substr(end);
  }
}

void Session::note_code(const Status& status) {
  if (equals_ignoring_case(status.code, "CAPABILITY")) {
    note_abilities(status.arguments);
  } else if (equals_ignoring_case(status.code, "UIDVALIDITY")) {
    if (const auto validity = read_number(status.arguments)) selected_.validity = *validity;
  } else if (equals_ignoring_case(status.code, "PERMANENTFLAGS")) {
    selected_.takes_keywords = status.arguments.find("\\*") != std::string_view::npos;
  } else if (equals_ignoring_case(status.code, "ALERT")) {
    log::warning(format("{}: the server asks to tell you: {}", printable(settings_.host), printable(status.text)));
  }
}

void Session::note(const Response& response, const Head& head) {
  if (is_status(head)) {
    const auto status = status_of(response, head);
    note_code(status);
    if (head.is("BYE")) bye_ = printable(status.text);
  } else if (head.is("CAPABILITY")) {
    note_abilities(std::string_view(response.line).substr(head.data_at));
  } else if (head.is("EXISTS") && head.number) {
    if (*head.number > selected_.exists) new_mail_ = true;
    selected_.exists = *head.number;
  } else if (head.is("EXPUNGE") && head.number && selected_.exists > 0) {
    --selected_.exists;
  }
}

Answer Session::answer_of(const Response& response, const Head& head) const {
  const auto status = status_of(response, head);
  return {to_upper(head.word), to_upper(status.code), printable(trace_.masked(status.text))};
}

Result<Answer> Session::exchange(std::string_view text, const std::vector<std::string>& lines,
                                 std::string_view last_word, bool secret, const OnData& data) {
  if (auto settled = settle(); !settled) return tl::unexpected(settled.error());
  const auto tag = format("r{}", ++commands_);
  if (auto sent = send(format("{} {}", tag, text)); !sent) return tl::unexpected(sent.error());
  std::size_t next = 0;
  constexpr std::size_t kMostContinuations = 10;
  while (true) {
    auto response = await();
    if (!response) return tl::unexpected(response.error());
    const auto head = head_of(*response);
    if (head.kind == Kind::untagged) {
      if (data) data(*response, head);
      continue;
    }
    if (head.kind == Kind::continuation) {
      if (next >= lines.size() + kMostContinuations) {
        return over({ErrorKind::temporary, "bad_reply", "the server asks for more without end"});
      }
      const auto line = next < lines.size() ? std::string_view(lines[next]) : last_word;
      ++next;
      if (auto sent = send(line, secret); !sent) return tl::unexpected(sent.error());
      continue;
    }
    if (head.tag != tag) continue;  // An answer to nothing that is still asked.
    note_code(status_of(*response, head));
    return answer_of(*response, head);
  }
}

Result<Answer> Session::command(std::string_view text, const OnData& data) {
  return exchange(text, {}, "*", false, data);
}

Result<std::shared_ptr<const Begun>> Session::begin(std::string_view text,
                                                    std::function<bool(Response&, const Head&)> take) {
  auto begun = std::make_shared<Begun>(Begun{++commands_, std::move(take), std::nullopt});
  begun_.push_back(begun);
  if (auto sent = send(format("r{} {}", begun->number, text)); !sent) return tl::unexpected(sent.error());
  return begun;
}

Result<void> Session::hand_over() {
  auto response = await();
  if (!response) return tl::unexpected(response.error());
  const auto head = head_of(*response);
  if (head.kind == Kind::continuation) {
    return over({ErrorKind::temporary, "bad_reply", "the server asks for more where nothing is left to say"});
  }
  for (const auto& begun : begun_) {
    if (head.kind == Kind::untagged) {
      if (begun->take && begun->take(*response, head)) break;
    } else if (head.tag == format("r{}", begun->number)) {
      note_code(status_of(*response, head));
      begun->answer = answer_of(*response, head);
    }
  }
  std::erase_if(begun_, [](const auto& begun) { return begun->answer.has_value(); });
  return {};
}

Result<void> Session::settle() {
  while (!begun_.empty()) {
    if (auto given = hand_over(); !given) return given;
  }
  return {};
}

Result<Answer> Session::finish(const Begun& begun) {
  while (!begun.answer) {
    if (begun_.empty()) return over({ErrorKind::temporary, "bad_reply", "an answer to nothing"});
    if (auto given = hand_over(); !given) return tl::unexpected(given.error());
  }
  return *begun.answer;
}

Result<Answer> Session::require(std::string_view text, std::string_view code, std::string_view doing,
                                const OnData& data) {
  auto answer = command(text, data);
  if (!answer || answer->is_ok()) return answer;
  return fail(ErrorKind::temporary, code,
              format("cannot {}: the server says {} {}", doing, answer->word, answer->text));
}

Result<Selected> Session::select(const std::string& folder, bool read_only) {
  selected_ = {};
  const auto shown = printable(decode_folder(folder));
  bool now_read_only = read_only;
  auto answer = require(format("{} {}", read_only ? "EXAMINE" : "SELECT", quoted(folder)), "select",
                        format("open the folder {}", shown));
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code == "READ-ONLY") now_read_only = true;
  selected_.is_read_only = now_read_only;
  new_mail_ = true;  // Until a search says otherwise: the server tells only of what comes from now on.
  if (selected_.validity == 0) {
    return fail(ErrorKind::temporary, "select",
                format("cannot use the folder {}: the server gives it no UIDVALIDITY", shown));
  }
  return selected_;
}

Result<bool> Session::idle(std::chrono::milliseconds limit, const std::function<bool()>& stop) {
  if (!can("IDLE") || idle_refused_) return false;
  if (auto settled = settle(); !settled) return tl::unexpected(settled.error());
  const auto tag = format("r{}", ++commands_);
  if (auto sent = send(tag + " IDLE"); !sent) return tl::unexpected(sent.error());
  const auto end = Steady::now() + limit;
  bool is_idle = false;
  bool done_sent = false;
  auto answer_by = Steady::now() + settings_.reply_limit;
  constexpr std::chrono::milliseconds kSlice{200};
  while (true) {
    const bool enough = new_mail_ || stop() || Steady::now() >= end;
    if (is_idle && !done_sent && enough) {
      if (auto sent = send("DONE"); !sent) return tl::unexpected(sent.error());
      done_sent = true;
      answer_by = Steady::now() + settings_.reply_limit;
    }
    if ((!is_idle || done_sent) && Steady::now() >= answer_by) {
      return over({ErrorKind::temporary, "timed_out", format("{}: IDLE is not answered", printable(settings_.host))});
    }
    auto response = receive(kSlice);
    if (!response) return tl::unexpected(response.error());
    if (!*response) continue;
    const auto head = head_of(**response);
    if (head.kind == Kind::continuation) is_idle = true;
    if (head.kind == Kind::untagged && head.is("BYE") && !head.number) {
      return over({ErrorKind::temporary, "connection_lost",
                   format("{} ended the session: {}", printable(settings_.host), bye_)});
    }
    if (head.kind == Kind::tagged && head.tag == tag) {
      if (!is_idle) idle_refused_ = true;
      return is_idle;
    }
  }
}

void Session::log_out() {
  if (!alive_) return;
  alive_ = false;
  trace_.sent("(logout)");
  constexpr std::chrono::milliseconds kLimit{500};
  (void)connection_->write(format("r{} LOGOUT\r\n", ++commands_), kLimit);
  (void)connection_->read(kLimit);
}

}  // namespace ruagate::mailbox::imap
