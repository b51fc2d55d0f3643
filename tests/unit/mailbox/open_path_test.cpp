#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include "unit/mailbox/drain.hpp"

namespace ruagate::mailbox {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Standard input is `bytes` while this lives.
class StandardInput {
 public:
  explicit StandardInput(const std::string& bytes) : saved_(::dup(STDIN_FILENO)) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    writer_ = std::thread([bytes, out = ends[1]] {
      std::size_t done = 0;
      while (done < bytes.size()) {
        const auto put = ::write(out, bytes.data() + done, bytes.size() - done);
        if (put <= 0) break;
        done += static_cast<std::size_t>(put);
      }
      ::close(out);
    });
  }
  ~StandardInput() {
    writer_.join();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
  std::thread writer_;
};

TEST(OpenPath, ReadsOneFileUnderTheNameGiven) {
  const test::TempDir dir;
  const auto path = (dir / "x.eml").string();
  test::write_file(path, "bytes");
  auto opened = open_path(path, 1000);
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->name(), path);
  EXPECT_THAT(drain(**opened), ElementsAre(Pair(path, "bytes")));
}

TEST(OpenPath, ReadsStandardInput) {
  const StandardInput input(std::string(300'000, 'x'));
  auto opened = open_path("-", 1U << 20);
  ASSERT_TRUE(opened);
  EXPECT_THAT(drain(**opened), ElementsAre(Pair("-", std::string(300'000, 'x'))));
}

TEST(OpenPath, ReadsAnMboxFromStandardInputBeyondTheMessageLimit) {
  std::string bytes;
  for (int i = 0; i < 3000; ++i) bytes += "From a@b x\nA: " + std::to_string(i) + "\n\nbody\n\n";
  const StandardInput input(bytes);
  auto opened = open_path("-", 1000);
  ASSERT_TRUE(opened);
  EXPECT_EQ(drain(**opened).size(), 3000U);
}

TEST(OpenPath, StandardInputHasALimit) {
  // Within the buffer of a pipe, so that the writer gets done although nobody reads the rest.
  const StandardInput input(std::string(2000, 'x'));
  auto opened = open_path("-", 1000);
  EXPECT_THAT(drain(**opened), ElementsAre(Pair("-", "!message_too_large")));
}

TEST(OpenPath, ReadsANamedPipe) {
  const test::TempDir dir;
  const auto path = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { test::write_file(path, "piped"); });
  auto opened = open_path(path, 1000);
  writer.join();
  ASSERT_TRUE(opened);
  EXPECT_THAT(drain(**opened), ElementsAre(Pair(path, "piped")));
}

TEST(OpenPath, BareDocumentsHaveTheLimitOfDocuments) {
  const test::TempDir dir;
  const auto path = (dir / "x.xml").string();
  test::write_file(path, " <feedback>" + std::string(5000, ' ') + "</feedback>");
  auto opened = open_path(path, 1000, 10'000);
  EXPECT_EQ((*opened)->fetch(list(**opened).at(0)).value().size(), 5022U);
  opened = open_path(path, 1000, 2000);
  EXPECT_EQ((*opened)->fetch(list(**opened).at(0)).error().code, "document_too_large");
}

TEST(OpenPath, WrongPathsAreNamed) {
  const test::TempDir dir;
  const auto missing = open_path((dir / "nowhere").string(), 1000);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::usage);
  EXPECT_THAT(missing.error().message, testing::HasSubstr("nowhere"));

  const auto path = (dir / "sock").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), static_cast<char*>(address.sun_path));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_FALSE(open_path(path, 1000));
  ::close(socket);
}

TEST(OpenPath, NothingIsChanged) {
  const test::TempDir dir;
  test::write_file(dir / "m/new/1.a", "one");
  std::filesystem::create_directories(dir / "m/cur");
  auto opened = open_path((dir / "m").string(), 1000);
  const auto all = list(**opened);
  for (const auto outcome : {Outcome::processed, Outcome::rejected, Outcome::ignored}) {
    EXPECT_TRUE((*opened)->acknowledge(all, outcome));
  }
  EXPECT_EQ(test::read_file(dir / "m/new/1.a"), "one");
}

}  // namespace
}  // namespace ruagate::mailbox
