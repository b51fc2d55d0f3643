#include "mailbox/imap_names.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ruagate::mailbox::imap {
namespace {

using testing::ElementsAre;

TEST(ImapFolderName, IsModifiedUtf7) {
  // The example of RFC 3501 section 5.1.3, and others computed by hand.
  EXPECT_EQ(encode_folder("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  EXPECT_EQ(encode_folder("Entwürfe & Müll"), "Entw&APw-rfe &- M&APw-ll");
  EXPECT_EQ(encode_folder("\xF0\x9F\x93\xA8"), "&2D3c6A-");
  EXPECT_EQ(encode_folder("\xFF"), std::nullopt);
  for (const auto* name :
       {"", "a&b", "ä", "äöü/x-", "日本語&", "\xF0\x9F\x93\xA8z\xF0\x9F\x93\xA8", "tab\there", "~{}"}) {
    EXPECT_EQ(decode_folder(*encode_folder(name)), name);
  }
  for (const auto* odd : {"&", "&AP", "&!!!-", "&2D0-", "&3Og-"}) EXPECT_EQ(decode_folder(odd), odd);
}

TEST(ImapFolderName, StandsBelowTheNamespace) {
  const Namespace dotted{"INBOX.", '.'};
  EXPECT_EQ(folder_on_server("inbox", dotted), "INBOX");
  EXPECT_EQ(folder_on_server("Archive/2026", dotted), "INBOX.Archive.2026");
  EXPECT_EQ(folder_on_server("INBOX/Archive", dotted), "INBOX.Archive");
  EXPECT_EQ(folder_on_server("Archive/2026", {"", '/'}), "Archive/2026");
  EXPECT_EQ(folder_on_server("Archive/2026", {"", '\0'}), "Archive/2026");
}

TEST(ImapUidSets, AreShortAndBounded) {
  EXPECT_THAT(uid_sets(std::vector<std::uint32_t>{1, 2, 3, 7, 9, 10}), ElementsAre("1:3,7,9:10"));
  EXPECT_THAT(uid_sets(std::vector<std::uint32_t>{}), ElementsAre());
  std::vector<std::uint32_t> odd;
  for (std::uint32_t i = 1; i < 2000; i += 2) odd.push_back(4'000'000'000U + i);
  std::size_t numbers = 0;
  for (const auto& set : uid_sets(odd, 100)) {
    EXPECT_LE(set.size(), 100U);
    numbers += static_cast<std::size_t>(std::count(set.begin(), set.end(), ',')) + 1;
  }
  EXPECT_EQ(numbers, odd.size());
}

TEST(ImapNumberSet, KnowsWhatASetKnows) {
  std::mt19937 random(7);
  NumberSet numbers;
  std::set<std::uint32_t> model;
  for (int i = 0; i < 5000; ++i) {
    const auto number = static_cast<std::uint32_t>(random() % 300 + 1);
    if (random() % 200 == 0) {
      numbers.remove_up_to(number);
      model.erase(model.begin(), model.upper_bound(number));
    } else {
      numbers.add(number);
      model.insert(number);
    }
    for (std::uint32_t probe = 1; probe <= 300; probe += 7) {
      ASSERT_EQ(numbers.contains(probe), model.contains(probe)) << i << ' ' << probe;
    }
  }
  for (std::uint32_t i = 1; i <= 300; ++i) numbers.add(i);
  EXPECT_EQ(numbers.ranges(), 1U);
}

TEST(ImapBase64, IsPadded) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\0rua\0secret", 11)), "AHJ1YQBzZWNyZXQ=");
}

}  // namespace
}  // namespace ruagate::mailbox::imap
