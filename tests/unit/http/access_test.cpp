#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "http/access.hpp"

namespace ruagate::http {
namespace {

Instant at(std::int64_t seconds) {
  return instant_from(1'800'000'000 + seconds);
}

store::TokenRow row(std::int64_t id, const std::string& token, unsigned scopes) {
  store::TokenRow made;
  made.id = id;
  made.name = "t" + std::to_string(id);
  made.hash = sha256(token);
  made.scopes = scopes;
  return made;
}

Request with(const std::string& name, const std::string& value) {
  Request request;
  request.headers = {{name, value}};
  return request;
}

TEST(Throttle, WaitsGrowAndAreForgiven) {
  Throttle throttle;
  const IpAddress peer = *IpAddress::parse("192.0.2.1");
  for (int i = 0; i < 4; ++i) throttle.failed(peer, at(0));
  EXPECT_EQ(throttle.wait(peer, at(0)), 0);
  throttle.failed(peer, at(0));
  EXPECT_EQ(throttle.wait(peer, at(0)), 1);
  throttle.failed(peer, at(1));
  EXPECT_EQ(throttle.wait(peer, at(1)), 2);
  EXPECT_EQ(throttle.wait(peer, at(3)), 0);
  for (int i = 0; i < 50; ++i) throttle.failed(peer, at(10));
  EXPECT_EQ(throttle.wait(peer, at(10)), 300);
  EXPECT_EQ(throttle.wait(*IpAddress::parse("192.0.2.2"), at(10)), 0);
  throttle.failed(peer, at(10'000));
  EXPECT_EQ(throttle.wait(peer, at(10'000)), 0) << "long ago is forgiven";
}

TEST(Throttle, AWholeNetworkOfOneUserIsOne) {
  Throttle throttle;
  for (int i = 0; i < 9; ++i) throttle.failed(*IpAddress::parse("2001:db8::" + std::to_string(i)), at(0));
  EXPECT_GT(throttle.wait(*IpAddress::parse("2001:db8::ffff"), at(0)), 0);
  EXPECT_EQ(throttle.wait(*IpAddress::parse("2001:db8:0:1::1"), at(0)), 0);
}

TEST(Access, TokensAreLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string token = new_token();
    EXPECT_EQ(token.size(), 48U);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Access, ScopesOfTokensAndOfThoseWithout) {
  const FixedClock clock(at(0));
  Access access(clock);
  EXPECT_TRUE(access.identify({}, true).may(kOperate));
  EXPECT_FALSE(access.identify({}, true).csrf.empty()) << "a page of another site cannot know it";
  EXPECT_FALSE(access.identify({}, false).may(kRead));
  access.set_tokens({row(1, "a", kRead), row(2, "b", kOperate), row(3, "c", kIntake)}, 1);
  EXPECT_FALSE(access.identify({}, true).may(kRead)) << "from the first token on everybody needs one";
  const Identity reader = access.identify(with("authorization", "Bearer a"), true);
  EXPECT_TRUE(reader.may(kRead) && !reader.may(kOperate) && !reader.may(kIntake));
  const Identity operating = access.identify(with("authorization", "bearer  b "), false);
  EXPECT_TRUE(operating.may(kRead) && operating.may(kOperate) && !operating.may(kIntake));
  const Identity taking = access.identify(with("authorization", "Bearer c"), false);
  EXPECT_TRUE(!taking.may(kRead) && taking.may(kIntake));
  for (const char* bad : {"Bearer d", "Bearer ", "Basic a", "a", "Bearer a a"}) {
    const Identity nobody = access.identify(with("authorization", bad), true);
    EXPECT_TRUE(nobody.guessed && !nobody.may(kRead)) << bad;
  }
  Request doubled = with("authorization", "Bearer a");
  doubled.headers.push_back({"authorization", "Bearer a"});
  EXPECT_FALSE(access.identify(doubled, true).may(kRead));
}

TEST(Access, SessionsEndByTimeLogoutAndRevocation) {
  FixedClock clock(at(0));
  Access access(clock);
  access.set_tokens({row(1, "a", kOperate)}, 1);
  EXPECT_FALSE(access.log_in("b"));
  const auto session = access.log_in("a");
  ASSERT_TRUE(session);
  const Request asks = with("cookie", "ruagate_session=" + session->first);
  EXPECT_TRUE(access.identify(asks, false).may(kOperate));
  EXPECT_EQ(access.identify(asks, false).csrf, session->second.csrf);
  EXPECT_NE(access.log_in("a")->second.csrf, session->second.csrf);

  clock.set(at(13 * 3600));
  EXPECT_FALSE(access.identify(asks, false).may(kRead));
  clock.set(at(0));
  access.set_tokens({row(2, "other", kOperate)}, 2);
  EXPECT_FALSE(access.identify(asks, false).may(kRead));
  access.set_tokens({row(1, "a", kOperate)}, 3);
  EXPECT_TRUE(access.identify(asks, false).may(kRead));
  access.log_out(access.identify(asks, false).session);
  EXPECT_FALSE(access.identify(asks, false).may(kRead));
}

TEST(Access, SessionsAreBounded) {
  const FixedClock clock(at(0));
  Access access(clock);
  access.set_tokens({row(1, "a", kRead)}, 1);
  std::string last;
  for (int i = 0; i < 1500; ++i) last = access.log_in("a")->first;
  EXPECT_TRUE(access.identify(with("cookie", "ruagate_session=" + last), false).may(kRead));
}

}  // namespace
}  // namespace ruagate::http
