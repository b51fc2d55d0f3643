#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "mailbox/imap_response.hpp"

namespace ruagate::mailbox::imap {

/// The conversation with a server as text, for support: one line for each thing said, with the time; secrets are
/// masked before they come here, mail is named by its size only. Private to this room.
class Trace {
 public:
  /// No file: nothing is written. Errors: usage (the file cannot be written).
  static Result<Trace> open(const std::string& file, const std::string& mailbox);
  bool is_on() const { return file_ != nullptr; }
  /// What must never be seen, should a server repeat it.
  void hide(std::vector<std::string> secrets) { hidden_ = std::move(secrets); }
  /// `text` without the hidden.
  std::string masked(std::string_view text) const;
  void note(std::string_view what);
  void sent(std::string_view line);
  void received(const Response& response);

 private:
  void write(std::string_view mark, std::string_view text);
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string mailbox_;
  std::vector<std::string> hidden_;
};

}  // namespace ruagate::mailbox::imap
