#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "mailbox/imap.hpp"
#include "support/temp_dir.hpp"
#include "unit/mailbox/imap_server.hpp"

namespace {

/// Names that this test answers for, each with its addresses in order.
std::map<std::string, std::vector<std::string>>& known_names() {
  static std::map<std::string, std::vector<std::string>> names;
  return names;
}

}  // namespace

/// Stands before the C library's, for the whole test: a host with several addresses is nowhere to be had for sure.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const auto known = known_names().find(name != nullptr ? name : "");
  if (known == known_names().end()) return real(name, service, hints, found);
  addrinfo** end = found;
  *found = nullptr;
  addrinfo numeric = *hints;
  numeric.ai_flags = AI_NUMERICHOST;
  for (const auto& address : known->second) {
    if (const int fault = real(address.c_str(), service, &numeric, end); fault != 0) return fault;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

namespace ruagate::mailbox {
namespace {

/// Takes no connection, and refuses none: its queue is full.
class Hanging {
 public:
  Hanging(const std::string& address, std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(sockets_.front(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(sockets_.front(), 0), 0);
    for (int i = 0; i < 4; ++i) {
      sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      (void)::connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&at), sizeof at);
    }
  }
  ~Hanging() {
    for (const int socket : sockets_) ::close(socket);
  }
  Hanging(const Hanging&) = delete;
  Hanging& operator=(const Hanging&) = delete;

 private:
  std::vector<int> sockets_;
};

class ImapAddresses : public testing::Test {
 protected:
  void TearDown() override { known_names().clear(); }

  /// A pass over the mailbox at a host of these addresses, whose server is at 127.0.0.1 alone.
  Result<std::optional<std::uint64_t>> pass(const test::ImapServer& server, std::vector<std::string> addresses) {
    known_names()["several.example"] = std::move(addresses);
    test::write_file(dir_ / "password", "secret\n");
    ImapSettings settings;
    settings.host = "several.example";
    settings.port = server.port();
    settings.tls = ImapSettings::Tls::none;
    settings.user = "rua";
    settings.password_file = (dir_ / "password").string();
    settings.connect_limit = std::chrono::milliseconds{300};
    Options options;
    options.name = "rua";
    options.processed = *parse_acknowledgement("move:Archive");
    auto opened = open_imap(settings, options);
    EXPECT_TRUE(opened) << opened.error().message;
    return (*opened)->begin_pass();
  }

  test::TempDir dir_;
};

TEST_F(ImapAddresses, AnAddressThatRefusesIsPassedOver) {
  for (const auto& addresses : std::vector<std::vector<std::string>>{
           {"127.0.0.1", "127.0.0.2"}, {"127.0.0.2", "127.0.0.1"}, {"127.0.0.2", "127.0.0.3", "127.0.0.1"}}) {
    test::ImapServer server(2);
    const auto passed = pass(server, addresses);
    ASSERT_TRUE(passed) << addresses.front() << ": " << passed.error().message;
    EXPECT_EQ(*passed, 2U);
  }
}

TEST_F(ImapAddresses, BothFamiliesAreTried) {
  for (const auto& addresses : std::vector<std::vector<std::string>>{{"::1", "127.0.0.1"}, {"127.0.0.1", "::1"}}) {
    test::ImapServer server(2);
    const auto passed = pass(server, addresses);
    ASSERT_TRUE(passed) << addresses.front() << ": " << passed.error().message;
  }
}

TEST_F(ImapAddresses, AnAddressThatHangsIsPassedOver) {
  test::ImapServer server(2);
  const Hanging hanging("127.0.0.2", server.port());
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = pass(server, {"127.0.0.2", "127.0.0.1"});
  ASSERT_TRUE(passed) << passed.error().message;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{300});  // It did hang.
}

TEST_F(ImapAddresses, EachFaultIsNamedWhenNoneAnswers) {
  test::ImapServer server(0);
  ASSERT_TRUE(pass(server, {"127.0.0.1"}));
  const Hanging hanging("127.0.0.2", server.port());
  const auto passed = pass(server, {"127.0.0.2", "127.0.0.3"});
  ASSERT_FALSE(passed);
  const auto& said = passed.error().message;
  EXPECT_NE(said.find("127.0.0.2: no answer within 300 ms"), std::string::npos) << said;
  EXPECT_NE(said.find("127.0.0.3: Connection refused"), std::string::npos) << said;
}

TEST_F(ImapAddresses, PlainTextGoesToNoOtherMachineOfTheName) {
  test::ImapServer server(2);
  const auto passed = pass(server, {"127.0.0.2", "192.0.2.1", "127.0.0.1"});
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.error().code, "plaintext_refused");
}

}  // namespace
}  // namespace ruagate::mailbox
