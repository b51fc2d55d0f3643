#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "mime/message.hpp"
#include "support/temp_dir.hpp"
#include "unpack/unpack.hpp"

namespace ruagate::mime {
namespace {

TEST(Corpus, EveryFileIsReadAndMessagesYieldParts) {
  const char* folder = std::getenv("RUAGATE_CORPUS");
  if (folder == nullptr) GTEST_SKIP() << "RUAGATE_CORPUS is not set";
  std::size_t messages = 0;
  std::size_t documents = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = test::read_file(entry.path());
    const auto message = parse_message(bytes, Limits{});
    ASSERT_TRUE(message) << entry.path() << ": " << message.error().message;
    EXPECT_FALSE(message->parts.empty()) << entry.path();
    const bool is_message = looks_like_message(bytes);
    if (entry.path().extension() == ".xml" || entry.path().extension() == ".json") {
      EXPECT_FALSE(is_message) << entry.path();
    }
    if (entry.path().extension() == ".eml" && entry.path().filename() != "unreadable-email.eml") {
      EXPECT_TRUE(is_message) << entry.path();
    }
    if (!is_message) continue;
    ++messages;
    for (const Part& part : message->parts) {
      unpack::unpack(
          part.file_name, part.content, unpack::Limits{},
          [&](unpack::Document&& document) {
            if (document.content == unpack::Content::xml) ++documents;
          },
          [&](unpack::Refusal&& refusal) {
            // One file is a bomb that its collector made for this purpose.
            EXPECT_TRUE(refusal.error.code == "empty_payload" || refusal.error.code == "ratio_too_high")
                << entry.path() << " " << part.path << ": " << refusal.error.message;
          });
    }
  }
  EXPECT_GT(messages, 50U);
  EXPECT_GT(documents, 30U);
}

}  // namespace
}  // namespace ruagate::mime
