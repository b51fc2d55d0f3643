#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailbox/mailbox.hpp"

namespace ruagate::mailbox {

/// Everything one pass hands out, in order.
inline std::vector<MessageRef> list(Mailbox& mailbox, std::size_t at_once = 3) {
  EXPECT_TRUE(mailbox.begin_pass());
  std::vector<MessageRef> all;
  for (;;) {
    auto some = mailbox.next(at_once);
    EXPECT_TRUE(some) << some.error().message;
    if (!some || some->empty()) return all;
    EXPECT_LE(some->size(), at_once);
    for (auto& message : *some) all.push_back(std::move(message));
  }
}

/// Origin -> bytes.
inline std::map<std::string, std::string> drain(Mailbox& mailbox) {
  std::map<std::string, std::string> all;
  for (const auto& message : list(mailbox)) {
    auto bytes = mailbox.fetch(message);
    all[message.origin] = bytes ? *bytes : "!" + std::string(bytes.error().code);
  }
  return all;
}

inline std::vector<std::string> origins(const std::vector<MessageRef>& messages) {
  std::vector<std::string> all;
  for (const auto& message : messages) all.push_back(message.origin);
  return all;
}

}  // namespace ruagate::mailbox
