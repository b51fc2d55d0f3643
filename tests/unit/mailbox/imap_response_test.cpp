#include "mailbox/imap_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ruagate::mailbox::imap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Feeds `bytes` in pieces of `step` and returns every response.
std::vector<Response> responses(std::string_view bytes, std::size_t step = 1, const WireLimits& limits = {}) {
  Framer framer(limits);
  std::vector<Response> all;
  while (!bytes.empty()) {
    framer.feed(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (true) {
      auto next = framer.next();
      EXPECT_TRUE(next.has_value());
      if (!next || !*next) break;
      all.push_back(std::move(**next));
    }
  }
  return all;
}

std::optional<Error> fault(std::string_view bytes, const WireLimits& limits) {
  Framer framer(limits);
  framer.feed(bytes);
  auto next = framer.next();
  return next ? std::nullopt : std::optional<Error>(next.error());
}

FetchData fetch_of(std::string_view line) {
  auto all = responses(line, 7);
  EXPECT_EQ(all.size(), 1U);
  auto data = read_fetch(all.at(0), head_of(all.at(0)));
  data.body = take_body(all.at(0), data);
  return data;
}

TEST(ImapFramer, CutsLinesAndLiteralsWhereverTheBytesAreCut) {
  const std::string bytes =
      "* 1 FETCH (UID 5 BODY[] {10}\r\na)\r\n* {3}\r FLAGS (\\Seen))\r\n\r\nr1 OK done {5}\r\n* OK lone line feed\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    auto all = responses(bytes, step);
    ASSERT_EQ(all.size(), 3U) << step;
    auto data = read_fetch(all[0], head_of(all[0]));
    EXPECT_EQ(data.uid, 5U);
    EXPECT_EQ(take_body(all[0], data), "a)\r\n* {3}\r");
    EXPECT_THAT(data.flags, ElementsAre("\\Seen"));
    EXPECT_EQ(all[1].line, "r1 OK done {5}");
    EXPECT_EQ(all[2].line, "* OK lone line feed");
  }
}

TEST(ImapFramer, HoldsItsLimits) {
  WireLimits limits;
  limits.line_bytes = 10;
  limits.literal_bytes = 4;
  limits.literals = 1;
  EXPECT_EQ(fault("* 123456789012345", limits)->code, "bad_reply");
  EXPECT_EQ(fault("* A {1}\r\nx {1}\r\nx\r\n", limits)->code, "bad_reply");
  limits.line_bytes = 100;
  EXPECT_EQ(fault("* A {99999999999999999999}\r\n", limits)->code, "bad_reply");
  EXPECT_EQ(fault("* A {99999999999999999}\r\n", limits)->code, "bad_reply");
  auto all = responses("* 1 FETCH (UID 9 BODY[] {9}\r\n123456789)\r\n* OK\r\n", 3, limits);
  ASSERT_EQ(all.size(), 2U);
  const auto data = read_fetch(all[0], head_of(all[0]));
  EXPECT_EQ(data.body_left_out, 9U);
  EXPECT_EQ(data.body, "");
}

TEST(ImapFramer, KeepsNothingOfALiteralBeyondTheLimit) {
  WireLimits limits;
  limits.literal_bytes = 1000;
  Framer framer(limits);
  framer.feed("* 1 FETCH (BODY[] {1000000}\r\n");
  ASSERT_FALSE(framer.next()->has_value());
  for (int i = 0; i < 999; ++i) {
    framer.feed(std::string(1000, 'x'));
    ASSERT_FALSE(framer.next()->has_value());
    ASSERT_LT(framer.held(), 2000U);
  }
}

TEST(ImapHead, TellsTheKindsApart) {
  const auto head = [](std::string_view line) {
    static Response response;
    response = responses(line, 100).at(0);
    return head_of(response);
  };
  EXPECT_EQ(head("* 23 exists\r\n").number, 23U);
  EXPECT_TRUE(head("* 23 exists\r\n").is("EXISTS"));
  EXPECT_EQ(head("+ idling\r\n").kind, Kind::continuation);
  EXPECT_EQ(head("+\r\n").kind, Kind::continuation);
  EXPECT_EQ(head("a7 NO [TRYCREATE] none\r\n").tag, "a7");
  EXPECT_EQ(head("*\r\n").word, "");
  EXPECT_FALSE(is_status(head("* 5 OK\r\n")));
}

TEST(ImapStatus, ReadsCodesKnownOrNot) {
  const auto status = [](std::string_view line) {
    static Response response;
    response = responses(line, 100).at(0);
    return status_of(response, head_of(response));
  };
  auto found = status("* ok [uidvalidity 3857529045] UIDs valid\r\n");
  EXPECT_EQ(found.code, "uidvalidity");
  EXPECT_EQ(found.arguments, "3857529045");
  EXPECT_EQ(found.text, "UIDs valid");
  EXPECT_EQ(status("* NO [X-STRANGE (a \"b\")] what\r\n").code, "X-STRANGE");
  EXPECT_EQ(status("* OK [UNFINISHED\r\n").code, "UNFINISHED");
  EXPECT_EQ(status("* BYE\r\n").text, "");
}

TEST(ImapFetch, ReadsWhatServersSendInAnyOrderAndCase) {
  auto data = fetch_of(
      "* 12 fetch (flags (\\Seen $X) body[] \"a \\\"b\\\" \\\\c\" internaldate \"17-Jul-1996 02:44:25 -0700\" "
      "rfc822.size 44827 uid 7)\r\n");
  EXPECT_EQ(data.uid, 7U);
  EXPECT_EQ(data.size, 44827U);
  EXPECT_THAT(data.flags, ElementsAre("\\Seen", "$X"));
  EXPECT_EQ(data.body, "a \"b\" \\c");
  EXPECT_EQ(data.internal_date, "17-Jul-1996 02:44:25 -0700");

  data = fetch_of("* 1 FETCH (BODY[HEADER.FIELDS (MESSAGE-ID SUBJECT)]<0> ~{3}\r\nabc UID 4294967295)\r\n");
  EXPECT_EQ(data.body, "abc");
  EXPECT_EQ(data.uid, 4294967295U);

  data = fetch_of(
      "* 1 FETCH (BODYSTRUCTURE ((\"a\" (NIL {2}\r\n)( NIL)) \"x\") X-ITEM (1 (2 (3))) UID 3 BODY[NULL] "
      "{2}\r\nhi)\r\n");
  EXPECT_EQ(data.uid, 3U);
  EXPECT_EQ(data.body, "hi");

  EXPECT_FALSE(fetch_of("* 1 FETCH (UID 3 BODY[] NIL)\r\n").has_body);
  EXPECT_TRUE(fetch_of("* 1 FETCH (UID 3 BODY[] \"\")\r\n").has_body);
}

TEST(ImapFetch, MakesNothingOfBrokenOnes) {
  for (const auto* line : {"* 1 FETCH\r\n", "* 1 FETCH (\r\n", "* 1 FETCH (UID\r\n", "* 1 FETCH (UID 0)\r\n",
                           "* 1 FETCH (UID 4294967296)\r\n", "* 1 FETCH (UID -1)\r\n", "* 1 FETCH ((((((\r\n",
                           "* 1 FETCH (FLAGS (\\Seen\r\n", "* 1 FETCH (BODY[ x\r\n", "* 1 FETCH (\"UID\r\n"}) {
    EXPECT_EQ(fetch_of(line).uid, std::nullopt) << line;
  }
}

TEST(ImapFetch, IsNotDeepInTheStack) {
  std::string line = "* 1 FETCH (X " + std::string(1'000'000, '(') + std::string(1'000'000, ')') + " UID 9)\r\n";
  auto all = responses(line, 65536);
  EXPECT_EQ(read_fetch(all.at(0), head_of(all.at(0))).uid, 9U);
}

TEST(ImapSearch, ReadsNumbersAndPassesOverTheRest) {
  const auto search = [](std::string_view line) {
    const auto all = responses(line, 100);
    return read_search(all.at(0), head_of(all.at(0)));
  };
  EXPECT_THAT(search("* SEARCH 2 84 882\r\n"), ElementsAre(2U, 84U, 882U));
  EXPECT_THAT(search("* SEARCH\r\n"), IsEmpty());
  EXPECT_THAT(search("* SEARCH 2 5 (MODSEQ 917162500) x 0\r\n"), ElementsAre(2U, 5U));
}

}  // namespace
}  // namespace ruagate::mailbox::imap
