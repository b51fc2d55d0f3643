#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace ruagate::test {

/// A mail server for one connection, at 127.0.0.1, with small messages. Its answer to UID MOVE can be held back while
/// it goes on.
class ImapServer {
 public:
  explicit ImapServer(std::uint32_t messages) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    for (std::uint32_t uid = 1; uid <= messages; ++uid) there_.insert(uid);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  /// After the client has gone.
  ~ImapServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ImapServer(const ImapServer&) = delete;
  ImapServer& operator=(const ImapServer&) = delete;

  std::uint16_t port() const { return port_; }
  void hold_moves() {
    const std::lock_guard lock(mutex_);
    holds_moves_ = true;
  }
  /// Answers the move that was held, and those to come at once.
  void release(const std::string& answer) {
    const std::lock_guard lock(mutex_);
    holds_moves_ = false;
    if (answer.starts_with("OK")) move(held_set_);
    say(held_tag_ + " " + answer);
  }
  /// Waits for so many commands that begin like that; false when they do not come.
  bool sees(const std::string& beginning, std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] {
      const auto begins = [&](const std::string& one) { return one.starts_with(beginning); };
      return static_cast<std::size_t>(std::count_if(commands_.begin(), commands_.end(), begins)) >= count;
    });
  }
  std::set<std::uint32_t> there() {
    const std::lock_guard lock(mutex_);
    return there_;
  }

 private:
  void say(const std::string& line) const {
    const auto bytes = line + "\r\n";
    (void)::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// The UIDs of "1:3,7" that are there.
  std::vector<std::uint32_t> of_set(const std::string& text) const {
    std::vector<std::uint32_t> uids;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
      const auto first = std::stoul(part);
      const auto colon = part.find(':');
      const auto last = colon == std::string::npos ? first : std::stoul(part.substr(colon + 1));
      for (const auto uid : there_) {
        if (first <= uid && uid <= last) uids.push_back(uid);
      }
    }
    return uids;
  }
  void move(const std::string& set) {
    for (const auto uid : of_set(set)) there_.erase(uid);
  }

  void answer(const std::string& tag, const std::string& command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
    changed_.notify_all();
    std::istringstream words(command);
    std::string first;
    std::string second;
    std::string set;
    words >> first >> second >> set;
    if (first == "CAPABILITY") say("* CAPABILITY IMAP4rev1 MOVE UIDPLUS");
    if (first == "SELECT") say(format("* {} EXISTS\r\n* OK [UIDVALIDITY 42] ok", there_.size()));
    if (second == "SEARCH") {
      std::string uids;
      for (const auto uid : there_) uids += format(" {}", uid);
      say("* SEARCH" + uids);
    }
    if (second == "FETCH") {
      for (const auto uid : of_set(set)) {
        const bool body = command.find("BODY.PEEK") != std::string::npos;
        say(format("* 1 FETCH (UID {} {})", uid, body ? format("BODY[] {{2}}\r\nm{}", uid) : "RFC822.SIZE 2"));
      }
    }
    if (second == "MOVE") {
      if (holds_moves_) {
        held_tag_ = tag;
        held_set_ = set;
        return;
      }
      move(set);
    }
    say(tag + " OK done");
  }

  void serve() {
    connection_ = ::accept(listener_, nullptr, nullptr);
    if (connection_ < 0) return;
    say("* PREAUTH ready");
    std::string bytes;
    char more[4096];
    for (ssize_t got = 0; (got = ::recv(connection_, more, sizeof more, 0)) > 0;) {
      bytes.append(more, static_cast<std::size_t>(got));
      for (auto end = bytes.find("\r\n"); end != std::string::npos; end = bytes.find("\r\n")) {
        const auto space = bytes.find(' ');
        answer(bytes.substr(0, space), bytes.substr(space + 1, end - space - 1));
        bytes.erase(0, end + 2);
      }
    }
    ::close(connection_);
  }

  std::set<std::uint32_t> there_;
  int listener_;
  int connection_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> commands_;
  bool holds_moves_ = false;
  std::string held_tag_;
  std::string held_set_;
  std::thread thread_;
};

}  // namespace ruagate::test
